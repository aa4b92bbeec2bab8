-- The fraud desk: traces that live a day, ballots in quarantine, what two officers decide about them, and appeals.

-- Traces. From which network (of IPv4 a /24, of IPv6 a /48) and with which kind of device a voter cast, as hashes under
-- a key of that UTC day and that round. The clock deletes traces after 24 hours, and a day's key when the day is over:
-- from then on nobody can try out which network a hash in an old dump stands for. A trace may be lost without harm, so these
-- tables are not logged: no log archive and no replica ever holds them, and a crash empties them.
create unlogged table box.trace_key (
    day date primary key,
    wrapped bytea not null
);
comment on table box.trace_key is 'random, wrapped under the master key; all processes of a day share one';

create unlogged table box.trace (
    round_id uuid not null,
    tag bytea not null constraint trace_tag_hashed check (octet_length(tag) = 32),
    hour timestamptz not null constraint trace_to_the_hour check (hour = date_trunc('hour', hour, 'UTC')),
    network bytea not null constraint trace_network_short check (octet_length(network) = 8),
    device bytea not null constraint trace_device_short check (octet_length(device) = 8)
);
create index trace_hour on box.trace (hour);
comment on table box.trace is 'one row for each accepted cast: a key over all columns would cost each cast more than the row';

-- Quarantine: an officer sets the ballots behind a line of a report aside, with a reason. They count as before until two
-- officers decide; the outcome is worked out without them as well. No officer sees a tag, and none is set aside alone:
-- two outcomes that differ by one ballot would show it.
create table box.quarantine (
    id uuid primary key default gen_random_uuid(),
    round_id uuid not null references box.round,
    sign text not null constraint quarantine_sign_known check (sign in ('burst', 'network', 'device')),
    voters integer not null constraint quarantine_of_several check (voters >= 5),
    reason text not null constraint quarantine_reason_length check (char_length(reason) between 1 and 2000),
    made_by text not null,
    made_at timestamptz not null default clock_timestamp(),
    constraint quarantine_of_round unique (id, round_id)
);
create index quarantine_by_round on box.quarantine (round_id);
comment on column box.quarantine.sign is 'which kind of line in the report it was made of';

create table box.quarantined (
    quarantine_id uuid not null references box.quarantine,
    tag bytea not null constraint quarantined_tag_hashed check (octet_length(tag) = 32),
    primary key (quarantine_id, tag)
);
create index quarantined_by_tag on box.quarantined (tag);

-- What became of a quarantine: once, by a decision of two officers that names it. The foreign key sees to round and kind.
create table box.ruling (
    quarantine_id uuid primary key,
    round_id uuid not null,
    kind text not null constraint ruling_kind_known check (kind in ('release', 'void')),
    decision_id uuid not null constraint ruling_decision_once unique,
    ruled_at timestamptz not null default clock_timestamp(),
    constraint ruling_of_quarantine foreign key (quarantine_id, round_id) references box.quarantine (id, round_id),
    constraint ruling_decided foreign key (decision_id, round_id, kind) references box.decision (id, round_id, kind)
);
create index ruling_by_round on box.ruling (round_id);

create function box.refuse_other_decision() returns trigger language plpgsql set search_path = '' as $$
begin
    if not exists (select from box.decision d where d.id = new.decision_id
            and d.details ->> 'quarantine_id' = new.quarantine_id::text) then
        raise exception 'the decision is about something else' using errcode = 'BYAPP';
    end if;
    return new;
end $$;
create trigger ruling_names_quarantine before insert on box.ruling
    for each row execute function box.refuse_other_decision();

-- A voter whose ballots are set aside appeals with her pass, by tag. She chooses a ground and writes nothing: what she
-- would write may say who she is, and that must not stand beside her tag (P7).
create table box.appeal (
    id uuid primary key default gen_random_uuid(),
    round_id uuid not null references box.round,
    tag bytea not null constraint appeal_tag_hashed check (octet_length(tag) = 32),
    ground text not null constraint appeal_ground_known
        check (ground in ('cast-it-myself', 'shared-network', 'shared-device', 'was-helped')),
    appealed_on date not null default (clock_timestamp() at time zone 'UTC')::date,
    state text not null default 'open' constraint appeal_state_known check (state in ('open', 'granted', 'refused')),
    answer text constraint appeal_answer_length check (char_length(answer) between 1 and 2000),
    answered_by text,
    answered_on date,
    decision_id uuid constraint appeal_decision_once unique,
    decision_kind text generated always as ('release') stored,
    constraint appeal_once unique (round_id, tag),
    constraint appeal_answered check (
        (state = 'open') = (answer is null) and num_nulls(answer, answered_by, answered_on) in (0, 3)),
    constraint appeal_granted_by_two check ((state = 'granted') = (decision_id is not null)),
    constraint appeal_decided foreign key (decision_id, round_id, decision_kind)
        references box.decision (id, round_id, kind)
);
comment on column box.appeal.decision_id is 'granting gives back what two officers voided, so two officers grant';

