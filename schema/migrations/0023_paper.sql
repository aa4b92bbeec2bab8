-- Paper: one ledger for all channels. At a booth a person is marked, so that nobody is counted twice; what is on the papers
-- is keyed twice, by two clerks, and enters the box as ballots of nobody in particular.
--
-- A mark has a tag and no sheet, a sheet has choices and no tag, a paper's ballot has a random tag: nothing here joins
-- them but their batch. Papers are mixed before they are numbered. No mark has a time.

create table box.paper_batch (
    id uuid primary key default gen_random_uuid(),
    round_id uuid not null references box.round,
    reference text not null constraint paper_batch_reference_length check (char_length(reference) between 1 and 120),
    place text not null constraint paper_batch_place_length check (char_length(place) between 1 and 120),
    opened_by text not null,
    opened_at timestamptz not null default clock_timestamp(),
    closed_by text,
    closed_at timestamptz,
    constraint paper_batch_of_round unique (id, round_id),
    constraint paper_batch_reference_unique unique (round_id, reference),
    constraint paper_batch_closed_by_somebody check ((closed_at is null) = (closed_by is null))
);
create index paper_batch_open on box.paper_batch (round_id) where closed_at is null;

-- How many sheets of a pot somebody counted by hand; a pot without a row has none.
create table box.paper_total (
    batch_id uuid not null,
    pot_id uuid not null,
    round_id uuid not null,
    sheets integer not null constraint paper_total_natural check (sheets between 0 and 1000000),
    primary key (batch_id, pot_id),
    constraint paper_total_in_batch foreign key (batch_id, round_id) references box.paper_batch (id, round_id),
    constraint paper_total_of_pot foreign key (pot_id, round_id) references box.pot (id, round_id)
);

-- Who has a paper in a pot. The key finds it for a cast, and the first part of it says whether a round has any marks.
create table box.paper_mark (
    round_id uuid not null,
    pot_id uuid not null,
    tag bytea not null,
    batch_id uuid not null,
    primary key (round_id, pot_id, tag),
    constraint paper_mark_of_elector foreign key (pot_id, tag) references box.elector deferrable initially deferred,
    constraint paper_mark_of_pot foreign key (pot_id, round_id) references box.pot (id, round_id),
    constraint paper_mark_in_batch foreign key (batch_id, round_id) references box.paper_batch (id, round_id)
);
create index paper_mark_of_batch on box.paper_mark (batch_id, pot_id);

-- That a mark was taken back, and why; not whose.
create table box.paper_unmark (
    id bigint generated always as identity primary key,
    batch_id uuid not null references box.paper_batch,
    pot_id uuid not null references box.pot,
    clerk text not null,
    reason text not null constraint paper_unmark_reason_length check (char_length(reason) between 1 and 500)
);

create table box.paper_sheet (
    id uuid primary key default gen_random_uuid(),
    round_id uuid not null,
    batch_id uuid not null,
    pot_id uuid not null,
    number integer not null constraint paper_sheet_number_positive check (number between 1 and 100000),
    page text not null default '' constraint paper_sheet_page_length check (char_length(page) <= 200),
    state text not null constraint paper_sheet_state_known check (state in ('keyed', 'differs', 'agreed', 'void')),
    removed boolean not null default false,
    constraint paper_sheet_number_unique unique (batch_id, pot_id, number),
    constraint paper_sheet_removed_is_void check (not removed or state = 'void'),
    constraint paper_sheet_in_batch foreign key (batch_id, round_id) references box.paper_batch (id, round_id),
    constraint paper_sheet_of_pot foreign key (pot_id, round_id) references box.pot (id, round_id)
);
comment on column box.paper_sheet.page is 'where the scanned page is, in the words of whoever scanned it';
comment on column box.paper_sheet.removed is 'there is no such sheet: it was keyed under another number as well';

