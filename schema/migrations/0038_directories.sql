-- Officers sign in with their municipality's directory as well: an OpenID provider. An account there is known by its issuer
-- and subject, never by a name or an address, and belongs to one officer here: so whoever acts as the second of two is
-- somebody else.

create table roll.officer_binding (
    officer_id uuid primary key references roll.officer,
    issuer text not null constraint officer_binding_issuer_length check (char_length(issuer) between 1 and 500),
    subject text not null constraint officer_binding_subject_length check (char_length(subject) between 1 and 255),
    bound_at timestamptz not null default clock_timestamp(),
    constraint officer_binding_of_one unique (issuer, subject)
);

-- The first sign-in binds an account, by a link that an admin gave: it works once, and only its hash is here.
create table roll.officer_invitation (
    officer_id uuid primary key references roll.officer,
    issuer text not null constraint officer_invitation_issuer_length check (char_length(issuer) between 1 and 500),
    link_hash bytea not null constraint officer_invitation_link_once unique
        constraint officer_invitation_link_hashed check (octet_length(link_hash) = 32),
    expires_at timestamptz not null default clock_timestamp() + interval '3 days'
);
grant select, insert, delete on roll.officer_binding, roll.officer_invitation to byalag_roll;

create trigger officer_binding_sessions_end after update or delete on roll.officer_binding for each row
    execute function roll.end_sessions();
create trigger officer_binding_noted after insert or update or delete on roll.officer_binding for each row
    execute function roll.note_audit();
create trigger officer_invitation_noted after insert or update or delete on roll.officer_invitation for each row
    execute function roll.note_audit('link_hash');

-- Who left does not come back because the directory still knows them.
create function roll.forget_account() returns trigger language plpgsql set search_path = '' as $$
begin
    delete from roll.officer_binding where officer_id = new.id;
    delete from roll.officer_invitation where officer_id = new.id;
    return null;
end $$;
create trigger officer_left after update of roles on roll.officer for each row
    when (new.roles = '{}' and old.roles <> '{}') execute function roll.forget_account();

alter table roll.officer
    alter column password_hash drop not null,
    add constraint officer_of_municipality unique (id, municipality_id);
comment on column roll.officer.password_hash is 'null for who was never given one, and signs in with the directory';

-- A municipality may take nothing but its directory; then one admin at most, whom the operator names, still gets in by
-- password, for the day on which the directory is away.
alter table roll.municipality
    add column directory_demanded boolean not null default false,
    add column break_glass_id uuid,
    add constraint municipality_break_glass_of_its_own
        foreign key (break_glass_id, id) references roll.officer (id, municipality_id);
grant update (directory_demanded) on roll.municipality to byalag_roll;

-- How a session was begun. One by a directory ends when its proof is too old, however it is used.
alter table roll.officer_session
    add column issuer text,
    add column proven_until timestamptz,
    add column two_factors boolean not null default false,
    add constraint officer_session_proven
        check ((issuer is null) = (proven_until is null) and (issuer is not null or not two_factors));
comment on column roll.officer_session.issuer is 'of the directory; null where a password began it';
comment on column roll.officer_session.two_factors is 'whether the directory proved two, so that no app is asked for';

-- Whether an officer gets in: with the directory of this issuer, or, for none, by a password.
create function roll.is_taken(the_issuer text, o roll.officer, m roll.municipality) returns boolean
language sql immutable as $$
    select the_issuer is not null or not m.directory_demanded
        or (m.break_glass_id is not distinct from o.id and 'admin' = any (o.roles))
$$;

-- As before; and where the directory is demanded, nobody decides who came in by a password: one person could hold two.
-- Raises BYDIR.
create or replace function roll.acting_officer(session_hash bytea, the_municipality uuid) returns roll.officer
language plpgsql volatile set search_path = '' as $$
declare
    found_officer roll.officer;
    found_session roll.officer_session;
begin
    select * into found_session from roll.officer_session
        where token_hash = session_hash and expires_at > clock_timestamp();
    select * into found_officer from roll.officer where id = found_session.officer_id;
    if found_officer.id is null then
        raise exception 'no living session' using errcode = 'BYSES';
    end if;
    if found_officer.municipality_id is distinct from the_municipality
        or not found_officer.roles && array['admin', 'officer'] then
        raise exception 'nobody who decides here' using errcode = 'BYMUN';
    end if;
    if found_session.issuer is null
        and (select directory_demanded from roll.municipality where id = the_municipality) then
        raise exception 'not by the directory' using errcode = 'BYDIR';
    end if;
    return found_officer;
end $$;

-- Who holds a void code that names nobody can vote no more, and is an elector no more, unless it was used before. The
-- roll's worker marks them: it learns who is put off, and of who took part no more than that.
alter table roll.bearer add column void boolean not null default false;
comment on column roll.bearer.void is 'the code was made void before anybody used it to vote';
comment on column roll.roll.bearers is 'how many there were, those with void codes counted twice: so it only grows';

-- Answers how many it marked: nobody once the round is counted, because the outcome names its electors.
create function roll.mark_void_bearers(the_round uuid) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
    r box.round;
    has_begun boolean;
    marked integer;
begin
    select * into r from box.round where id = the_round;
    if exists (select from box.snapshot s
        where s.round_id = the_round and s.close_number = (box.standing_close(r)).number) then
        return 0;
    end if;
    has_begun := r.scheduled_at is not null and r.voting_at <= clock_timestamp();
    update roll.bearer b set void = true
        where b.round_id = the_round and not b.void
            and exists (
                select from roll.code c join roll.code_batch i on i.id = c.batch_id
                where c.round_id = the_round and c.person_ref = b.person_ref and not c.replaced
                    and i.voided_at is not null)
            -- Before voting nobody can have voted, whatever else they took part in.
            and not (has_begun and exists (
                select from roll.participation p
                where p.round_id = the_round and roll.place(b.person_ref) between p.sheet and p.sheet + p.span - 1
                    and b.person_ref = any (p.refs)));
    get diagnostics marked = row_count;
    return marked;
end $$;
revoke execute on function roll.mark_void_bearers from public;
grant execute on function roll.mark_void_bearers to byalag_registrar;

alter table box.roll_build drop constraint roll_build_cause_known,
    add constraint roll_build_cause_known check (cause in ('sources', 'admissions', 'voids'));
