-- name: claim_batch
delete from post.outbox where id in (
    select id from post.outbox
    where lane = $1 and quarantined_at is null and id <> all($3::bigint[])
    order by id limit $2 for update skip locked)
returning id, event

-- name: claim_row
delete from post.outbox where id in (
    select id from post.outbox where id = $1 and quarantined_at is null for update skip locked)
returning id, event

-- name: split_row
with whole as (delete from post.outbox where id = $1 and quarantined_at is null returning lane, waiting_since)
insert into post.outbox (lane, waiting_since, event) select lane, waiting_since, unnest($2::text[]) from whole

-- name: note_fault
update post.outbox set attempts = attempts + 1, fault = $2,
    quarantined_at = case when attempts + 1 >= $3 then clock_timestamp() end
where id = $1 and quarantined_at is null
returning quarantined_at is not null as quarantined

-- name: backlog
select lane,
    count(*) filter (where quarantined_at is null) as waiting,
    count(*) filter (where quarantined_at is not null) as quarantined,
    coalesce(max(extract(epoch from clock_timestamp() - waiting_since)::float8) filter (where quarantined_at is null), 0)
        as seconds
from post.outbox group by lane order by lane
