-- Auditors: whoever a municipality names may check every ballot of a round, once its outcome is published. What they
-- are given is encrypted to their own key, and lies here until they fetch it.

create table box.auditor (
    id uuid primary key default gen_random_uuid(),
    round_id uuid not null references box.round,
    name text not null constraint auditor_name_length check (char_length(name) between 1 and 120),
    recipient text not null constraint auditor_recipient_form check (recipient ~ '^age1[0-9a-z]{58}$'),
    named_by text not null,
    named_at timestamptz not null default clock_timestamp(),
    constraint auditor_once unique (round_id, recipient)
);
comment on column box.auditor.recipient is 'a public key of age';

create table box.openings (
    auditor_id uuid primary key references box.auditor on delete cascade,
    locked bytea not null,
    made_at timestamptz not null default clock_timestamp()
);
comment on column box.openings.locked is 'encrypted to the auditor; see schema/openings.py';

grant select, insert on box.auditor to byalag_box;
grant select on box.openings to byalag_box;
grant select on box.auditor to byalag_worker;
grant select, insert on box.openings to byalag_worker;

-- Publishing is told to the lane that counts: it makes the auditors' openings.
create function box.tell_publication() returns trigger language plpgsql set search_path = '' as $$
begin
    insert into post.outbox (lane, event)
    select distinct 'count', json_build_object('event', 'RoundPublished', 'round_id', round_id)::text from fresh;
    return null;
end $$;
create trigger publication_told after insert on box.publication referencing new table as fresh
    for each statement execute function box.tell_publication();
