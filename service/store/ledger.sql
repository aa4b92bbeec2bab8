-- name: last_checkpoint
select size, note, signs from box.log_head where log_id = $1 order by size desc limit 1

-- name: checkpoints
select size, note from box.checkpoint where round_id = $1 and size > $2 order by size limit $3

-- name: leaf
select round_id, position from box.leaf where commitment = $1

-- name: round_of_ballot
select round_id from box.ballot where commitment = $1

-- name: entries
select commitment from box.leaf where round_id = $1 and position >= $2 and position < $2 + $3 order by position

-- name: tile
select hashes from box.log_tile where log_id = $1 and level = $2 and index = $3

-- name: tiles
select t.level, t.index, t.hashes from box.log_tile t
join unnest($2::integer[], $3::bigint[]) as wanted (level, index) on (t.level, t.index) = (wanted.level, wanted.index)
where t.log_id = $1
