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

-- name: write_declaration
insert into roll.declaration (municipality_id, person_ref, area, birth_year, birth_month, relations)
values ($1, $2, $3, $4, $5, $6)
on conflict (municipality_id, person_ref) do update set area = excluded.area, birth_year = excluded.birth_year,
    birth_month = excluded.birth_month, relations = excluded.relations, declared_on = excluded.declared_on

-- name: admit_declarant
insert into roll.admission (round_id, person_ref, cause) values ($1, $2, 'declared') on conflict do nothing

-- name: admit_appellant
insert into roll.admission (round_id, person_ref, cause, pot_ids)
select a.round_id, a.person_ref, 'appeal', case when a.pot_id is not null then array[a.pot_id] end
from roll.appeal a where (a.id = $1 or a.decision_id = $1) and a.state = 'granted' and a.person_ref is not null
on conflict (round_id, person_ref, cause) do update set
    pot_ids = (select array_agg(distinct p) from unnest(roll.admission.pot_ids || excluded.pot_ids) p)
returning round_id

-- name: tell_admission
with gathered as (
    select to_timestamp(300 * ceil(extract(epoch from clock_timestamp()) / 300)) as due_at
), told as (
    insert into post.outbox (lane, event, waiting_since)
    select 'roll', json_build_object('event', 'PersonAdmitted', 'round_id', $1::uuid, 'due_at', due_at)::text, due_at
    from gathered
)
select due_at from gathered
