-- name: insert_argument
with free as (
    select n.place from generate_series(1, 3) n (place) where not exists (
        select from civic.argument a where a.proposal_id = $1 and a.author = $2 and a.place = n.place)
    order by n.place limit 1
)
insert into civic.argument (proposal_id, round_id, author, idempotency_key, side, author_name, words, language, place)
select p.id, p.round_id, $2, $3, $4, $5, $6, $7, free.place
from free cross join civic.proposal p join box.round r on r.id = p.round_id
where p.id = $1 and p.state in ('submitted', 'shortlisted') and box.phase(r) in ('proposing', 'reviewing', 'supporting')
on conflict do nothing
returning id

-- name: insert_answer
insert into civic.argument (proposal_id, round_id, author, idempotency_key, side, author_name, words, language, answers)
select a.proposal_id, a.round_id, $2, $3, 'answer', $4, $5, $6, a.id
from civic.argument a join civic.proposal p on p.id = a.proposal_id join box.round r on r.id = p.round_id
where a.id = $1 and a.answers is null and a.state <> 'withdrawn' and p.state in ('submitted', 'shortlisted')
    and box.phase(r) in ('proposing', 'reviewing', 'supporting')
on conflict do nothing
returning id

-- name: withdraw_argument
update civic.argument set state = 'withdrawn', words = null, author_name = null, place = null
where id = $1 and state = 'standing'

-- name: hide_argument
with before as (select * from civic.argument where id = $1 and state = 'standing' for update),
made as (
    insert into civic.argument_review (argument_id, round_id, state, ground, reason, made_by)
    select b.id, b.round_id, 'hidden', $2, $3, $4 from before b returning *
)
update civic.argument a set state = m.state, review_id = m.id from made m where a.id = m.argument_id

-- name: reopen_argument
with before as (select * from civic.argument where id = $1 and state = 'hidden' for update),
made as (
    insert into civic.argument_review (argument_id, round_id, state, reason, made_by)
    select b.id, b.round_id, 'reopened', $2, $3 from before b returning *
)
update civic.argument a set state = 'standing', review_id = null from made m where a.id = m.argument_id

-- name: argument_by_id
select a.id, a.proposal_id, a.round_id, a.side, a.author, a.author_name, a.words, a.language, a.answers, a.state, a.written_at,
    case when a.author is null then 'municipality' when a.author = p.author then 'author' else 'resident' end as by,
    v.ground, v.reason, v.made_by as reviewed_by, v.made_at as reviewed_at
from civic.argument a join civic.proposal p on p.id = a.proposal_id left join civic.argument_review v on v.id = a.review_id
where a.id = $1

-- name: argument_sent
select a.id, a.proposal_id, a.round_id, a.side, a.author, a.author_name, a.words, a.language, a.answers, a.state, a.written_at,
    case when a.author is null then 'municipality' when a.author = p.author then 'author' else 'resident' end as by,
    v.ground, v.reason, v.made_by as reviewed_by, v.made_at as reviewed_at
from civic.argument a join civic.proposal p on p.id = a.proposal_id left join civic.argument_review v on v.id = a.review_id
where a.proposal_id = $1 and a.author = $2 and a.idempotency_key = $3

-- name: answer_of
select a.id, a.proposal_id, a.round_id, a.side, a.author, a.author_name, a.words, a.language, a.answers, a.state, a.written_at,
    case when a.author is null then 'municipality' when a.author = p.author then 'author' else 'resident' end as by,
    v.ground, v.reason, v.made_by as reviewed_by, v.made_at as reviewed_at
from civic.argument a join civic.proposal p on p.id = a.proposal_id left join civic.argument_review v on v.id = a.review_id
where a.answers = $1 and a.author is not distinct from $2 and a.state <> 'withdrawn'

-- name: places_taken
select count(*) from civic.argument where proposal_id = $1 and author = $2 and place is not null

-- name: newest_arguments
select a.id, a.proposal_id, a.round_id, a.side, a.author, a.author_name, a.words, a.language, a.answers, a.state, a.written_at,
    case when a.author is null then 'municipality' when a.author = p.author then 'author' else 'resident' end as by,
    v.ground, v.reason, v.made_by as reviewed_by, v.made_at as reviewed_at
from unnest(array['for', 'against', 'question']) s (side) cross join lateral (
    select * from civic.argument
    where proposal_id = $1 and side = s.side and state <> 'withdrawn' order by written_at desc, id desc limit $2) a
join civic.proposal p on p.id = a.proposal_id left join civic.argument_review v on v.id = a.review_id
order by a.written_at, a.id

