-- name: added_on
select added_on from roll.turnout where round_id = $1 order by close_number desc limit 1

-- name: lines
select l.areas, l.electors, l.took_part from roll.turnout_line l
where l.round_id = $1 and l.close_number = (select max(t.close_number) from roll.turnout t where t.round_id = $1)
order by cardinality(l.areas) > 1, l.areas
