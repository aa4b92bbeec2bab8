-- Officers: what each may do, how they show who they are, and how long they stay signed in.

-- Whoever worked here before could do everything.
alter table roll.officer add column roles text[] not null default '{admin,officer}'
    constraint officer_roles_known
        check (roles <@ array['admin', 'officer', 'reviewer', 'clerk', 'auditor', 'moderator']);
alter table roll.officer alter column roles set default '{}';
comment on column roll.officer.roles is 'empty for somebody who left: the name stays, for what was done under it';
alter table roll.officer add column password_at timestamptz not null default clock_timestamp();
grant update (password_at) on roll.officer to byalag_roll;

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

-- Who may do something else, has another password or another app signs in anew.
create function roll.end_sessions() returns trigger language plpgsql set search_path = '' as $$
declare this jsonb := to_jsonb(coalesce(new, old));
begin
    delete from roll.officer_session where officer_id = coalesce(this ->> 'officer_id', this ->> 'id')::uuid;
    return null;
end $$;
create trigger officer_sessions_end after update of roles, password_hash on roll.officer for each row
    when ((old.roles, old.password_hash) is distinct from (new.roles, new.password_hash))
    execute function roll.end_sessions();

-- The audit log: what officers and commands changed, written by triggers, so that no act can forget it. It holds no
-- person, no ballot and no secret. Who acts is said by the service in transaction-local settings (service/acting.py);
-- workers say nothing, and what they do is the house's.
create table roll.audit (
    id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    municipality_id uuid,
    round_id uuid,
    officer_id uuid,
    officer text,
    action text,
    request_id text,
    subject text not null,
    subject_id text not null,
    before jsonb,
    after jsonb
);
comment on column roll.audit.action is 'the handler or command; null for the house itself';
comment on column roll.audit.before is 'of a change only what changed; null for what is new';
create index audit_of_municipality on roll.audit (municipality_id, id desc);
create trigger audit_append_only before update or delete or truncate on roll.audit
    for each statement execute function box.refuse_change();

-- A row as the log has it, with times to the second: how long a time is written must not be chance.
create function roll.as_noted(row_of jsonb, without text[]) returns jsonb language sql immutable set search_path = '' as $$
    select regexp_replace((row_of - coalesce(without, '{}'))::text,
        '"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?\+00:00"', '"\1Z"', 'g')::jsonb
$$;
revoke execute on function roll.as_noted from public;

-- The arguments of a trigger name the columns that are left out.
create function roll.note_audit() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
    old_row jsonb := case when tg_op <> 'INSERT' then roll.as_noted(to_jsonb(old), tg_argv) end;
    new_row jsonb := case when tg_op <> 'DELETE' then roll.as_noted(to_jsonb(new), tg_argv) end;
    this jsonb := coalesce(new_row, old_row);
    the_round uuid := coalesce(this ->> 'round_id', case when tg_table_name = 'round' then this ->> 'id' end);
    acting uuid := nullif(current_setting('byalag.officer', true), '');
begin
    if tg_op = 'UPDATE' then
        select jsonb_object_agg(key, old_row -> key), jsonb_object_agg(key, new_row -> key)
            into old_row, new_row
            from jsonb_object_keys(this) key where old_row -> key is distinct from new_row -> key;
        if new_row is null then
            return null;
        end if;
    end if;
    insert into roll.audit
        (municipality_id, round_id, officer_id, officer, action, request_id, subject, subject_id, before, after)
    values (
        coalesce(
            (this ->> 'municipality_id')::uuid,
            case when tg_table_name = 'municipality' then (this ->> 'id')::uuid end,
            (select municipality_id from box.round where id = the_round),
            (select municipality_id from roll.officer where id = (this ->> 'officer_id')::uuid)),
        the_round,
        acting,
        (select name from roll.officer where id = acting),
        nullif(current_setting('byalag.action', true), ''),
        nullif(current_setting('byalag.request', true), ''),
        tg_table_name,
        coalesce(this ->> 'id', this ->> 'snapshot_id', this ->> 'officer_id', this ->> 'municipality_id',
            this ->> 'key_id', this ->> 'round_id'),
        old_row,
        new_row);
    return null;
end $$;
revoke execute on function roll.note_audit from public;
grant select on roll.audit to byalag_roll;

do $$
declare
    tables text[] := array['roll.municipality', 'roll.register', 'roll.register_import', 'roll.destroyed_key',
        'box.round', 'box.area', 'box.pot', 'box.project', 'box.close', 'box.publication', 'box.decision', 'box.deletion',
        'box.auditor', 'box.head_webhook', 'box.verification_key'];
    each_table text;
begin
    foreach each_table in array tables loop
        execute format('create trigger %s_noted after insert or update or delete on %s for each row'
            ' execute function roll.note_audit()', split_part(each_table, '.', 2), each_table);
    end loop;
end $$;
create trigger officer_noted after insert or update or delete on roll.officer for each row
    execute function roll.note_audit('password_hash');

-- Codes of an app (TOTP, RFC 6238), asked for at every sign-in once one was confirmed. Each try is counted before it is
-- looked at, each code opens once, and after ten wrong ones in a row only a recovery code or an admin helps.
create table roll.officer_totp (
    officer_id uuid primary key references roll.officer,
    wrapped bytea not null,
    confirmed_at timestamptz,
    step bigint not null default 0,
    misses smallint not null default 0 constraint officer_totp_ten_misses check (misses between 0 and 10),
    recovery bytea[] not null default '{}'
);
comment on column roll.officer_totp.step is 'of the last code that opened: none up to it opens again';
comment on column roll.officer_totp.recovery is 'keyed hashes of codes that open once each, without the app';
grant select, insert, delete on roll.officer_totp to byalag_roll;
grant update (confirmed_at, step, misses, recovery) on roll.officer_totp to byalag_roll;

alter table roll.municipality add column totp_demanded boolean not null default false;
comment on column roll.municipality.totp_demanded is 'whether its officers can do nothing before they set up an app';
grant update (totp_demanded) on roll.municipality to byalag_roll;

create trigger officer_totp_sessions_end after update of confirmed_at or delete on roll.officer_totp for each row
    execute function roll.end_sessions();
create trigger officer_totp_noted after insert or update or delete on roll.officer_totp for each row
    execute function roll.note_audit('wrapped', 'step', 'misses', 'recovery');