-- What a clerk read on a sheet. The clerk is not the voter, whom nobody knows. All entries stay.
create table box.paper_entry (
    id bigint generated always as identity primary key,
    sheet_id uuid not null references box.paper_sheet,
    clerk_id uuid not null,
    clerk text not null,
    decides boolean not null,
    choices integer[],
    points integer[],
    void text constraint paper_entry_void_known check (void in (
        'blank', 'unclear', 'too-many', 'too-few', 'too-much-money', 'identifying-mark', 'no-sheet', 'other')),
    words text not null default '' constraint paper_entry_words_length check (char_length(words) <= 500),
    constraint paper_entry_choices_or_void check ((choices is null) = (void is not null)
        and (choices is null) = (points is null)),
    constraint paper_entry_other_in_words check (void is distinct from 'other' or words <> ''),
    constraint paper_entry_no_sheet_decided check (void is distinct from 'no-sheet' or decides)
);
create index paper_entry_of_sheet on box.paper_entry (sheet_id, id);
comment on column box.paper_entry.decides is 'a third officer settles what two clerks read differently';

-- A ballot that came on paper, by its batch; of one cast online there is none.
alter table box.ballot
    add column batch_id uuid,
    add constraint ballot_of_batch foreign key (batch_id, round_id) references box.paper_batch (id, round_id),
    add constraint ballot_on_paper_is_one check (batch_id is null or (revision = 1 and not withdrawn));

create trigger paper_unmark_append_only before update or delete or truncate on box.paper_unmark
    for each statement execute function box.refuse_change();
create trigger paper_entry_append_only before update or truncate on box.paper_entry
    for each statement execute function box.refuse_change();

create function box.refuse_undecided_entry() returns trigger language plpgsql set search_path = '' as $$
begin
    if not exists (
        select from box.deletion d join box.paper_sheet s on s.round_id = d.round_id where s.id = old.sheet_id
    ) then
        raise exception '% is append-only', tg_table_name using errcode = 'BYAPP';
    end if;
    return old;
end $$;
create trigger paper_entry_deleted_by_decision before delete on box.paper_entry
    for each row execute function box.refuse_undecided_entry();

-- What a batch lacks before it can be closed, as sentences; nothing when it is whole.
create function box.batch_faults(the_batch uuid) returns text[] language sql volatile set search_path = '' as $$
    with sheets as (
        select s.pot_id, count(*) filter (where not s.removed) as sheets,
            string_agg(s.number::text, ', ' order by s.number) filter (where s.state = 'keyed') as once,
            string_agg(s.number::text, ', ' order by s.number) filter (where s.state = 'differs') as differing
        from box.paper_sheet s where s.batch_id = the_batch group by s.pot_id
    ), pots as (
        select p.position, p.name, coalesce(s.sheets, 0) as sheets, s.once, s.differing,
            coalesce(t.sheets, 0) as declared,
            (select count(*) from box.paper_mark m where m.batch_id = the_batch and m.pot_id = p.id) as marks
        from box.paper_batch b join box.pot p on p.round_id = b.round_id
        left join sheets s on s.pot_id = p.id
        left join box.paper_total t on t.batch_id = b.id and t.pot_id = p.id
        where b.id = the_batch
    )
    select coalesce(array_agg(fault order by position, place), '{}') from (
        select position, 1 as place, format('“%s”: keyed by one clerk only: sheet %s', name, once) as fault
            from pots where once is not null
        union all
        select position, 2, format('“%s”: two clerks read differently: sheet %s', name, differing)
            from pots where differing is not null
        union all
        select position, 3, format('“%s”: %s sheets for %s people who are marked', name, sheets, marks)
            from pots where sheets > marks
        union all
        select position, 4, format('“%s”: %s sheets were counted by hand, and %s were keyed', name, declared, sheets)
            from pots where declared <> sheets
    ) faults
$$;

create function box.refuse_open_ends() returns trigger language plpgsql set search_path = '' as $$
begin
    if old.closed_at is not null or new.closed_at is null
        or (new.id, new.round_id, new.reference, new.place, new.opened_by, new.opened_at)
            is distinct from (old.id, old.round_id, old.reference, old.place, old.opened_by, old.opened_at) then
        raise exception 'a batch is closed once and not changed otherwise' using errcode = 'BYAPP';
    end if;
    if box.batch_faults(old.id) <> '{}' then
        raise exception 'the batch is not whole' using errcode = 'BYBAT';
    end if;
    return new;
