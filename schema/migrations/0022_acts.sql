-- Acts of two officers. One asks and gives a reason, another one of the same municipality confirms within a day, and a
-- decision stands in the box. Nobody writes either table by hand: the functions below look up whose living sessions
-- these are, so that a faulty or taken-over service needs two of them, of two people.

create table roll.act (
    id uuid primary key default gen_random_uuid(),
    municipality_id uuid not null references roll.municipality,
    round_id uuid not null references box.round,
    kind text not null constraint act_kind_known check (kind in (
        'open-early', 'close-early', 'prolong', 'reopen', 'publish', 'correct', 'admit', 'void', 'release',
        'destroy-key', 'delete-ballots')),
    details jsonb not null default '{}' constraint act_details_are_named check (jsonb_typeof(details) = 'object'),
    reason text not null constraint act_reason_length check (char_length(reason) between 1 and 2000),
    requested_by uuid not null references roll.officer,
    requested_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null default clock_timestamp() + interval '24 hours',
    confirmed_by uuid references roll.officer,
    confirmed_at timestamptz,
    withdrawn_at timestamptz,
    constraint act_by_two check (confirmed_by <> requested_by),
    constraint act_confirmed_by_somebody check ((confirmed_by is null) = (confirmed_at is null)),
    constraint act_confirmed_in_time check (confirmed_at < expires_at),
    constraint act_confirmed_or_withdrawn check (confirmed_at is null or withdrawn_at is null)
);
create index act_of_round on roll.act (round_id, requested_at);
comment on column roll.act.details is 'what is to be done, by kind: see service/verbs/acts.py';

-- Whose living session this is. Raises BYSES when it is nobody's, BYMUN when it is an officer's of elsewhere.
create function roll.acting_officer(session_hash bytea, the_municipality uuid) returns roll.officer
language plpgsql volatile set search_path = '' as $$
declare found_officer roll.officer;
begin
    select o.* into found_officer from roll.officer_session s join roll.officer o on o.id = s.officer_id
        where s.token_hash = session_hash and s.expires_at > clock_timestamp();
    if found_officer.id is null then
        raise exception 'no living session' using errcode = 'BYSES';
    end if;
    if found_officer.municipality_id is distinct from the_municipality then
        raise exception 'an officer of another municipality' using errcode = 'BYMUN';
    end if;
    return found_officer;
end $$;

-- An act that still waits for its second officer, held until the transaction ends. Raises BYNON when there is none, and
-- BYACT with what became of it: decided, withdrawn or expired.
create function roll.waiting_act(the_act uuid) returns roll.act language plpgsql volatile set search_path = '' as $$
declare a roll.act;
begin
    select * into a from roll.act where id = the_act for update;
    if a.id is null then
        raise exception 'no such act' using errcode = 'BYNON';
    end if;
    if a.confirmed_at is not null or a.withdrawn_at is not null or a.expires_at <= clock_timestamp() then
        raise exception '%', case when a.confirmed_at is not null then 'decided'
            when a.withdrawn_at is not null then 'withdrawn' else 'expired' end using errcode = 'BYACT';
    end if;
    return a;
end $$;

-- An officer asks for an act; answers its id.
create function roll.request_act(
    session_hash bytea, the_round uuid, the_kind text, the_details jsonb, the_reason text
) returns uuid language plpgsql volatile security definer set search_path = '' as $$
declare
    place uuid := (select municipality_id from box.round where id = the_round);
    asking roll.officer := roll.acting_officer(session_hash, place);
    made uuid;
begin
    insert into roll.act (municipality_id, round_id, kind, details, reason, requested_by)
        values (place, the_round, the_kind, the_details, the_reason, asking.id) returning id into made;
    return made;
end $$;

-- Another officer confirms it: the decision has the act's id. Raises BYSAM when it is the one who asked.
create function roll.confirm_act(session_hash bytea, the_act uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
    a roll.act := roll.waiting_act(the_act);
    confirming roll.officer := roll.acting_officer(session_hash, a.municipality_id);
begin
    if confirming.id = a.requested_by then
        raise exception 'one officer twice' using errcode = 'BYSAM';
    end if;
    update roll.act set confirmed_by = confirming.id, confirmed_at = clock_timestamp() where id = a.id;
    insert into box.decision (id, round_id, kind, details, reason, officers)
        select a.id, a.round_id, a.kind, a.details, a.reason, array[o.name, confirming.name]
        from roll.officer o where o.id = a.requested_by;
end $$;

-- Whoever asked takes it back, while it waits. Raises BYOTH when it was somebody else.
create function roll.withdraw_act(session_hash bytea, the_act uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
    a roll.act := roll.waiting_act(the_act);
    leaving roll.officer := roll.acting_officer(session_hash, a.municipality_id);
begin
    if leaving.id <> a.requested_by then
        raise exception 'somebody else asked' using errcode = 'BYOTH';
    end if;
    update roll.act set withdrawn_at = clock_timestamp() where id = a.id;
end $$;

revoke execute on function
    roll.acting_officer, roll.waiting_act, roll.request_act, roll.confirm_act, roll.withdraw_act from public;
grant execute on function roll.request_act, roll.confirm_act, roll.withdraw_act to byalag_roll;
grant select on roll.act to byalag_roll;
