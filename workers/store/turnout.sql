-- name: turnout_by_area
select close_number, area, electors, took_part from roll.turnout_by_area($1)

-- name: insert_turnout
insert into roll.turnout (round_id, close_number) values ($1, $2) on conflict (round_id, close_number) do nothing

-- name: insert_line
insert into roll.turnout_line (round_id, close_number, areas, electors, took_part) values ($1, $2, $3, $4, $5)