end $$;
create trigger paper_batch_closes_whole before update on box.paper_batch
    for each row execute function box.refuse_open_ends();

-- Answers opened, not_open or no_round. The shared lock makes it wait for a close, so that no batch begins after it.
create function box.open_batch(
    the_batch uuid, the_round uuid, the_reference text, the_place text, officer text
) returns text language plpgsql volatile set search_path = '' as $$
declare r box.round := box.lock_round(true, the_round);
begin
    if r.id is null then
        return 'no_round';
    end if;
    if r.scheduled_at is null or box.phase(r) not in ('framing', 'proposing', 'reviewing', 'supporting', 'voting') then
        return 'not_open';
    end if;
    insert into box.paper_batch (id, round_id, reference, place, opened_by)
        values (the_batch, the_round, the_reference, the_place, officer);
    return 'opened';
end $$;

create type box.mark_answer as (status text, pot text, place text, phase text);

-- Marks a tag in all of these pots, or in none. Under the round's exclusive lock no cast is under way: whatever comes
-- first is seen by what comes second. Answers marked; or what stands against it in the first pot where something does:
-- has_ballot (the last revision online is not withdrawn), marked_before (at a place), not_on_roll; or not_open,
-- batch_closed, no_batch.
create function box.mark_paper(the_round uuid, the_batch uuid, the_tag bytea, the_pots uuid[]) returns box.mark_answer
language plpgsql volatile set search_path = '' as $$
declare
    r box.round := box.lock_round(false, the_round);
    b box.paper_batch;
    found box.mark_answer;
begin
    select * into b from box.paper_batch where id = the_batch and round_id = the_round for share;
    if b.id is null or b.closed_at is not null then
        return row(case when b.id is null then 'no_batch' else 'batch_closed' end, null, null, null)::box.mark_answer;
    end if;
    if box.phase(r) <> 'voting' then
        return row('not_open', null, null, box.phase(r))::box.mark_answer;
    end if;
    select case
            when m.tag is not null then 'marked_before'
            when e.tag is null then 'not_on_roll'
            else 'has_ballot' end, p.name, mb.place, null
        into found
        from unnest(the_pots) wanted (id)
        left join box.pot p on p.id = wanted.id and p.round_id = the_round
        left join box.elector e on e.pot_id = p.id and e.tag = the_tag
        left join box.paper_mark m on m.round_id = the_round and m.pot_id = p.id and m.tag = the_tag
        left join box.paper_batch mb on mb.id = m.batch_id
        left join lateral (
            select o.withdrawn from box.ballot o
            where o.round_id = the_round and o.pot_id = p.id and o.tag = the_tag order by o.revision desc limit 1
        ) last on true
        where m.tag is not null or e.tag is null or not last.withdrawn
        order by p.position limit 1;
    if found.status is not null then
        return found;
    end if;
    insert into box.paper_mark (round_id, pot_id, tag, batch_id)
        select the_round, wanted.id, the_tag, the_batch from (select distinct unnest(the_pots) as id) wanted;
    return row('marked', null, null, null)::box.mark_answer;
end $$;

-- Takes the marks of a tag in these pots back, or none. Answers unmarked; or, of the first pot where something stands
-- against it, not_marked (by this batch) or handed_in (there are as many sheets as marks); or batch_closed, no_batch.
create function box.unmark_paper(
    the_round uuid, the_batch uuid, the_tag bytea, the_pots uuid[], officer text, the_reason text
) returns box.mark_answer language plpgsql volatile set search_path = '' as $$
declare
    r box.round := box.lock_round(false, the_round);
    b box.paper_batch;
    found box.mark_answer;
