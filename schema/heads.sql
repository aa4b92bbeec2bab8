-- name: standing
select (select note from box.checkpoint where round_id = $1 and size = $2) as note,
    (select max(size) from box.checkpoint where round_id = $1) as size

-- name: checkpoint_keys
select public_key from box.verification_key where purpose = 'checkpoints'
