-- name: insert_auditor
insert into box.auditor (round_id, name, recipient, named_by) values ($1, $2, $3, $4)
on conflict (round_id, recipient) where revoked_at is null do nothing

-- name: revoke_auditor
update box.auditor set revoked_at = clock_timestamp(), revoked_by = $3
where round_id = $1 and id = $2 and revoked_at is null

-- name: auditors
select a.id, a.round_id, a.name, a.recipient, a.named_by, a.named_at, o.made_at, a.revoked_at, a.revoked_by
from box.auditor a left join box.openings o on o.auditor_id = a.id
where a.round_id = $1 order by a.named_at, a.id

-- name: deletion
select x.reason as decision, d.deleted_at
from box.deletion d join box.decision x on x.id = d.decision_id where d.round_id = $1

-- name: openings
select locked from box.openings where auditor_id = $1
