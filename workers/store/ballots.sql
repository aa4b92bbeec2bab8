-- name: ballots_to_judge
select b.id, b.pot_id, b.choices, b.points, b.withdrawn,
    -- Who was given a paper was on the roll; the paper itself is nobody's, and its batch has no more of them than marks.
    b.batch_id is not null or exists (select from box.elector e where e.pot_id = b.pot_id and e.tag = b.tag) as on_roll
from box.ballot b where b.id = any($1::uuid[])
order by b.id

-- name: forms
select p.id as pot_id, p.style,
    coalesce(array_agg(j.number) filter (where j.id is not null), '{}') as numbers,
    coalesce(array_agg(j.cost) filter (where j.id is not null), '{}') as costs
from box.pot p left join box.project j on j.pot_id = p.id
where p.id = any($1::uuid[]) group by p.id

-- name: insert_verdicts
insert into box.verdict (ballot_id, reason) select * from unnest($1::uuid[], $2::text[])
on conflict (ballot_id) do nothing

-- name: has_waiting
select exists (
    select from box.ballot b
    where b.round_id = $1 and (
        not exists (select from box.verdict v where v.ballot_id = b.id)
        or not exists (select from box.leaf l where l.commitment = b.commitment)))

-- name: has_open_batch
select exists (select from box.paper_batch where round_id = $1 and closed_at is null)

-- name: are_deleted
select exists (select from box.deletion where round_id = $1)

-- name: groups
select choices, points, count(*) as voters from (
    select distinct on (b.tag) b.choices, b.points, b.withdrawn
    from box.ballot b join box.verdict v on v.ballot_id = b.id
    where b.pot_id = $1 and v.reason is null
        and b.tag not in (select box.voided((select p.round_id from box.pot p where p.id = $1)))
    order by b.tag, b.revision desc) current_ballot
where not withdrawn group by choices, points order by choices, points

-- name: held_groups
select choices, points, count(*) as voters from (
    select distinct on (b.tag) b.choices, b.points, b.withdrawn
    from box.ballot b join box.verdict v on v.ballot_id = b.id
    where b.pot_id = $1 and v.reason is null
        and b.tag in (select box.held((select p.round_id from box.pot p where p.id = $1)))
        and b.tag not in (select box.voided((select p.round_id from box.pot p where p.id = $1)))
    order by b.tag, b.revision desc) current_ballot
where not withdrawn group by choices, points order by choices, points

-- name: sums
with revision as (
    select b.tag, b.revision, b.withdrawn, case when b.batch_id is null then 'online' else 'paper' end as channel,
        coalesce(v.reason, case when b.tag in (
        select box.voided((select p.round_id from box.pot p where p.id = $1))) then 'voided' end) as reason
    from box.ballot b join box.verdict v on v.ballot_id = b.id where b.pot_id = $1
), last_word as (
    select distinct on (tag) withdrawn, channel from revision where reason is null order by tag, revision desc)
select (select count(*) from box.elector e where e.pot_id = $1) as electors,
    count(*) as revisions,
    count(distinct tag) as voters,
    (select count(*) from last_word where not withdrawn) as counted,
    count(*) filter (where reason is null) - (select count(*) from last_word) as superseded,
    (select count(*) from last_word where withdrawn) as withdrawn,
    (select coalesce(jsonb_object_agg(reason, times), '{}') from (
        select reason, count(*) as times from revision where reason is not null group by reason) r) as refused,
    (select coalesce(jsonb_object_agg(channel, times), '{}') from (
        select channel, count(*) as times from last_word where not withdrawn group by channel) c) as channels
from revision
