-- Officers: what each may do, how they show who they are, and how long they stay signed in.

-- Whoever worked here before could do everything.
alter table roll.officer add column roles text[] not null default '{admin,officer}'
    constraint officer_roles_known
        check (roles <@ array['admin', 'officer', 'reviewer', 'clerk', 'auditor', 'moderator']);
alter table roll.officer alter column roles set default '{}';
comment on column roll.officer.roles is 'empty for somebody who left: the name stays, for what was done under it';

-- A municipality that has an admin keeps one. The row lock makes two who take it from each other wait in line.
create function roll.refuse_last_admin() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
    perform from roll.municipality where id = old.municipality_id for update;
    if not exists (
        select from roll.officer where municipality_id = old.municipality_id and 'admin' = any(roles)
    ) then
        raise exception 'no admin would be left' using errcode = 'BYADM';
    end if;
    return null;
end $$;
revoke execute on function roll.refuse_last_admin from public;
create trigger officer_last_admin after update of roles on roll.officer for each row
    when ('admin' = any(old.roles) and not 'admin' = any(new.roles)) execute function roll.refuse_last_admin();

grant update (roles) on roll.officer to byalag_roll;

-- A session ends by itself when it is not used for two hours, and after twelve in any case.
alter table roll.officer_session
    add column id uuid not null default gen_random_uuid() constraint officer_session_id_unique unique,
    add column began_at timestamptz not null default clock_timestamp(),
    add column seen_at timestamptz not null default clock_timestamp();
create index officer_session_of on roll.officer_session (officer_id);
comment on column roll.officer_session.expires_at is 'when it ends if it is not used again';
grant update (seen_at, expires_at) on roll.officer_session to byalag_roll;

-- Who may do something else, or has another password, signs in anew.
create function roll.end_sessions() returns trigger language plpgsql set search_path = '' as $$
begin
    delete from roll.officer_session where officer_id = new.id;
    return null;
end $$;
create trigger officer_sessions_end after update of roles, password_hash on roll.officer for each row
    when ((old.roles, old.password_hash) is distinct from (new.roles, new.password_hash))
    execute function roll.end_sessions();
