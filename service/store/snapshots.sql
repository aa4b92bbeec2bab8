-- name: counted_pots
select distinct s.pot_id from box.round r cross join lateral box.standing_close(r) c
join box.snapshot s on s.round_id = r.id and s.close_number = c.number
where r.id = $1

-- name: has_correction
select exists (
    select from (
        select distinct on (s.pot_id) s.id from box.round r cross join lateral box.standing_close(r) c
        join box.snapshot s on s.round_id = r.id and s.close_number = c.number
        where r.id = $1 order by s.pot_id, s.counted_at desc) newest
    where not exists (select from box.publication p where p.snapshot_id = newest.id))

-- name: published_snapshot
select s.id, s.content, s.counted_at, b.published_at from box.snapshot s join box.publication b on b.snapshot_id = s.id
where s.pot_id = $1 order by s.counted_at desc limit 1

-- name: outcomes
select shown.round_id, sum(jsonb_array_length(shown.outcome -> 'funded'))::integer as funded,
    sum((shown.outcome ->> 'spent')::bigint)::bigint as spent
from (
    select newest.round_id, convert_from(newest.content, 'UTF8')::jsonb -> 'outcome' as outcome from (
        select distinct on (s.pot_id) s.round_id, s.content
        from box.snapshot s join box.publication b on b.snapshot_id = s.id
        where s.round_id = any($1::uuid[]) order by s.pot_id, s.counted_at desc) newest) shown
group by shown.round_id order by shown.round_id

-- name: published_pb
select case when not s.withheld then s.pb end as pb from box.snapshot s join box.publication b on b.snapshot_id = s.id
where s.pot_id = $1 order by s.counted_at desc limit 1

-- name: published_what_if
select o.shown, case when o.shown then w.content end as content from (
    select s.id, r.shows_what_if
        or exists (select from box.what_if_publication p where p.round_id = s.round_id) as shown
    from box.snapshot s join box.publication b on b.snapshot_id = s.id join box.round r on r.id = s.round_id
    where s.pot_id = $1 order by s.counted_at desc limit 1) o
left join box.what_if w on w.snapshot_id = o.id

-- name: what_if_publication
select published_by, published_at from box.what_if_publication where round_id = $1

-- name: publish_what_if
insert into box.what_if_publication (round_id, published_by) values ($1, $2) on conflict (round_id) do nothing

-- name: published_without_held
select w.content from box.without_held w join (
    select s.id from box.snapshot s join box.publication b on b.snapshot_id = s.id
    where s.pot_id = $1 order by s.counted_at desc limit 1) shown on shown.id = w.snapshot_id

-- name: published_bundle
select m.bundle from box.minutes m
where m.round_id = $1 and not exists (
    select from unnest(m.snapshot_ids) as counted (id)
    where not exists (select from box.publication p where p.snapshot_id = counted.id))
order by m.id desc limit 1
