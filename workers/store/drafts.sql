-- name: delete_drafts
delete from civic.draft d where d.round_id in (
    select r.id from (select distinct round_id from civic.draft) held join box.round r on r.id = held.round_id
    where box.phase(r) in ('voting', 'counting', 'published'))
