-- name: everybody
select o.id, m.name as municipality, o.name, o.roles, coalesce(t.confirmed_at is not null, false) as totp
from roll.officer o join roll.municipality m on m.id = o.municipality_id
left join roll.officer_totp t on t.officer_id = o.id
where $1::text is null or m.name = $1
order by m.name, lower(o.name)

-- name: member
select o.id, m.name as municipality, o.name, o.roles, coalesce(t.confirmed_at is not null, false) as totp
from roll.officer o join roll.municipality m on m.id = o.municipality_id
left join roll.officer_totp t on t.officer_id = o.id
where o.municipality_id = $1 and o.id = $2

-- name: demand_totp
update roll.municipality set totp_demanded = $2 where id = $1

-- name: sessions
select id, began_at, seen_at, expires_at, token_hash = $2 as current from roll.officer_session
where officer_id = $1 and expires_at > clock_timestamp() order by began_at desc, id

-- name: delete_session
delete from roll.officer_session where officer_id = $1 and id = $2

-- name: update_roles
update roll.officer set roles = (select coalesce(array_agg(distinct r order by r), '{}') from unnest($2::text[]) r)
where lower(name) = lower($1)
