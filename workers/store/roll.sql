-- name: drafts
select id from box.round
where (municipality_id = any($1::uuid[]) or id = any($2::uuid[])) and scheduled_at is null
order by id

-- name: hold_round
select pg_advisory_xact_lock(3, (box.lock_round(true, $1)).lock_key)

-- name: draft
select r.municipality_id, r.revision, (r.voting_at at time zone 'UTC')::date as votes_on,
    g.version as register_version, k.wrapped as wrapped_key
from box.round r
join roll.register g on g.municipality_id = r.municipality_id
join roll.round_key k on k.round_id = r.id
where r.id = $1 and r.scheduled_at is null

-- name: electorates
select id as pot_id, areas, min_age from box.pot where round_id = $1 order by position

-- name: persons
select person_ref, area, birth_year, birth_month from roll.person where municipality_id = $1 order by person_ref

-- name: delete_entries
delete from roll.entry where round_id = $1

-- name: delete_electors
delete from box.elector where pot_id in (select id from box.pot where round_id = $1)

-- name: insert_entries
insert into roll.entry (round_id, pot_id, person_ref, reason)
select $1, $2, * from unnest($3::bytea[], $4::text[])

-- name: insert_electors
insert into box.elector (pot_id, tag) select $1, unnest($2::bytea[])

-- name: write_roll
insert into roll.roll (round_id, register_version, round_revision, built_at, persons, entitled)
values ($1, $2, $3, clock_timestamp(), $4, $5)
on conflict (round_id) do update set register_version = excluded.register_version,
    round_revision = excluded.round_revision, built_at = excluded.built_at,
    persons = excluded.persons, entitled = excluded.entitled
