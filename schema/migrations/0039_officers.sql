-- What officers can do on pages beside what they could: have a webhook tried, take back that an auditor was named, and give
-- more of what a scheduled round promised.

-- A trial posts the newest head of every ledger once more, also where it came before.
alter table box.head_webhook add column tried_at timestamptz;
comment on column box.head_webhook.tried_at is 'when an officer last wanted the newest heads to be posted there at once';
grant update (tried_at) on box.head_webhook to byalag_box;
create trigger webhook_tried after update of tried_at on box.head_webhook
    for each row execute function box.tell_webhook();

-- Who was named stays named, for everybody to see; revoked, nothing lies ready for them any more, and none is made.
alter table box.auditor
    add column revoked_at timestamptz,
    add column revoked_by text,
    add constraint auditor_revoked_by_somebody check ((revoked_at is null) = (revoked_by is null)),
    drop constraint auditor_once;
create unique index auditor_once on box.auditor (round_id, recipient) where revoked_at is null;
grant update (revoked_at, revoked_by) on box.auditor to byalag_box;

create function box.revoke_auditor() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
    if old.revoked_at is not null then
        raise exception 'an auditor is revoked once and for good' using errcode = 'BYAPP';
    end if;
    delete from box.openings where auditor_id = new.id;
    return new;
end $$;
revoke execute on function box.revoke_auditor from public;
create trigger auditor_revoked before update on box.auditor for each row execute function box.revoke_auditor();

-- The row lock makes openings that are under way wait for a revocation, and a revocation for them.
create function box.refuse_revoked() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
    perform from box.auditor where id = new.auditor_id and revoked_at is null for share;
    return case when found then new end;
end $$;
revoke execute on function box.refuse_revoked from public;
create trigger openings_for_an_auditor before insert or update on box.openings
    for each row execute function box.refuse_revoked();

-- P9, as before; but what those who vote were promised may become more: fewer ballots shown to everybody until the
-- close, and a longer time for appeals until it is over.
create or replace function box.refuse_frozen_round() returns trigger language plpgsql set search_path = '' as $$
declare
    t box.retiming;
    raised box.round := old;
begin
    if old.scheduled_at is null or tg_op = 'UPDATE' and new.scheduled_at is null and old.voting_at > clock_timestamp() then
        return coalesce(new, old);
    end if;
    select * into t from box.retiming where round_id = old.id order by retimed_at desc limit 1;
    if tg_op = 'UPDATE' and t.round_id is not null
        and new is not distinct from box.retimed(old, t.voting_at, t.closes_at) then
        return new;
    end if;
    if tg_op = 'UPDATE' then
        raised.ballots_floor := new.ballots_floor;
        raised.appeal_days := new.appeal_days;
    end if;
    if raised is not distinct from old or raised is distinct from new then
        raise exception 'the round is frozen' using errcode = 'BYFRZ';
    end if;
    if new.ballots_floor < old.ballots_floor or new.appeal_days < old.appeal_days then
        raise exception '%', case when new.ballots_floor < old.ballots_floor then 'ballots_floor' else 'appeal_days' end
            using errcode = 'BYRAI';
    end if;
    if new.ballots_floor > old.ballots_floor and (box.standing_close(old)).number is not null then
        raise exception 'ballots_floor' using errcode = 'BYOVR';
    end if;
    if new.appeal_days > old.appeal_days and box.appeal_ends_at(old) <= clock_timestamp() then
        raise exception 'appeal_days' using errcode = 'BYOVR';
    end if;
    return new;
end $$;
