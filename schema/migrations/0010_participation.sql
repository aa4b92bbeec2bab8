-- Who took part, by date only, on sheets whose content tells no order. With a row for each sign-in, a dump of this table
-- was the list of sign-ins in their order, and a dump of box.ballot is the list of casts in theirs: the i-th beside the
-- i-th needed no key.
--
-- A sheet holds the person_refs of one day whose first two bytes, their place, lie in sheet .. sheet + span - 1, sorted.
-- A sheet with more than 200 is halved by place. A person_ref is a keyed hash, so sheets fill evenly, and which of them
-- there are and what they hold follows from who took part that day, not from who came first. Somebody who comes again
-- is not noted again, also on a later day: the days on which she came could be laid beside those of her revisions.
--
-- What is left for somebody who has both dumps: rows lie somewhat in the order of their last change, so that one person
-- of the hundred or so on the last sheet was the last to come. For somebody who has both rooms' files: xmin says that
-- for each sheet, to the transaction. Versions not yet overwritten and the write-ahead log hold every order and time,
-- as they do for any table. So whoever may take files, log archives or physical backups must not hold those of both
-- rooms. Dumps may lie together, but two of the same day tell who came between them. And a date is a date: the only
-- person of a day is known by it.
drop table roll.participation;

create table roll.participation (
    round_id uuid not null,
    taken_part_on date not null,
    sheet integer not null,
    span integer not null,
    refs bytea[] not null,
    primary key (round_id, taken_part_on, sheet),
    constraint participation_of_places check (sheet >= 0 and span >= 1 and sheet + span <= 65536)
);
alter table roll.participation alter column refs set storage external;  -- hashes cannot be compressed
comment on column roll.participation.sheet is 'the lowest place that belongs to this sheet; span says how many do';

create function roll.place(ref bytea) returns integer language sql immutable set search_path = '' as $$
    select 256 * get_byte(ref, 0) + get_byte(ref, 1)
$$;

-- One sheet's row is locked until the commit, so two sign-ins seldom wait for each other, and none fails: whoever waited
-- looks again, for the sheet may have been halved meanwhile. Locks are taken upwards only, so nobody waits crosswise.
create function roll.note_participation(the_round uuid, ref bytea) returns void
language plpgsql volatile set search_path = ''
-- One plan for ever, that finds sheets by index: a plan made while there were none would read those of all rounds.
set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
    most constant integer := 200;
    today constant date := (clock_timestamp() at time zone 'UTC')::date;
    the_place constant integer := roll.place(ref);
    found_sheet roll.participation;
    half integer;
begin
    if exists (
        select from roll.participation p
        where p.round_id = the_round and the_place between p.sheet and p.sheet + p.span - 1 and ref = any (p.refs)
    ) then
        return;
    end if;
    loop
        select * into found_sheet from roll.participation p
            where p.round_id = the_round and p.taken_part_on = today and p.sheet <= the_place
            order by p.sheet desc limit 1 for update;
        exit when the_place < found_sheet.sheet + found_sheet.span;
        insert into roll.participation (round_id, taken_part_on, sheet, span, refs)
            values (the_round, today, 0, 65536, '{}') on conflict do nothing;
    end loop;
    if ref = any (found_sheet.refs) then
        return;
    end if;
    found_sheet.refs := array(select r from unnest(found_sheet.refs || ref) r order by r);
    if cardinality(found_sheet.refs) > most and found_sheet.span > 1 then
        half := found_sheet.span / 2;
        insert into roll.participation (round_id, taken_part_on, sheet, span, refs)
            values (the_round, today, found_sheet.sheet + half, half, array(
                select r from unnest(found_sheet.refs) r where roll.place(r) >= found_sheet.sheet + half order by r));
        found_sheet.span := half;
        found_sheet.refs := array(
            select r from unnest(found_sheet.refs) r where roll.place(r) < found_sheet.sheet + half order by r);
    end if;
    update roll.participation p set span = found_sheet.span, refs = found_sheet.refs
        where p.round_id = the_round and p.taken_part_on = today and p.sheet = found_sheet.sheet;
end $$;

grant select, insert on roll.participation to byalag_roll;
grant update (span, refs) on roll.participation to byalag_roll;
