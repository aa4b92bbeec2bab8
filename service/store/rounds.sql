-- name: round_page
select r.*, box.phase(r) as phase, c.closed_at,
    (select min(p.published_at) from box.publication p where p.round_id = r.id) as published_at
from box.round r cross join lateral box.standing_close(r) c
where r.announced_at is not null and ($3::uuid is null or r.municipality_id = $3)
    and ($1::uuid is null or (r.drafted_at, r.id) < (select b.drafted_at, b.id from box.round b where b.id = $1))
order by r.drafted_at desc, r.id desc limit $2

-- name: municipalities
select newest.municipality_id as id, newest.municipality as name from (
    select distinct on (r.municipality_id) r.municipality_id, r.municipality
    from box.round r where r.announced_at is not null
    order by r.municipality_id, r.drafted_at desc, r.id desc) newest
order by newest.municipality, newest.municipality_id

-- name: rounds_of_municipality
select r.*, box.phase(r) as phase, c.closed_at,
    (select min(p.published_at) from box.publication p where p.round_id = r.id) as published_at
from box.round r cross join lateral box.standing_close(r) c
where r.municipality_id = $1
order by r.drafted_at desc, r.id desc limit 100

-- name: round_by_id
select r.*, box.phase(r) as phase, c.closed_at,
    (select min(p.published_at) from box.publication p where p.round_id = r.id) as published_at
from box.round r cross join lateral box.standing_close(r) c
where r.id = $1

-- name: pots
select * from box.pot where round_id = $1 order by position

-- name: pot_by_id
select * from box.pot where id = $1

-- name: areas
select name from box.area where round_id = $1 order by name

-- name: insert_round
insert into box.round (id, municipality_id, municipality, name, about, currency, proposing_at, reviewing_at, supporting_at,
    voting_at, closes_at, ballots_floor, lot_seed, appeal_days, sources, shows_what_if, language)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)

-- name: update_round
update box.round r set name = $3, about = $4, currency = $5, proposing_at = $6, reviewing_at = $7, supporting_at = $8,
    voting_at = $9, closes_at = $10, ballots_floor = $11, lot_seed = coalesce($12, lot_seed), appeal_days = $13,
    sources = $14, shows_what_if = $15, language = coalesce($16, language), revision = revision + 1
where id = $1 and revision = $2

-- name: appeal_end
select box.appeal_ends_at(r) as ends_at, coalesce(box.appeal_ends_at(r) <= clock_timestamp(), false) as is_over
from box.round r where r.id = $1

-- name: lock_round
select (box.lock_round(true, $1)).id

-- name: change_settings
update box.round set ballots_floor = $2, appeal_days = $3, revision = revision + (scheduled_at is null)::integer
where id = $1 and (ballots_floor, appeal_days) is distinct from ($2, $3)
returning scheduled_at is null

-- name: delete_areas
delete from box.area where round_id = $1 and name <> all($2::text[])

-- name: insert_areas
insert into box.area (round_id, name) select $1, unnest($2::text[]) on conflict on constraint area_name_unique do nothing

-- name: themes
select name from box.theme where round_id = $1 order by name

-- name: delete_themes
delete from box.theme where round_id = $1 and name <> all($2::text[])

-- name: insert_themes
insert into box.theme (round_id, name) select $1, wanted from unnest($2::text[]) wanted
where not exists (select from box.theme t where t.round_id = $1 and t.name = wanted)

-- name: delete_pots
delete from box.pot where round_id = $1 and name <> all($2::text[])

-- name: write_pot
insert into box.pot (round_id, position, name, money, style, rule, ties, areas, min_age, max_age, age_on,
    relations)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
on conflict on constraint pot_name_unique do update set position = excluded.position, money = excluded.money,
    style = excluded.style, rule = excluded.rule, ties = excluded.ties, areas = excluded.areas, min_age = excluded.min_age,
    max_age = excluded.max_age, age_on = excluded.age_on, relations = excluded.relations

-- name: announce_round
update box.round set announced_at = clock_timestamp() where id = $1 and announced_at is null

-- name: shortcomings
select kind, pot_id from box.shortcomings($1) order by kind, pot_id

-- name: schedule_round
select kind, pot_id from box.schedule_round($1) order by kind, pot_id

-- name: unschedule_round
update box.round set scheduled_at = null where id = $1 and scheduled_at is not null
