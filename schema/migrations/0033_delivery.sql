-- What becomes of the projects that an outcome gives money to, as officers tell it. What was told stays: a later row says
-- what has changed since.

alter table box.project add constraint project_of_round unique (id, round_id);

create table box.delivery (
    id uuid primary key default gen_random_uuid(),
    round_id uuid not null,
    project_id uuid not null,
    state text not null constraint delivery_state_known check (state in ('planned', 'under-way', 'done', 'cancelled')),
    says text not null constraint delivery_says_length check (char_length(says) between 1 and 2000),
    spent bigint constraint delivery_spent_natural check (spent >= 0),
    expected_on date,
    told_by text not null,
    told_at timestamptz not null default clock_timestamp(),
    constraint delivery_of_project_of_round foreign key (project_id, round_id) references box.project (id, round_id)
);
create index delivery_of_round on box.delivery (round_id, told_at);
comment on column box.delivery.spent is 'minor units, in all until then';
comment on column box.delivery.told_by is 'the name of an officer';

create trigger delivery_append_only before update or delete or truncate on box.delivery
    for each statement execute function box.refuse_change();
create trigger delivery_noted after insert on box.delivery for each row execute function roll.note_audit();

-- Of a project to which the newest published outcome of its pot gives nothing there is nothing to tell.
create function box.refuse_unfunded() returns trigger language plpgsql set search_path = '' as $$
begin
    if not exists (
        select from box.project j cross join lateral (
            select convert_from(s.content, 'UTF8')::jsonb -> 'outcome' as outcome
            from box.snapshot s join box.publication b on b.snapshot_id = s.id
            where s.pot_id = j.pot_id order by s.counted_at desc limit 1) shown
        where j.id = new.project_id
            and (shown.outcome -> 'funded' ? j.number::text or shown.outcome ->> 'partly' = j.number::text)) then
        raise exception 'the project is not funded' using errcode = 'BYFUN';
    end if;
    return new;
end $$;
create trigger delivery_of_funded before insert on box.delivery
    for each row execute function box.refuse_unfunded();

grant select, insert on box.delivery to byalag_box;
