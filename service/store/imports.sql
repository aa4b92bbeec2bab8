-- name: insert_import
insert into roll.register_import (municipality_id, source, started_by) values ($1, $2, $3) returning id

-- name: import_by_id
select i.* from roll.register_import i where i.municipality_id = $1 and i.id = $2

-- name: newest_imports
select i.* from roll.register_import i where i.municipality_id = $1 order by i.started_at desc, i.id limit $2

-- name: outdated_imports
with outdated as (
    select i.id from roll.register_import i
    where i.municipality_id = $1 and (
        i.state = 'staged'
            and i.compared_with <> coalesce((select version from roll.register where municipality_id = $1), 0)
        or i.state in ('staged', 'reading') and i.started_at < clock_timestamp() - interval '1 day')
    for update skip locked
)
update roll.register_import i set state = 'discarded', settled_by = $2, settled_at = clock_timestamp()
from outdated o where i.id = o.id returning i.id

-- name: delete_staged_persons
delete from roll.staged_person where import_id = any($1::uuid[])

-- name: delete_staged_contacts
delete from roll.staged_contact where import_id = any($1::uuid[])

-- name: delete_old_faults
delete from roll.register_fault f using roll.register_import i
where i.id = f.import_id and i.municipality_id = $1 and i.started_at < clock_timestamp() - interval '30 days'

-- name: insert_faults
insert into roll.register_fault (import_id, line, faults) 
select $1, (f ->> 'line')::integer, f -> 'faults' from jsonb_array_elements($2::jsonb) f

-- name: insert_repeated
with twice as (
    select person_ref, min(line) as line from roll.staged_person where import_id = $1
    group by person_ref having count(*) > 1
)
insert into roll.register_fault (import_id, line, faults)
select $1, s.line, jsonb_build_array(jsonb_build_object('says', $2::text, 'facts', jsonb_build_object('line', t.line)))
from roll.staged_person s join twice t using (person_ref) where s.import_id = $1 and s.line <> t.line

-- name: count_faults
select count(*) from roll.register_fault where import_id = $1

-- name: faults
select line, faults from roll.register_fault where import_id = $1 and line > $2 order by line limit $3

-- name: analyze
analyze roll.staged_person, roll.staged_contact

-- name: version
select coalesce((select version from roll.register where municipality_id = $1), 0)

-- name: write_faulty
update roll.register_import set state = 'faulty', faults = $2 where id = $1 and state = 'reading' returning *

-- name: write_staged
with own_person as (
    select * from roll.person where municipality_id = $2
), own_staged as (
    select * from roll.staged_person where import_id = $1
), readdressed as (
    (select contact_ref, person_ref from roll.staged_contact where import_id = $1
    except select contact_ref, person_ref from roll.contact where municipality_id = $2)
    union all
    (select contact_ref, person_ref from roll.contact where municipality_id = $2
    except select contact_ref, person_ref from roll.staged_contact where import_id = $1)
), compared as (
    select p.person_ref is null as added, s.person_ref is null as "left", p.area <> s.area as moved,
        (p.birth_year, p.birth_month, p.language, p.relations)
            is distinct from (s.birth_year, s.birth_month, s.language, s.relations)
            or r.person_ref is not null as changed
    from own_person p full join own_staged s using (person_ref)
        left join (select distinct person_ref from readdressed) r using (person_ref)
), counted as (
    select count(*) filter (where not "left") as persons,
        count(*) filter (where added) as added,
        count(*) filter (where moved) as moved,
        count(*) filter (where "left") as "left",
        count(*) filter (where not added and not "left" and not moved and changed) as changed,
        count(*) filter (where not added and not "left" and not moved and not changed) as same
    from compared
)
update roll.register_import i
set state = 'staged', compared_with = $3, persons = c.persons, added = c.added, moved = c.moved, "left" = c."left",
    changed = c.changed, same = c.same
from counted c where i.id = $1 and i.state = 'reading' returning i.*

-- name: lock_import
select i.* from roll.register_import i where i.municipality_id = $1 and i.id = $2 for update

-- name: insert_register
insert into roll.register (municipality_id, version, imported_at, persons) values ($1, 0, clock_timestamp(), 0)
on conflict (municipality_id) do nothing

-- name: lock_register
select version from roll.register where municipality_id = $1 for update

-- name: count_staged
select count(*) from roll.staged_person where import_id = $1

-- name: delete_who_left
delete from roll.person p where p.municipality_id = $2
and not exists (select from roll.staged_person s where s.import_id = $1 and s.person_ref = p.person_ref)

-- name: update_changed
update roll.person p set area = s.area, birth_year = s.birth_year, birth_month = s.birth_month,
    language = s.language, relations = s.relations
from roll.staged_person s
where s.import_id = $1 and p.municipality_id = $2 and p.person_ref = s.person_ref
    and (p.area, p.birth_year, p.birth_month, p.language, p.relations)
        is distinct from (s.area, s.birth_year, s.birth_month, s.language, s.relations)

-- name: insert_added
insert into roll.person (municipality_id, person_ref, area, birth_year, birth_month, language, relations)
select $2, s.person_ref, s.area, s.birth_year, s.birth_month, s.language, s.relations
from roll.staged_person s
where s.import_id = $1
    and not exists (select from roll.person p where p.municipality_id = $2 and p.person_ref = s.person_ref)
order by s.person_ref

-- name: delete_contacts
delete from roll.contact c where c.municipality_id = $2
and not exists (select from roll.staged_contact s
    where s.import_id = $1 and s.contact_ref = c.contact_ref and s.person_ref = c.person_ref)

-- name: insert_contacts
insert into roll.contact (municipality_id, contact_ref, person_ref)
select distinct $2::uuid, s.contact_ref, s.person_ref from roll.staged_contact s where s.import_id = $1
on conflict do nothing

-- name: write_version
update roll.register set version = version + 1, imported_at = clock_timestamp(), persons = $2
where municipality_id = $1 returning version

-- name: write_applied
update roll.register_import set state = 'applied', version = $2, settled_by = $3, settled_at = clock_timestamp()
where id = $1 returning *

-- name: write_discarded
update roll.register_import set state = 'discarded', settled_by = $3, settled_at = clock_timestamp()
where municipality_id = $1 and id = $2 and state = $4 returning id
