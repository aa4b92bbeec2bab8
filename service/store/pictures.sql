-- name: hold_proposal
select from civic.proposal where id = $1 for update

-- name: insert_picture
insert into civic.picture (proposal_id, place, name, alt, width, height, content, small_width, small_height, small)
select p.id, room.place, $2, $3, $4, $5, $6, $7, $8, $9
from civic.proposal p join box.round r on r.id = p.round_id
cross join lateral (select coalesce(
    (select i.place from civic.picture i where i.proposal_id = p.id and i.name = $2),
    (select min(free) from generate_series(1, 3) free
        where not exists (select from civic.picture i where i.proposal_id = p.id and i.place = free))) as place) room
where p.id = $1 and p.state = 'submitted' and box.phase(r) in ('proposing', 'reviewing') and room.place is not null
on conflict on constraint picture_once do update set alt = excluded.alt
returning xmax = 0

-- name: delete_picture
delete from civic.picture i using civic.proposal p
where i.proposal_id = $1 and i.name = $2 and p.id = i.proposal_id and p.state <> 'hidden'

-- name: delete_pictures
delete from civic.picture where proposal_id = $1

-- name: picture
select case when $3 then small else content end from civic.picture where proposal_id = $1 and name = $2
