-- Proposals with pictures, a place and a theme.

-- Themes are a round's own, as its areas are, and can change until its proposals close.
create table box.theme (
    id uuid primary key default gen_random_uuid(),
    round_id uuid not null references box.round on delete cascade,
    name text not null constraint theme_name_length check (char_length(name) between 1 and 40),
    constraint theme_name_unique unique (round_id, name)
);
create function box.refuse_late_theme() returns trigger language plpgsql set search_path = '' as $$
begin
    if exists (
        select from box.round r where r.id = coalesce(new.round_id, old.round_id)
            and box.phase(r) not in ('draft', 'framing', 'proposing')) then
        raise exception 'proposals are closed' using errcode = 'BYTHM';
    end if;
    return coalesce(new, old);
end $$;
create trigger theme_while_proposing before insert or update or delete on box.theme
    for each row execute function box.refuse_late_theme();
create trigger theme_noted after insert or update or delete on box.theme
    for each row execute function roll.note_audit();
grant select on box.theme to byalag_box, byalag_civic;
grant insert, delete on box.theme to byalag_box;

-- A theme that its officers take away leaves the proposals that carried it without one.
alter table civic.proposal
    add column theme text,
    add column place text constraint proposal_place_length check (char_length(place) between 1 and 120),
    add column point integer[] constraint proposal_point_on_earth check (
        cardinality(point) = 2 and point[1] between -18000000 and 18000000 and point[2] between -9000000 and 9000000),
    add constraint proposal_theme_of_round foreign key (round_id, theme) references box.theme (round_id, name)
        on delete set null (theme);
comment on column civic.proposal.place is 'where it is, in its author''s words';
comment on column civic.proposal.point is 'longitude and latitude in hundred thousandths of a degree';

-- Pictures were made anew from what their authors sent, so nothing hidden in a file is here. There is room for three.
create table civic.picture (
    proposal_id uuid not null references civic.proposal,
    place smallint not null constraint picture_room_for_three check (place between 1 and 3),
    name text not null constraint picture_name_hashed check (name ~ '^[0-9a-f]{64}$'),
    alt text not null constraint picture_alt_length check (char_length(alt) between 1 and 300),
    width smallint not null,
    height smallint not null,
    content bytea not null,
    small_width smallint not null,
    small_height smallint not null,
    small bytea not null,
    primary key (proposal_id, place),
    constraint picture_once unique (proposal_id, name),
    constraint picture_bounded check (
        width between 1 and 1280 and height between 1 and 1280 and octet_length(content) <= 4000000
        and small_width between 1 and 480 and small_height between 1 and 480 and octet_length(small) <= 1000000)
);
comment on column civic.picture.name is 'the SHA-256 of its content';
alter table civic.picture alter column content set storage external, alter column small set storage external;
grant select, insert, delete, update (alt) on civic.picture to byalag_civic;

-- What is told of a proposal's pictures, without the pictures themselves.
create function civic.pictures(the_proposal uuid) returns jsonb language sql stable set search_path = '' as $$
    select coalesce(jsonb_agg(jsonb_build_object(
        'name', i.name, 'alt', i.alt, 'width', i.width, 'height', i.height,
        'small_width', i.small_width, 'small_height', i.small_height) order by i.place), '[]')
    from civic.picture i where i.proposal_id = the_proposal
$$;
