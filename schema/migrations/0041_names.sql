-- Names of areas and themes are words of a round, too, and can be translated.

alter table box.area add constraint area_of_round unique (id, round_id);
alter table box.theme add constraint theme_of_round unique (id, round_id);

alter table box.translation
    add column area_id uuid,
    add column theme_id uuid,
    add constraint translation_of_area
        foreign key (area_id, round_id) references box.area (id, round_id) on delete cascade,
    add constraint translation_of_theme
        foreign key (theme_id, round_id) references box.theme (id, round_id) on delete cascade,
    drop constraint translation_of_one,
    add constraint translation_of_one check (num_nonnulls(pot_id, project_id, delivery_id, area_id, theme_id) <= 1),
    drop constraint translation_of_what_there_is,
    add constraint translation_of_what_there_is check (
        (num_nonnulls(pot_id, area_id, theme_id) = 0 or about is null) and (delivery_id is null or title is null)),
    drop column of_id,
    add column of_id uuid not null
        generated always as (coalesce(pot_id, project_id, delivery_id, area_id, theme_id, round_id)) stored,
    add constraint translation_once unique (of_id, language);
comment on column box.translation.of_id is 'the round, pot, project, delivery, area or theme whose words these are';
comment on column box.translation.title is 'of a project its title, of all others the name';

create or replace view box.original with (security_invoker) as
    select r.id as of_id, r.id as round_id, null::uuid as pot_id, null::integer as number, 'round' as noun,
        r.name as title, r.about, r.language
    from box.round r
    union all
    select p.id, p.round_id, p.id, p.position::integer, 'pot', p.name, '', r.language
    from box.pot p join box.round r on r.id = p.round_id
    union all
    select j.id, j.round_id, j.pot_id, j.number, 'project', j.title, j.about, coalesce(j.language, r.language)
    from box.project j join box.round r on r.id = j.round_id
    union all
    select d.id, d.round_id, j.pot_id, j.number, 'delivery', '', d.says, r.language
    from box.delivery d join box.project j on j.id = d.project_id join box.round r on r.id = d.round_id
    union all
    select a.id, a.round_id, null, null, 'area', a.name, '', r.language
    from box.area a join box.round r on r.id = a.round_id
    union all
    select t.id, t.round_id, null, null, 'theme', t.name, '', r.language
    from box.theme t join box.round r on r.id = t.round_id;

-- Letters, messages of sign-in and lists for booths are the roll's, and say names in the language that they are written in.
grant select on box.translation, box.original, box.theme, box.delivery to byalag_roll;
