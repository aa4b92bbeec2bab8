-- Keys: random secrets, wrapped under the master key, each in a table that only the role which uses it reads.
--   identity, passes   roll        receipts   box        checkpoints   the worker
-- Public halves lie in the box for everybody, and stay when their key is retired.

create table box.verification_key (
    key_id text primary key constraint verification_key_id_form check (key_id ~ '^[0-9a-f]{16}$'),
    purpose text not null
        constraint verification_key_purpose_known check (purpose in ('passes', 'receipts', 'checkpoints')),
    public_key bytea not null constraint verification_key_length check (octet_length(public_key) = 32),
    made_at timestamptz not null default clock_timestamp(),
    retired_at timestamptz constraint verification_key_retired_later check (retired_at >= made_at)
);
create unique index verification_key_one_active on box.verification_key (purpose) where retired_at is null;

create table roll.secret (
    purpose text primary key constraint secret_purpose_known check (purpose in ('identity', 'passes')),
    key_id text not null constraint secret_id_form check (key_id ~ '^[0-9a-f]{16}$'),
    wrapped bytea not null,
    made_at timestamptz not null default clock_timestamp()
);

-- Receipts keep the secrets of retired keys: whoever sends an old cast again gets its old receipt (P4).
create table box.receipt_secret (
    key_id text primary key references box.verification_key,
    wrapped bytea not null
);

create table box.checkpoint_secret (
    key_id text primary key references box.verification_key,
    wrapped bytea not null
);

create function box.refuse_other_key() returns trigger language plpgsql set search_path = '' as $$
begin
    if old.retired_at is not null or (new.key_id, new.purpose, new.public_key, new.made_at)
        is distinct from (old.key_id, old.purpose, old.public_key, old.made_at) then
        raise exception 'a published key is retired once and never changed' using errcode = 'BYAPP';
    end if;
    return new;
end $$;
create trigger verification_key_append_only before delete or truncate on box.verification_key
    for each statement execute function box.refuse_change();
create trigger verification_key_retires before update on box.verification_key
    for each row execute function box.refuse_other_key();

-- How long an outcome can be appealed against. A round's own key is kept for so long, and not much longer.
alter table box.round add column appeal_days smallint not null default 45
    constraint round_appeal_days_plausible check (appeal_days between 0 and 3650);

create function box.appeal_ends_at(r box.round) returns timestamptz language sql volatile set search_path = '' as $$
    select max(p.published_at) + make_interval(days => r.appeal_days) from box.publication p where p.round_id = r.id
$$;
comment on function box.appeal_ends_at is 'null before publication; whoever publishes a correction begins it anew';

create table roll.destroyed_key (
    round_id uuid primary key,
    destroyed_at timestamptz not null default clock_timestamp(),
    decision text not null constraint destroyed_key_decision_length check (char_length(decision) between 1 and 200),
    officers text[] not null constraint destroyed_key_two_officers
        check (cardinality(officers) = 2 and officers[1] <> officers[2])
);
create trigger destroyed_key_append_only before update or delete or truncate on roll.destroyed_key
    for each statement execute function box.refuse_change();

-- The only way in which a round's key goes. Answers destroyed, destroyed_before, no_key, not_published or appealable.
create function roll.destroy_round_key(the_round uuid, the_decision text, two_officers text[]) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
    ends_at timestamptz;
begin
    if exists (select from roll.destroyed_key where round_id = the_round) then
        return 'destroyed_before';
    end if;
    select box.appeal_ends_at(r) into ends_at from box.round r where r.id = the_round;
    if ends_at is null then
        return 'not_published';
    end if;
    if ends_at > clock_timestamp() then
        return 'appealable';
    end if;
    delete from roll.round_key where round_id = the_round;
    if not found then
        return case when exists (select from roll.destroyed_key where round_id = the_round)
            then 'destroyed_before' else 'no_key' end;
    end if;
    insert into roll.destroyed_key (round_id, decision, officers) values (the_round, the_decision, two_officers);
    return 'destroyed';
end $$;
revoke execute on function roll.destroy_round_key from public;

grant select on box.verification_key to byalag_roll, byalag_box, byalag_civic, byalag_registrar, byalag_worker;
grant select on roll.secret to byalag_roll;
grant select on box.receipt_secret to byalag_box;
grant select on box.checkpoint_secret to byalag_worker;
grant select on roll.destroyed_key to byalag_roll;
grant execute on function roll.destroy_round_key to byalag_roll;
