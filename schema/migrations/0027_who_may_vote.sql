-- What was left over of who may vote.

-- Whose code this is, while it is good for voting. (In plpgsql, as what comes next: its plans are kept.)
create function roll.person_of_code(the_round uuid, the_hash bytea) returns bytea
language plpgsql stable set search_path = '' as $$
begin
    return (
        select c.person_ref from roll.code c join roll.code_batch b on b.id = c.batch_id
        where c.round_id = the_round and c.code_hash = the_hash
            and not c.replaced and b.voided_at is null and not b.is_test);
end $$;

-- What the roll says of a person, pot by pot.
create function roll.entries(the_round uuid, ref bytea) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
    return (
        select coalesce(jsonb_agg(jsonb_build_object('pot_id', p.id, 'pot_name', p.name,
            'style', p.style ->> 'style', 'reason', e.reason) order by p.position), '[]')
        from roll.entry e join box.pot p on p.id = e.pot_id
        where e.round_id = the_round and e.person_ref = ref);
end $$;
revoke execute on function roll.person_of_code, roll.entries from public;
grant execute on function roll.person_of_code, roll.entries to byalag_roll;
