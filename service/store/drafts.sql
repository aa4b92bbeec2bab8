-- name: insert_draft
with free as (
    select n.slot from generate_series(1, 5) n (slot) where not exists (
        select from civic.draft d where d.round_id = $2 and d.author = $3 and d.slot = n.slot)
    order by n.slot limit 1
)
insert into civic.draft (id, round_id, author, slot, title, about, author_name, language, area, cost_guess, theme, place, point)
select $1, r.id, $3, free.slot, $4, $5, $6, $7, $8, $9, $10, $11, $12
from free cross join box.round r where r.id = $2 and box.phase(r) = 'proposing'
on conflict do nothing

-- name: update_draft
update civic.draft d set title = $5, about = $6, author_name = $7, language = $8, area = $9, cost_guess = $10,
    theme = $11, place = $12, point = $13,
    revision = d.revision + 1, saved_at = clock_timestamp()
from box.round r
where d.id = $1 and d.author = $2 and d.round_id = $3 and d.revision = $4
    and r.id = d.round_id and box.phase(r) = 'proposing'

-- name: draft_by_id
select id, title, about, author_name, language, area, cost_guess, theme, place, point, revision, saved_at from civic.draft
where id = $1 and author = $2 and round_id = $3

-- name: drafts_of_author
select id, title, about, author_name, language, area, cost_guess, theme, place, point, revision, saved_at from civic.draft
where round_id = $1 and author = $2 order by saved_at desc, id

-- name: delete_draft
delete from civic.draft where id = $1 and author = $2 and round_id = $3
