-- name: lock
select pg_advisory_xact_lock(4, 0)

-- name: verification_keys
select key_id, purpose, public_key, made_at, retired_at from box.verification_key
order by retired_at desc nulls first, made_at desc, key_id

-- name: roll_secrets
select purpose, key_id, wrapped, made_at from roll.secret order by purpose

-- name: receipt_secrets
select s.key_id, s.wrapped, v.purpose, v.made_at
from box.receipt_secret s join box.verification_key v on v.key_id = s.key_id
order by v.made_at desc, s.key_id

-- name: audit_secret
select key_id, wrapped from roll.audit_secret

-- name: checkpoint_secret
select key_id, wrapped from box.checkpoint_secret

-- name: insert_verification_key
insert into box.verification_key (key_id, purpose, public_key) values ($1, $2, $3)

-- name: insert_roll_secret
insert into roll.secret (purpose, key_id, wrapped) values ($1, $2, $3)

-- name: insert_receipt_secret
insert into box.receipt_secret (key_id, wrapped) values ($1, $2)

-- name: insert_checkpoint_secret
insert into box.checkpoint_secret (key_id, wrapped) values ($1, $2)

-- name: insert_audit_secret
insert into roll.audit_secret (key_id, wrapped) values ($1, $2)

-- name: retire
update box.verification_key set retired_at = clock_timestamp() where purpose = $1 and retired_at is null

-- name: delete_pass_secret
delete from roll.secret where purpose = 'passes'

-- name: delete_checkpoint_secret
delete from box.checkpoint_secret

-- name: delete_audit_secret
delete from roll.audit_secret

-- name: round_keys
select r.id as round_id, r.name, r.municipality, k.round_id is not null as present,
    d.destroyed_at, x.reason as decision, x.officers
from box.round r
left join roll.round_key k on k.round_id = r.id
left join roll.destroyed_key d on d.round_id = r.id
left join box.decision x on x.id = d.decision_id
order by r.drafted_at, r.id

-- name: has_round_key
select exists (select from roll.round_key where round_id = $1)

-- name: destroyed_key
select d.destroyed_at, x.reason as decision, x.officers
from roll.destroyed_key d join box.decision x on x.id = d.decision_id where d.round_id = $1

-- name: round_end
select box.appeal_ends_at(r) as appeal_ends_at, coalesce(box.appeal_ends_at(r) <= clock_timestamp(), false) as over
from box.round r where r.id = $1
