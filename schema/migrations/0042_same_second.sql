-- Times are noted to the second, and were compared as they are noted: of two changes of a password within one second only
-- the first was in the log. They are compared as they are kept.
create or replace function roll.note_audit() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
    old_row jsonb := case when tg_op <> 'INSERT' then roll.as_noted(to_jsonb(old), tg_argv) end;
    new_row jsonb := case when tg_op <> 'DELETE' then roll.as_noted(to_jsonb(new), tg_argv) end;
    this jsonb := coalesce(new_row, old_row);
    the_round uuid := coalesce(this ->> 'round_id', case when tg_table_name = 'round' then this ->> 'id' end);
    acting uuid := nullif(current_setting('byalag.officer', true), '');
begin
    if tg_op = 'UPDATE' then
        select jsonb_object_agg(key, old_row -> key), jsonb_object_agg(key, new_row -> key)
            into old_row, new_row
            from jsonb_object_keys(this) key where to_jsonb(old) -> key is distinct from to_jsonb(new) -> key;
        if new_row is null then
            return null;
        end if;
    end if;
    insert into roll.audit
        (municipality_id, round_id, officer_id, officer, action, request_id, subject, subject_id, before, after)
    values (
        coalesce(
            (this ->> 'municipality_id')::uuid,
            case when tg_table_name = 'municipality' then (this ->> 'id')::uuid end,
            (select municipality_id from box.round where id = the_round),
            (select municipality_id from roll.officer where id = (this ->> 'officer_id')::uuid)),
        the_round,
        acting,
        (select name from roll.officer where id = acting),
        nullif(current_setting('byalag.action', true), ''),
        nullif(current_setting('byalag.request', true), ''),
        tg_table_name,
        coalesce(this ->> 'id', this ->> 'snapshot_id', this ->> 'officer_id', this ->> 'municipality_id',
            this ->> 'key_id', this ->> 'round_id'),
        old_row,
        new_row);
    return null;
end $$;
