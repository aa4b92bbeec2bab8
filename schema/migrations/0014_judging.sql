-- What comes into the box together is told in one event to each of the two lanes that wait for it: a row of the outbox for
-- every ballot cost casting and judging more than the ballots did. (0023 takes the old telling out of ``cast_ballots``.)

create or replace function box.tell_ballots() returns trigger language plpgsql set search_path = '' as $$
begin
    insert into post.outbox (lane, event)
    select told.lane, json_build_object('event', told.event, 'round_id', together.round_id, 'ballot_ids', together.ids)::text
    from (select f.round_id, json_agg(f.id order by f.id) as ids from fresh f group by f.round_id) together,
        (values ('judge', 'BallotsCast'), ('sequence', 'BallotsAccepted')) told (lane, event);
    return null;
end $$;
