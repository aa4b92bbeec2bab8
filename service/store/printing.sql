-- name: entitlements
select person_ref, coalesce(array_agg(pot_id order by pot_id) filter (where reason is null), '{}') as pots
from roll.entry where round_id = $1 and person_ref = any($2::bytea[])
group by person_ref order by person_ref