-- name: argument_page
select a.id, a.proposal_id, a.round_id, a.side, a.author, a.author_name, a.words, a.language, a.answers, a.state, a.written_at,
    case when a.author is null then 'municipality' when a.author = p.author then 'author' else 'resident' end as by,
    v.ground, v.reason, v.made_by as reviewed_by, v.made_at as reviewed_at
from civic.argument a join civic.proposal p on p.id = a.proposal_id left join civic.argument_review v on v.id = a.review_id
where a.proposal_id = $1 and a.side <> 'answer' and ($2::text is null or a.side = $2) and a.state <> 'withdrawn'
    and ($3::uuid is null or (a.written_at, a.id) > (select b.written_at, b.id from civic.argument b where b.id = $3))
order by a.written_at, a.id limit $4

-- name: answers_to
select a.id, a.proposal_id, a.round_id, a.side, a.author, a.author_name, a.words, a.language, a.answers, a.state, a.written_at,
    case when a.author is null then 'municipality' when a.author = p.author then 'author' else 'resident' end as by,
    v.ground, v.reason, v.made_by as reviewed_by, v.made_at as reviewed_at
from civic.argument a join civic.proposal p on p.id = a.proposal_id left join civic.argument_review v on v.id = a.review_id
where a.answers = any($1::uuid[]) and a.state <> 'withdrawn'
order by a.written_at, a.id

-- name: arguments_of_author
select a.id, a.proposal_id, a.round_id, a.side, a.author, a.author_name, a.words, a.language, a.answers, a.state, a.written_at,
    case when a.author is null then 'municipality' when a.author = p.author then 'author' else 'resident' end as by,
    v.ground, v.reason, v.made_by as reviewed_by, v.made_at as reviewed_at
from civic.argument a join civic.proposal p on p.id = a.proposal_id left join civic.argument_review v on v.id = a.review_id
where a.proposal_id = $1 and a.author = $2 and a.state <> 'withdrawn'
order by a.written_at, a.id

-- name: unanswered
select a.id, a.proposal_id, a.round_id, a.side, a.author, a.author_name, a.words, a.language, a.answers, a.state, a.written_at,
    case when a.author is null then 'municipality' when a.author = p.author then 'author' else 'resident' end as by,
    v.ground, v.reason, v.made_by as reviewed_by, v.made_at as reviewed_at
from civic.argument a join civic.proposal p on p.id = a.proposal_id left join civic.argument_review v on v.id = a.review_id
where a.proposal_id = $1 and a.author <> $2 and a.side <> 'answer' and a.state = 'standing'
    and not exists (select from civic.argument b where b.answers = a.id and b.author = $2 and b.state <> 'withdrawn')
order by a.written_at, a.id limit $3

-- name: argument_counts
select side, count(*) as arguments from civic.argument where proposal_id = $1 and state <> 'withdrawn'
group by side order by side

-- name: arguments_in_state
select a.id, a.proposal_id, a.round_id, a.side, a.author, a.author_name, a.words, a.language, a.answers, a.state, a.written_at,
    case when a.author is null then 'municipality' when a.author = p.author then 'author' else 'resident' end as by,
    v.ground, v.reason, v.made_by as reviewed_by, v.made_at as reviewed_at,
    p.title, t.reports, t.grounds
from civic.argument a join civic.proposal p on p.id = a.proposal_id left join civic.argument_review v on v.id = a.review_id
cross join lateral (
    select coalesce(sum(e.reports), 0) as reports,
        coalesce(array_agg(e.ground order by e.reports desc, e.ground), array[]::text[]) as grounds
    from civic.report e where e.argument_id = a.id) t
where a.round_id = $1 and a.state = $2 and ($3::uuid is null or (t.reports, a.written_at, a.id) < (
    select (select coalesce(sum(e.reports), 0) from civic.report e where e.argument_id = b.id), b.written_at, b.id
    from civic.argument b where b.id = $3))
order by t.reports desc, a.written_at desc, a.id desc limit $4

-- name: queue_counts
select state, count(*) as arguments from civic.argument where round_id = $1 and state <> 'withdrawn'
group by state order by state

-- name: report_proposal
insert into civic.report (round_id, proposal_id, ground)
select p.round_id, p.id, $2 from civic.proposal p where p.id = $1
on conflict on constraint report_once do update set reports = least(report.reports + 1, 99)

-- name: report_argument
insert into civic.report (round_id, argument_id, ground)
select a.round_id, a.id, $2 from civic.argument a where a.id = $1
on conflict on constraint report_once do update set reports = least(report.reports + 1, 99)

-- name: reports_of_proposals
select e.proposal_id, sum(e.reports) as reports, array_agg(e.ground order by e.reports desc, e.ground) as grounds
from civic.report e where e.proposal_id = any($1::uuid[]) group by e.proposal_id order by e.proposal_id

-- name: settle_reports
delete from civic.report where proposal_id = $1 or argument_id = $1
