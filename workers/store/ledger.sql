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
