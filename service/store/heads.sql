-- name: lock_webhooks
select pg_advisory_xact_lock(6, hashtext($1::uuid::text))

-- name: webhooks
select id, address, added_at, tried_at from box.head_webhook where municipality_id = $1 order by added_at, id

-- name: insert_webhook
insert into box.head_webhook (municipality_id, address) values ($1, $2) returning id, address, added_at, tried_at

-- name: try_webhook
update box.head_webhook set tried_at = clock_timestamp() where municipality_id = $1 and id = $2

-- name: delete_webhook
delete from box.head_webhook where municipality_id = $1 and id = $2

-- name: deliveries
select d.webhook_id, d.round_id, r.name as round, d.size, d.sent_at, d.fault, d.failed_at, d.failures, d.due_at
from box.head_delivery d left join box.round r on r.id = d.round_id
where coalesce(r.municipality_id, d.round_id) = $1
order by r.drafted_at desc nulls last, r.id desc
