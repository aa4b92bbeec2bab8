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

create type box.cast_answer as (
    place integer, status text, revision integer, commitment bytea, accepted_at timestamptz, phase text
);

-- Casts of one round, gathered: one lock, one look at the clock, one commit. No tag stands in `tags` twice. Each is
-- answered by its place: accepted, replayed (same key and same ballot again), key_reused (same key, other ballot),
-- stale (the voter saw another revision than the last), not_open, no_round, or again: somebody cast with the same tag
-- at this moment, so ask anew.
create function box.cast_ballots(
    the_round uuid, pots uuid[], tags bytea[], keys text[], base_revisions integer[],
    all_choices text[], all_points text[], nonces bytea[], commitments bytea[]
) returns setof box.cast_answer language plpgsql volatile set search_path = ''
-- One plan for ever, that looks ballots up by index: a plan made while the box was empty would read all of it.
set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
    r box.round := box.lock_round(true, the_round);
    now_phase text := box.phase(r);
    minute timestamptz := date_trunc('minute', clock_timestamp());
begin
    return query
    with sent as (
        select s.place::integer, s.pot_id, s.tag, s.key, s.base, s.choices::integer[], s.points::integer[], s.nonce,
            s.commitment
        from unnest(pots, tags, keys, base_revisions, all_choices, all_points, nonces, commitments) with ordinality
            as s (pot_id, tag, key, base, choices, points, nonce, commitment, place)
    ), seen as (
        select s.*, e.id is not null as known, e.revision as known_revision, e.commitment as known_commitment,
            e.accepted_at as known_at,
            e.pot_id = s.pot_id and e.choices = s.choices and e.points = s.points as same,
            coalesce(l.revision, 0) as last
        from sent s
        left join lateral (
            select * from box.ballot b
            where b.round_id = the_round and b.tag = s.tag and b.idempotency_key = s.key limit 1
        ) e on true
        left join lateral (
            select b.revision from box.ballot b
            where b.round_id = the_round and b.pot_id = s.pot_id and b.tag = s.tag order by b.revision desc limit 1
        ) l on true
    ), fresh as (
        insert into box.ballot
            (round_id, pot_id, tag, revision, idempotency_key, choices, points, nonce, commitment, accepted_at)
        select the_round, s.pot_id, s.tag, s.last + 1, s.key, s.choices, s.points, s.nonce, s.commitment, minute
        from seen s where not s.known and s.last = s.base and now_phase = 'voting'
        order by s.tag  -- two batches that meet wait for each other in one direction only
        on conflict do nothing
        returning id, tag
    ), told as (
        insert into post.outbox (lane, event)
        select 'judge', json_build_object('event', 'BallotCast', 'ballot_id', f.id)::text from fresh f
    )
    select s.place,
        case
            when r.id is null then 'no_round'
            when s.same then 'replayed'
            when s.known then 'key_reused'
            when now_phase <> 'voting' then 'not_open'
            when s.last <> s.base then 'stale'
            when f.id is null then 'again'
            else 'accepted'
        end,
        case when s.same then s.known_revision when s.last <> s.base then s.last else s.last + 1 end,
        case when s.same then s.known_commitment else s.commitment end,
        case when s.same then s.known_at else minute end,
        now_phase
    from seen s left join fresh f on f.tag = s.tag;
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
