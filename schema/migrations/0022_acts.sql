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

-- What takes a decision refers to it, with round and kind, and uses it once. A decision holds for a day.

create function box.decided(the_decision uuid, the_round uuid, variadic kinds text[]) returns box.decision
language plpgsql volatile set search_path = '' as $$
declare d box.decision;
begin
    select * into d from box.decision
        where id = the_decision and round_id = the_round and kind = any(kinds)
            and decided_at > clock_timestamp() - interval '24 hours';
    if d.id is null then
        raise exception 'two officers have not decided this' using errcode = 'BYDEC';
    end if;
    return d;
end $$;

-- A round can be closed, opened again, and closed again: each close has its number, and one that was followed by an
-- opening does not stand. Nobody inserts one but the function, which asks for a decision or for the time to be over.
alter table box.close
    add column number smallint not null default 1,
    drop constraint close_pkey,
    add primary key (round_id, number),
    add column decision_id uuid constraint close_decision_once unique,
    add column kind text not null generated always as ('close-early') stored,
    add constraint close_decided foreign key (decision_id, round_id, kind) references box.decision (id, round_id, kind),
    drop column cause,
    add column cause text not null
        generated always as (case when decision_id is null then 'timeline' else 'officer' end) stored;
alter table box.close alter column number drop default;

-- What two officers moved in a frozen timeline. The newest one of a round holds.
create table box.retiming (
    decision_id uuid primary key,
    round_id uuid not null references box.round,
    kind text not null constraint retiming_kind_known check (kind in ('open-early', 'prolong', 'reopen')),
    voting_at timestamptz not null,
    closes_at timestamptz not null,
    reopens smallint,
    retimed_at timestamptz not null default clock_timestamp(),
    constraint retiming_decided foreign key (decision_id, round_id, kind) references box.decision (id, round_id, kind),
    constraint retiming_of_a_close foreign key (round_id, reopens) references box.close (round_id, number),
    constraint retiming_reopens_once unique (round_id, reopens),
    constraint retiming_reopens_or_not check ((kind = 'reopen') = (reopens is not null))
);
create index retiming_newest on box.retiming (round_id, retimed_at);
comment on column box.retiming.reopens is 'the number of the close that does not stand any more';

create table box.correction (
    decision_id uuid primary key,
    round_id uuid not null references box.round,
    kind text not null generated always as ('correct') stored,
    project_id uuid not null references box.project,
    title_before text not null,
    about_before text not null,
    title text not null,
    about text not null,
    corrected_at timestamptz not null default clock_timestamp(),
    constraint correction_decided foreign key (decision_id, round_id, kind) references box.decision (id, round_id, kind)
);
create index correction_of_project on box.correction (project_id, corrected_at);

create trigger retiming_append_only before update or delete or truncate on box.retiming
    for each statement execute function box.refuse_change();
create trigger correction_append_only before update or delete or truncate on box.correction
    for each statement execute function box.refuse_change();

grant select on box.retiming to byalag_roll, byalag_civic, byalag_registrar, byalag_box, byalag_worker;
grant select on box.correction to byalag_roll, byalag_box;

-- The close that stands; a row of nulls when there is none.
create function box.standing_close(r box.round) returns box.close language sql volatile set search_path = '' as $$
    select c.* from box.close c where c.round_id = r.id and not exists (
        select from box.retiming t where t.round_id = c.round_id and t.reopens = c.number)
$$;

create or replace function box.phase(r box.round) returns text language sql volatile set search_path = '' as $$
    select case
        when r.announced_at is null then 'draft'
        when exists (select from box.publication p where p.round_id = r.id) then 'published'
        when (box.standing_close(r)).number is not null then 'counting'
        when r.scheduled_at is not null and r.closes_at <= clock_timestamp() then 'counting'
        when r.scheduled_at is not null and r.voting_at <= clock_timestamp() then 'voting'
        when r.supporting_at <= clock_timestamp() then 'supporting'
        when r.reviewing_at <= clock_timestamp() then 'reviewing'
        when r.proposing_at <= clock_timestamp() then 'proposing'
        else 'framing'
    end
$$;

