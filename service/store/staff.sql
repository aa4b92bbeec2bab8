-- name: everybody
select o.id, m.name as municipality, o.name, o.roles, coalesce(t.confirmed_at is not null, false) as totp, b.issuer,
    i.issuer as invited_to, i.expires_at as invited_until, m.break_glass_id is not distinct from o.id as break_glass
from roll.officer o join roll.municipality m on m.id = o.municipality_id
left join roll.officer_totp t on t.officer_id = o.id
left join roll.officer_binding b on b.officer_id = o.id
left join roll.officer_invitation i on i.officer_id = o.id and i.expires_at > clock_timestamp()
where $1::text is null or m.name = $1
order by m.name, lower(o.name)

-- name: member
select o.id, m.name as municipality, o.name, o.roles, coalesce(t.confirmed_at is not null, false) as totp, b.issuer,
    i.issuer as invited_to, i.expires_at as invited_until, m.break_glass_id is not distinct from o.id as break_glass
from roll.officer o join roll.municipality m on m.id = o.municipality_id
left join roll.officer_totp t on t.officer_id = o.id
left join roll.officer_binding b on b.officer_id = o.id
left join roll.officer_invitation i on i.officer_id = o.id and i.expires_at > clock_timestamp()
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

-- name: demand_directory
update roll.municipality set directory_demanded = $2 where id = $1

-- name: name_break_glass
update roll.municipality m set break_glass_id = o.id from roll.officer o
where o.municipality_id = m.id and lower(o.name) = lower($1) and 'admin' = any (o.roles)
