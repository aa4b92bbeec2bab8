-- The ledger: the commitment of every revision is a leaf of its round's tree (RFC 6962), kept as tiles (C2SP tlog-tiles).
-- A leaf knows no ballot, tag or time, so it stays when all of these are destroyed.

alter table post.outbox drop constraint outbox_lane_known;
alter table post.outbox add constraint outbox_lane_known
    check (lane in ('roll', 'judge', 'sequence', 'count', 'compare', 'civic'));

create table box.leaf (
    round_id uuid not null references box.round,
    position bigint not null constraint leaf_position_natural check (position >= 0),
    commitment bytea not null constraint leaf_once unique
        constraint leaf_commitment_length check (octet_length(commitment) = 32),
    primary key (round_id, position)
);

create table box.tile (
    round_id uuid not null references box.round,
    level smallint not null,
    index bigint not null,
    hashes bytea not null
        constraint tile_of_hashes check (octet_length(hashes) between 32 and 8192 and octet_length(hashes) % 32 = 0),
    primary key (round_id, level, index)
);
comment on column box.tile.hashes is 'up to 256 hashes of 32 bytes; see schema/tree.py';

-- One head per size: two would be two histories.
create table box.checkpoint (
    round_id uuid not null references box.round,
    size bigint not null,
    note text not null,
    signed_at timestamptz not null default clock_timestamp(),
    primary key (round_id, size)
);
comment on column box.checkpoint.note is 'a signed note (C2SP tlog-checkpoint) that binds the first size leaves';

create function box.refuse_other_hashes() returns trigger language plpgsql set search_path = '' as $$
begin
    if substring(new.hashes for octet_length(old.hashes)) is distinct from old.hashes
        or (new.round_id, new.level, new.index) is distinct from (old.round_id, old.level, old.index) then
        raise exception 'a tile only grows' using errcode = 'BYAPP';
    end if;
    return new;
end $$;

create trigger leaf_append_only before update or delete or truncate on box.leaf
    for each statement execute function box.refuse_change();
create trigger checkpoint_append_only before update or delete or truncate on box.checkpoint
    for each statement execute function box.refuse_change();
create trigger tile_append_only before delete or truncate on box.tile
    for each statement execute function box.refuse_change();
create trigger tile_grows before update on box.tile for each row execute function box.refuse_other_hashes();

-- Whatever comes into the box is told to the ledger, in one event for all that was cast together. Ids are random: their
-- order says nothing.
create function box.tell_ballots() returns trigger language plpgsql set search_path = '' as $$
begin
    insert into post.outbox (lane, event)
    select 'sequence', json_build_object(
        'event', 'BallotsAccepted', 'round_id', round_id, 'ballot_ids', json_agg(id order by id))::text
    from fresh group by round_id;
    return null;
end $$;
create trigger ballots_told after insert on box.ballot referencing new table as fresh
    for each statement execute function box.tell_ballots();

create function box.tell_schedule() returns trigger language plpgsql set search_path = '' as $$
begin
    insert into post.outbox (lane, event)
        values ('sequence', json_build_object('event', 'RoundScheduled', 'round_id', new.id)::text);
    return null;
end $$;
create trigger schedule_told after update of scheduled_at on box.round for each row
    when (old.scheduled_at is null and new.scheduled_at is not null) execute function box.tell_schedule();

grant select on box.leaf, box.tile, box.checkpoint to byalag_box, byalag_worker;
grant insert on box.leaf, box.tile, box.checkpoint to byalag_worker;
grant update (hashes) on box.tile to byalag_worker;
