-- name: cast_ballots
select * from box.cast_ballots($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)

-- name: current_ballot
select b.revision, case when box.phase(r) = 'voting' then b.choices end as choices,
    case when box.phase(r) = 'voting' then b.points end as points,
    b.withdrawn, b.commitment, b.accepted_at, v.ballot_id is not null as judged,
    coalesce(v.reason, case when b.tag in (select box.voided($1)) then 'voided' end) as reason,
    b.tag in (select box.held($1)) as held,
    (select coalesce(jsonb_agg(q.reason order by q.made_at, q.id), '[]')
        from box.quarantined t join box.quarantine q on q.id = t.quarantine_id
        left join box.ruling u on u.quarantine_id = q.id
        where t.tag = b.tag and q.round_id = $1 and u.kind is distinct from 'release') as why,
    (select jsonb_build_object('ground', a.ground, 'state', a.state, 'answer', a.answer)
        from box.appeal a where a.round_id = $1 and a.tag = b.tag) as appeal
from box.ballot b join box.round r on r.id = b.round_id left join box.verdict v on v.ballot_id = b.id
where b.round_id = $1 and b.pot_id = $2 and b.tag = $3
order by b.revision desc limit 1

-- name: form
select p.round_id, p.style,
    (select r.scheduled_at is not null and r.voting_at <= clock_timestamp() from box.round r where r.id = p.round_id)
        as frozen,
    coalesce(array_agg(j.number) filter (where j.id is not null), '{}') as numbers,
    coalesce(array_agg(j.cost) filter (where j.id is not null), '{}') as costs
from box.pot p left join box.project j on j.pot_id = p.id
where p.id = $1 group by p.id

-- name: turnout
select p.id as pot_id,
    (select count(*) from box.elector e where e.pot_id = p.id) as electors,
    (select count(distinct b.tag) from box.ballot b where b.pot_id = p.id and b.batch_id is null)
        - (select count(*) from box.ballot b where b.pot_id = p.id and b.withdrawn and not exists (
            select from box.ballot later where later.round_id = b.round_id and later.pot_id = b.pot_id
                and later.tag = b.tag and later.revision = b.revision + 1)) + m.marks as voters,
    m.marks as on_paper
from box.pot p, lateral (
    select count(*) as marks from box.paper_mark m where m.round_id = p.round_id and m.pot_id = p.id) m
where p.round_id = $1 order by p.position
