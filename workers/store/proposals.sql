-- name: insert_activities
insert into civic.activity (event_id, proposal_id, what) select * from unnest($1::bigint[], $2::uuid[], $3::text[])
on conflict (event_id) do nothing

-- name: hold_standings
insert into civic.standing (proposal_id, supports) select unnest($1::uuid[]), 0
on conflict (proposal_id) do update set supports = civic.standing.supports

-- name: recount_standings
update civic.standing set supports = (select count(*) from civic.support s where s.proposal_id = standing.proposal_id)
where proposal_id = any($1::uuid[])
