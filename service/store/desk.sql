-- name: bursts
with windows as (
    select date_bin('10 minutes', b.accepted_at, 'epoch') as begins_at, count(*) as ballots,
        count(distinct b.tag) as voters, array_agg(distinct b.tag) as tags
    from box.ballot b where b.round_id = $1 group by 1
), usual as (
    select (select sum(w.ballots) from windows w)
        / greatest(1, ceil(extract(epoch from coalesce(c.closed_at, clock_timestamp()) - r.voting_at) / 600)) as ballots
    from box.round r cross join lateral box.standing_close(r) c where r.id = $1)
select 'burst-' || to_char(w.begins_at at time zone 'UTC', 'YYYYMMDD"T"HH24MI') as line, 'burst' as sign, w.begins_at,
    w.begins_at + interval '10 minutes' as ends_at, w.voters, w.ballots, floor(w.ballots / u.ballots)::integer as times,
    (select count(distinct t.tag) from box.quarantine q join box.quarantined t on t.quarantine_id = q.id
        where q.round_id = $1 and t.tag = any(w.tags)) as set_aside
from windows w, usual u where w.voters >= $2 and w.ballots >= $3 * u.ballots
order by w.ballots desc, w.begins_at limit 50

-- name: shared
with seen as (
    select s.sign, s.place, t.tag, t.hour, t.device from box.trace t,
        lateral (values ('network', t.network), ('device', t.device)) as s (sign, place)
    where t.round_id = $1 and t.hour > clock_timestamp() - interval '24 hours')
select s.sign || '-' || left(encode(sha256(uuid_send($1) || s.place), 'hex'), 16) as line, s.sign,
    min(s.hour) as begins_at, max(s.hour) + interval '1 hour' as ends_at, count(distinct s.tag) as voters,
    count(distinct s.device) as devices,
    (select count(distinct q.tag) from box.quarantine a join box.quarantined q on q.quarantine_id = a.id
        where a.round_id = $1 and q.tag = any(array_agg(s.tag))) as set_aside
from seen s group by s.sign, s.place
having count(distinct s.tag) >= case s.sign when 'network' then $2::integer else $3::integer end
order by voters desc, line limit 50

-- name: quarantine_line
with behind as (
    select b.tag from box.ballot b where b.round_id = $1
        and $2 = 'burst-' || to_char(date_bin('10 minutes', b.accepted_at, 'epoch') at time zone 'UTC', 'YYYYMMDD"T"HH24MI')
    union
    select t.tag from box.trace t where t.round_id = $1 and t.hour > clock_timestamp() - interval '24 hours'
        and $2 in ('network-' || left(encode(sha256(uuid_send($1) || t.network), 'hex'), 16),
            'device-' || left(encode(sha256(uuid_send($1) || t.device), 'hex'), 16))
), made as (
    insert into box.quarantine (round_id, sign, voters, reason, made_by)
    select $1, split_part($2, '-', 1), count(*), $3, $4 from behind having count(*) >= $5
    returning id
), listed as (
    insert into box.quarantined (quarantine_id, tag) select m.id, b.tag from made m, behind b order by b.tag
)
select id from made

-- name: quarantines
select q.id, q.sign, q.voters, q.reason, q.made_by, q.made_at,
    case u.kind when 'void' then 'voided' when 'release' then 'released' else 'held' end as state,
    u.ruled_at, d.officers as ruled_by, d.reason as ruling
from box.quarantine q left join box.ruling u on u.quarantine_id = q.id left join box.decision d on d.id = u.decision_id
where q.round_id = $1 order by q.made_at, q.id

-- name: rule_quarantine
select box.rule_quarantine($1, $2)

-- name: ages
with took_part as (
    select p.taken_part_on as day, r.ref from roll.participation p, unnest(p.refs) as r (ref) where p.round_id = $1
), aged as (
    select t.day, extract(year from r.voting_at at time zone 'UTC') - x.birth_year
            - case when extract(month from r.voting_at at time zone 'UTC') < coalesce(x.birth_month, 1) then 1 else 0 end as age,
        (select min(p.min_age) from box.pot p where p.round_id = $1) as least
    from took_part t join box.round r on r.id = $1
    join roll.person x on x.municipality_id = r.municipality_id and x.person_ref = t.ref
    where x.birth_year is not null
), daily as (
    select a.day, s.sign, count(*) filter (where s.shown) as persons, count(*) as of_persons
    from aged a, lateral (values ('very-old', a.age >= $2), ('just-of-age', a.age = a.least)) as s (sign, shown)
    group by a.day, s.sign
), compared as (
    select d.*, sum(d.persons) over (partition by d.sign) as all_persons, sum(d.of_persons) over (partition by d.sign) as all_of
    from daily d)
select day, sign, persons, of_persons from compared
where persons >= $3 and persons * all_of >= $4 * all_persons * of_persons
order by day, sign
