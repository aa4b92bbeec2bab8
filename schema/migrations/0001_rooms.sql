-- The rooms of the house and who may enter them.
--   roll   who may vote        box    what was voted        civic  what was said        post  what is to be told
-- Nothing joins roll and box but a key per round, which is kept wrapped in roll and destroyed later.

create schema roll;
create schema box;
create schema civic;
create schema post;

-- Roles belong to the whole server, so another database may have made them already.
do $$
declare wanted text;
begin
    foreach wanted in array array['byalag_roll', 'byalag_box', 'byalag_civic', 'byalag_registrar', 'byalag_worker'] loop
        begin
            execute format('create role %I nologin', wanted);
        exception when duplicate_object or unique_violation then null;
        end;
        if not pg_has_role(current_user, wanted, 'member') then
            execute format('grant %I to current_user', wanted);
        end if;
    end loop;
end $$;

grant usage on schema roll to byalag_roll, byalag_registrar;
grant usage on schema box to byalag_roll, byalag_box, byalag_civic, byalag_registrar, byalag_worker;
grant usage on schema civic to byalag_civic, byalag_worker;
grant usage on schema post to byalag_roll, byalag_box, byalag_civic, byalag_registrar, byalag_worker;

-- post: events that wait to be told. A row lives until its effect is committed, in the same transaction that removes it.
create table post.outbox (
    id bigint generated always as identity primary key,
    lane text not null constraint outbox_lane_known check (lane in ('roll', 'judge', 'count', 'civic')),
    event text not null,
    waiting_since timestamptz not null default clock_timestamp(),
    attempts smallint not null default 0,
    quarantined_at timestamptz,
    fault text
);
create index outbox_waiting on post.outbox (lane, id) where quarantined_at is null;

grant insert on post.outbox to byalag_roll, byalag_box, byalag_civic, byalag_worker;
grant select, delete on post.outbox to byalag_registrar, byalag_worker;
grant update (attempts, quarantined_at, fault) on post.outbox to byalag_registrar, byalag_worker;
