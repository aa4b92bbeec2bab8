-- name: known_person
select 'register' as source, area, birth_year, birth_month, relations
from roll.person where municipality_id = $1 and person_ref = $2 and 'register' = any ($3::text[])
union all
select 'declared', area, birth_year, birth_month, relations
from roll.declaration where municipality_id = $1 and person_ref = $2 and 'declared' = any ($3::text[])
order by source desc limit 1

-- name: entries
select pot_id, reason from roll.entry where round_id = $1 and person_ref = $2 order by pot_id

-- name: head_counts
select pot_id, area, reason, persons from roll.head_count where round_id = $1 order by pot_id, area, reason nulls first

-- name: builds
select b.number, b.cause, b.register_version, b.round_revision, b.persons, b.entitled, b.built_at, coalesce((
    select jsonb_agg(to_jsonb(c) - 'round_id' - 'number' order by c.pot_id)
    from box.roll_change c where c.round_id = b.round_id and c.number = b.number), '[]') as changes
from box.roll_build b where b.round_id = $1 order by b.number desc limit 20
