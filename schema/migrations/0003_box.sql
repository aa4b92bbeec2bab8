-- box: rounds, pots, projects, ballots, verdicts, snapshots. No person, no identity, no session.

create table box.round (
    id uuid primary key default gen_random_uuid(),
    lock_key integer generated always as identity,
    municipality_id uuid not null,
    municipality text not null,
    name text not null constraint round_name_length check (char_length(name) between 1 and 200),
    about text not null default '' constraint round_about_length check (char_length(about) <= 20000),
    currency char(3) not null constraint round_currency_code check (currency ~ '^[A-Z]{3}$'),
    proposing_at timestamptz,
    reviewing_at timestamptz,
    supporting_at timestamptz,
    voting_at timestamptz not null,
    closes_at timestamptz not null,
    lot_seed text not null constraint round_lot_seed_length check (char_length(lot_seed) between 1 and 200),
    revision integer not null default 1,
    drafted_at timestamptz not null default now(),
    announced_at timestamptz,
    scheduled_at timestamptz,
    constraint round_timeline_in_order check (
        closes_at > voting_at
        and coalesce(proposing_at, '-infinity') <= coalesce(reviewing_at, supporting_at, voting_at)
        and coalesce(reviewing_at, '-infinity') <= coalesce(supporting_at, voting_at)
        and coalesce(supporting_at, '-infinity') <= voting_at
    ),
    constraint round_scheduled_is_announced check (scheduled_at is null or announced_at is not null)
);
create index round_newest on box.round (drafted_at desc, id desc);
create index round_municipality on box.round (municipality_id);

create table box.area (
    id uuid primary key default gen_random_uuid(),
    round_id uuid not null references box.round on delete cascade,
    name text not null constraint area_name_length check (char_length(name) between 1 and 120),
    constraint area_name_unique unique (round_id, name)
);

create table box.pot (
    id uuid primary key default gen_random_uuid(),
    round_id uuid not null references box.round on delete cascade,
    position smallint not null,
    name text not null constraint pot_name_length check (char_length(name) between 1 and 200),
    money bigint not null constraint pot_money_positive check (money > 0),
    style jsonb not null,
    rule jsonb not null,
    ties jsonb not null,
    areas text[] not null default '{}',
    min_age smallint constraint pot_min_age_plausible check (min_age between 0 and 120),
    constraint pot_of_round unique (id, round_id),
    constraint pot_name_unique unique (round_id, name),
    constraint pot_position_unique unique (round_id, position) deferrable initially deferred
);
comment on column box.pot.areas is 'names of the areas whose residents may vote here; empty for all';

create table box.project (
    id uuid primary key default gen_random_uuid(),
    round_id uuid not null,
    pot_id uuid not null,
    number integer not null constraint project_number_positive check (number between 1 and 100000),
    title text not null constraint project_title_length check (char_length(title) between 1 and 300),
    about text not null default '' constraint project_about_length check (char_length(about) <= 20000),
    cost bigint not null constraint project_cost_positive check (cost > 0),
    area text,
    proposal_id uuid constraint project_proposal_once unique,
    constraint project_number_unique unique (pot_id, number),
    constraint project_in_pot_of_round foreign key (pot_id, round_id) references box.pot (id, round_id) on delete cascade
);

-- Who may vote in a pot, by pseudonym. Written in tag order, so that the order of rows tells nothing.
create table box.elector (
    pot_id uuid not null references box.pot on delete cascade,
    tag bytea not null constraint elector_tag_hashed check (octet_length(tag) = 32),
    primary key (pot_id, tag)
);

create table box.ballot (
    id uuid primary key default gen_random_uuid(),
    round_id uuid not null,
    pot_id uuid not null,
    tag bytea not null constraint ballot_tag_hashed check (octet_length(tag) = 32),
    revision integer not null constraint ballot_revision_positive check (revision >= 1),
    idempotency_key text not null constraint ballot_key_length check (char_length(idempotency_key) between 8 and 128),
    choices integer[] not null constraint ballot_choices_few check (cardinality(choices) <= 1000),
    points integer[] not null default '{}',
    nonce bytea not null constraint ballot_nonce_length check (octet_length(nonce) = 32),
    commitment bytea not null constraint ballot_commitment_unique unique
        constraint ballot_commitment_length check (octet_length(commitment) = 32),
    accepted_at timestamptz not null
        constraint ballot_accepted_to_the_minute check (accepted_at = date_trunc('minute', accepted_at)),
    constraint ballot_points_beside_choices check (cardinality(points) in (0, cardinality(choices))),
    constraint ballot_in_pot_of_round foreign key (pot_id, round_id) references box.pot (id, round_id),
    constraint ballot_revision_unique unique (round_id, pot_id, tag, revision),
    constraint ballot_key_unique unique (round_id, tag, idempotency_key)
);
create index ballot_of_pot on box.ballot (pot_id);

