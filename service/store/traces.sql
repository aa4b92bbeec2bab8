-- name: hour_now
select date_trunc('hour', clock_timestamp(), 'UTC') as hour, k.wrapped
from (select (clock_timestamp() at time zone 'UTC')::date as day) today left join box.trace_key k on k.day = today.day

-- name: insert_key
insert into box.trace_key (day, wrapped) values ($1, $2) on conflict do nothing

-- name: insert_traces
insert into box.trace (round_id, tag, hour, network, device)
select round_id, tag, $1, network, device
from unnest($2::uuid[], $3::bytea[], $4::bytea[], $5::bytea[]) as seen (round_id, tag, network, device)
order by round_id, tag  -- as they lie they say nothing of who came first
