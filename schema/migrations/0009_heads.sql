-- Heads abroad: each signed head is also kept in a folder, and posted to whoever a municipality names. What lies where
-- the database does not reach is what a database that was restored or altered is measured against.

alter table post.outbox drop constraint outbox_lane_known;
alter table post.outbox add constraint outbox_lane_known
    check (lane in ('roll', 'judge', 'sequence', 'spread', 'count', 'compare', 'civic'));

create table box.head_webhook (
    id uuid primary key default gen_random_uuid(),
    municipality_id uuid not null,
    address text not null
        constraint head_webhook_address_plain check (address ~ '^https?://[!-~]+$')
        constraint head_webhook_address_length check (char_length(address) <= 500),
    added_at timestamptz not null default clock_timestamp(),
    constraint head_webhook_once unique (municipality_id, address)
);

-- What went where. Of an answer nothing is kept but whether it was a yes.
create table box.head_delivery (
    id bigint generated always as identity primary key,
    webhook_id uuid references box.head_webhook on delete cascade,
    round_id uuid not null references box.round,
    size bigint,
    sent_at timestamptz,
    fault text,
    failed_at timestamptz,
    failures integer not null default 0,
    due_at timestamptz,
    constraint head_delivery_once unique nulls not distinct (webhook_id, round_id)
);
comment on column box.head_delivery.webhook_id is 'null for the folder';
comment on column box.head_delivery.size is 'of the newest head that came there; null when none did yet';
comment on column box.head_delivery.fault is 'what was wrong with the last attempt that failed, which may be over';
comment on column box.head_delivery.due_at is 'when to try again, until the clock has told so';
create index head_delivery_due on box.head_delivery (due_at) where due_at is not null;

create function box.tell_head() returns trigger language plpgsql set search_path = '' as $$
begin
    insert into post.outbox (lane, event)
        values ('spread', json_build_object('event', 'HeadSigned', 'round_id', new.round_id)::text);
    return null;
end $$;
create trigger head_told after insert on box.checkpoint for each row execute function box.tell_head();

-- A place that was added today gets the newest head of every ledger that there is.
create function box.tell_webhook() returns trigger language plpgsql set search_path = '' as $$
begin
    insert into post.outbox (lane, event)
    select 'spread', json_build_object('event', 'HeadSigned', 'round_id', r.id)::text
    from box.round r
    where r.municipality_id = new.municipality_id and exists (select from box.checkpoint c where c.round_id = r.id);
    return null;
end $$;
create trigger webhook_told after insert on box.head_webhook for each row execute function box.tell_webhook();

grant select, insert, delete on box.head_webhook to byalag_box;
grant select on box.head_delivery to byalag_box;
grant select on box.head_webhook to byalag_worker;
grant select, insert, update on box.head_delivery to byalag_worker;