-- As before, but the round is read under its lock: two officers may move its times while somebody waits for it.
create or replace function box.lock_round(shared boolean, wanted uuid) returns box.round
language plpgsql volatile set search_path = '' as $$
declare
    key integer := (select lock_key from box.round where id = wanted);
    found_round box.round;
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'casting and closing need READ COMMITTED' using errcode = 'BYISO';
    end if;
    if key is null then
        return null;
    end if;
    if shared then
        perform pg_advisory_xact_lock_shared(1, key);
    else
        perform pg_advisory_xact_lock(1, key);
    end if;
    select * into found_round from box.round where id = wanted;
    return found_round;
end $$;

-- Without a decision the time must be over. Answers closed, already_closed, not_open, not_due or no_round. One close
-- event, whoever asks how often, until two officers reopen the round.
drop function box.close_round(uuid, text);
create function box.close_round(the_round uuid, the_decision uuid default null) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare r box.round := box.lock_round(false, the_round);
begin
    if r.id is null then
        return 'no_round';
    end if;
    if (box.standing_close(r)).number is not null then
        return 'already_closed';
    end if;
    if r.scheduled_at is null or r.voting_at > clock_timestamp() then
        return 'not_open';
    end if;
    if the_decision is not null then
        perform box.decided(the_decision, the_round, 'close-early');
    elsif r.closes_at > clock_timestamp() then
        return 'not_due';
    end if;
    insert into box.close (round_id, number, closed_at, decision_id)
        select the_round, coalesce(max(c.number), 0) + 1, clock_timestamp(), the_decision
        from box.close c where c.round_id = the_round;
    insert into post.outbox (lane, event)
        values ('count', json_build_object('event', 'RoundClosed', 'round_id', the_round)::text);
    return 'closed';
end $$;
revoke execute on function box.close_round from public;
grant execute on function box.close_round to byalag_box, byalag_worker;
revoke insert on box.close from byalag_box, byalag_worker;

-- The round with other times. What should have come before voting and did not ends when voting begins.
create function box.retimed(r box.round, opens timestamptz, closes timestamptz) returns box.round
language plpgsql immutable set search_path = '' as $$
begin
    r.voting_at := opens;
    r.closes_at := closes;
    r.proposing_at := case when r.proposing_at > opens then opens else r.proposing_at end;
    r.reviewing_at := case when r.reviewing_at > opens then opens else r.reviewing_at end;
    r.supporting_at := case when r.supporting_at > opens then opens else r.supporting_at end;
    return r;
end $$;

-- Open voting now, close it later, or open it again after a close, as was decided. The roll stays as it was frozen, so
-- ages are those of the day that was announced. Answers done, done_before, not_now (the phase forbids it), not_later
-- (than voting ends anyhow) or no_round.
create function box.retime_round(the_round uuid, the_decision uuid) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
    r box.round := box.lock_round(false, the_round);
    now_phase text := box.phase(r);
    standing box.close := box.standing_close(r);
    d box.decision;
    closes timestamptz;
begin
    if r.id is null then
        return 'no_round';
    end if;
    if exists (select from box.retiming where decision_id = the_decision) then
        return 'done_before';
    end if;
    d := box.decided(the_decision, the_round, 'open-early', 'prolong', 'reopen');
    closes := coalesce((d.details ->> 'closes_at')::timestamptz, r.closes_at);
    if not (case d.kind
        when 'open-early' then r.scheduled_at is not null and r.voting_at > clock_timestamp()
        when 'prolong' then now_phase = 'voting'
        else now_phase = 'counting' and standing.number is not null end)
    then
        return 'not_now';
    end if;
    if closes <= clock_timestamp() or d.kind = 'prolong' and closes <= r.closes_at then
        return 'not_later';
    end if;
    r := box.retimed(r, case d.kind when 'open-early' then clock_timestamp() else r.voting_at end, closes);
    insert into box.retiming (decision_id, round_id, kind, voting_at, closes_at, reopens)
        values (the_decision, the_round, d.kind, r.voting_at, r.closes_at,
            case d.kind when 'reopen' then standing.number end);
    update box.round set proposing_at = r.proposing_at, reviewing_at = r.reviewing_at, supporting_at = r.supporting_at,
        voting_at = r.voting_at, closes_at = r.closes_at where id = the_round;
    return 'done';
end $$;
revoke execute on function box.retime_round from public;
grant execute on function box.retime_round to byalag_box;

