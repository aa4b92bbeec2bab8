-- Review and moderation: what officers decide about a proposal, a row for each decision. The text of a hidden proposal
-- stays, and is shown to officers alone.

alter table civic.proposal
    drop constraint proposal_state_known,
    add constraint proposal_state_known
        check (state in ('submitted', 'withdrawn', 'shortlisted', 'declined', 'hidden')),
    add constraint proposal_of_round_once unique (id, round_id);
create index proposal_of_author on civic.proposal (author);

create table civic.review (
    id uuid primary key default gen_random_uuid(),
    proposal_id uuid not null,
    round_id uuid not null,
    state text not null constraint review_state_known check (state in ('declined', 'hidden', 'reopened')),
    state_before text not null,
    ground text constraint review_ground_known
        check (ground in ('personal-data', 'hate', 'advertising', 'not-a-proposal', 'other')),
    reason text constraint review_reason_length check (char_length(reason) between 1 and 2000),
    made_by text not null,
    made_at timestamptz not null default clock_timestamp(),
    constraint review_of_proposal foreign key (proposal_id, round_id) references civic.proposal (id, round_id),
    constraint review_ground_of_hiding check ((state = 'hidden') = (ground is not null)),
    constraint review_says_why check (reason is not null or coalesce(ground <> 'other', false)),
    constraint review_decides unique (id, proposal_id, state)
);
create index review_by_proposal on civic.review (proposal_id, made_at);
comment on column civic.review.reason is 'everybody reads it; of a hidden proposal its author and officers do';

-- Nothing is declined or hidden without a decision that says so.
alter table civic.proposal
    add column review_id uuid,
    add constraint proposal_decided foreign key (review_id, id, state)
        references civic.review (id, proposal_id, state),
    add constraint proposal_decided_by_review check ((state in ('declined', 'hidden')) = (review_id is not null));
comment on column civic.proposal.review_id is 'the decision that stands';

grant select, insert on civic.review to byalag_civic;
create trigger review_noted after insert on civic.review for each row execute function roll.note_audit();
