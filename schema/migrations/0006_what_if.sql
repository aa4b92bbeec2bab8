-- What-if: the ballots of a counted pot under several rules side by side, worked out in a lane of its own, so that
-- nothing there can delay or break a count. Shown, as the snapshot is, after publication only (P8).

alter table post.outbox drop constraint outbox_lane_known;
alter table post.outbox add constraint outbox_lane_known
    check (lane in ('roll', 'judge', 'count', 'compare', 'civic'));

create table box.what_if (
    pot_id uuid primary key references box.pot,
    content bytea not null,
    compared_at timestamptz not null default clock_timestamp()
);
comment on column box.what_if.content is 'canonical JSON of schema.comparison.WhatIf; projects are their numbers as text';

create trigger what_if_append_only before update or delete or truncate on box.what_if
    for each statement execute function box.refuse_change();

grant select on box.what_if to byalag_box, byalag_worker;
grant insert on box.what_if to byalag_worker;