create table box.verdict (
    ballot_id uuid primary key references box.ballot,
    reason text
);
comment on column box.ballot.choices is 'project numbers: ascending, or the best first on a ranked ballot';
comment on column box.ballot.points is 'one for each choice where the style gives points, otherwise empty';
comment on column box.verdict.reason is 'why this revision does not count; null when it does, unless a later one replaces it';

create table box.close (
    round_id uuid primary key references box.round,
    closed_at timestamptz not null,
    cause text not null constraint close_cause_known check (cause in ('timeline', 'officer'))
);

create table box.snapshot (
    id uuid primary key default gen_random_uuid(),
    round_id uuid not null,
    pot_id uuid not null,
    input_hash bytea not null constraint snapshot_input_hashed check (octet_length(input_hash) = 32),
    content bytea not null,
    pb bytea not null,
    counted_at timestamptz not null default clock_timestamp(),
    constraint snapshot_in_pot_of_round foreign key (pot_id, round_id) references box.pot (id, round_id),
    constraint snapshot_once_per_input unique (pot_id, input_hash)
);

create table box.publication (
    snapshot_id uuid primary key references box.snapshot,
    round_id uuid not null references box.round,
    published_at timestamptz not null default clock_timestamp()
);
create index publication_of_round on box.publication (round_id);

-- The phase is computed from the timeline and the database clock, in the statement that uses it.
-- Opening needs the round to be scheduled, which needs it to be whole; the one recorded transition is the close.
create function box.phase(r box.round) returns text language sql volatile set search_path = '' as $$
    select case
        when r.announced_at is null then 'draft'
        when exists (select from box.publication p where p.round_id = r.id) then 'published'
        when exists (select from box.close c where c.round_id = r.id) then 'counting'
        when r.scheduled_at is not null and r.closes_at <= clock_timestamp() then 'counting'
        when r.scheduled_at is not null and r.voting_at <= clock_timestamp() then 'voting'
        when r.supporting_at <= clock_timestamp() then 'supporting'
        when r.reviewing_at <= clock_timestamp() then 'reviewing'
        when r.proposing_at <= clock_timestamp() then 'proposing'
        else 'framing'
    end
$$;

-- P9. Scheduling freezes rules, styles, projects and costs. It can be taken back until voting opens, and never after.
create function box.refuse_frozen_part() returns trigger language plpgsql security definer set search_path = '' as $$
declare frozen boolean;
begin
    -- The row lock makes a change wait for a scheduling that is under way.
    select scheduled_at is not null into frozen from box.round
        where id = coalesce(new.round_id, old.round_id) for share;
    if frozen then
        raise exception 'the round is frozen' using errcode = 'BYFRZ';
    end if;
    return coalesce(new, old);
end $$;
create trigger area_frozen before insert or update or delete on box.area
    for each row execute function box.refuse_frozen_part();
create trigger pot_frozen before insert or update or delete on box.pot
    for each row execute function box.refuse_frozen_part();
create trigger project_frozen before insert or update or delete on box.project
    for each row execute function box.refuse_frozen_part();

create function box.refuse_frozen_round() returns trigger language plpgsql set search_path = '' as $$
begin
    if old.scheduled_at is not null and (
        tg_op = 'DELETE'
        or old.voting_at <= clock_timestamp()
        or new.scheduled_at is not null
    ) then
        raise exception 'the round is frozen' using errcode = 'BYFRZ';
    end if;
    return coalesce(new, old);
end $$;
create trigger round_frozen before update or delete on box.round
    for each row execute function box.refuse_frozen_round();

-- Append-only, for the owner as well.
create function box.refuse_change() returns trigger language plpgsql set search_path = '' as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'BYAPP';
end $$;
create trigger ballot_append_only before update or delete or truncate on box.ballot
    for each statement execute function box.refuse_change();
create trigger verdict_append_only before update or delete or truncate on box.verdict
    for each statement execute function box.refuse_change();
create trigger close_append_only before update or delete or truncate on box.close
    for each statement execute function box.refuse_change();
create trigger snapshot_append_only before update or delete or truncate on box.snapshot
    for each statement execute function box.refuse_change();
create trigger publication_append_only before update or delete or truncate on box.publication
    for each statement execute function box.refuse_change();

grant select on box.round, box.area, box.pot, box.project, box.close, box.publication
    to byalag_roll, byalag_civic, byalag_registrar, byalag_box, byalag_worker;
grant select on box.elector, box.ballot, box.verdict, box.snapshot to byalag_box, byalag_worker;
grant insert, update, delete on box.round, box.area, box.pot, box.project to byalag_box;
grant insert on box.ballot, box.close, box.publication to byalag_box;
grant insert on box.project to byalag_civic;
grant insert, delete on box.elector to byalag_registrar;
grant select (pot_id) on box.elector to byalag_registrar;
grant insert on box.verdict, box.snapshot, box.close to byalag_worker;
