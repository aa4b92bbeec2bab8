-- name: drafts
select id from box.round
where (municipality_id = any($1::uuid[]) or id = any($2::uuid[])) and scheduled_at is null
order by id

-- name: hold_draft
select pg_advisory_xact_lock(3, (box.lock_round(true, $1)).lock_key)

-- name: hold_roll
select pg_advisory_xact_lock(3, lock_key) from box.round where id = $1

-- name: roots
select r.municipality_id, r.revision, r.sources, r.scheduled_at is not null as scheduled,
    case when 'register' = any (r.sources) then g.version else 0 end as register_version,
    (select count(*) + count(*) filter (where b.void) from roll.bearer b
        where b.round_id = r.id and 'codes' = any (r.sources)) as bearers,
    k.wrapped as wrapped_key,
    l.round_revision as built_revision, l.register_version as built_version, l.bearers as built_bearers
from box.round r
join roll.round_key k on k.round_id = r.id
left join roll.register g on g.municipality_id = r.municipality_id
left join roll.roll l on l.round_id = r.id
where r.id = $1 and ('register' <> all (r.sources) or g.version is not null)

-- name: electorates
select id as pot_id, areas, min_age, max_age, age_on, relations from box.pot where round_id = $1 order by position

-- name: known_persons
with known as (
    select person_ref, area, birth_year, birth_month, relations, false as bearer
    from roll.person where municipality_id = $2 and 'register' = any ($3::text[])
    union all
    select d.person_ref, d.area, d.birth_year, d.birth_month, d.relations, false
    from roll.declaration d
    where d.municipality_id = $2 and 'declared' = any ($3::text[]) and not (
        'register' = any ($3::text[])
        and exists (select from roll.person p where p.municipality_id = $2 and p.person_ref = d.person_ref))
    union all
    select person_ref, '', null, null, '{}', true
    from roll.bearer where round_id = $1 and not void and 'codes' = any ($3::text[])
)
select person_ref, area, birth_year, birth_month, relations, bearer from known
where not $4::boolean or person_ref in (
    select a.person_ref from roll.admission a
    where a.round_id = $1 and a.pot_ids is null and (a.cause = 'appeal' or not $5::boolean or not exists (
        select from roll.entry e where e.round_id = $1 and e.person_ref = a.person_ref)))

-- name: open_stage
create temp table if not exists staged_entry (pot_id uuid, person_ref bytea, area text, reason text) on commit drop;
truncate staged_entry

-- name: close_stage
analyze staged_entry

-- name: keep_entitled
update staged_entry s set reason = null from roll.entry e
where e.round_id = $1 and e.pot_id = s.pot_id and e.person_ref = s.person_ref
    and e.reason is null and s.reason is not null

-- name: keep_entries
insert into staged_entry (pot_id, person_ref, area, reason)
select e.pot_id, e.person_ref, e.area, e.reason from roll.entry e
where e.round_id = $1 and e.person_ref in (select a.person_ref from roll.admission a where a.round_id = $1)
    and not exists (select from staged_entry s where s.pot_id = e.pot_id and s.person_ref = e.person_ref)

-- name: grant_appeals
update staged_entry s set reason = null from roll.admission a
where a.round_id = $1 and a.person_ref = s.person_ref and s.pot_id = any (a.pot_ids) and s.reason is not null

-- name: insert_appeals
insert into staged_entry (pot_id, person_ref, area)
select p.id, a.person_ref, '' from roll.admission a join box.pot p on p.round_id = a.round_id and p.id = any (a.pot_ids)
where a.round_id = $1
    and not exists (select from staged_entry s where s.pot_id = p.id and s.person_ref = a.person_ref)

-- name: changes
with now as (
    select pot_id, person_ref, reason, true as here from staged_entry
), before as (
    select pot_id, person_ref, reason, true as here from roll.entry e
    where e.round_id = $1
        and (not $2::boolean or exists (select from staged_entry s where s.person_ref = e.person_ref))
), both_sides as (
    select pot_id, n.here and n.reason is null as entitled, b.here and b.reason is null as was_entitled,
        n.reason <> b.reason as other_reason
    from now n full join before b using (pot_id, person_ref)
)
select pot_id,
    count(*) filter (where entitled and was_entitled is not true) as newly_entitled,
    count(*) filter (where was_entitled and entitled is not true) as no_longer_entitled,
    count(*) filter (where other_reason) as other_reason
from both_sides group by pot_id order by pot_id

