-- roll: municipalities, officers, the register, each round's roll. Identities are stored as keyed hashes only.

create table roll.municipality (
    id uuid primary key default gen_random_uuid(),
    name text not null constraint municipality_name_unique unique
        constraint municipality_name_length check (char_length(name) between 1 and 120)
);

create table roll.officer (
    id uuid primary key default gen_random_uuid(),
    municipality_id uuid not null references roll.municipality,
    name text not null constraint officer_name_length check (char_length(name) between 1 and 120),
    password_hash text not null
);
create unique index officer_name_unique on roll.officer (lower(name));

create table roll.officer_session (
    token_hash bytea primary key constraint officer_session_token_hashed check (octet_length(token_hash) = 32),
    officer_id uuid not null references roll.officer on delete cascade,
    expires_at timestamptz not null
);

create table roll.person (
    municipality_id uuid not null references roll.municipality,
    person_ref bytea not null constraint person_ref_hashed check (octet_length(person_ref) = 32),
    area text not null,
    birth_year smallint constraint person_birth_year_plausible check (birth_year between 1890 and 2100),
    birth_month smallint constraint person_birth_month_real check (birth_month between 1 and 12),
    primary key (municipality_id, person_ref)
);

-- Which import of the register holds now; a round's roll says which one it was built from.
create table roll.register (
    municipality_id uuid primary key references roll.municipality,
    version bigint not null,
    imported_at timestamptz not null,
    persons integer not null
);

create table roll.round_key (
    round_id uuid primary key,
    wrapped bytea not null
);

create table roll.roll (
    round_id uuid primary key,
    register_version bigint not null,
    round_revision integer not null,
    built_at timestamptz not null,
    persons integer not null,
    entitled integer not null
);

create table roll.entry (
    round_id uuid not null,
    pot_id uuid not null,
    person_ref bytea not null,
    reason text,
    primary key (round_id, person_ref, pot_id)
);
comment on column roll.entry.reason is 'why this person may not vote in this pot; null when they may';

create table roll.code (
    round_id uuid not null,
    person_ref bytea not null,
    code_hash bytea not null constraint code_hashed check (octet_length(code_hash) = 32),
    primary key (round_id, person_ref),
    constraint code_unique unique (round_id, code_hash)
);

-- That a pass was issued, by date only: a finer time could be laid beside the ballots.
create table roll.participation (
    round_id uuid not null,
    person_ref bytea not null,
    taken_part_on date not null,
    primary key (round_id, person_ref)
);

grant select, insert on roll.municipality, roll.officer, roll.round_key, roll.participation to byalag_roll;
grant update (password_hash) on roll.officer to byalag_roll;
grant select, insert, delete on roll.officer_session, roll.person to byalag_roll;
grant update on roll.person to byalag_roll;
grant select, insert, update on roll.register, roll.code to byalag_roll;
grant select on roll.roll, roll.entry to byalag_roll;

grant select on roll.person, roll.register, roll.round_key to byalag_registrar;
grant select, insert, update, delete on roll.roll, roll.entry to byalag_registrar;
