-- name: checkpoint_secret
select key_id, wrapped from box.checkpoint_secret

-- name: audit_secret
select key_id, wrapped from roll.audit_secret

-- name: checkpoint_keys
select public_key from box.verification_key where purpose = 'checkpoints' order by retired_at desc nulls first

-- name: any_round_key
select round_id, wrapped from roll.round_key limit 1

-- name: complete
select count(*) = 4 from box.verification_key where retired_at is null