begin
    select * into b from box.paper_batch where id = the_batch and round_id = r.id for update;
    if b.id is null or b.closed_at is not null then
        return row(case when b.id is null then 'no_batch' else 'batch_closed' end, null, null, null)::box.mark_answer;
    end if;
    select case when m.tag is null then 'not_marked' else 'handed_in' end, p.name, null, null into found
        from unnest(the_pots) wanted (id)
        left join box.pot p on p.id = wanted.id and p.round_id = the_round
        left join box.paper_mark m on m.round_id = the_round and m.pot_id = p.id and m.tag = the_tag
            and m.batch_id = the_batch
        where m.tag is null
            or (select count(*) from box.paper_sheet s
                where s.batch_id = the_batch and s.pot_id = p.id and not s.removed)
                >= (select count(*) from box.paper_mark o where o.batch_id = the_batch and o.pot_id = p.id)
        order by p.position limit 1;
    if found.status is not null then
        return found;
    end if;
    delete from box.paper_mark m
        where m.round_id = the_round and m.tag = the_tag and m.batch_id = the_batch and m.pot_id = any(the_pots);
    insert into box.paper_unmark (batch_id, pot_id, clerk, reason)
        select the_batch, wanted.id, officer, the_reason
        from (select distinct unnest(the_pots) as id order by 1) wanted;
    return row('unmarked', null, null, null)::box.mark_answer;
end $$;

-- Notes what a clerk read on a sheet. Answers what the sheet is then: keyed (by one), agreed or void (by two who read
-- the same, or by a decision), differs; or settled, own_sheet (who keyed a sheet does not decide it), no_sheet,
-- batch_closed, no_batch.
create function box.key_sheet(
    the_batch uuid, the_pot uuid, the_number integer, the_page text, the_clerk uuid, clerk_name text, deciding boolean,
    the_choices integer[], the_points integer[], the_void text, the_words text
) returns text language plpgsql volatile set search_path = '' as $$
declare
    b box.paper_batch;
    s box.paper_sheet;
    same boolean;
    others boolean;
begin
    -- Keying goes on beside keying; closing waits for it, and it for closing.
    select * into b from box.paper_batch where id = the_batch for share;
    if b.id is null or b.closed_at is not null then
        return case when b.id is null then 'no_batch' else 'batch_closed' end;
    end if;
    if not deciding then
        insert into box.paper_sheet (round_id, batch_id, pot_id, number, page, state)
            values (b.round_id, the_batch, the_pot, the_number, the_page, 'keyed')
            on conflict on constraint paper_sheet_number_unique do nothing;
    end if;
    select * into s from box.paper_sheet
        where batch_id = the_batch and pot_id = the_pot and number = the_number for update;
    if s.id is null then
        return 'no_sheet';
    end if;
    -- A sheet that is settled can still be found to be none: nothing else about it is open.
    if s.state in ('agreed', 'void') and (not deciding or the_void is distinct from 'no-sheet' or s.removed)
        or deciding and s.state = 'keyed' and the_void is distinct from 'no-sheet' then
        return case when deciding and s.state = 'keyed' then 'no_sheet' else 'settled' end;
    end if;
    if deciding and exists (select from box.paper_entry e where e.sheet_id = s.id and e.clerk_id = the_clerk) then
        return 'own_sheet';
    end if;
    select coalesce(bool_or((last.choices, last.points, last.void)
            is not distinct from (the_choices, the_points, the_void)), false), count(*) > 0
        into same, others
        from (
            select distinct on (e.clerk_id) e.choices, e.points, e.void from box.paper_entry e
            where e.sheet_id = s.id and e.clerk_id <> the_clerk order by e.clerk_id, e.id desc
        ) last;
    insert into box.paper_entry (sheet_id, clerk_id, clerk, decides, choices, points, void, words)
        values (s.id, the_clerk, clerk_name, deciding, the_choices, the_points, the_void, the_words);
    s.state := case
        when deciding or same then case when the_void is null then 'agreed' else 'void' end
        when others then 'differs' else 'keyed' end;
    update box.paper_sheet set state = s.state, removed = the_void is not distinct from 'no-sheet' where id = s.id;
    return s.state;
end $$;

