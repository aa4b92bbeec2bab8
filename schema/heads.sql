-- name: standing
select (select note from box.log_head where log_id = $1 and size = $2) as note,
    (select max(size) from box.log_head where log_id = $1) as size

-- name: checkpoint_keys
select public_key from box.verification_key where purpose in ('checkpoints', 'audit')
