-- name: due_rounds
select r.id from box.round r
where r.scheduled_at is not null and r.closes_at <= clock_timestamp()
    and not exists (select from box.close c where c.round_id = r.id)
order by r.closes_at, r.id

-- name: close_round
select box.close_round($1, 'timeline')