-- Casts of one round, gathered: one lock, one look at the clock, one commit. No tag stands in `tags` twice. Each is
-- answered by its place: accepted, replayed (same key and same ballot again), key_reused (same key, other ballot),
-- on_paper (marked as having voted on paper), stale (the voter saw another revision than the last), nothing_to_withdraw
-- (there is no ballot, or it was withdrawn), not_open, no_round, or again: somebody cast with the same tag at this
-- moment, so ask anew.
create or replace function box.cast_ballots(
    the_round uuid, pots uuid[], tags bytea[], keys text[], base_revisions integer[],
    all_choices text[], all_points text[], withdrawals boolean[], nonces bytea[], commitments bytea[]
) returns setof box.cast_answer language plpgsql volatile set search_path = ''
-- One plan for ever, that looks ballots up by index: a plan made while the box was empty would read all of it.
set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
    r box.round := box.lock_round(true, the_round);
    now_phase text := box.phase(r);
    minute timestamptz := date_trunc('minute', clock_timestamp());
    -- Asked once, so that a round without paper looks nobody up.
    any_mark boolean := exists (select from box.paper_mark m where m.round_id = the_round);
begin
    return query
    with sent as (
        select s.place::integer, s.pot_id, s.tag, s.key, s.base, s.choices::integer[], s.points::integer[],
            s.withdrawn, s.nonce, s.commitment
        from unnest(pots, tags, keys, base_revisions, all_choices, all_points, withdrawals, nonces, commitments)
            with ordinality as s (pot_id, tag, key, base, choices, points, withdrawn, nonce, commitment, place)
    ), seen as (
        select s.*, e.id is not null as known, e.revision as known_revision, e.commitment as known_commitment,
            e.accepted_at as known_at,
            e.pot_id = s.pot_id and e.choices = s.choices and e.points = s.points and e.withdrawn = s.withdrawn as same,
            coalesce(l.revision, 0) as last, s.withdrawn and coalesce(l.withdrawn, true) as vain,
            p.batch_id is not null as marked
        from sent s
        left join lateral (
            select * from box.ballot b
            where b.round_id = the_round and b.tag = s.tag and b.idempotency_key = s.key limit 1
        ) e on true
        left join lateral (
            select b.revision, b.withdrawn from box.ballot b
            where b.round_id = the_round and b.pot_id = s.pot_id and b.tag = s.tag order by b.revision desc limit 1
        ) l on true
        left join lateral (  -- not an exists, for which all marks of the round would be read into a hash
            select m.batch_id from box.paper_mark m
            where any_mark and m.round_id = the_round and m.pot_id = s.pot_id and m.tag = s.tag limit 1
        ) p on true
    ), fresh as (
        insert into box.ballot (round_id, pot_id, tag, revision, idempotency_key, choices, points, withdrawn, nonce,
            commitment, accepted_at)
        select the_round, s.pot_id, s.tag, s.last + 1, s.key, s.choices, s.points, s.withdrawn, s.nonce, s.commitment,
            minute
        from seen s
        where not s.known and not s.marked and s.last = s.base and not s.vain and now_phase = 'voting'
        order by s.tag  -- two batches that meet wait for each other in one direction only
        on conflict do nothing
        returning id, tag
    )
    select s.place,
        case
            when r.id is null then 'no_round'
            when s.same then 'replayed'
            when s.known then 'key_reused'
            when now_phase <> 'voting' then 'not_open'
            when s.marked then 'on_paper'
            when s.last <> s.base then 'stale'
            when s.vain then 'nothing_to_withdraw'
            when f.id is null then 'again'
            else 'accepted'
        end,
        case when s.same then s.known_revision when s.last <> s.base then s.last else s.last + 1 end,
        case when s.same then s.known_commitment else s.commitment end,
        case when s.same then s.known_at else minute end,
        now_phase
    from seen s left join fresh f on f.tag = s.tag;
end $$;

-- With a round's ballots go its marks and what was keyed. Batches, sheets and their states stay: they hold no choice.
create function box.forget_papers() returns trigger language plpgsql set search_path = '' as $$
begin
    delete from box.paper_entry e using box.paper_sheet s where s.id = e.sheet_id and s.round_id = new.round_id;
    delete from box.paper_mark m where m.round_id = new.round_id;
    return null;
