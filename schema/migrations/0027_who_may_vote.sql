-- What was left over of who may vote.

-- Whose code this is, while it is good for voting. (In plpgsql, as what comes next: its plans are kept.)
create function roll.person_of_code(the_round uuid, the_hash bytea) returns bytea
language plpgsql stable set search_path = '' as $$
begin
    return (
        select c.person_ref from roll.code c join roll.code_batch b on b.id = c.batch_id
        where c.round_id = the_round and c.code_hash = the_hash
            and not c.replaced and b.voided_at is null and not b.is_test);
end $$;

-- What the roll says of a person, pot by pot.
create function roll.entries(the_round uuid, ref bytea) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
    return (
        select coalesce(jsonb_agg(jsonb_build_object('pot_id', p.id, 'pot_name', p.name,
            'style', p.style ->> 'style', 'reason', e.reason) order by p.position), '[]')
        from roll.entry e join box.pot p on p.id = e.pot_id
        where e.round_id = the_round and e.person_ref = ref);
end $$;
revoke execute on function roll.person_of_code, roll.entries from public;
grant execute on function roll.person_of_code, roll.entries to byalag_roll;

-- What is announced by scheduling stays announced, whoever takes the scheduling back: to let voting open earlier takes two
-- officers. Kept by a trigger, so nobody writes it by hand. Raises BYEAR with the time that was announced.
alter table box.round add column opening_announced_at timestamptz;
comment on column box.round.opening_announced_at is 'when voting opens, as it was when the round was last scheduled';
update box.round set opening_announced_at = voting_at where scheduled_at is not null;

create function box.keep_announced_opening() returns trigger language plpgsql set search_path = '' as $$
begin
    new.opening_announced_at := old.opening_announced_at;
    if old.scheduled_at is null and new.scheduled_at is not null then
        if new.voting_at < old.opening_announced_at then
            raise exception '%', to_char(old.opening_announced_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"')
                using errcode = 'BYEAR';
        end if;
        new.opening_announced_at := new.voting_at;
    end if;
    return new;
end $$;
create trigger round_opening_announced before update on box.round
    for each row execute function box.keep_announced_opening();

-- As before, and with the codes that were sent.
create or replace function roll.delete_round(the_round uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
    if not exists (select from box.deletion where round_id = the_round) then
        raise exception 'no deletion was decided' using errcode = 'BYAPP';
    end if;
    delete from roll.code where round_id = the_round;
    delete from roll.contact_code where round_id = the_round;
    delete from roll.bearer where round_id = the_round;
    delete from roll.entry where round_id = the_round;
    delete from roll.participation where round_id = the_round;
    delete from roll.declaration d using box.round r, roll.admission a
        where r.id = the_round and d.municipality_id = r.municipality_id
            and a.round_id = the_round and a.person_ref = d.person_ref
            and not exists (select from roll.admission o where o.person_ref = d.person_ref and o.round_id <> the_round);
    delete from roll.admission where round_id = the_round;
end $$;

-- Codes are sent only so often whatever the processes of the service know of each other: each row says how many of its ten
-- minutes it stands for. Answers after how many seconds to ask again, or null once the code is written. No number is no
-- limit.
alter table roll.contact_code
    add column sent smallint not null default 1 constraint contact_code_sent check (sent > 0);
comment on column roll.contact_code.sent is 'codes that were made for this contact in the ten minutes of this one';

create function roll.write_contact_code(
    the_round uuid, the_contact bytea, the_hash bytea, most_to_contact integer, most_of_round integer
) returns integer language plpgsql volatile set search_path = '' as $$
declare
    begun timestamptz;
    to_contact integer;
    of_round integer;
begin
    -- One after the other, so that nobody counts what others are about to write as not there.
    perform pg_advisory_xact_lock(7, lock_key) from box.round where id = the_round;
    begun := date_bin('10 minutes', clock_timestamp(), 'epoch');
    select coalesce(sum(sent) filter (where contact_ref = the_contact), 0), coalesce(sum(sent), 0)
        into to_contact, of_round
        from roll.contact_code where round_id = the_round and ends_at = begun + interval '20 minutes';
    if to_contact >= most_to_contact or of_round >= most_of_round then
        return ceil(extract(epoch from begun + interval '10 minutes' - clock_timestamp()));
    end if;
    insert into roll.contact_code (round_id, contact_ref, code_hash, ends_at, sent)
        values (the_round, the_contact, the_hash, begun + interval '20 minutes', to_contact + 1)
        on conflict (round_id, contact_ref) do update
            set code_hash = excluded.code_hash, ends_at = excluded.ends_at, tries = 0, sent = excluded.sent;
    return null;
end $$;
revoke execute on function roll.write_contact_code from public;
grant execute on function roll.write_contact_code to byalag_roll;
