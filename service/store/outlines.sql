-- name: outlines
select area, rings from box.outline where municipality_id = $1 and ($2::text[] is null or area = any($2)) order by area

-- name: delete_outlines
delete from box.outline where municipality_id = $1

-- name: insert_outline
insert into box.outline (municipality_id, area, rings) values ($1, $2, $3)
