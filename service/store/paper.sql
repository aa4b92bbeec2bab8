-- name: open_batch
select box.open_batch($1, $2, $3, $4, $5)

-- name: batch
select b.*, r.municipality_id from box.paper_batch b join box.round r on r.id = b.round_id where b.id = $1

-- name: batches
select b.*, r.municipality_id from box.paper_batch b join box.round r on r.id = b.round_id
where b.round_id = $1 order by b.opened_at desc, b.id

-- name: hold_batch
select closed_at is null from box.paper_batch where id = $1 for update

-- name: pot_sums
select p.id as pot_id, p.name as pot, coalesce(t.sheets, 0) as declared,
    (select count(*) from box.paper_mark m where m.batch_id = b.id and m.pot_id = p.id) as marks,
    count(s.id) filter (where not s.removed) as sheets,
    count(s.id) filter (where s.state = 'keyed') as keyed,
    count(s.id) filter (where s.state = 'differs') as differing,
    count(s.id) filter (where s.state = 'agreed') as agreed,
    count(s.id) filter (where s.state = 'void' and not s.removed) as void
from box.paper_batch b join box.pot p on p.round_id = b.round_id
left join box.paper_total t on t.batch_id = b.id and t.pot_id = p.id
left join box.paper_sheet s on s.batch_id = b.id and s.pot_id = p.id
where b.id = $1 group by b.id, p.id, t.sheets order by p.position

-- name: batch_faults
select kind, pot, numbers, sheets, others from box.batch_faults($1) with ordinality f order by f.ordinality

-- name: write_totals
insert into box.paper_total (batch_id, round_id, pot_id, sheets) select $1, $2, * from unnest($3::uuid[], $4::integer[])
on conflict (batch_id, pot_id) do update set sheets = excluded.sheets

-- name: mark_paper
select * from box.mark_paper($1, $2, $3, $4)

-- name: unmark_paper
select * from box.unmark_paper($1, $2, $3, $4, $5, $6)

-- name: place_of_mark
select b.place from box.paper_mark m join box.paper_batch b on b.id = m.batch_id
where m.round_id = $1 and m.pot_id = $2 and m.tag = $3

-- name: key_sheet
select box.key_sheet($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)

-- name: waiting_sheets
select s.pot_id, s.number, s.page, s.state,
    exists (select from box.paper_entry e where e.sheet_id = s.id and e.clerk_id = $2) as own
from box.paper_sheet s join box.pot p on p.id = s.pot_id
where s.batch_id = $1 and s.state in ('keyed', 'differs')
order by p.position, s.number limit 500

-- name: entries
select e.clerk, e.choices, e.points, e.void, e.words
from box.paper_sheet s join box.paper_entry e on e.sheet_id = s.id
where s.batch_id = $1 and s.pot_id = $2 and s.number = $3 order by e.id

-- name: agreed
select distinct on (s.id) s.pot_id, e.choices, e.points
from box.paper_sheet s join box.paper_entry e on e.sheet_id = s.id
where s.batch_id = $1 and s.state = 'agreed' order by s.id, e.id desc

-- name: insert_ballots
insert into box.ballot (round_id, pot_id, batch_id, tag, revision, idempotency_key, choices, points, nonce, commitment,
    accepted_at)
select $1, s.pot_id, $2, s.tag, 1, encode(s.tag, 'hex'), s.choices::integer[], s.points::integer[], s.nonce, s.commitment,
    date_trunc('minute', clock_timestamp())
from unnest($3::uuid[], $4::bytea[], $5::text[], $6::text[], $7::bytea[], $8::bytea[]) with ordinality
    as s (pot_id, tag, choices, points, nonce, commitment, place)
order by s.place

-- name: close_batch
update box.paper_batch set closed_at = clock_timestamp(), closed_by = $2 where id = $1