-- name: count_fresh
select count(*) from staged_entry s
left join roll.entry e on e.round_id = $1 and e.pot_id = s.pot_id and e.person_ref = s.person_ref
where e.person_ref is null or (e.reason, e.area) is distinct from (s.reason, s.area)

-- name: delete_entries
delete from roll.entry e where e.round_id = $1
    and not exists (select from staged_entry s where s.pot_id = e.pot_id and s.person_ref = e.person_ref)

-- name: delete_staged
delete from roll.entry e where e.round_id = $1 and e.person_ref in (select s.person_ref from staged_entry s)

-- name: write_entries
insert into roll.entry (round_id, pot_id, person_ref, area, reason)
select $1, pot_id, person_ref, area, reason from staged_entry order by person_ref, pot_id
on conflict (round_id, person_ref, pot_id) do update set reason = excluded.reason, area = excluded.area
    where (roll.entry.reason, roll.entry.area) is distinct from (excluded.reason, excluded.area)

-- name: mark_void_bearers
select roll.mark_void_bearers($1)

-- name: drop_entries
with gone as (
    delete from roll.entry e using roll.bearer b
    where e.round_id = $1 and b.round_id = $1 and b.person_ref = e.person_ref and b.void
        and not exists (select from roll.admission a where a.round_id = $1 and a.person_ref = e.person_ref)
    returning e.pot_id, e.reason)
select pot_id, 0 as newly_entitled, count(*) filter (where reason is null) as no_longer_entitled, 0 as other_reason
from gone group by pot_id order by pot_id

-- name: sort_admissions
with a as (delete from roll.admission where round_id = $1 returning *)
insert into roll.admission select * from a order by person_ref, cause

-- name: sort_declarations
with d as (delete from roll.declaration where municipality_id = $1 returning *)
insert into roll.declaration select * from d order by person_ref

-- name: entitled
select person_ref, array_agg(pot_id) from roll.entry
where round_id = $1 and reason is null and pot_id = any ($2::uuid[]) group by person_ref

-- name: open_electors
create temp table if not exists staged_elector (pot_id uuid, tag bytea) on commit drop;
truncate staged_elector

-- name: delete_electors
delete from box.elector where pot_id = any ($1::uuid[])

-- name: insert_electors
insert into box.elector (pot_id, tag) select pot_id, tag from staged_elector order by pot_id, tag

-- name: delete_head_counts
delete from roll.head_count where round_id = $1

-- name: insert_head_counts
insert into roll.head_count (round_id, pot_id, area, reason, persons)
select $1, pot_id, area, reason, count(*) from roll.entry where round_id = $1 group by pot_id, area, reason

-- name: write_roll
insert into roll.roll (round_id, register_version, round_revision, bearers, built_at, persons, entitled)
select $1, $2, $3, $4, clock_timestamp(), count(*), count(*) filter (where entitled)
from (select bool_or(reason is null) as entitled from roll.entry where round_id = $1 group by person_ref) person
on conflict (round_id) do update set register_version = excluded.register_version,
    round_revision = excluded.round_revision, bearers = excluded.bearers, built_at = excluded.built_at,
    persons = excluded.persons, entitled = excluded.entitled

-- name: add_to_roll
update roll.roll l set persons = p.persons, entitled = p.entitled, bearers = $2 from (
    select count(*) as persons, count(*) filter (where entitled) as entitled
    from (select bool_or(reason is null) as entitled from roll.entry where round_id = $1 group by person_ref) person) p
where l.round_id = $1

-- name: insert_build
insert into box.roll_build (round_id, number, cause, register_version, round_revision, persons, entitled, built_at)
select l.round_id, coalesce((select max(number) from box.roll_build b where b.round_id = l.round_id), 0) + 1, $2, $3, $4,
    l.persons, l.entitled,
    case $2 when 'sources' then l.built_at else date_trunc('day', clock_timestamp(), 'UTC') end
from roll.roll l where l.round_id = $1
returning number

-- name: insert_changes
insert into box.roll_change (round_id, number, pot_id, newly_entitled, no_longer_entitled, other_reason)
select $1, $2, c.* from jsonb_to_recordset($3) as
    c (pot_id uuid, newly_entitled integer, no_longer_entitled integer, other_reason integer)

-- name: is_due
select $1::timestamptz <= clock_timestamp()

-- name: is_over
select box.phase(r) in ('counting', 'published') from box.lock_round(true, $1) r
