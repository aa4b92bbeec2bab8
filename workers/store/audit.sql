-- name: lock
select pg_advisory_xact_lock(7, hashtext($1::uuid::text))

-- name: unplaced
select a.* from roll.audit a
where roll.audit_ledger(a.municipality_id) = $1 and not exists (select from roll.audit_leaf l where l.entry_id = a.id)
order by a.id

-- name: log
select split_part(note, E'\n', 1) as origin, size from box.audit_checkpoint where ledger_id = $1
order by size desc limit 1

-- name: insert_leaves
insert into roll.audit_leaf (ledger_id, position, entry_id, salt)
select $1, $2 + place - 1, entry_id, salt
from unnest($3::bigint[], $4::bytea[]) with ordinality as given (entry_id, salt, place)

-- name: tiles
select t.level, t.index, t.hashes from box.audit_tile t
join unnest($2::integer[], $3::bigint[]) as wanted (level, index) on (t.level, t.index) = (wanted.level, wanted.index)
where t.ledger_id = $1

-- name: write_tiles
insert into box.audit_tile (ledger_id, level, index, hashes)
select $1, * from unnest($2::integer[], $3::bigint[], $4::bytea[])
on conflict (ledger_id, level, index) do update set hashes = excluded.hashes

-- name: insert_checkpoint
insert into box.audit_checkpoint (ledger_id, size, note) values ($1, $2, $3)
