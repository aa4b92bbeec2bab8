-- What a round says is written in a language, and can be translated: what stands in the box lies in the box, what residents
-- propose lies with the debate. A translation is shown and never counted: ballots, rules and outcomes know numbers.

alter table box.round
    add column language text not null default 'en' constraint round_language_code check (language ~ '^[a-z]{2,3}$');
alter table box.project
    add column language text constraint project_language_code check (language ~ '^[a-z]{2,3}$');
comment on column box.project.language is 'where it is not the round''s, as of a proposal in another one';

alter table box.delivery add constraint delivery_of_round_once unique (id, round_id);

-- What a translation was made from, so that it is known when that has changed since.
create function box.fingerprint(title text, about text) returns bytea language sql stable set search_path = '' as $$
    select sha256(convert_to(title || E'\n' || about, 'UTF8'))
$$;

create table box.translation (
    id uuid primary key default gen_random_uuid(),
    round_id uuid not null references box.round on delete cascade,
    pot_id uuid,
    project_id uuid,
    delivery_id uuid,
    of_id uuid not null generated always as (coalesce(pot_id, project_id, delivery_id, round_id)) stored,
    language text not null constraint translation_language_code check (language ~ '^[a-z]{2,3}$'),
    title text constraint translation_title_length check (char_length(title) between 1 and 300),
    about text constraint translation_about_length check (char_length(about) between 1 and 20000),
    original bytea not null constraint translation_original_hashed check (octet_length(original) = 32),
    revision integer not null default 1,
    translated_by text not null,
    translated_at timestamptz not null default clock_timestamp(),
    corrected_at timestamptz,
    constraint translation_of_pot foreign key (pot_id, round_id) references box.pot (id, round_id) on delete cascade,
    constraint translation_of_project
        foreign key (project_id, round_id) references box.project (id, round_id) on delete cascade,
    constraint translation_of_delivery foreign key (delivery_id, round_id) references box.delivery (id, round_id),
    constraint translation_of_one check (num_nonnulls(pot_id, project_id, delivery_id) <= 1),
    constraint translation_says_something check (title is not null or about is not null),
    constraint translation_of_what_there_is check (
        (pot_id is null or about is null) and (delivery_id is null or title is null)),
    constraint translation_once unique (of_id, language)
);
create index translation_of_round on box.translation (round_id, language);
comment on column box.translation.of_id is 'the round, pot, project or delivery whose words these are';
comment on column box.translation.title is 'of a round and a pot the name';
comment on column box.translation.about is 'of a delivery what was told';
comment on column box.translation.original is 'the fingerprint of what was translated';
comment on column box.translation.corrected_at is 'when other words than before were given, if that was after voting had opened';

-- From the opening of voting on somebody may have chosen by these words. So they can be added and corrected, and a
-- correction has its time for everybody to see; but nothing that was there goes away.
create function box.keep_translation() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare opened boolean;
begin
    if tg_op = 'INSERT' then
        new.corrected_at := null;
        return new;
    end if;
    -- The row lock makes a change wait for an opening that is under way.
    select scheduled_at is not null and voting_at <= clock_timestamp() into opened from box.round
        where id = old.round_id for share;
    if opened and (tg_op = 'DELETE' or old.title is not null and new.title is null
        or old.about is not null and new.about is null) then
        raise exception 'the translation stands' using errcode = 'BYTRA';
    end if;
    if tg_op = 'DELETE' then
        return old;
    end if;
    new.corrected_at := case when opened and (old.title <> new.title or old.about <> new.about)
        then clock_timestamp() else old.corrected_at end;
    return new;
end $$;
revoke execute on function box.keep_translation from public;
create trigger translation_kept before insert or update or delete on box.translation
    for each row execute function box.keep_translation();
create trigger translation_noted after insert or update or delete on box.translation
    for each row execute function roll.note_audit();

-- Every text of a round that can be translated, with the language that it is written in.
create view box.original with (security_invoker) as
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
    from box.delivery d join box.project j on j.id = d.project_id join box.round r on r.id = d.round_id;

create table civic.translation (
    id uuid primary key default gen_random_uuid(),
    proposal_id uuid not null,
    round_id uuid not null,
    language text not null constraint translation_language_code check (language ~ '^[a-z]{2,3}$'),
    title text constraint translation_title_length check (char_length(title) between 1 and 300),
    about text constraint translation_about_length check (char_length(about) between 1 and 20000),
    original bytea not null constraint translation_original_hashed check (octet_length(original) = 32),
    revision integer not null default 1,
    translated_by text not null,
    translated_at timestamptz not null default clock_timestamp(),
    constraint translation_of_proposal foreign key (proposal_id, round_id) references civic.proposal (id, round_id),
    constraint translation_says_something check (title is not null or about is not null),
    constraint translation_once unique (proposal_id, language)
);
create trigger translation_noted after insert or update or delete on civic.translation
    for each row execute function roll.note_audit();

grant select on box.original to byalag_box;
grant select, insert, delete on box.translation to byalag_box;
grant update (title, about, original, revision, translated_by, translated_at) on box.translation to byalag_box;
grant select, insert, delete on civic.translation to byalag_civic;
grant update (title, about, original, revision, translated_by, translated_at) on civic.translation to byalag_civic;
-- A proposal that is put on a ballot brings its translations along.
grant insert on box.translation to byalag_civic;
