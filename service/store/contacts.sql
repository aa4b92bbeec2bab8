-- name: addressee
with found as (
    select r.id, r.name,
        case
            when count(p.person_ref) = 1 then (array_agg(p.person_ref))[1]
            when count(p.person_ref) = 0 and 'declared' = any (r.sources) then $2::bytea
        end as person_ref,
        case when count(distinct p.language) = 1 then min(p.language) end as language
    from box.round r
    left join roll.contact c on c.municipality_id = r.municipality_id and c.contact_ref = $2
    left join roll.person p on p.municipality_id = c.municipality_id and p.person_ref = c.person_ref
    where r.id = $1 and r.announced_at is not null
    group by r.id
)
select coalesce(t.title, f.name) as round, f.person_ref, f.language
from found f left join box.translation t on t.of_id = f.id and t.language = f.language

-- name: delete_ended_codes
delete from roll.contact_code c using (
    select round_id, contact_ref from roll.contact_code where ends_at <= clock_timestamp() for update skip locked
) ended
where c.round_id = ended.round_id and c.contact_ref = ended.contact_ref

-- name: write_contact_code
select roll.write_contact_code($1, $2, $3, $4, $5)

-- name: try_contact_code
update roll.contact_code set tries = tries + 1
where round_id = $1 and contact_ref = $2 and tries < $4 and ends_at > clock_timestamp()
returning code_hash = $3

-- name: delete_contact_code
delete from roll.contact_code where round_id = $1 and contact_ref = $2

-- name: sign_in_person
with person as (
    select $2::bytea as person_ref, k.wrapped as wrapped_key, 'declared' = any (r.sources) as may_declare,
        exists (select from roll.person p where p.municipality_id = r.municipality_id and p.person_ref = $2)
        or exists (select from roll.entry e where e.round_id = $1 and e.person_ref = $2) as known
    from box.round r join roll.round_key k on k.round_id = r.id
    where r.id = $1
), noted as (  -- whoever comes to declare herself has not taken part yet
    select p.person_ref, p.wrapped_key, case when p.known then roll.note_participation($1, p.person_ref) end
    from person p where p.known or p.may_declare
)
select n.person_ref, n.wrapped_key, roll.entries($1, n.person_ref) as entries from noted n
