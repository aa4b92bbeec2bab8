-- The audit log has ledgers of the same kind as ballots: each entry is a leaf (a salted commitment) in the tree of its
-- municipality, whose heads are signed and go abroad. What is changed, taken out or put in afterwards is found out.
-- The roll's worker keeps them. Entries and salts stay on the roll's side; hashes and heads are for everybody.

create function roll.audit_ledger(municipality_id uuid) returns uuid language sql immutable set search_path = '' as $$
    select coalesce(municipality_id, '00000000-0000-0000-0000-000000000000')
$$;
comment on function roll.audit_ledger is 'in which ledger an entry is: its municipality''s, or the house''s own';

create table roll.audit_leaf (
    ledger_id uuid not null,
    position bigint not null constraint audit_leaf_position_natural check (position >= 0),
    entry_id bigint not null constraint audit_leaf_once unique references roll.audit,
    salt bytea not null constraint audit_leaf_salt_length check (octet_length(salt) = 32),
    primary key (ledger_id, position)
);
comment on column roll.audit_leaf.salt is 'without it, whoever sees a hash could guess the entry';
create trigger audit_leaf_append_only before update or delete or truncate on roll.audit_leaf
    for each statement execute function box.refuse_change();

create table box.audit_tile (
    ledger_id uuid not null,
    level smallint not null,
    index bigint not null,
    hashes bytea not null
        constraint audit_tile_of_hashes check (octet_length(hashes) between 32 and 8192 and octet_length(hashes) % 32 = 0),
    primary key (ledger_id, level, index)
);
create table box.audit_checkpoint (
    ledger_id uuid not null,
    size bigint not null,
    note text not null,
    signed_at timestamptz not null default clock_timestamp(),
    primary key (ledger_id, size)
);
create or replace function box.refuse_other_hashes() returns trigger language plpgsql set search_path = '' as $$
begin
    if substring(new.hashes for octet_length(old.hashes)) is distinct from old.hashes
        or to_jsonb(new) - 'hashes' is distinct from to_jsonb(old) - 'hashes' then
        raise exception 'a tile only grows' using errcode = 'BYAPP';
    end if;
    return new;
end $$;
create trigger audit_checkpoint_append_only before update or delete or truncate on box.audit_checkpoint
    for each statement execute function box.refuse_change();
create trigger audit_tile_append_only before delete or truncate on box.audit_tile
    for each statement execute function box.refuse_change();
create trigger audit_tile_grows before update on box.audit_tile
    for each row execute function box.refuse_other_hashes();

-- Heads and tiles of every ledger there is, of rounds and of audit logs, for those who only read them.
create view box.log_head as
    select c.round_id as log_id, r.municipality_id, 'checkpoints' as signs, c.size, c.note
    from box.checkpoint c join box.round r on r.id = c.round_id
    union all
    select ledger_id, ledger_id, 'audit', size, note from box.audit_checkpoint;
comment on column box.log_head.signs is 'the purpose of the key that signs them';
create view box.log_tile as
    select round_id as log_id, level, index, hashes from box.tile
    union all
    select ledger_id, level, index, hashes from box.audit_tile;

create function roll.tell_noted() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
    insert into post.outbox (lane, event) values ('roll', json_build_object(
        'event', 'ActNoted', 'ledger_id', roll.audit_ledger(new.municipality_id))::text);
    return null;
end $$;
revoke execute on function roll.tell_noted from public;
create trigger audit_told after insert on roll.audit for each row execute function roll.tell_noted();
insert into post.outbox (lane, event)
select distinct 'roll', json_build_object('event', 'ActNoted', 'ledger_id', roll.audit_ledger(municipality_id))::text
from roll.audit;

-- Where heads go is the same for all of them. The worker that signs these may tell nothing else.
create function box.tell_audit_head() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
    insert into post.outbox (lane, event)
        values ('spread', json_build_object('event', 'HeadSigned', 'round_id', new.ledger_id)::text);
    return null;
end $$;
revoke execute on function box.tell_audit_head from public;
create trigger audit_head_told after insert on box.audit_checkpoint
    for each row execute function box.tell_audit_head();

create or replace function box.tell_webhook() returns trigger language plpgsql set search_path = '' as $$
begin
    insert into post.outbox (lane, event)
    select distinct 'spread', json_build_object('event', 'HeadSigned', 'round_id', log_id)::text
    from box.log_head where municipality_id = new.municipality_id;
    return null;
end $$;

alter table box.head_delivery drop constraint head_delivery_round_id_fkey;
comment on column box.head_delivery.round_id is 'or the municipality whose audit log it is';

-- A key of its own: the roll's worker signs no head of ballots, and the box's none of the audit log.
alter table box.verification_key drop constraint verification_key_purpose_known;
alter table box.verification_key add constraint verification_key_purpose_known
    check (purpose in ('passes', 'receipts', 'checkpoints', 'audit'));
create table roll.audit_secret (
    key_id text primary key references box.verification_key,
    wrapped bytea not null
);

grant select on roll.audit, roll.audit_secret to byalag_registrar;
grant select on roll.audit_leaf to byalag_roll, byalag_registrar;
grant insert on roll.audit_leaf, box.audit_tile, box.audit_checkpoint to byalag_registrar;
grant select on box.audit_tile, box.audit_checkpoint to byalag_registrar;
grant update (hashes) on box.audit_tile to byalag_registrar;
grant select on box.log_head, box.log_tile to byalag_roll, byalag_box, byalag_registrar, byalag_worker;
