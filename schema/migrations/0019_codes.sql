-- Codes are issued in batches: letters to persons on the register, or a number of codes that name nobody. A code in clear
-- stands in the letters alone.

create table roll.code_batch (
    id uuid primary key default gen_random_uuid(),
    round_id uuid not null,
    kind text not null constraint code_batch_kind check (kind in ('register', 'list')),
    is_test boolean not null,
    size integer not null default 0 constraint code_batch_size check (size >= 0),
    issued_at timestamptz not null default clock_timestamp(),
    issued_by text not null constraint code_batch_issued_by_length check (char_length(issued_by) between 1 and 120),
    voided_at timestamptz,
    voided_by text,
    void_reason text constraint code_batch_void_reason_length check (char_length(void_reason) between 1 and 500),
    constraint code_batch_void_whole check (num_nulls(voided_at, voided_by, void_reason) in (0, 3)),
    constraint code_batch_of_round unique (id, round_id)
);
create index code_batch_of_round_in_order on roll.code_batch (round_id, issued_at);

-- What is void stays void: its letters may be anywhere.
create function roll.refuse_second_void() returns trigger language plpgsql set search_path = '' as $$
begin
    if old.voided_at is not null then
        raise exception 'a void batch no longer changes' using errcode = 'BYAPP';
    end if;
    return new;
end $$;
create trigger code_batch_stays_void before update on roll.code_batch
    for each row execute function roll.refuse_second_void();

-- Somebody may have had several codes, of which the newest is good: whoever types an older one is told so.
insert into roll.code_batch (round_id, kind, is_test, size, issued_by)
select round_id, 'register', false, count(*), 'before batches' from roll.code group by round_id;

alter table roll.code
    add column batch_id uuid,
    add column replaced boolean not null default false,
    drop constraint code_pkey,
    drop constraint code_unique,
    add constraint code_pkey primary key (round_id, code_hash),
    add constraint code_of_batch foreign key (batch_id, round_id) references roll.code_batch (id, round_id);
update roll.code c set batch_id = b.id from roll.code_batch b where b.round_id = c.round_id;
alter table roll.code alter column batch_id set not null;
create unique index code_one_for_each on roll.code (round_id, person_ref) where not replaced;

-- Whoever holds a code that names nobody has to be on the roll, and scheduling freezes the roll.
create trigger bearer_frozen before insert on roll.bearer
    for each row execute function box.refuse_frozen_part();

revoke update on roll.code from byalag_roll;
grant update (replaced) on roll.code to byalag_roll;
grant select, insert on roll.code_batch to byalag_roll;
grant update (size, voided_at, voided_by, void_reason) on roll.code_batch to byalag_roll;
