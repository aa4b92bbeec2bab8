-- name: invitation
select o.id as officer_id, o.name, m.name as municipality, i.issuer, i.expires_at
from roll.officer_invitation i
join roll.officer o on o.id = i.officer_id join roll.municipality m on m.id = o.municipality_id
where i.link_hash = $1 and i.expires_at > clock_timestamp()

-- name: delete_invitation
delete from roll.officer_invitation where officer_id = $1

-- name: use_invitation
delete from roll.officer_invitation where link_hash = $1 and expires_at > clock_timestamp()

-- name: insert_invitation
insert into roll.officer_invitation (officer_id, issuer, link_hash) values ($1, $2, $3) returning expires_at

-- name: delete_binding
delete from roll.officer_binding where officer_id = $1

-- name: insert_binding
insert into roll.officer_binding (officer_id, issuer, subject) values ($1, $2, $3)
on conflict on constraint officer_binding_of_one do nothing

-- name: end_sessions
delete from roll.officer_session s using roll.officer_binding b
where b.officer_id = s.officer_id and b.issuer = $1 and b.subject = $2
