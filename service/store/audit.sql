-- name: name_actor
select set_config('byalag.officer', $1, true), set_config('byalag.action', $2, true), set_config('byalag.request', $3, true)

-- name: name_command
select set_config('byalag.action', $1, false)

-- name: entries
select id, at, round_id, officer_id, officer, action, request_id, subject, subject_id, before, after from roll.audit
where (municipality_id = $1 or municipality_id is null)
    and ($2::uuid is null or round_id = $2)
    and ($3::uuid is null or officer_id = $3)
    and ($4::date is null or at >= $4::timestamp at time zone 'UTC')
    and ($5::date is null or at < ($5 + 1)::timestamp at time zone 'UTC')
    and ($6::bigint is null or id < $6)
order by id desc limit $7
