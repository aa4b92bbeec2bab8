-- What is wrong is told by codes and values: the service says it in its reader's language.

-- What a batch of papers lacks before it can be closed, pot by pot. ``keyed-once`` and ``differs`` name the sheets,
-- ``unmarked`` and ``miscounted`` say how many sheets there are, and of how many marks or sheets counted by hand.
drop function box.batch_faults(uuid);
create function box.batch_faults(the_batch uuid)
returns table (kind text, pot text, numbers integer[], sheets integer, others integer)
language sql volatile set search_path = '' as $$
    with sheets as (
        select s.pot_id, count(*) filter (where not s.removed) as sheets,
            array_agg(s.number order by s.number) filter (where s.state = 'keyed') as once,
            array_agg(s.number order by s.number) filter (where s.state = 'differs') as differing
        from box.paper_sheet s where s.batch_id = the_batch group by s.pot_id
    ), pots as (
        select p.position, p.name, coalesce(s.sheets, 0) as sheets, s.once, s.differing,
            coalesce(t.sheets, 0) as declared,
            (select count(*) from box.paper_mark m where m.batch_id = the_batch and m.pot_id = p.id) as marks
        from box.paper_batch b join box.pot p on p.round_id = b.round_id
        left join sheets s on s.pot_id = p.id
        left join box.paper_total t on t.batch_id = b.id and t.pot_id = p.id
        where b.id = the_batch
    )
    select f.kind, p.name, coalesce(f.numbers, '{}'), p.sheets::integer, f.others::integer
    from pots p cross join lateral (values
        (1, 'keyed-once', p.once is not null, p.once, 0),
        (2, 'differs', p.differing is not null, p.differing, 0),
        (3, 'unmarked', p.sheets > p.marks, null, p.marks),
        (4, 'miscounted', p.declared <> p.sheets, null, p.declared)
    ) as f (place, kind, is_so, numbers, others)
    where f.is_so order by p.position, f.place
$$;
revoke execute on function box.batch_faults from public;
grant execute on function box.batch_faults to byalag_box;

create or replace function box.refuse_open_ends() returns trigger language plpgsql set search_path = '' as $$
begin
    if old.closed_at is not null or new.closed_at is null
        or (new.id, new.round_id, new.reference, new.place, new.opened_by, new.opened_at)
            is distinct from (old.id, old.round_id, old.reference, old.place, old.opened_by, old.opened_at) then
        raise exception 'a batch is closed once and not changed otherwise' using errcode = 'BYAPP';
    end if;
    if exists (select from box.batch_faults(old.id)) then
        raise exception 'the batch is not whole' using errcode = 'BYBAT';
    end if;
    return new;
end $$;

-- Scheduling freezes a round that is whole. Answers what is missing; no row means it is scheduled now.
drop function box.schedule_round(uuid);
create function box.schedule_round(the_round uuid) returns table (kind text, pot_id uuid)
language plpgsql volatile set search_path = '' as $$
declare
    r box.round := box.lock_round(false, the_round);
begin
    return query select s.kind, s.pot_id from box.shortcomings(the_round) s;
    if not found and r.scheduled_at is null then
        update box.round set
            announced_at = coalesce(announced_at, clock_timestamp()), scheduled_at = clock_timestamp()
            where id = the_round;
    end if;
end $$;
revoke execute on function box.schedule_round from public;
grant execute on function box.schedule_round to byalag_box;

-- Each fault of a line is kept as its message and the message's facts.
alter table roll.register_fault
    alter column what type jsonb using jsonb_build_array(jsonb_build_object('says', what, 'facts', '{}'::jsonb));
alter table roll.register_fault rename column what to faults;
