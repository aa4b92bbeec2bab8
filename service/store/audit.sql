-- name: name_actor
select set_config('byalag.officer', $1, true), set_config('byalag.action', $2, true), set_config('byalag.request', $3, true)

-- name: name_command
select set_config('byalag.action', $1, false)

-- name: entries
select a.*, l.position, l.salt from roll.audit a left join roll.audit_leaf l on l.entry_id = a.id
where (municipality_id = $1 or municipality_id is null)
    and ($2::uuid is null or round_id = $2)
    and ($3::uuid is null or officer_id = $3)
    and ($4::date is null or at >= $4::timestamp at time zone 'UTC')
    and ($5::date is null or at < ($5 + 1)::timestamp at time zone 'UTC')
    and ($6::bigint is null or id < $6)
order by id desc limit $7

-- name: kept
select count(*) from roll.audit_leaf l join roll.audit a on a.id = l.entry_id
where l.ledger_id = $1 and l.position < $2 and roll.audit_ledger(a.municipality_id) = $1

-- name: ledgers
select h.log_id as id, m.name from (select distinct log_id from box.log_head where signs = 'audit'
    union select roll.audit_ledger(municipality_id) from roll.audit) h
left join roll.municipality m on m.id = h.log_id order by m.name, h.log_id

-- name: places
select l.position, l.salt, l.entry_id, a.* from roll.audit_leaf l left join roll.audit a on a.id = l.entry_id
where l.ledger_id = $1 order by l.position

-- name: lowest_tiles
select index, hashes from box.log_tile where log_id = $1 and level = 0 order by index

-- name: notes
select note from box.log_head where log_id = $1 order by size

-- name: overdue
select min(a.id) from roll.audit a
where roll.audit_ledger(a.municipality_id) = $1 and a.at < clock_timestamp() - $2::interval
    and not exists (select from roll.audit_leaf l where l.entry_id = a.id)
