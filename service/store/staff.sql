-- name: everybody
select o.id, m.name as municipality, o.name, o.roles
from roll.officer o join roll.municipality m on m.id = o.municipality_id
where $1::text is null or m.name = $1
order by m.name, lower(o.name)

-- name: update_roles
update roll.officer set roles = (select coalesce(array_agg(distinct r order by r), '{}') from unnest($2::text[]) r)
where lower(name) = lower($1)