-- A refused resident appeals on the roll side, in words. Whoever could not even sign in has no person_ref here, and
-- reads the answer by a receipt number; the others read it at their next sign-in as well.
create table roll.appeal (
    id uuid primary key default gen_random_uuid(),
    round_id uuid not null,
    pot_id uuid,
    person_ref bytea constraint appeal_ref_hashed check (octet_length(person_ref) = 32),
    reason text,
    words text not null constraint appeal_words_length check (char_length(words) between 1 and 2000),
    language text not null constraint appeal_language_code check (language ~ '^[a-z]{2,3}$'),
    receipt_hash bytea not null constraint appeal_receipt_once unique
        constraint appeal_receipt_hashed check (octet_length(receipt_hash) = 32),
    appealed_on date not null default (clock_timestamp() at time zone 'UTC')::date,
    state text not null default 'open' constraint appeal_state_known check (state in ('open', 'granted', 'refused')),
    answer text constraint appeal_answer_length check (char_length(answer) between 1 and 2000),
    answered_by text,
    answered_on date,
    decision_id uuid constraint appeal_decision_once unique,
    decision_kind text generated always as ('admit') stored,
    constraint appeal_once unique (round_id, person_ref, pot_id),
    constraint appeal_answered check (
        (state = 'open') = (answer is null) and num_nulls(answer, answered_by, answered_on) in (0, 3)),
    constraint appeal_decided foreign key (decision_id, round_id, decision_kind)
        references box.decision (id, round_id, kind)
);
comment on column roll.appeal.reason is 'the reason that the roll gave when the appeal was made';
comment on column roll.appeal.appealed_on is 'by date only, as participation is';

-- An answer is given once. A granted one rests on a decision that names the appeal: always in the box, and on the roll
-- side once the round is frozen.
create function box.refuse_other_answer() returns trigger language plpgsql set search_path = '' as $$
begin
    if old.state <> 'open' then
        raise exception 'an appeal is answered once' using errcode = 'BYAPP';
    end if;
    if new.state = 'granted' and new.decision_id is null
        and exists (select from box.round r where r.id = new.round_id and r.scheduled_at is not null) then
        raise exception 'granting takes two officers' using errcode = 'BYAPP';
    end if;
    if new.decision_id is not null and not exists (select from box.decision d where d.id = new.decision_id
            and d.details ->> 'appeal_id' = new.id::text) then
        raise exception 'the decision is about something else' using errcode = 'BYAPP';
    end if;
    return new;
end $$;
create trigger appeal_answered_once before update on box.appeal
    for each row execute function box.refuse_other_answer();
create trigger appeal_answered_once before update on roll.appeal
    for each row execute function box.refuse_other_answer();

-- Whose ballots do not count, although nothing is wrong with them: of a voided quarantine, and without a granted appeal.
create function box.voided(the_round uuid) returns setof bytea language sql stable set search_path = '' as $$
    select distinct t.tag from box.ruling u join box.quarantined t on t.quarantine_id = u.quarantine_id
    where u.round_id = the_round and u.kind = 'void' and not exists (
        select from box.appeal a where a.round_id = the_round and a.tag = t.tag and a.state = 'granted')
$$;
-- Whose ballots are set aside and wait for a decision.
create function box.held(the_round uuid) returns setof bytea language sql stable set search_path = '' as $$
    select distinct t.tag from box.quarantine q join box.quarantined t on t.quarantine_id = q.id
    where q.round_id = the_round and not exists (select from box.ruling u where u.quarantine_id = q.id)
$$;

-- Carry out a decision of two officers about a quarantine. Twice is once. Ballots are voided once voting is over: until
-- then they are held, and whoever is held wrongly can still vote. Answers ruled, ruled_before or not_closed.
create function box.rule_quarantine(the_round uuid, the_decision uuid) returns text
language plpgsql volatile set search_path = '' as $$
declare
    r box.round := box.lock_round(false, the_round);
    d box.decision;
begin
    if exists (select from box.ruling where decision_id = the_decision) then
        return 'ruled_before';
    end if;
    d := box.decided(the_decision, the_round, 'release', 'void');
    if exists (select from box.ruling u where u.quarantine_id::text = d.details ->> 'quarantine_id') then
        return 'ruled_before';
    end if;
    if d.kind = 'void' and box.phase(r) not in ('counting', 'published') then
        return 'not_closed';
    end if;
    insert into box.ruling (quarantine_id, round_id, kind, decision_id)
        values ((d.details ->> 'quarantine_id')::uuid, the_round, d.kind, d.id);
    return 'ruled';
