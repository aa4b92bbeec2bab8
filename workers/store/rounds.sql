-- name: due_rounds
select r.id from box.round r
where r.scheduled_at is not null and r.closes_at <= clock_timestamp()
    and (box.standing_close(r)).number is null
order by r.closes_at, r.id

-- name: close_round
select box.close_round($1)

-- name: is_reopened
select exists (select from box.retiming where round_id = $1 and kind = 'reopen')

-- name: hold_roll
select pg_advisory_xact_lock_shared(3, lock_key) from box.round where id = $1
