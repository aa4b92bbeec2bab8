-- name: now
select clock_timestamp()

-- name: hours
select date_trunc('hour', accepted_at, 'UTC') as begins_at, count(*) as ballots
from box.ballot where round_id = $1 and revision = 1 and batch_id is null
group by begins_at order by begins_at desc

-- name: unjudged
select count(*) as ballots, min(b.accepted_at) as since
from box.ballot b where b.round_id = $1 and not exists (select from box.verdict v where v.ballot_id = b.id)

-- name: held
select count(*) from box.held($1)

-- name: backlog
select lane, count(*) filter (where quarantined_at is null) as waiting,
    min(waiting_since) filter (where quarantined_at is null) as since, count(quarantined_at) as quarantined
from post.outbox group by lane order by lane