end $$;

-- Whatever changes who is voided is told to the lane that counts, once there is something to count; and whatever changes
-- who is held, to the lane that works out the outcome without them.
create function box.tell_quarantine() returns trigger language plpgsql set search_path = '' as $$
begin
    insert into post.outbox (lane, event)
        values ('compare', json_build_object('event', 'BallotsHeld', 'round_id', new.round_id)::text);
    if tg_table_name <> 'quarantine'
        and exists (select from box.round r where r.id = new.round_id and (box.standing_close(r)).number is not null) then
        insert into post.outbox (lane, event)
            values ('count', json_build_object('event', 'BallotsVoided', 'round_id', new.round_id)::text);
    end if;
    return null;
end $$;
create trigger quarantine_told after insert on box.quarantine
    for each row execute function box.tell_quarantine();
create trigger ruling_told after insert on box.ruling
    for each row execute function box.tell_quarantine();
create trigger appeal_told after update on box.appeal for each row
    when (new.state = 'granted') execute function box.tell_quarantine();

create trigger quarantine_append_only before update or delete or truncate on box.quarantine
    for each statement execute function box.refuse_change();
create trigger quarantined_append_only before update or truncate on box.quarantined
    for each statement execute function box.refuse_change();
create trigger ruling_append_only before update or delete or truncate on box.ruling
    for each statement execute function box.refuse_change();

-- The outcome of a snapshot without the ballots that are held now. It follows the quarantine, so it changes.
create table box.without_held (
    snapshot_id uuid primary key references box.snapshot,
    content bytea not null,
    compared_at timestamptz not null default clock_timestamp()
);
comment on column box.without_held.content is 'canonical JSON of schema.comparison.WithoutHeld';

-- A correction has a comparison of its own.
alter table box.what_if disable trigger what_if_append_only;
alter table box.what_if add column snapshot_id uuid references box.snapshot;
update box.what_if w set snapshot_id =
    (select s.id from box.snapshot s where s.pot_id = w.pot_id order by s.counted_at desc limit 1);
alter table box.what_if drop constraint what_if_pkey, drop column pot_id, add primary key (snapshot_id);
alter table box.what_if enable trigger what_if_append_only;

-- With a round's ballots goes who was set aside and who appealed.
create function box.forget_tags() returns trigger language plpgsql set search_path = '' as $$
begin
    delete from box.trace t where t.round_id = new.round_id;
    delete from box.quarantined t using box.quarantine q where q.id = t.quarantine_id and q.round_id = new.round_id;
    delete from box.appeal a where a.round_id = new.round_id;
    delete from roll.appeal a where a.round_id = new.round_id;
    return null;
end $$;
create trigger deletion_forgets_tags after insert on box.deletion
    for each row execute function box.forget_tags();

-- As before, and with what is decided here.
create or replace function box.is_done(the_decision uuid) returns boolean language sql volatile set search_path = '' as $$
    select exists (select from box.close where decision_id = the_decision)
        or exists (select from box.retiming where decision_id = the_decision)
        or exists (select from box.correction where decision_id = the_decision)
        or exists (select from box.publication where decision_id = the_decision)
        or exists (select from roll.destroyed_key where decision_id = the_decision)
        or exists (select from box.deletion where decision_id = the_decision)
        or exists (select from box.ruling where decision_id = the_decision)
        or exists (select from box.appeal where decision_id = the_decision)
        or exists (select from roll.appeal where decision_id = the_decision)
$$;

grant select, insert on box.trace_key, box.trace to byalag_box;
grant delete on box.trace_key, box.trace to byalag_worker;
grant select (day) on box.trace_key to byalag_worker;
grant select (hour) on box.trace to byalag_worker;
grant select, insert on box.quarantine, box.quarantined, box.ruling, box.appeal to byalag_box;
grant update (state, answer, answered_by, answered_on, decision_id) on box.appeal to byalag_box;
grant select on box.quarantine, box.quarantined, box.ruling, box.appeal to byalag_worker;
grant select on box.ruling to byalag_roll;
grant select (decision_id) on box.appeal to byalag_roll;
-- After a correction an auditor gets openings anew.
grant update (locked, made_at) on box.openings to byalag_worker;
grant select on box.without_held to byalag_box;
grant select, insert, update, delete on box.without_held to byalag_worker;
grant select, insert on roll.appeal to byalag_roll;
grant update (state, answer, answered_by, answered_on, decision_id) on roll.appeal to byalag_roll;
