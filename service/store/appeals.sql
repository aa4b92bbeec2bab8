-- name: insert_ballot_appeal
insert into box.appeal (round_id, tag, ground) select $1, $2, $3
where $2 in (select box.held($1)) or $2 in (select box.voided($1))
on conflict on constraint appeal_once do nothing

-- name: has_ballot_appeal
select exists (select from box.appeal where round_id = $1 and tag = $2)

-- name: ballot_appeals
select id, ground, appealed_on, state, answer, answered_by, answered_on
from box.appeal where round_id = $1 order by appealed_on, id

-- name: refuse_ballot_appeal
update box.appeal set state = 'refused', answer = $3, answered_by = $4,
    answered_on = (clock_timestamp() at time zone 'UTC')::date
where round_id = $1 and id = $2 and state = 'open'

-- name: grant_ballot_appeal
with granted as (
    update box.appeal a set state = 'granted', answer = d.reason, answered_by = array_to_string(d.officers, ', '),
        answered_on = (clock_timestamp() at time zone 'UTC')::date, decision_id = d.id
    from box.decision d
    where d.id = $1 and a.id = (d.details ->> 'appeal_id')::uuid and a.round_id = d.round_id and a.state = 'open'
    returning a.id
)
select exists (select from granted) or exists (select from box.appeal where decision_id = $1)

-- name: insert_appeal
insert into roll.appeal (round_id, pot_id, person_ref, reason, words, language, receipt_hash)
select $1, $2, $3, (select e.reason from roll.entry e where e.round_id = $1 and e.pot_id = $2 and e.person_ref = $3),
    $4, $5, $6
on conflict on constraint appeal_once do nothing

-- name: appeals_of_person
select a.id, a.pot_id, p.name as pot, a.reason, a.words, a.language, a.appealed_on, a.state, a.answer, a.answered_by,
    a.answered_on, a.person_ref is not null as known
from roll.appeal a left join box.pot p on p.id = a.pot_id
where a.round_id = $1 and a.person_ref = $2 order by a.appealed_on, a.id

-- name: appeals_by_receipt
select a.id, a.pot_id, p.name as pot, a.reason, a.words, a.language, a.appealed_on, a.state, a.answer, a.answered_by,
    a.answered_on, a.person_ref is not null as known
from roll.appeal a left join box.pot p on p.id = a.pot_id
where a.round_id = $1 and a.receipt_hash = $2 order by a.appealed_on, a.id

-- name: appeals
select a.id, a.pot_id, p.name as pot, a.reason, a.words, a.language, a.appealed_on, a.state, a.answer, a.answered_by,
    a.answered_on, a.person_ref is not null as known
from roll.appeal a left join box.pot p on p.id = a.pot_id
where a.round_id = $1 order by a.state = 'open' desc, a.appealed_on, a.id

-- name: answer_appeal
update roll.appeal set state = $3, answer = $4, answered_by = $5,
    answered_on = (clock_timestamp() at time zone 'UTC')::date
where round_id = $1 and id = $2 and state = 'open'

-- name: grant_appeal
with granted as (
    update roll.appeal a set state = 'granted', answer = d.reason, answered_by = array_to_string(d.officers, ', '),
        answered_on = (clock_timestamp() at time zone 'UTC')::date, decision_id = d.id
    from box.decision d
    where d.id = $1 and a.id = (d.details ->> 'appeal_id')::uuid and a.round_id = d.round_id and a.state = 'open'
    returning a.id
)
select exists (select from granted) or exists (select from roll.appeal where decision_id = $1)
