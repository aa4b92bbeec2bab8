-- name: insert_delivery
insert into box.delivery (round_id, project_id, state, says, spent, expected_on, told_by)
values ($1, $2, $3, $4, $5, $6, $7) returning *

-- name: deliveries
select * from box.delivery where round_id = $1 order by told_at desc, id
