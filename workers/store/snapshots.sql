-- name: closed_pots
select p.id, p.name, p.money, p.style, p.rule, p.ties as criteria,
    r.id as round_id, r.name as round, r.municipality, r.currency, r.lot_seed, r.revision as rules_version, r.ballots_floor,
    (r.voting_at at time zone 'UTC')::date as opened_on, (c.closed_at at time zone 'UTC')::date as closed_on,
    c.number as close_number
from box.pot p join box.round r on r.id = p.round_id cross join lateral box.standing_close(r) c
where r.id = $1 and c.number is not null order by p.position

-- name: counted_pot
select p.id, p.name, p.money, p.style, p.rule, p.ties as criteria,
    r.id as round_id, r.name as round, r.municipality, r.currency, r.lot_seed, r.revision as rules_version, r.ballots_floor,
    (r.voting_at at time zone 'UTC')::date as opened_on, (c.closed_at at time zone 'UTC')::date as closed_on,
    c.number as close_number
from box.pot p join box.round r on r.id = p.round_id join box.close c on c.round_id = r.id
where p.id = $1 and c.number = (select max(s.close_number) from box.snapshot s where s.pot_id = p.id)

-- name: projects
select number, title, cost, area from box.project where pot_id = $1 order by number

-- name: insert_snapshot
with made as (
    insert into box.snapshot
        (round_id, pot_id, rules_version, close_number, input_hash, inputs, content, pb, withheld)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    on conflict on constraint snapshot_once_per_input do nothing
    returning pot_id)
insert into post.outbox (lane, event)
select 'compare', json_build_object('event', 'PotCounted', 'pot_id', pot_id)::text from made

-- name: newest
select id, content, inputs, input_hash, pb, withheld from box.snapshot where pot_id = $1
order by close_number desc, counted_at desc limit 1

-- name: insert_minutes
insert into box.minutes (round_id, snapshot_ids, note, bundle) values ($1, $2, $3, $4)

-- name: insert_what_if
insert into box.what_if (snapshot_id, content) values ($1, $2) on conflict (snapshot_id) do nothing

-- name: counted_pots
select distinct pot_id from box.snapshot where round_id = $1 order by pot_id

-- name: write_without_held
insert into box.without_held (snapshot_id, content) values ($1, $2)
on conflict (snapshot_id) do update set content = excluded.content, compared_at = clock_timestamp()
where box.without_held.content <> excluded.content

-- name: delete_without_held
delete from box.without_held where snapshot_id = $1
