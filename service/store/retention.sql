-- name: box_holdings
select r.id as round_id, r.municipality_id, r.municipality, r.name, r.appeal_days, box.appeal_ends_at(r) as appeal_ends_at,
    coalesce(box.appeal_ends_at(r) <= clock_timestamp(), false) as due,
    (select count(*) from box.ballot b where b.round_id = r.id) as ballots,
    (select count(*) from box.openings o join box.auditor a on a.id = o.auditor_id where a.round_id = r.id) as openings,
    (select count(*) from box.leaf l where l.round_id = r.id) as leaves,
    (select count(*) from box.checkpoint c where c.round_id = r.id) as heads,
    (select count(*) from box.snapshot s where s.round_id = r.id) as snapshots,
    d.deleted_at, x.reason as decision
from box.round r left join box.deletion d on d.round_id = r.id left join box.decision x on x.id = d.decision_id
where r.id = $1

-- name: roll_holdings
select
    d.destroyed_at, x.reason as key_decision,
    (select count(*) from roll.code c where c.round_id = $1) as codes,
    (select count(*) from roll.entry e where e.round_id = $1) as entries,
    (select count(*) from roll.participation p where p.round_id = $1) as participations,
    (select count(*) from roll.turnout_line t where t.round_id = $1) as turnout_lines
from (select 1) one left join roll.destroyed_key d on d.round_id = $1 left join box.decision x on x.id = d.decision_id

-- name: delete_round
select roll.delete_round($1)
