-- What a round lacks before it can be scheduled. Scheduling refuses exactly this, and officers read it beforehand.
create function box.shortcomings(the_round uuid) returns table (kind text, pot_id uuid, fault text)
language sql stable set search_path = '' as $$
    select 'pot', null::uuid, 'the round has no pot'
        where not exists (select from box.pot where round_id = the_round)
    union all
    select 'project', p.id, format('the pot “%s” has no project', p.name) from box.pot p
        where p.round_id = the_round and not exists (select from box.project j where j.pot_id = p.id)
    union all
    select 'elector', p.id, format('nobody on the roll may vote in the pot “%s”', p.name)
        from box.pot p join box.round r on r.id = p.round_id
        where p.round_id = the_round and 'declared' <> all (r.sources)
            and not exists (select from box.elector e where e.pot_id = p.id)
    union all
    select 'time', null, 'voting would already be over' from box.round r
        where r.id = the_round and r.closes_at <= clock_timestamp()
$$;
revoke execute on function box.shortcomings from public;
grant execute on function box.shortcomings to byalag_box;

create or replace function box.schedule_round(the_round uuid) returns text[]
language plpgsql volatile set search_path = '' as $$
declare
    r box.round := box.lock_round(false, the_round);
    missing text[];
begin
    select array_agg(s.fault) into missing from box.shortcomings(the_round) s;
    if missing is null and r.scheduled_at is null then
        update box.round set
            announced_at = coalesce(announced_at, clock_timestamp()), scheduled_at = clock_timestamp()
            where id = the_round;
    end if;
    return coalesce(missing, '{}');
end $$;

-- Projects change places on a ballot in one statement, which looks at its end whether each has a number of its own.
alter table box.project drop constraint project_number_unique,
    add constraint project_number_unique unique (pot_id, number) deferrable initially immediate;

-- Officers see on the voting day whether the workers keep up: what waits, in which lane, and never what it is about.
grant select (lane, waiting_since, quarantined_at) on post.outbox to byalag_box;
