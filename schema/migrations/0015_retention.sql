-- Retention: once nobody can appeal, what could still be joined with a person goes. The ledger, the snapshots and the
-- counted ballots stay, and still verify.

create table box.deletion (
    round_id uuid primary key references box.round,
    decision text not null constraint deletion_decision_length check (char_length(decision) between 1 and 200),
    officers text[] not null constraint deletion_two_officers
        check (cardinality(officers) = 2 and officers[1] <> officers[2]),
    ballots integer not null,
    deleted_at timestamptz not null default clock_timestamp()
);
create trigger deletion_append_only before update or delete or truncate on box.deletion
    for each statement execute function box.refuse_change();

-- A ballot goes only with its round, after a decision that stands in the table above.
create function box.refuse_undecided() returns trigger language plpgsql set search_path = '' as $$
begin
    if not exists (
        select from box.deletion d where d.round_id = case tg_table_name
            when 'ballot' then (to_jsonb(old) ->> 'round_id')::uuid
            else (select b.round_id from box.ballot b where b.id = (to_jsonb(old) ->> 'ballot_id')::uuid) end
    ) then
        raise exception '% is append-only', tg_table_name using errcode = 'BYAPP';
    end if;
    return old;
end $$;
drop trigger ballot_append_only on box.ballot;
create trigger ballot_append_only before update or truncate on box.ballot
    for each statement execute function box.refuse_change();
create trigger ballot_deleted_by_decision before delete on box.ballot
    for each row execute function box.refuse_undecided();
drop trigger verdict_append_only on box.verdict;
create trigger verdict_append_only before update or truncate on box.verdict
    for each statement execute function box.refuse_change();
create trigger verdict_deleted_by_decision before delete on box.verdict
    for each row execute function box.refuse_undecided();

-- The only way in which ballots go. Answers deleted, deleted_before, not_published, appealable or no_round.
create function box.delete_openings(the_round uuid, the_decision text, two_officers text[]) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
    r box.round := box.lock_round(false, the_round);
    ends_at timestamptz := box.appeal_ends_at(r);
begin
    if r.id is null then
        return 'no_round';
    end if;
    if exists (select from box.deletion where round_id = the_round) then
        return 'deleted_before';
    end if;
    if ends_at is null then
        return 'not_published';
    end if;
    if ends_at > clock_timestamp() then
        return 'appealable';
    end if;
    insert into box.deletion (round_id, decision, officers, ballots)
        select the_round, the_decision, two_officers, count(*) from box.ballot where round_id = the_round;
    delete from box.openings o using box.auditor a where a.id = o.auditor_id and a.round_id = the_round;
    delete from box.verdict v using box.ballot b where b.id = v.ballot_id and b.round_id = the_round;
    delete from box.ballot where round_id = the_round;
    delete from box.elector e using box.pot p where p.id = e.pot_id and p.round_id = the_round;
    return 'deleted';
end $$;
revoke execute on function box.delete_openings from public;
grant execute on function box.delete_openings to byalag_box;
grant select on box.deletion to byalag_roll, byalag_box, byalag_worker;

-- What the roll side keeps for one round alone: codes, who may vote where, and who took part.
create function roll.delete_round(the_round uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
    if not exists (select from box.deletion where round_id = the_round) then
        raise exception 'no deletion was decided' using errcode = 'BYAPP';
    end if;
    delete from roll.code where round_id = the_round;
    delete from roll.entry where round_id = the_round;
    delete from roll.participation where round_id = the_round;
end $$;
revoke execute on function roll.delete_round from public;
grant execute on function roll.delete_round to byalag_roll;
