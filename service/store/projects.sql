-- name: projects
select j.* from box.project j join box.pot p on p.id = j.pot_id where j.round_id = $1 order by p.position, j.number

-- name: projects_of_pot
select * from box.project where pot_id = $1 order by number

-- name: insert_project
insert into box.project (round_id, pot_id, number, title, about, cost, area, proposal_id, language)
select $1, $2, coalesce($3, (select coalesce(max(number), 0) + 1 from box.project where pot_id = $2)), $4, $5, $6, $7, $8, $9
returning *

-- name: update_project
update box.project set title = $2, about = $3, cost = $4, area = $5, language = $6 where id = $1 returning *

-- name: swap_places
update box.project j set number = other.number
from box.project other where j.id in ($1, $2) and other.id in ($1, $2) and other.id <> j.id

-- name: project_by_id
select * from box.project where id = $1

-- name: delete_project
delete from box.project where id = $1
