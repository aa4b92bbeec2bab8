-- name: lock
select pg_advisory_xact_lock(2, lock_key) from box.round where id = $1

-- name: log
select split_part(note, E'\n', 1) as origin, size from box.checkpoint where round_id = $1 order by size desc limit 1

-- name: insert_checkpoint
insert into box.checkpoint (round_id, size, note) values ($1, $2, $3)

-- name: insert_leaves
insert into box.leaf (round_id, position, commitment)
select $1, $2 + row_number() over (order by b.commitment) - 1, b.commitment
from box.ballot b
where b.id = any($3::uuid[]) and b.round_id = $1
    and not exists (select from box.leaf l where l.commitment = b.commitment)
returning position, commitment

-- name: tiles
select t.level, t.index, t.hashes from box.tile t
join unnest($2::integer[], $3::bigint[]) as wanted (level, index) on (t.level, t.index) = (wanted.level, wanted.index)
where t.round_id = $1

-- name: write_tiles
insert into box.tile (round_id, level, index, hashes)
select $1, * from unnest($2::integer[], $3::bigint[], $4::bytea[])
on conflict (round_id, level, index) do update set hashes = excluded.hashes

-- name: notes
select note from box.checkpoint where round_id = $1 order by size

-- name: leaves
select commitment from box.leaf where round_id = $1 order by position

-- name: lock_spreading
select pg_advisory_xact_lock(5, hashtext($1::uuid::text))

-- name: newest
select size, note from box.log_head where log_id = $1 order by size desc limit 1

-- name: heads
select size, note from box.log_head where log_id = $1 and size >= $2 order by size limit 1000

-- name: places
select w.id as webhook_id, w.address, coalesce(d.failures, 0) as failures
from box.log_head h join box.head_webhook w on w.municipality_id = h.municipality_id
left join box.head_delivery d on d.webhook_id = w.id and d.round_id = h.log_id
where h.log_id = $1 and h.size = $2
    and (coalesce(d.size < $2, true) and coalesce(d.due_at <= clock_timestamp(), true)
        or greatest(d.sent_at, d.failed_at) < w.tried_at)

-- name: folder_standing
select size, failures, coalesce(due_at <= clock_timestamp(), true) as due from box.head_delivery
where webhook_id is null and round_id = $1

-- name: note_sent
insert into box.head_delivery (webhook_id, round_id, size, sent_at) values ($1, $2, $3, clock_timestamp())
on conflict on constraint head_delivery_once do update
set size = excluded.size, sent_at = excluded.sent_at, failures = 0, due_at = null

-- name: note_unsent
insert into box.head_delivery (webhook_id, round_id, fault, failed_at, failures, due_at)
values ($1, $2, $3, clock_timestamp(), 1, clock_timestamp() + $4::float8 * interval '1 second')
on conflict on constraint head_delivery_once do update
set fault = excluded.fault, failed_at = excluded.failed_at, failures = head_delivery.failures + 1, due_at = excluded.due_at

-- name: tell_due
with due as (
    update box.head_delivery set due_at = null where id in (
        select id from box.head_delivery where due_at <= clock_timestamp() for update skip locked)
    returning round_id)
insert into post.outbox (lane, event)
select 'spread', json_build_object('event', 'HeadSigned', 'round_id', round_id)::text from due group by round_id
