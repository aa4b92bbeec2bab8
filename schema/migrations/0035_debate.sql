-- The debate: arguments for, against and about a proposal, answers to them, what moderators decide about them and what
-- readers report; and drafts of proposals, which are their author's alone.

alter table civic.proposal add constraint proposal_of_one_author unique (id, author);

create table civic.argument (
    id uuid primary key default gen_random_uuid(),
    proposal_id uuid not null,
    round_id uuid not null,
    side text not null constraint argument_side_known check (side in ('for', 'against', 'question', 'answer')),
    author bytea constraint argument_author_hashed check (octet_length(author) = 32),
    author_name text constraint argument_author_name_length check (char_length(author_name) between 1 and 120),
    words text constraint argument_words_length check (char_length(words) between 1 and 1500),
    language text not null constraint argument_language_code check (language ~ '^[a-z]{2,3}$'),
    answers uuid,
    answerer bytea generated always as (case when answers is not null then author end) stored,
    place smallint constraint argument_three_places check (place between 1 and 3),
    idempotency_key text constraint argument_key_length check (char_length(idempotency_key) between 8 and 128),
    state text not null default 'standing'
        constraint argument_state_known check (state in ('standing', 'withdrawn', 'hidden')),
    written_at timestamptz not null default clock_timestamp(),
    constraint argument_of_proposal foreign key (proposal_id, round_id) references civic.proposal (id, round_id),
    constraint argument_of_round unique (id, round_id),
    constraint argument_about_proposal unique (id, proposal_id),
    constraint argument_answers foreign key (answers, proposal_id) references civic.argument (id, proposal_id),
    constraint argument_answered_by_author foreign key (proposal_id, answerer)
        references civic.proposal (id, author),
    constraint argument_or_answer check ((side = 'answer') = (answers is not null)),
    constraint argument_of_municipality_answers check (author is not null or answers is not null),
    constraint argument_withdrawn_has_no_words check (
        (state = 'withdrawn') = (words is null) and (words is null) = (author_name is null)),
    constraint argument_takes_a_place check ((place is null) = (answers is not null or state = 'withdrawn')),
    constraint argument_three_of_author unique (proposal_id, author, place),
    constraint argument_key_of_resident check ((author is null) = (idempotency_key is null)),
    constraint argument_sent_once unique (proposal_id, author, idempotency_key)
);
create unique index argument_answered_once on civic.argument (answers, author) nulls not distinct
    where answers is not null and state <> 'withdrawn';
create index argument_by_side on civic.argument (proposal_id, side, written_at, id) where state <> 'withdrawn';
create index argument_queue on civic.argument (round_id, state);
comment on column civic.argument.author is 'null where the municipality answers';
comment on column civic.argument.place is 'one of three that a resident has for a proposal; free again once taken back';
comment on column civic.argument.words is 'gone, with the name, once taken back; the row stays, so that a late retry finds it';
comment on column civic.argument.answerer is 'only the author of the proposal answers, and the municipality';

create table civic.argument_review (
    id uuid primary key default gen_random_uuid(),
    argument_id uuid not null,
    round_id uuid not null,
    state text not null constraint argument_review_state_known check (state in ('hidden', 'reopened')),
    ground text constraint argument_review_ground_known
        check (ground in ('personal-data', 'hate', 'advertising', 'off-topic', 'other')),
    reason text constraint argument_review_reason_length check (char_length(reason) between 1 and 2000),
    made_by text not null,
    made_at timestamptz not null default clock_timestamp(),
    constraint argument_review_of_argument foreign key (argument_id, round_id)
        references civic.argument (id, round_id),
    constraint argument_review_ground_of_hiding check ((state = 'hidden') = (ground is not null)),
    constraint argument_review_says_why check (reason is not null or coalesce(ground <> 'other', false)),
    constraint argument_review_decides unique (id, argument_id, state)
);
create index argument_review_by_argument on civic.argument_review (argument_id);
comment on column civic.argument_review.reason is 'its author and officers read it';

-- Nothing is hidden without a decision that says so.
alter table civic.argument
    add column review_id uuid,
    add constraint argument_decided foreign key (review_id, id, state)
        references civic.argument_review (id, argument_id, state),
    add constraint argument_hidden_by_review check ((state = 'hidden') = (review_id is not null));

-- Anybody reports, so only a number is kept: of nobody, at no time, and never so high that it takes room.
create table civic.report (
    round_id uuid not null,
    proposal_id uuid references civic.proposal,
    argument_id uuid references civic.argument,
    ground text not null constraint report_ground_known
        check (ground in ('personal-data', 'hate', 'advertising', 'not-a-proposal', 'off-topic', 'other')),
    reports smallint not null default 1 constraint report_bounded check (reports between 1 and 99),
    constraint report_of_one_thing check (num_nonnulls(proposal_id, argument_id) = 1),
    constraint report_once unique nulls not distinct (proposal_id, argument_id, ground)
);
create index report_of_argument on civic.report (argument_id);

create table civic.draft (
    id uuid primary key,
    round_id uuid not null,
    author bytea not null constraint draft_author_hashed check (octet_length(author) = 32),
    slot smallint not null constraint draft_five_slots check (slot between 1 and 5),
    title text not null constraint draft_title_length check (char_length(title) <= 300),
    about text not null constraint draft_about_length check (char_length(about) <= 20000),
    author_name text not null constraint draft_author_name_length check (char_length(author_name) <= 120),
    language text not null constraint draft_language_code check (language ~ '^[a-z]{2,3}$'),
    area text not null constraint draft_area_length check (char_length(area) <= 120),
    cost_guess text not null constraint draft_cost_guess_length check (char_length(cost_guess) <= 40),
    theme text not null constraint draft_theme_length check (char_length(theme) <= 40),
    place text not null constraint draft_place_length check (char_length(place) <= 120),
    point text not null constraint draft_point_length check (char_length(point) <= 20),
    revision integer not null default 1,
    saved_at timestamptz not null default clock_timestamp(),
    constraint draft_five_of_author unique (round_id, author, slot)
);
comment on table civic.draft is 'as far as somebody wrote a proposal: empty where they have not come to it, cost_guess and point as typed';

-- The clock deletes drafts when the debate of their round is over; what is still there goes with the round's ballots.
create function civic.forget_drafts() returns trigger language plpgsql set search_path = '' as $$
begin
    delete from civic.draft d where d.round_id = new.round_id;
    return null;
end $$;
create trigger deletion_forgets_drafts after insert on box.deletion
    for each row execute function civic.forget_drafts();

grant select, insert on civic.argument, civic.argument_review to byalag_civic;
grant update (author_name, words, place, state, review_id) on civic.argument to byalag_civic;
grant select, insert, delete on civic.report to byalag_civic;
grant update (reports) on civic.report to byalag_civic;
grant select, insert, update, delete on civic.draft to byalag_civic;
grant select (round_id), delete on civic.draft to byalag_worker;

-- Noted is what the municipality says, decides and lays aside, and nothing of what residents write or report.
create trigger argument_noted after insert or update on civic.argument for each row
    when (new.author is null) execute function roll.note_audit();
create trigger argument_review_noted after insert on civic.argument_review for each row
    execute function roll.note_audit();
create trigger report_noted after delete on civic.report for each row execute function roll.note_audit();
