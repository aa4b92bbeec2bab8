-- name: delete_traces
delete from box.trace where hour <= clock_timestamp() - interval '24 hours'

-- name: delete_keys
delete from box.trace_key where day < (clock_timestamp() at time zone 'UTC')::date
