-- name: insert_proposal
insert into civic.proposal (round_id, author, author_name, title, about, language, area, cost_guess)
select r.id, $2, $3, $4, $5, $6, $7, $8 from box.round r where r.id = $1 and box.phase(r) = 'proposing'
returning id

-- name: update_proposal
update civic.proposal p set author_name = $3, title = $4, about = $5, language = $6, area = $7, cost_guess = $8,
    revision = p.revision + 1
from box.round r
where p.id = $1 and p.revision = $2 and p.state = 'submitted'
    and r.id = p.round_id and box.phase(r) in ('proposing', 'reviewing')

-- name: withdraw_proposal
update civic.proposal p set state = 'withdrawn', revision = p.revision + 1
from box.round r
where p.id = $1 and p.state = 'submitted'
    and r.id = p.round_id and box.phase(r) in ('proposing', 'reviewing', 'supporting')

-- name: shortlist_proposal
update civic.proposal set state = 'shortlisted', revision = revision + 1 where id = $1 and state = 'submitted'

-- name: proposal_by_id
select p.*, coalesce(s.supports, 0) as supports from civic.proposal p left join civic.standing s on s.proposal_id = p.id
where p.id = $1

-- name: proposal_page
select p.*, coalesce(s.supports, 0) as supports from civic.proposal p left join civic.standing s on s.proposal_id = p.id
where p.round_id = $1 and p.state <> 'withdrawn' and ($2::uuid is null or p.id > $2)
order by p.id limit $3

-- name: proposals_found
select p.*, coalesce(s.supports, 0) as supports from civic.proposal p left join civic.standing s on s.proposal_id = p.id
where p.round_id = $1 and p.state <> 'withdrawn' and ($4::text is null or p.area = $4)
    and (p.title || ' ' || p.about) ilike all ($5::text[])
    and ($2::uuid is null or (hashtextextended(p.id::text, $6), p.id) > (hashtextextended($2::text, $6), $2))
order by hashtextextended(p.id::text, $6), p.id limit $3

-- name: proposals_alike
select p.*, coalesce(s.supports, 0) as supports from civic.proposal p left join civic.standing s on s.proposal_id = p.id
cross join lateral (select count(*) as words from unnest($2::text[]) word where p.title ilike word) common
where p.round_id = $1 and p.state <> 'withdrawn' and common.words * 2 >= cardinality($2::text[]) and common.words > 0
order by common.words desc, p.id limit $3

-- name: insert_support
insert into civic.support (proposal_id, member)
select p.id, $2 from civic.proposal p join box.round r on r.id = p.round_id
where p.id = $1 and p.state <> 'withdrawn' and box.phase(r) = 'supporting'
on conflict do nothing

-- name: delete_support
delete from civic.support s using civic.proposal p, box.round r
where s.proposal_id = $1 and s.member = $2 and p.id = s.proposal_id and r.id = p.round_id and box.phase(r) = 'supporting'

-- name: supported
select s.proposal_id from civic.support s join civic.proposal p on p.id = s.proposal_id
where p.round_id = $1 and s.member = $2

-- name: activities
select what, noted_at from civic.activity where proposal_id = $1 order by event_id
