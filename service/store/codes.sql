-- name: insert_batch
insert into roll.code_batch (round_id, kind, is_test, issued_by) values ($1, $2, $3, $4) returning *

-- name: batches
select * from roll.code_batch where round_id = $1 order by issued_at, id

-- name: batch_by_id
select * from roll.code_batch where id = $1

-- name: with_letter
select person_ref from roll.code c join roll.code_batch b on b.id = c.batch_id
where c.round_id = $1 and c.person_ref = any($2::bytea[]) and not c.replaced and b.voided_at is null

-- name: persons_after
select person_ref, language from roll.person
where municipality_id = $1 and person_ref > $2
order by person_ref limit $3

-- name: languages
select person_ref, language from roll.person where municipality_id = $1 and person_ref = any($2::bytea[])

-- name: insert_bearers
insert into roll.bearer (round_id, person_ref) select $1, unnest($2::bytea[])

-- name: replace_codes
update roll.code set replaced = true where round_id = $1 and person_ref = any($2::bytea[]) and not replaced

-- name: insert_codes
insert into roll.code (round_id, batch_id, person_ref, code_hash)
select $1, $2, * from unnest($3::bytea[], $4::bytea[])

-- name: grow_batch
update roll.code_batch set size = size + $2 where id = $1 and voided_at is null

-- name: void_batch
update roll.code_batch set voided_at = clock_timestamp(), voided_by = $2, void_reason = $3
where id = $1 and voided_at is null returning *

-- name: code_state
select r.municipality, coalesce(b.is_test, false) as is_test, b.voided_at is not null as void,
    coalesce(c.replaced, false) as replaced
from box.round r left join roll.code c on c.round_id = r.id and c.code_hash = $2
left join roll.code_batch b on b.id = c.batch_id
where r.id = $1
