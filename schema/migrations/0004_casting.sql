-- Casting and closing. Both take the round's advisory lock first: shared to cast, exclusive to close, so a close waits
-- for the casts under way and no cast commits after it. In a VOLATILE function every statement sees what was
-- committed before it began, so the check after the lock sees the close; under REPEATABLE READ it would not.

create function box.lock_round(shared boolean, wanted uuid) returns box.round
language plpgsql volatile set search_path = '' as $$
declare found_round box.round;
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'casting and closing need READ COMMITTED' using errcode = 'BYISO';
    end if;
    select * into found_round from box.round where id = wanted;
    if found_round.id is null then
        return null;
    end if;
    if shared then
        perform pg_advisory_xact_lock_shared(1, found_round.lock_key);
    else
        perform pg_advisory_xact_lock(1, found_round.lock_key);
    end if;
    return found_round;
end $$;

create type box.cast_answer as (status text, revision integer, commitment bytea, accepted_at timestamptz, phase text);

-- status: accepted, replayed (same key and same ballot again), key_reused (same key, other ballot),
-- stale (the voter saw another revision than the last), not_open, no_round.
create function box.cast_ballot(
    the_round uuid, the_pot uuid, the_tag bytea, the_key text, base_revision integer,
    the_choices integer[], the_points integer[], the_nonce bytea, the_commitment bytea
) returns box.cast_answer language plpgsql volatile set search_path = '' as $$
declare
    r box.round;
    earlier box.ballot;
    last_revision integer;
    now_phase text;
    new_id uuid;
    minute timestamptz;
begin
    r := box.lock_round(true, the_round);
    if r.id is null then
        return ('no_round', null, null, null, null)::box.cast_answer;
    end if;
    -- One tag's casts queue up here, so that two at once become two revisions or one refusal.
    perform pg_advisory_xact_lock(2, hashtext(encode(the_tag, 'hex')));

    select * into earlier from box.ballot
        where round_id = the_round and tag = the_tag and idempotency_key = the_key;
    if earlier.id is not null then
        if earlier.pot_id = the_pot and earlier.choices = the_choices and earlier.points = the_points then
            return ('replayed', earlier.revision, earlier.commitment, earlier.accepted_at, null)::box.cast_answer;
        end if;
        return ('key_reused', null, null, null, null)::box.cast_answer;
    end if;

    now_phase := box.phase(r);
    if now_phase <> 'voting' then
        return ('not_open', null, null, null, now_phase)::box.cast_answer;
    end if;

    select coalesce(max(revision), 0) into last_revision from box.ballot
        where round_id = the_round and pot_id = the_pot and tag = the_tag;
    if last_revision <> base_revision then
        return ('stale', last_revision, null, null, null)::box.cast_answer;
    end if;

    minute := date_trunc('minute', clock_timestamp());
    insert into box.ballot
        (round_id, pot_id, tag, revision, idempotency_key, choices, points, nonce, commitment, accepted_at)
        values (the_round, the_pot, the_tag, last_revision + 1, the_key, the_choices, the_points, the_nonce,
            the_commitment, minute)
        returning id into new_id;
    insert into post.outbox (lane, event)
        values ('judge', json_build_object('event', 'BallotCast', 'ballot_id', new_id)::text);
    return ('accepted', last_revision + 1, the_commitment, minute, null)::box.cast_answer;
end $$;

-- Answers closed, already_closed, not_open, not_due or no_round. One close event per round, whoever asks how often.
create function box.close_round(the_round uuid, the_cause text) returns text
language plpgsql volatile set search_path = '' as $$
declare r box.round;
begin
    r := box.lock_round(false, the_round);
    if r.id is null then
        return 'no_round';
    end if;
    if exists (select from box.close where round_id = the_round) then
        return 'already_closed';
    end if;
    if r.scheduled_at is null or r.voting_at > clock_timestamp() then
        return 'not_open';
    end if;
    if the_cause = 'timeline' and r.closes_at > clock_timestamp() then
        return 'not_due';
    end if;
    insert into box.close (round_id, closed_at, cause) values (the_round, clock_timestamp(), the_cause);
    insert into post.outbox (lane, event)
        values ('count', json_build_object('event', 'RoundClosed', 'round_id', the_round)::text);
    return 'closed';
end $$;

-- Scheduling freezes a round that is whole. Answers what is missing; an empty array means it is scheduled now.
create function box.schedule_round(the_round uuid) returns text[]
language plpgsql volatile set search_path = '' as $$
declare
    r box.round := box.lock_round(false, the_round);
    missing text[];
begin
    select array_agg(fault) into missing from (
        select 'the round has no pot' as fault
            where not exists (select from box.pot where round_id = the_round)
        union all
        select format('the pot “%s” has no project', p.name) from box.pot p
            where p.round_id = the_round and not exists (select from box.project j where j.pot_id = p.id)
        union all
        select format('nobody on the roll may vote in the pot “%s”', p.name) from box.pot p
            where p.round_id = the_round and not exists (select from box.elector e where e.pot_id = p.id)
        union all
        select 'voting would already be over' where r.closes_at <= clock_timestamp()
    ) faults;
    if missing is null and r.scheduled_at is null then
        update box.round set
            announced_at = coalesce(announced_at, clock_timestamp()), scheduled_at = clock_timestamp()
            where id = the_round;
    end if;
    return coalesce(missing, '{}');
end $$;