-- P9. A scheduled round is thawed until voting opens; beside that it changes as two officers decided last, and no other
-- way.
create or replace function box.refuse_frozen_round() returns trigger language plpgsql set search_path = '' as $$
declare t box.retiming;
begin
    if old.scheduled_at is null or tg_op = 'UPDATE' and new.scheduled_at is null and old.voting_at > clock_timestamp() then
        return coalesce(new, old);
    end if;
    select * into t from box.retiming where round_id = old.id order by retimed_at desc limit 1;
    if tg_op = 'UPDATE' and t.round_id is not null
        and new is not distinct from box.retimed(old, t.voting_at, t.closes_at) then
        return new;
    end if;
    raise exception 'the round is frozen' using errcode = 'BYFRZ';
end $$;

-- Correct the title and the description of a frozen project, never its cost. Answers done, done_before, not_now (before
-- scheduling anybody may edit it, and after the close it stands as it was voted on), no_project or no_round.
create function box.correct_project(the_round uuid, the_decision uuid) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
    r box.round := box.lock_round(false, the_round);
    d box.decision;
    j box.project;
begin
    if r.id is null then
        return 'no_round';
    end if;
    if exists (select from box.correction where decision_id = the_decision) then
        return 'done_before';
    end if;
    d := box.decided(the_decision, the_round, 'correct');
    if r.scheduled_at is null or box.phase(r) in ('counting', 'published') then
        return 'not_now';
    end if;
    select * into j from box.project where id = (d.details ->> 'project_id')::uuid and round_id = the_round;
    if j.id is null then
        return 'no_project';
    end if;
    insert into box.correction (decision_id, round_id, project_id, title_before, about_before, title, about)
        values (the_decision, the_round, j.id, j.title, j.about, d.details ->> 'title', d.details ->> 'about');
    update box.project set title = d.details ->> 'title', about = d.details ->> 'about' where id = j.id;
    return 'done';
end $$;
revoke execute on function box.correct_project from public;
grant execute on function box.correct_project to byalag_box;

-- Whether a frozen project changes into what two officers corrected last, and in nothing else.
create function box.is_correction(old_project box.project, new_project box.project) returns boolean
language sql volatile set search_path = '' as $$
    select coalesce((
        select to_jsonb(new_project) = to_jsonb(old_project) || jsonb_build_object('title', c.title, 'about', c.about)
        from box.correction c where c.project_id = old_project.id order by c.corrected_at desc limit 1), false)
$$;
drop trigger project_frozen on box.project;
create trigger project_frozen before insert or delete on box.project
    for each row execute function box.refuse_frozen_part();
create trigger project_frozen_but_for_corrections before update on box.project
    for each row when (not box.is_correction(old, new)) execute function box.refuse_frozen_part();

-- A snapshot belongs to the close that it counts, so that one of a close that does not stand is never published.
alter table box.snapshot
    add column close_number smallint not null,
    add constraint snapshot_of_a_close foreign key (round_id, close_number) references box.close (round_id, number),
    drop constraint snapshot_once_per_input,
    add constraint snapshot_once_per_input unique (round_id, pot_id, rules_version, close_number, input_hash),
    add constraint snapshot_of_pot unique (id, pot_id);

alter table box.publication
    add column pot_id uuid not null,
    add column decision_id uuid not null,
    add column kind text not null generated always as ('publish') stored,
    add constraint publication_of_pot foreign key (snapshot_id, pot_id) references box.snapshot (id, pot_id),
    add constraint publication_decided
        foreign key (decision_id, round_id, kind) references box.decision (id, round_id, kind),
    add constraint publication_decision_once unique (decision_id, pot_id);

-- Publish the newest snapshot of every pot. Answers published, published_before, not_counted or no_round.
create function box.publish_round(the_round uuid, the_decision uuid) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
    r box.round := box.lock_round(false, the_round);
    closing smallint := (box.standing_close(r)).number;