end $$;
create trigger deletion_forgets_papers after insert on box.deletion
    for each row execute function box.forget_papers();

create trigger paper_batch_noted after insert or update on box.paper_batch for each row
    execute function roll.note_audit();
create trigger paper_total_noted after insert or update on box.paper_total for each row
    execute function roll.note_audit();

grant select, insert on box.paper_batch, box.paper_total, box.paper_mark, box.paper_unmark, box.paper_sheet,
    box.paper_entry to byalag_box;
grant update (closed_by, closed_at) on box.paper_batch to byalag_box;
grant update (sheets) on box.paper_total to byalag_box;
grant delete on box.paper_mark to byalag_box;
grant update (state, removed) on box.paper_sheet to byalag_box;
grant select on box.paper_batch to byalag_worker;

-- Assisted: a clerk opens a session for somebody who is present. Taking part is noted as always, on sheets of its own
-- kind; how often a clerk did so, and what was shown, is counted without saying for whom. A mark on paper is no kind of
-- its own there: beside a batch of one paper it would say whose the paper is.
alter table roll.participation
    add column assisted boolean not null default false,
    drop constraint participation_pkey,
    add primary key (round_id, taken_part_on, assisted, sheet);
comment on column roll.participation.assisted is 'whether a clerk opened the first session of these persons';

create table roll.assistance (
    round_id uuid not null,
    assisted_on date not null,
    officer_id uuid not null references roll.officer,
    shown text not null
        constraint assistance_shown_known check (shown in ('identity-card', 'passport', 'licence', 'other')),
    sessions integer not null,
    primary key (round_id, assisted_on, officer_id, shown)
);
comment on column roll.assistance.shown is 'the document by which the clerk attests that they know the person';

-- The session that a clerk has not ended; of whom it is nobody knows.
create table roll.assisted_session (
    officer_id uuid primary key references roll.officer on delete cascade,
    round_id uuid not null
);

drop function roll.note_participation(uuid, bytea);

-- One sheet's row is locked until the commit, so two sign-ins seldom wait for each other, and none fails: whoever waited
-- looks again, for the sheet may have been halved meanwhile. Locks are taken upwards only, so nobody waits crosswise.
create function roll.note_participation(the_round uuid, ref bytea, is_assisted boolean default false) returns void
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
            where p.round_id = the_round and p.taken_part_on = today and p.assisted = is_assisted
                and p.sheet <= the_place
            order by p.sheet desc limit 1 for update;
        exit when the_place < found_sheet.sheet + found_sheet.span;
        insert into roll.participation (round_id, taken_part_on, assisted, sheet, span, refs)
            values (the_round, today, is_assisted, 0, 65536, '{}') on conflict do nothing;
    end loop;
    if ref = any (found_sheet.refs) then
        return;
    end if;
    found_sheet.refs := array(select r from unnest(found_sheet.refs || ref) r order by r);
    if cardinality(found_sheet.refs) > most and found_sheet.span > 1 then
        half := found_sheet.span / 2;
        insert into roll.participation (round_id, taken_part_on, assisted, sheet, span, refs)
            values (the_round, today, is_assisted, found_sheet.sheet + half, half, array(
                select r from unnest(found_sheet.refs) r where roll.place(r) >= found_sheet.sheet + half order by r));
        found_sheet.span := half;
        found_sheet.refs := array(
            select r from unnest(found_sheet.refs) r where roll.place(r) < found_sheet.sheet + half order by r);
    end if;
    update roll.participation p set span = found_sheet.span, refs = found_sheet.refs
        where p.round_id = the_round and p.taken_part_on = today and p.assisted = is_assisted
            and p.sheet = found_sheet.sheet;
end $$;

grant select, insert on roll.assistance, roll.assisted_session to byalag_roll;
grant update (sessions) on roll.assistance to byalag_roll;
grant delete on roll.assisted_session to byalag_roll;
