-- civic: what residents say to each other in the open. Members are pseudonyms of this room, unlike the box's tags.

create table civic.proposal (
    id uuid primary key default gen_random_uuid(),
    round_id uuid not null,
    author bytea not null constraint proposal_author_hashed check (octet_length(author) = 32),
    author_name text not null constraint proposal_author_name_length check (char_length(author_name) between 1 and 120),
    title text not null constraint proposal_title_length check (char_length(title) between 1 and 300),
    about text not null constraint proposal_about_length check (char_length(about) between 1 and 20000),
    language text not null constraint proposal_language_code check (language ~ '^[a-z]{2,3}$'),
    area text,
    cost_guess bigint constraint proposal_cost_guess_positive check (cost_guess > 0),
    state text not null default 'submitted'
        constraint proposal_state_known check (state in ('submitted', 'withdrawn', 'shortlisted')),
    revision integer not null default 1,
    submitted_at timestamptz not null default now()
);
create index proposal_of_round on civic.proposal (round_id, id);

create table civic.support (
    proposal_id uuid not null references civic.proposal,
    member bytea not null constraint support_member_hashed check (octet_length(member) = 32),
    primary key (proposal_id, member)
);

create table civic.standing (
    proposal_id uuid primary key references civic.proposal,
    supports integer not null
);

create table civic.activity (
    event_id bigint primary key,
    proposal_id uuid not null references civic.proposal,
    what text not null,
    noted_at timestamptz not null default now()
);
create index activity_of_proposal on civic.activity (proposal_id, event_id);

grant select, insert, update on civic.proposal to byalag_civic;
grant select, insert, delete on civic.support to byalag_civic;
grant select on civic.standing, civic.activity to byalag_civic;
grant select on civic.proposal, civic.support to byalag_worker;
grant select, insert, update on civic.standing to byalag_worker;
grant select, insert on civic.activity to byalag_worker;
