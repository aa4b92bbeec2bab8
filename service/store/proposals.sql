-- name: insert_proposal
insert into civic.proposal (round_id, author, author_name, title, about, language, area, cost_guess, theme, place, point)
select r.id, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::integer[] from box.round r where r.id = $1 and box.phase(r) = 'proposing'
returning id

-- name: update_proposal
update civic.proposal p set author_name = $3, title = $4, about = $5, language = $6, area = $7, cost_guess = $8,
    theme = $9, place = $10, point = $11::integer[], revision = p.revision + 1
from box.round r
where p.id = $1 and p.revision = $2 and p.state = 'submitted'
    and r.id = p.round_id and box.phase(r) in ('proposing', 'reviewing')

-- name: withdraw_proposal
update civic.proposal p set state = 'withdrawn', revision = p.revision + 1,
    title = '', about = '', author_name = '', place = null, point = null, cost_guess = null
from box.round r
where p.id = $1 and p.state = 'submitted'
    and r.id = p.round_id and box.phase(r) in ('proposing', 'reviewing', 'supporting')

-- name: shortlist_proposal
update civic.proposal set state = 'shortlisted', revision = revision + 1 where id = $1 and state = 'submitted'

-- name: review_proposal
with before as (select * from civic.proposal where id = $1 and state = any($2::text[]) for update),
made as (
    insert into civic.review (proposal_id, round_id, state, state_before, ground, reason, made_by)
    select b.id, b.round_id, $3, b.state, $4, $5, $6 from before b returning *
)
update civic.proposal p set state = m.state, review_id = m.id, revision = p.revision + 1
from made m where p.id = m.proposal_id

-- name: reopen_proposal
with before as (select * from civic.proposal where id = $1 and state = $2 for update),
made as (
    insert into civic.review (proposal_id, round_id, state, state_before, reason, made_by)
    select b.id, b.round_id, 'reopened', b.state, $3, $4 from before b
)
update civic.proposal p set state = v.state_before, revision = p.revision + 1, review_id = (
    select d.id from civic.review d where d.proposal_id = p.id and d.state = v.state_before order by d.made_at desc limit 1)
from before b join civic.review v on v.id = b.review_id where p.id = b.id

-- name: proposal_by_id
select p.*, coalesce(s.supports, 0) as supports, v.ground, v.reason, v.made_by as reviewed_by, v.made_at as reviewed_at,
    civic.pictures(p.id) as pictures
from civic.proposal p left join civic.standing s on s.proposal_id = p.id left join civic.review v on v.id = p.review_id
where p.id = $1

-- name: proposal_page
select p.*, coalesce(s.supports, 0) as supports, v.ground, v.reason, v.made_by as reviewed_by, v.made_at as reviewed_at,
    civic.pictures(p.id) as pictures
from civic.proposal p left join civic.standing s on s.proposal_id = p.id left join civic.review v on v.id = p.review_id
where p.round_id = $1 and p.state not in ('withdrawn', 'hidden') and ($2::uuid is null or p.id > $2)
order by p.id limit $3

-- name: proposals_in_state
select p.*, coalesce(s.supports, 0) as supports, v.ground, v.reason, v.made_by as reviewed_by, v.made_at as reviewed_at,
    civic.pictures(p.id) as pictures
from civic.proposal p left join civic.standing s on s.proposal_id = p.id left join civic.review v on v.id = p.review_id
cross join lateral (select coalesce(sum(e.reports), 0) as reports from civic.report e where e.proposal_id = p.id) t
where p.round_id = $1 and p.state = $2 and ($3::uuid is null or (-t.reports, p.id) > (
    (select -coalesce(sum(e.reports), 0) from civic.report e where e.proposal_id = $3), $3))
order by t.reports desc, p.id limit $4

-- name: proposals_of_author
select p.*, coalesce(s.supports, 0) as supports, v.ground, v.reason, v.made_by as reviewed_by, v.made_at as reviewed_at,
    civic.pictures(p.id) as pictures
from civic.proposal p left join civic.standing s on s.proposal_id = p.id left join civic.review v on v.id = p.review_id
where p.round_id = $1 and p.author = $2 order by p.submitted_at, p.id

-- name: proposal_counts
select state, count(*) as proposals from civic.proposal where round_id = $1 group by state order by state

-- name: proposals_found
select p.*, coalesce(s.supports, 0) as supports, v.ground, v.reason, v.made_by as reviewed_by, v.made_at as reviewed_at,
    civic.pictures(p.id) as pictures
from civic.proposal p left join civic.standing s on s.proposal_id = p.id left join civic.review v on v.id = p.review_id
where p.round_id = $1 and p.state not in ('withdrawn', 'hidden') and ($4::text is null or p.area = $4)
    and ($7::text is null or p.theme = $7)
    and concat_ws(' ', p.title, p.about, (
        select string_agg(concat_ws(' ', t.title, t.about), ' ') from civic.translation t where t.proposal_id = p.id)
    ) ilike all ($5::text[])
    and ($2::uuid is null or (hashtextextended(p.id::text, $6), p.id) > (hashtextextended($2::text, $6), $2))
order by hashtextextended(p.id::text, $6), p.id limit $3

-- name: marks
select p.id, p.title, p.point from civic.proposal p
where p.round_id = $1 and p.state not in ('withdrawn', 'hidden') and p.point is not null
    and ($2::text is null or p.area = $2) and ($4::text is null or p.theme = $4)
    and (p.title || ' ' || p.about) ilike all ($3::text[])
order by p.id limit $5

-- name: proposals_alike
select p.*, coalesce(s.supports, 0) as supports, v.ground, v.reason, v.made_by as reviewed_by, v.made_at as reviewed_at,
    civic.pictures(p.id) as pictures
from civic.proposal p left join civic.standing s on s.proposal_id = p.id left join civic.review v on v.id = p.review_id
cross join lateral (select count(*) as words from unnest($2::text[]) word where p.title ilike word) common
where p.round_id = $1 and p.state not in ('withdrawn', 'hidden') and common.words * 2 >= cardinality($2::text[]) and common.words > 0
order by common.words desc, p.id limit $3

-- name: insert_support
insert into civic.support (proposal_id, member)
select p.id, $2 from civic.proposal p join box.round r on r.id = p.round_id
where p.id = $1 and p.state in ('submitted', 'shortlisted') and box.phase(r) = 'supporting'
on conflict do nothing

-- name: delete_support
delete from civic.support s using civic.proposal p, box.round r
where s.proposal_id = $1 and s.member = $2 and p.id = s.proposal_id and r.id = p.round_id and box.phase(r) = 'supporting'

-- name: supported
select s.proposal_id from civic.support s join civic.proposal p on p.id = s.proposal_id
where p.round_id = $1 and s.member = $2

-- name: activities
select what, noted_at from civic.activity where proposal_id = $1 order by event_id
