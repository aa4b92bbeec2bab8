-- What signing in, the roll and officers' acts have in common.

-- How a person belongs to the municipality, beside the area; and the language to write to them in.
alter table roll.person
    add column language text constraint person_language_code check (language ~ '^[a-z]{2,3}$'),
    add column relations text[] not null default '{lives}' constraint person_relations_known
        check (relations <@ array['lives', 'works', 'studies', 'rents', 'member'] and cardinality(relations) > 0);

-- Where a code can be sent to a person on the register: an address that two of them share stands for neither.
create table roll.contact (
    municipality_id uuid not null,
    contact_ref bytea not null constraint contact_ref_hashed check (octet_length(contact_ref) = 32),
    person_ref bytea not null,
    primary key (municipality_id, contact_ref, person_ref),
    constraint contact_of_person foreign key (municipality_id, person_ref) references roll.person on delete cascade
);
comment on column roll.contact.contact_ref is 'keyed hash of mail:… or phone:…, made like a person_ref';

-- Who holds one of a number of codes that name nobody: one code, one person of this round.
create table roll.bearer (
    round_id uuid not null,
    person_ref bytea not null constraint bearer_ref_random check (octet_length(person_ref) = 32),
    primary key (round_id, person_ref)
);

-- What two officers decided together. What cannot be taken back refers to its decision.
create table box.decision (
    id uuid primary key,
    round_id uuid not null references box.round,
    kind text not null,
    details jsonb not null default '{}',
    reason text not null constraint decision_reason_length check (char_length(reason) between 1 and 2000),
    officers text[] not null constraint decision_two_officers
        check (cardinality(officers) = 2 and officers[1] <> officers[2]),
    decided_at timestamptz not null default clock_timestamp(),
    constraint decision_of_kind unique (id, round_id, kind)
);
create trigger decision_append_only before update or delete or truncate on box.decision
    for each statement execute function box.refuse_change();

grant select, insert, delete on roll.contact to byalag_roll;
grant select, insert, delete on roll.bearer to byalag_roll;
grant select on roll.bearer to byalag_registrar;
grant select on box.decision to byalag_roll, byalag_box, byalag_worker;
