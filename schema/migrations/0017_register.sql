-- The register is imported in two steps: a file is staged and compared with what holds, and then applied or discarded.

create table roll.register_import (
    id uuid primary key default gen_random_uuid(),
    municipality_id uuid not null references roll.municipality,
    source text not null constraint register_import_source_length check (char_length(source) between 1 and 200),
    started_by text not null,
    started_at timestamptz not null default clock_timestamp(),
    state text not null default 'reading' constraint register_import_state_known
        check (state in ('reading', 'staged', 'faulty', 'applied', 'discarded')),
    compared_with bigint,
    persons integer,
    added integer,
    moved integer,
    "left" integer,
    changed integer,
    same integer,
    faults integer not null default 0,
    version bigint,
    settled_by text,
    settled_at timestamptz,
    constraint register_import_compared check (state not in ('staged', 'applied')
        or (compared_with, persons, added, moved, "left", changed, same) is not null and faults = 0),
    constraint register_import_adds_up check (persons = added + moved + changed + same),
    constraint register_import_settled check ((state in ('applied', 'discarded')) = (settled_at is not null)),
    constraint register_import_versioned check ((state = 'applied') = (version is not null))
);
create index register_import_newest on roll.register_import (municipality_id, started_at desc);
comment on column roll.register_import.compared_with is 'the version that held when the file was compared; 0 before the first';

create table roll.register_fault (
    import_id uuid not null references roll.register_import on delete cascade,
    line integer not null,
    what text not null
);
create index register_fault_by_line on roll.register_fault (import_id, line);

-- What was read of a file. Unlogged: a crash costs a second reading, and a count that is kept elsewhere finds it out.
create unlogged table roll.staged_person (
    import_id uuid not null,
    line integer not null,
    person_ref bytea not null constraint staged_person_hashed check (octet_length(person_ref) = 32),
    area text not null,
    birth_year smallint,
    birth_month smallint,
    language text,
    relations text[] not null
);

create unlogged table roll.staged_contact (
    import_id uuid not null,
    contact_ref bytea not null constraint staged_contact_hashed check (octet_length(contact_ref) = 32),
    person_ref bytea not null
);

-- Without it each person who leaves would have all contacts of the municipality searched.
create index contact_of_a_person on roll.contact (municipality_id, person_ref);

grant select, insert, update on roll.register_import to byalag_roll;
grant select, insert, delete on roll.register_fault, roll.staged_person, roll.staged_contact to byalag_roll;
grant maintain on roll.staged_person, roll.staged_contact to byalag_roll;  -- what was just copied has no statistics
