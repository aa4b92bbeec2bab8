-- name: originals
select of_id, round_id, pot_id, number, noun, title, about, language, encode(box.fingerprint(title, about), 'hex') as fingerprint
from box.original where round_id = $1 order by noun, number, title, of_id

-- name: original
select of_id, round_id, pot_id, number, noun, title, about, language, encode(box.fingerprint(title, about), 'hex') as fingerprint
from box.original where of_id = $1 and noun = $2

-- name: translations
select t.of_id, o.noun, t.language, t.title, t.about, t.revision, t.translated_by, t.translated_at, t.corrected_at,
    t.original <> box.fingerprint(o.title, o.about) as stale
from box.translation t join box.original o on o.of_id = t.of_id and o.round_id = t.round_id
where t.round_id = $1 order by t.language, o.noun, o.pot_id, o.number, t.of_id

-- name: translations_of
select t.of_id, o.noun, t.language, t.title, t.about, t.revision, t.translated_by, t.translated_at, t.corrected_at,
    t.original <> box.fingerprint(o.title, o.about) as stale
from box.translation t join box.original o on o.of_id = t.of_id
where t.of_id = any($1::uuid[]) order by t.language

-- name: readings
select o.of_id, o.noun, case when o.noun = 'project' then o.number end as number,
    case when o.noun in ('area', 'theme') then o.title end as name, o.language as written_in, t.title, t.about,
    t.corrected_at, coalesce(t.original <> box.fingerprint(o.title, o.about), false) as stale
from box.original o left join box.translation t on t.of_id = o.of_id and t.language = $2
where o.round_id = $1 and ($3::uuid is null or o.noun <> 'delivery' and (o.pot_id is null or o.pot_id = $3))
order by o.of_id

-- name: readings_of_rounds
select r.id as of_id, 'round' as noun, null::integer as number, null as name, r.language as written_in, t.title, t.about, t.corrected_at,
    coalesce(t.original <> box.fingerprint(r.name, r.about), false) as stale
from box.round r left join box.translation t on t.of_id = r.id and t.language = $2
where r.id = any($1::uuid[]) order by r.id

-- name: round_names
select language, title from box.translation where of_id = $1 and title is not null order by language

-- name: titles_of_pot
select o.of_id, o.noun, case when o.noun = 'project' then o.number end as number, null as name,
    o.language as written_in, t.title, null as about, t.corrected_at, coalesce(t.original <> box.fingerprint(o.title, o.about), false) as stale
from box.original o left join box.translation t on t.of_id = o.of_id and t.language = $2
where o.round_id = (select round_id from box.pot where id = $1) and o.noun in ('round', 'pot', 'project')
    and coalesce(o.pot_id, $1) = $1
order by o.of_id

-- name: insert_translation
insert into box.translation (
    round_id, pot_id, project_id, delivery_id, area_id, theme_id, language, title, about, original, translated_by)
select o.round_id, case o.noun when 'pot' then o.of_id end, case o.noun when 'project' then o.of_id end,
    case o.noun when 'delivery' then o.of_id end, case o.noun when 'area' then o.of_id end,
    case o.noun when 'theme' then o.of_id end, $2, $3, $4, coalesce($5, box.fingerprint(o.title, o.about)), $6
from box.original o where o.of_id = $1
on conflict on constraint translation_once do nothing

-- name: update_translation
update box.translation t set title = $3, about = $4, original = coalesce($5, box.fingerprint(o.title, o.about)),
    translated_by = $6, translated_at = clock_timestamp(), revision = t.revision + 1
from box.original o where t.of_id = $1 and t.language = $2 and t.revision = $7 and o.of_id = t.of_id

-- name: delete_translation
delete from box.translation where of_id = $1 and language = $2 and revision = $3

-- name: translation_revision
select revision from box.translation where of_id = $1 and language = $2

-- name: proposal_original
select p.id as of_id, p.round_id, null::uuid as pot_id, null::integer as number, 'proposal' as noun, p.title, p.about, p.language,
    encode(box.fingerprint(p.title, p.about), 'hex') as fingerprint
from civic.proposal p where p.id = $1

-- name: proposal_originals
select p.id as of_id, p.round_id, null::uuid as pot_id, null::integer as number, 'proposal' as noun, p.title, p.about, p.language,
    encode(box.fingerprint(p.title, p.about), 'hex') as fingerprint
from civic.proposal p
where p.round_id = $1 and p.state not in ('withdrawn', 'hidden') and p.language <> $2 and ($3::uuid is null or p.id > $3)
order by p.id limit $4

-- name: proposal_translations
select t.proposal_id as of_id, 'proposal' as noun, t.language, t.title, t.about, t.revision, t.translated_by, t.translated_at,
    null::timestamptz as corrected_at, t.original <> box.fingerprint(p.title, p.about) as stale
from civic.translation t join civic.proposal p on p.id = t.proposal_id
where t.proposal_id = any($1::uuid[]) order by t.language, t.proposal_id

-- name: proposal_readings
select p.id as of_id, 'proposal' as noun, null::integer as number, null as name, p.language as written_in, t.title, t.about, null::timestamptz as corrected_at,
    coalesce(t.original <> box.fingerprint(p.title, p.about), false) as stale
from civic.proposal p left join civic.translation t on t.proposal_id = p.id and t.language = $2
where p.id = any($1::uuid[]) order by p.id

-- name: proposal_texts
select p.language, 2 * count(*) as texts from civic.proposal p
where p.round_id = $1 and p.state not in ('withdrawn', 'hidden') group by p.language order by p.language

-- name: proposal_texts_done
select t.language, count(t.title) + count(t.about) as texts
from civic.translation t join civic.proposal p on p.id = t.proposal_id
where p.round_id = $1 and p.state not in ('withdrawn', 'hidden') and p.language <> t.language group by t.language order by t.language

-- name: insert_proposal_translation
insert into civic.translation (proposal_id, round_id, language, title, about, original, translated_by)
select p.id, p.round_id, $2, $3, $4, coalesce($5, box.fingerprint(p.title, p.about)), $6
from civic.proposal p where p.id = $1
on conflict on constraint translation_once do nothing

-- name: update_proposal_translation
update civic.translation t set title = $3, about = $4, original = coalesce($5, box.fingerprint(p.title, p.about)),
    translated_by = $6, translated_at = clock_timestamp(), revision = t.revision + 1
from civic.proposal p where t.proposal_id = $1 and t.language = $2 and t.revision = $7 and p.id = t.proposal_id

-- name: delete_proposal_translation
delete from civic.translation where proposal_id = $1 and language = $2 and revision = $3

-- name: delete_translations_of_proposal
delete from civic.translation where proposal_id = $1

-- name: proposal_translation_revision
select revision from civic.translation where proposal_id = $1 and language = $2

-- name: carry_translations
insert into box.translation (round_id, project_id, language, title, about, original, translated_by)
select $3, $2, t.language, t.title, t.about, t.original, t.translated_by
from civic.translation t where t.proposal_id = $1
