-- name: waiting_auditors
select a.id, a.recipient from box.auditor a
where a.round_id = $1 and a.revoked_at is null
    and exists (select from box.publication p where p.round_id = $1)
    and not exists (select from box.deletion d where d.round_id = $1)
    and not exists (select from box.openings o where o.auditor_id = a.id
        and o.made_at > (select max(p.published_at) from box.publication p where p.round_id = $1))
order by a.id

-- name: openings
select l.position, b.pot_id, encode(b.tag, 'hex') as tag, b.revision, encode(b.nonce, 'hex') as nonce,
    b.choices, b.points, b.withdrawn,
    coalesce(v.reason, case when b.tag in (select box.voided($1)) then 'voided' end) as reason
from box.leaf l join box.ballot b on b.commitment = l.commitment join box.verdict v on v.ballot_id = b.id
where l.round_id = $1 order by l.position

-- name: insert_openings
insert into box.openings (auditor_id, locked) values ($1, $2)
on conflict (auditor_id) do update set locked = excluded.locked, made_at = clock_timestamp()
