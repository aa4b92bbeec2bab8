-- name: officer_by_name
select o.*, m.name as municipality, m.totp_demanded, m.directory_demanded, exists (
    select from roll.officer_totp t where t.officer_id = o.id and t.confirmed_at is not null) as totp,
    roll.is_taken(null, o, m) as by_password
from roll.officer o join roll.municipality m on m.id = o.municipality_id
where lower(o.name) = lower($1)

-- name: officer_by_account
select o.*, m.name as municipality, m.totp_demanded, m.directory_demanded, exists (
    select from roll.officer_totp t where t.officer_id = o.id and t.confirmed_at is not null) as totp,
    roll.is_taken(null, o, m) as by_password
from roll.officer_binding b
join roll.officer o on o.id = b.officer_id join roll.municipality m on m.id = o.municipality_id
where b.issuer = $1 and b.subject = $2

-- name: officer_by_token
with used as ( -- noted once a minute
    update roll.officer_session set seen_at = clock_timestamp(), expires_at =
        least(clock_timestamp() + interval '2 hours', began_at + interval '12 hours', proven_until)
    where token_hash = $1 and expires_at > clock_timestamp() and seen_at < clock_timestamp() - interval '1 minute'
)
select o.*, m.name as municipality, m.totp_demanded, m.directory_demanded, exists (
    select from roll.officer_totp t where t.officer_id = o.id and t.confirmed_at is not null) as totp,
    roll.is_taken(null, o, m) as by_password, s.issuer, s.proven_until, s.two_factors
from roll.officer_session s
join roll.officer o on o.id = s.officer_id join roll.municipality m on m.id = o.municipality_id
where s.token_hash = $1 and s.expires_at > clock_timestamp() and roll.is_taken(s.issuer, o, m)

-- name: insert_session
insert into roll.officer_session (token_hash, officer_id, issuer, proven_until, two_factors, expires_at)
values ($1, $2, $3, $4, $5, least(clock_timestamp() + interval '2 hours', $4))

-- name: delete_session
delete from roll.officer_session where token_hash = $1

-- name: delete_ended_sessions
delete from roll.officer_session where expires_at <= clock_timestamp()

-- name: insert_municipality
insert into roll.municipality (name) values ($1) on conflict on constraint municipality_name_unique do nothing

-- name: municipality_by_name
select id from roll.municipality where name = $1

-- name: insert_officer
insert into roll.officer (municipality_id, name, password_hash, roles) values ($1, $2, $3, $4)
on conflict (lower(name)) do nothing

-- name: update_password
update roll.officer set password_hash = $2, password_at = clock_timestamp() where lower(name) = lower($1)

-- name: insert_round_key
insert into roll.round_key (round_id, wrapped) values ($1, $2)

-- name: register
select version, persons, imported_at from roll.register where municipality_id = $1

-- name: roll
select l.persons, l.entitled, l.built_at,
    l.round_revision = r.revision
        and l.register_version = case when 'register' = any (r.sources) then g.version else 0 end
        and l.bearers = (select count(*) + count(*) filter (where b.void) from roll.bearer b
            where b.round_id = r.id and 'codes' = any (r.sources)) as fresh
from roll.roll l join box.round r on r.id = l.round_id
left join roll.register g on g.municipality_id = r.municipality_id
where l.round_id = $1

-- name: reasons
select pot_id, reason, sum(persons) as persons from roll.head_count where round_id = $1 group by pot_id, reason order by 1, 2

-- name: sign_in
with noted as (
    select p.person_ref, k.wrapped as wrapped_key, roll.note_participation($1, p.person_ref)
    from roll.round_key k, roll.person_of_code($1, $2) as p (person_ref)
    where k.round_id = $1 and p.person_ref is not null
)
select n.person_ref, n.wrapped_key, roll.entries($1, n.person_ref) as entries from noted n

-- name: present
select p.person_ref, k.wrapped as wrapped_key, roll.entries($1, p.person_ref) as entries
from roll.round_key k, coalesce($2, roll.person_of_code($1, $3)) as p (person_ref)
where k.round_id = $1 and p.person_ref is not null

-- name: note_participation
select roll.note_participation($1, $2, $3)

-- name: begin_assisted
insert into roll.assisted_session (officer_id, round_id) values ($1, $2) on conflict (officer_id) do nothing

-- name: note_assistance
insert into roll.assistance (round_id, assisted_on, officer_id, shown, sessions)
values ($1, (clock_timestamp() at time zone 'UTC')::date, $2, $3, 1)
on conflict (round_id, assisted_on, officer_id, shown) do update set sessions = roll.assistance.sessions + 1

-- name: has_assisted
select exists (select from roll.assisted_session where officer_id = $1)

-- name: end_assisted
delete from roll.assisted_session where officer_id = $1
