-- The outlines of a municipality's areas, by the names that its rounds use. They are drawn on pages and decide nothing.

create table box.outline (
    municipality_id uuid not null,
    area text not null constraint outline_area_length check (char_length(area) between 1 and 120),
    rings jsonb not null,
    primary key (municipality_id, area)
);
comment on column box.outline.rings is 'rings of points, each longitude and latitude in hundred thousandths of a degree';
grant select, insert, delete on box.outline to byalag_box;
create trigger outline_noted after insert or delete on box.outline for each row execute function roll.note_audit('rings');
