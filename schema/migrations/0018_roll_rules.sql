-- Whom a round asks: by age from and to on a day, by relation, from several sources. What each roll was built from, what
-- it changed, and who is let in after the roll was frozen.

alter table box.round add column sources text[] not null default '{register}' constraint round_sources_known
    check (sources <@ array['register', 'declared', 'codes'] and cardinality(sources) > 0);

alter table box.pot
    add column max_age smallint constraint pot_max_age_plausible check (max_age between 0 and 120),
    add column age_on date,
    add column relations text[] not null default '{}' constraint pot_relations_known
        check (relations <@ array['lives', 'works', 'studies', 'rents', 'member']),
    add constraint pot_ages_in_order check (min_age <= max_age);
alter table box.pot disable trigger pot_frozen;
update box.pot p set age_on = (r.voting_at at time zone 'UTC')::date from box.round r where r.id = p.round_id;
alter table box.pot enable trigger pot_frozen;
alter table box.pot alter column age_on set not null;
comment on column box.pot.age_on is 'the day on which ages count: written out, so that opening early or late changes nobody''s';
comment on column box.pot.relations is 'any of these will do; empty for all';

-- What a resident says of herself, for rounds that take it. By date only, and written anew in the order of person_ref
-- whenever somebody is admitted: rows in the order of arrival could be laid beside ballots in theirs.
create table roll.declaration (
    municipality_id uuid not null references roll.municipality,
    person_ref bytea not null constraint declaration_ref_hashed check (octet_length(person_ref) = 32),
    area text not null constraint declaration_area_length check (char_length(area) between 1 and 120),
    birth_year smallint constraint declaration_birth_year_plausible check (birth_year between 1890 and 2100),
    birth_month smallint constraint declaration_birth_month_real check (birth_month between 1 and 12),
    relations text[] not null constraint declaration_relations_known
        check (relations <@ array['lives', 'works', 'studies', 'rents', 'member'] and cardinality(relations) > 0),
    declared_on date not null default (clock_timestamp() at time zone 'UTC')::date,
    primary key (municipality_id, person_ref)
);

-- Who is to be let in, also after the roll was frozen. Nobody is ever put out by it.
create table roll.admission (
    round_id uuid not null,
    person_ref bytea not null constraint admission_ref_hashed check (octet_length(person_ref) = 32),
    pot_ids uuid[] constraint admission_into_some_pot check (cardinality(pot_ids) > 0),
    cause text not null constraint admission_cause_known check (cause in ('declared', 'appeal')),
    admitted_at date not null default (clock_timestamp() at time zone 'UTC')::date,
    primary key (round_id, person_ref, cause),
    constraint admission_declared_by_rules check (cause = 'appeal' or pot_ids is null)
);
comment on column roll.admission.pot_ids is 'null for what the rules give';

-- How many persons of an area have a reason in a pot: counted when the roll is built, because reads never compute.
alter table roll.entry add column area text not null default '';
create table roll.head_count (
    round_id uuid not null,
    pot_id uuid not null,
    area text not null,
    reason text,
    persons integer not null,
    constraint head_count_once unique nulls not distinct (round_id, pot_id, area, reason)
);
comment on column roll.head_count.area is 'empty for those who hold a code that names nobody';
alter table roll.roll add column bearers integer not null default 0;

-- What every roll of a round was built from, and what it changed. Verdicts refer to it by their ballot's round: after
-- scheduling, builds only add, so each verdict holds under the last one. A build that admits is noted by date: its time
-- could be laid beside ballots. A hash of the electors is not kept for the same reason: with the one of the build before,
-- it would tell which tag was added.
create table box.roll_build (
    round_id uuid not null references box.round,
    number integer not null,
    cause text not null constraint roll_build_cause_known check (cause in ('sources', 'admissions')),
    register_version bigint not null,
    round_revision integer not null,
    persons integer not null,
    entitled integer not null,
    built_at timestamptz not null,
    primary key (round_id, number),
    constraint roll_build_admits_by_date check (cause = 'sources' or built_at = date_trunc('day', built_at, 'UTC'))
);
comment on column box.roll_build.register_version is '0 where the register is no source of the round';
create table box.roll_change (
    round_id uuid not null,
    number integer not null,
    pot_id uuid not null,
    newly_entitled integer not null,
    no_longer_entitled integer not null,
    other_reason integer not null,
    primary key (round_id, number, pot_id),
    constraint roll_change_of_build foreign key (round_id, number) references box.roll_build
);
create trigger roll_build_append_only before update or delete or truncate on box.roll_build
    for each statement execute function box.refuse_change();
create trigger roll_change_append_only before update or delete or truncate on box.roll_change
    for each statement execute function box.refuse_change();

grant select, insert, update on roll.declaration, roll.admission to byalag_roll;
grant select, insert, delete on roll.declaration, roll.admission to byalag_registrar;
grant select on roll.head_count to byalag_roll;
grant select, insert, delete on roll.head_count to byalag_registrar;
grant select on box.roll_build, box.roll_change to byalag_roll, byalag_box, byalag_worker;
grant select, insert on box.roll_build, box.roll_change to byalag_registrar;

-- Scheduling, as before; but where residents declare themselves, nobody has to be on the roll beforehand.
create or replace function box.schedule_round(the_round uuid) returns text[]
language plpgsql volatile set search_path = '' as $$
declare
    r box.round := box.lock_round(false, the_round);
    missing text[];
begin
    select array_agg(fault) into missing from (
        select 'the round has no pot' as fault
            where not exists (select from box.pot where round_id = the_round)
        union all
        select format('the pot “%s” has no project', p.name) from box.pot p
            where p.round_id = the_round and not exists (select from box.project j where j.pot_id = p.id)
        union all
        select format('nobody on the roll may vote in the pot “%s”', p.name) from box.pot p
            where p.round_id = the_round and 'declared' <> all (r.sources)
                and not exists (select from box.elector e where e.pot_id = p.id)
        union all
        select 'voting would already be over' where r.closes_at <= clock_timestamp()
    ) faults;
    if missing is null and r.scheduled_at is null then
        update box.round set
            announced_at = coalesce(announced_at, clock_timestamp()), scheduled_at = clock_timestamp()
            where id = the_round;
    end if;
    return coalesce(missing, '{}');
end $$;

-- What the roll side keeps for one round alone. A declaration goes with the last round that admitted by it.
create or replace function roll.delete_round(the_round uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
    if not exists (select from box.deletion where round_id = the_round) then
        raise exception 'no deletion was decided' using errcode = 'BYAPP';
    end if;
    delete from roll.code where round_id = the_round;
    delete from roll.bearer where round_id = the_round;
    delete from roll.entry where round_id = the_round;
    delete from roll.participation where round_id = the_round;
    delete from roll.declaration d using box.round r, roll.admission a
        where r.id = the_round and d.municipality_id = r.municipality_id
            and a.round_id = the_round and a.person_ref = d.person_ref
            and not exists (select from roll.admission o where o.person_ref = d.person_ref and o.round_id <> the_round);
    delete from roll.admission where round_id = the_round;
end $$;
