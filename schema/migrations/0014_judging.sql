-- What comes into the box together is told in one event to each of the two lanes that wait for it: a row of the outbox for
-- every ballot cost casting and judging more than the ballots did.

create or replace function box.tell_ballots() returns trigger language plpgsql set search_path = '' as $$
begin
    insert into post.outbox (lane, event)
    select told.lane, json_build_object('event', told.event, 'round_id', together.round_id, 'ballot_ids', together.ids)::text
    from (select f.round_id, json_agg(f.id order by f.id) as ids from fresh f group by f.round_id) together,
        (values ('judge', 'BallotsCast'), ('sequence', 'BallotsAccepted')) told (lane, event);
    return null;
end $$;

-- Casts of one round, gathered: one lock, one look at the clock, one commit. No tag stands in `tags` twice. Each is
-- answered by its place: accepted, replayed (same key and same ballot again), key_reused (same key, other ballot),
-- stale (the voter saw another revision than the last), nothing_to_withdraw (there is no ballot, or it was withdrawn),
-- not_open, no_round, or again: somebody cast with the same tag at this moment, so ask anew.
create or replace function box.cast_ballots(
    the_round uuid, pots uuid[], tags bytea[], keys text[], base_revisions integer[],
    all_choices text[], all_points text[], withdrawals boolean[], nonces bytea[], commitments bytea[]
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
        select s.place::integer, s.pot_id, s.tag, s.key, s.base, s.choices::integer[], s.points::integer[],
            s.withdrawn, s.nonce, s.commitment
        from unnest(pots, tags, keys, base_revisions, all_choices, all_points, withdrawals, nonces, commitments)
            with ordinality as s (pot_id, tag, key, base, choices, points, withdrawn, nonce, commitment, place)
    ), seen as (
        select s.*, e.id is not null as known, e.revision as known_revision, e.commitment as known_commitment,
            e.accepted_at as known_at,
            e.pot_id = s.pot_id and e.choices = s.choices and e.points = s.points and e.withdrawn = s.withdrawn as same,
            coalesce(l.revision, 0) as last, s.withdrawn and coalesce(l.withdrawn, true) as vain
        from sent s
        left join lateral (
            select * from box.ballot b
            where b.round_id = the_round and b.tag = s.tag and b.idempotency_key = s.key limit 1
        ) e on true
        left join lateral (
            select b.revision, b.withdrawn from box.ballot b
            where b.round_id = the_round and b.pot_id = s.pot_id and b.tag = s.tag order by b.revision desc limit 1
        ) l on true
    ), fresh as (
        insert into box.ballot (round_id, pot_id, tag, revision, idempotency_key, choices, points, withdrawn, nonce,
            commitment, accepted_at)
        select the_round, s.pot_id, s.tag, s.last + 1, s.key, s.choices, s.points, s.withdrawn, s.nonce, s.commitment,
            minute
        from seen s where not s.known and s.last = s.base and not s.vain and now_phase = 'voting'
        order by s.tag  -- two batches that meet wait for each other in one direction only
        on conflict do nothing
        returning id, tag
    )
    select s.place,
        case
            when r.id is null then 'no_round'
            when s.same then 'replayed'
            when s.known then 'key_reused'
            when now_phase <> 'voting' then 'not_open'
            when s.last <> s.base then 'stale'
            when s.vain then 'nothing_to_withdraw'
            when f.id is null then 'again'
            else 'accepted'
        end,
        case when s.same then s.known_revision when s.last <> s.base then s.last else s.last + 1 end,
        case when s.same then s.known_commitment else s.commitment end,
        case when s.same then s.known_at else minute end,
        now_phase
    from seen s left join fresh f on f.tag = s.tag;
end $$;