begin
    if r.id is null then
        return 'no_round';
    end if;
    if exists (select from box.publication where decision_id = the_decision) then
        return 'published_before';
    end if;
    perform box.decided(the_decision, the_round, 'publish');
    if closing is null or exists (select from box.pot p where p.round_id = the_round and not exists (
        select from box.snapshot s where s.pot_id = p.id and s.close_number = closing)) then
        return 'not_counted';
    end if;
    insert into box.publication (snapshot_id, round_id, pot_id, decision_id)
        select distinct on (s.pot_id) s.id, s.round_id, s.pot_id, the_decision from box.snapshot s
        where s.round_id = the_round and s.close_number = closing
        order by s.pot_id, s.counted_at desc
        on conflict (snapshot_id) do nothing;
    return case when found then 'published' else 'published_before' end;
end $$;
revoke execute on function box.publish_round from public;
grant execute on function box.publish_round to byalag_box;
revoke insert on box.publication from byalag_box;

-- Destroying a round's key, and deleting its ballots.
alter table roll.destroyed_key
    drop column decision,
    drop column officers,
    add column decision_id uuid not null constraint destroyed_key_decision_once unique,
    add column kind text not null generated always as ('destroy-key') stored,
    add constraint destroyed_key_decided
        foreign key (decision_id, round_id, kind) references box.decision (id, round_id, kind);

drop function roll.destroy_round_key(uuid, text, text[]);
create function roll.destroy_round_key(the_round uuid, the_decision uuid) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
    ends_at timestamptz;
begin
    if exists (select from roll.destroyed_key where round_id = the_round) then
        return 'destroyed_before';
    end if;
    perform box.decided(the_decision, the_round, 'destroy-key');
    select box.appeal_ends_at(r) into ends_at from box.round r where r.id = the_round;
    if ends_at is null then
        return 'not_published';
    end if;
    if ends_at > clock_timestamp() then
        return 'appealable';
    end if;
    delete from roll.round_key where round_id = the_round;
    if not found then
        return case when exists (select from roll.destroyed_key where round_id = the_round)
            then 'destroyed_before' else 'no_key' end;
    end if;
    insert into roll.destroyed_key (round_id, decision_id) values (the_round, the_decision);
    return 'destroyed';
end $$;
revoke execute on function roll.destroy_round_key from public;
grant execute on function roll.destroy_round_key to byalag_roll;

alter table box.deletion
    drop column decision,
    drop column officers,
    add column decision_id uuid not null constraint deletion_decision_once unique,
    add column kind text not null generated always as ('delete-ballots') stored,
    add constraint deletion_decided foreign key (decision_id, round_id, kind) references box.decision (id, round_id, kind);

drop function box.delete_openings(uuid, text, text[]);
create function box.delete_openings(the_round uuid, the_decision uuid) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
    r box.round := box.lock_round(false, the_round);
    ends_at timestamptz := box.appeal_ends_at(r);
begin
    if r.id is null then
        return 'no_round';
    end if;
    if exists (select from box.deletion where round_id = the_round) then
        return 'deleted_before';
    end if;
    perform box.decided(the_decision, the_round, 'delete-ballots');
    if ends_at is null then
        return 'not_published';
    end if;
    if ends_at > clock_timestamp() then
        return 'appealable';
    end if;
    insert into box.deletion (round_id, decision_id, ballots)
        select the_round, the_decision, count(*) from box.ballot where round_id = the_round;
    delete from box.openings o using box.auditor a where a.id = o.auditor_id and a.round_id = the_round;
    delete from box.verdict v using box.ballot b where b.id = v.ballot_id and b.round_id = the_round;
    delete from box.ballot where round_id = the_round;
    delete from box.elector e using box.pot p where p.id = e.pot_id and p.round_id = the_round;
    return 'deleted';
end $$;
revoke execute on function box.delete_openings from public;
grant execute on function box.delete_openings to byalag_box;

-- Whether what was decided is done. A new kind that refers to its decision in a table of its own is added here.
create function box.is_done(the_decision uuid) returns boolean language sql volatile set search_path = '' as $$
    select exists (select from box.close where decision_id = the_decision)
        or exists (select from box.retiming where decision_id = the_decision)
        or exists (select from box.correction where decision_id = the_decision)
        or exists (select from box.publication where decision_id = the_decision)
        or exists (select from roll.destroyed_key where decision_id = the_decision)
        or exists (select from box.deletion where decision_id = the_decision)
$$;
revoke execute on function box.is_done from public;
grant execute on function box.is_done to byalag_roll;
