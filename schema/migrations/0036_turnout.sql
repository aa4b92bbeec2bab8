-- Who took part, by area: added up once, when voting has ended, and kept when the sheets are gone. What is kept is what may
-- be shown: areas that are too small to be told apart from their people are put together before anything is written
-- (workers/turnout.py), so that no dump of a later year says more than the page.
create table roll.turnout (
    round_id uuid not null,
    close_number smallint not null,
    added_on date not null default (clock_timestamp() at time zone 'UTC')::date,
    primary key (round_id, close_number),
    constraint turnout_of_a_close foreign key (round_id, close_number) references box.close (round_id, number)
);
comment on table roll.turnout is 'that a close was added up; it has no line where nothing may be shown';

create table roll.turnout_line (
    round_id uuid not null,
    close_number smallint not null,
    areas text[] not null constraint turnout_line_of_some_area check (cardinality(areas) > 0),
    electors integer not null constraint turnout_line_of_many check (electors >= 20),
    took_part integer not null,
    primary key (round_id, close_number, areas),
    constraint turnout_line_of_turnout foreign key (round_id, close_number) references roll.turnout,
    constraint turnout_line_tells_nobody check (took_part >= 3 and electors - took_part >= 3)
);
create unique index turnout_line_together_once on roll.turnout_line (round_id, close_number) where cardinality(areas) > 1;
comment on column roll.turnout_line.areas is 'one area, or those that are put together; empty where the roll knows no area';

create trigger turnout_append_only before update or delete or truncate on roll.turnout
    for each statement execute function box.refuse_change();
create trigger turnout_line_append_only before update or delete or truncate on roll.turnout_line
    for each statement execute function box.refuse_change();

-- For whoever adds up: heads by area, and never a person. Nothing before voting has ended, and nothing once the sheets are
-- deleted. Who came later than on the day of the close came to look. One row without an area where nobody may vote.
create function roll.turnout_by_area(the_round uuid)
returns table (close_number smallint, area text, electors integer, took_part integer)
language sql volatile security definer set search_path = '' as $$
    with ended as (
        select c.number, (c.closed_at at time zone 'UTC')::date as day
        from box.round r cross join lateral box.standing_close(r) c
        where r.id = the_round and c.number is not null
            and not exists (select from box.deletion d where d.round_id = the_round)
    ), elector as (
        select e.person_ref, max(e.area) as area from roll.entry e
        where e.round_id = the_round and e.reason is null group by e.person_ref
    ), came as (
        select distinct s.ref from ended, roll.participation p, unnest(p.refs) as s (ref)
        where p.round_id = the_round and p.taken_part_on <= ended.day
    )
    select ended.number, elector.area, count(elector.person_ref)::integer, count(came.ref)::integer
    from ended left join elector on true left join came on came.ref = elector.person_ref
    group by ended.number, elector.area order by elector.area
$$;
revoke execute on function roll.turnout_by_area from public;
grant execute on function roll.turnout_by_area to byalag_registrar;

grant select on roll.turnout, roll.turnout_line to byalag_roll;
grant select, insert on roll.turnout to byalag_registrar;
grant insert on roll.turnout_line to byalag_registrar;

create function box.tell_close() returns trigger language plpgsql set search_path = '' as $$
begin
    insert into post.outbox (lane, event)
        values ('roll', json_build_object('event', 'VotingEnded', 'round_id', new.round_id)::text);
    return null;
end $$;
create trigger close_told after insert on box.close for each row execute function box.tell_close();

-- What other rules would have made of the ballots is shown where the round said so before anybody voted, or once an officer
-- decided it after publication: once, and nobody takes it back.
alter table box.round add column shows_what_if boolean not null default false;
comment on column box.round.shows_what_if is 'whether the comparison with other rules is published with the outcome';

create table box.what_if_publication (
    round_id uuid primary key references box.round,
    published_by text not null,
    published_at timestamptz not null default clock_timestamp()
);
comment on column box.what_if_publication.published_by is 'the name of an officer';

create function box.refuse_unpublished() returns trigger language plpgsql set search_path = '' as $$
begin
    if not exists (select from box.publication p where p.round_id = new.round_id) then
        raise exception 'the outcome is not published' using errcode = 'BYPUB';
    end if;
    return new;
end $$;
create trigger what_if_of_published before insert on box.what_if_publication
    for each row execute function box.refuse_unpublished();
create trigger what_if_publication_append_only before update or delete or truncate on box.what_if_publication
    for each statement execute function box.refuse_change();
create trigger what_if_publication_noted after insert on box.what_if_publication
    for each row execute function roll.note_audit();

grant select, insert on box.what_if_publication to byalag_box;
