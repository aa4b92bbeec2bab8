-- The public bundle: what a stranger needs to check a count. It is packed when a round is counted and shown once its
-- outcome is published.

alter table box.round add column ballots_floor integer not null default 200
    constraint round_ballots_floor_natural check (ballots_floor between 0 and 1000000);
comment on column box.round.ballots_floor is
    'a pot with fewer counted ballots shows them to auditors only, because they could show how somebody voted';

alter table box.snapshot
    add column rules_version integer not null,
    add column inputs bytea not null,
    add column withheld boolean not null,
    drop constraint snapshot_once_per_input,
    add constraint snapshot_once_per_input unique (round_id, pot_id, rules_version, input_hash);
comment on column box.snapshot.inputs is
    'canonical JSON of schema.snapshot.Inputs, the counted ballots among it: it stays when the ballots are deleted';
comment on column box.snapshot.withheld is 'whether the counted ballots are too few to be shown to everybody';

-- What the house signs under a count, with the bundle that it belongs to.
create table box.minutes (
    id bigint generated always as identity primary key,
    round_id uuid not null references box.round,
    snapshot_ids uuid[] not null,
    note text not null,
    bundle bytea not null,
    signed_at timestamptz not null default clock_timestamp()
);
create index minutes_of_round on box.minutes (round_id, id);
comment on column box.minutes.note is 'a signed note; see schema/minutes.py';

create trigger minutes_append_only before update or delete or truncate on box.minutes
    for each statement execute function box.refuse_change();

grant select on box.minutes to byalag_box, byalag_worker;
grant insert on box.minutes to byalag_worker;
