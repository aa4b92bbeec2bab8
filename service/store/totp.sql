-- name: insert_secret
insert into roll.officer_totp (officer_id, wrapped) values ($1, $2) on conflict (officer_id) do nothing

-- name: secret
select wrapped from roll.officer_totp where officer_id = $1

-- name: take_try
update roll.officer_totp set misses = misses + $2::boolean::integer
where officer_id = $1 and (confirmed_at is not null) = $2 and misses < 10
returning wrapped, step, extract(epoch from clock_timestamp())::bigint as now

-- name: accept
update roll.officer_totp set step = $2, misses = 0 where officer_id = $1 and step < $2

-- name: accept_recovery
update roll.officer_totp set recovery = array_remove(recovery, $2), misses = 0
where officer_id = $1 and $2 = any(recovery)

-- name: confirm
update roll.officer_totp set confirmed_at = clock_timestamp(), recovery = $2
where officer_id = $1 and confirmed_at is null

-- name: reset
delete from roll.officer_totp where officer_id = $1

-- name: recovery_left
select cardinality(recovery) from roll.officer_totp where officer_id = $1
