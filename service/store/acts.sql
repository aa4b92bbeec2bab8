-- name: request_act
select roll.request_act($1, $2, $3, $4, $5)

-- name: confirm_act
select roll.confirm_act($1, $2)

-- name: withdraw_act
select roll.withdraw_act($1, $2)

-- name: acts
select a.id, a.round_id, a.kind, a.details, a.reason, o.name as requested_by, a.requested_at, a.expires_at,
    c.name as confirmed_by, a.confirmed_at,
    case
        when box.is_done(a.id) then 'done'
        when a.withdrawn_at is not null then 'withdrawn'
        when coalesce(a.confirmed_at + interval '24 hours', a.expires_at) <= clock_timestamp() then 'expired'
        when a.confirmed_at is not null then 'decided'
        else 'waiting'
    end as state
from roll.act a join roll.officer o on o.id = a.requested_by left join roll.officer c on c.id = a.confirmed_by
where a.round_id = $1 or a.id = $2 order by a.requested_at desc, a.id limit 100

-- name: would_end_later
select $2 > greatest(clock_timestamp(), case when box.phase(r) = 'voting' then r.closes_at end)
from box.round r where r.id = $1

-- name: close_round
select box.close_round($1, $2)

-- name: retime_round
select box.retime_round($1, $2)

-- name: publish_round
select box.publish_round($1, $2)

-- name: correct_project
select box.correct_project($1, $2)

-- name: destroy_round_key
select roll.destroy_round_key($1, $2)

-- name: delete_openings
select box.delete_openings($1, $2)
