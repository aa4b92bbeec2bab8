"""Acts of two officers over HTTP: each kind, by one alone and by two, and what becomes of it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from httpx import Response

from schema.database import connect
from tests.builders import House, decision, draft, municipality, pot, schedule
from tests.town import Ground, Town, crowd, moment
from tests.workers.processes import eventually

HOUR = timedelta(hours=1)


async def scheduled(town: Town, **changes: Any) -> Ground:
    """A round whose voting opens in an hour."""
    return await town.open_round(voting_at=moment(HOUR), **changes)


async def voting(town: Town) -> Ground:
    """A round in which Amina has voted."""
    ground = await town.open_round(appeal_days=0)
    assert (await (await ground.voter("AMINA-1")).cast(1)).status_code == 201
    return ground


async def counted(town: Town) -> Ground:
    """The same, closed and counted."""
    ground = await voting(town)
    await ground.count()
    return ground


async def published(town: Town) -> Ground:
    """The same, published, and nobody can appeal."""
    ground = await counted(town)
    await ground.publish()
    return ground


async def voting_house(db: asyncpg.Connection, closes: float) -> House:
    """A round without a service, in which voting is open for so many seconds."""
    place = await municipality(db)
    round_id = await draft(db, place, closes=closes)
    pot_id = await pot(db, round_id, 100_00)
    await schedule(db, round_id, pot_id, "Amina")
    return House(place, round_id, pot_id)


async def first_project(ground: Ground) -> Any:
    """The first project of a round."""
    return (await ground.town.act("GET", f"/api/rounds/{ground.id}/draft"))["projects"][0]


async def correction(ground: Ground) -> dict[str, str]:
    """What is wrong with a project."""
    project = await first_project(ground)
    return {"project_id": project["id"], "title": "Bänkar vid ån", "about": "Fyra."}


async def nothing(_: Ground) -> dict[str, str]:
    """A kind without details."""
    return {}


async def in_a_month(_: Ground) -> dict[str, str]:
    """A new end of voting."""
    return {"closes_at": moment(timedelta(days=30))}


Kind = tuple[Callable[[Town], Awaitable[Ground]], Callable[[Ground], Awaitable[dict[str, str]]], str]

KINDS: dict[str, Kind] = {
    "open-early": (scheduled, nothing, "select voting_at <= clock_timestamp() from box.round where id = $1"),
    "close-early": (voting, nothing, "select exists (select from box.close where round_id = $1)"),
    "prolong": (voting, in_a_month, "select closes_at > now() + interval '29 days' from box.round where id = $1"),
    "correct": (voting, correction, "select exists (select from box.project where round_id = $1 and about = 'Fyra.')"),
    "reopen": (counted, in_a_month, "select box.phase(r) = 'voting' from box.round r where id = $1"),
    "publish": (counted, nothing, "select exists (select from box.publication where round_id = $1)"),
    "destroy-key": (published, nothing, "select not exists (select from roll.round_key where round_id = $1)"),
    "delete-ballots": (published, nothing, "select not exists (select from box.ballot where round_id = $1)"),
}
"""Where each kind is possible, its details, and whether it was done."""


async def confirm(town: Town, act: Any, token: str | None = None) -> Response:
    """Confirm an act with a token; Dagny's, unless named."""
    return await town.client.post(f"/api/acts/{act['id']}/confirmation", headers=town.badge(token))


@pytest.mark.parametrize("kind", KINDS)
async def test_one_officer_alone_does_nothing_and_two_do_it(town: Town, db: asyncpg.Connection, kind: str) -> None:
    """Whoever asks cannot confirm, with another session neither; another officer can, and it is done at once."""
    place, details, done = KINDS[kind]
    ground = await place(town)
    round_id = UUID(ground.id)
    act = await ground.ask(kind, **await details(ground))
    for token in (town.officer_token, await town.sign_in("dagny")):
        alone = await confirm(town, act, token)
        assert (alone.status_code, alone.json()["type"]) == (403, "/problems/same-officer")
    assert not await db.fetchval(done, round_id)
    both = await town.confirm(act["id"])
    assert (both.status_code, both.json()["state"], both.json()["confirmed_by"]) == (200, "done", "Fatima"), both.text
    assert await db.fetchval(done, round_id)


FUNCTIONS = {
    "open-early": ("byalag_box", "box.retime_round"),
    "close-early": ("byalag_box", "box.close_round"),
    "prolong": ("byalag_box", "box.retime_round"),
    "correct": ("byalag_box", "box.correct_project"),
    "reopen": ("byalag_box", "box.retime_round"),
    "publish": ("byalag_box", "box.publish_round"),
    "destroy-key": ("byalag_roll", "roll.destroy_round_key"),
    "delete-ballots": ("byalag_box", "box.delete_openings"),
}
"""What carries out each kind, and who may call it."""


@pytest.mark.parametrize("kind", KINDS)
async def test_the_database_does_nothing_without_the_decision(town: Town, db: asyncpg.Connection, kind: str) -> None:
    """Not by an act that one officer asked for, not by a decision of another kind, round or day."""
    place, details, done = KINDS[kind]
    ground = await place(town)
    round_id, other = UUID(ground.id), await town.draw_round(register=None)
    wanted = await details(ground)
    another = "publish" if kind == "close-early" else "close-early"
    old = await decision(db, round_id, kind, **wanted)
    await db.execute("alter table box.decision disable trigger decision_append_only")
    await db.execute("update box.decision set decided_at = decided_at - interval '1 day' where id = $1", old)
    given = [
        UUID((await ground.ask(kind, **wanted))["id"]),
        await decision(db, round_id, another, **wanted),
        await decision(db, UUID(other.id), kind, **wanted),
        old,
    ]
    role, function = FUNCTIONS[kind]
    house = await connect(town.settings.database_url, "byalag_roll" if role == "byalag_roll" else "byalag_box")
    for act in given:
        with pytest.raises(asyncpg.PostgresError, match="two officers have not decided this"):
            await house.fetchval(f"select {function}($1, $2)", round_id, act)
    await house.close()
    assert not await db.fetchval(done, round_id)


BY_HAND = {
    "a close": "insert into box.close (round_id, number, closed_at) select id, 1, now() from box.round",
    "a publication": "insert into box.publication (snapshot_id, round_id, pot_id, decision_id)"
    " select s.id, s.round_id, s.pot_id, d.id from box.snapshot s, box.decision d",
    "other times": "insert into box.retiming (decision_id, round_id, kind, voting_at, closes_at)"
    " select d.id, d.round_id, 'prolong', now(), now() from box.decision d",
    "other words": "insert into box.correction (decision_id, round_id, project_id, title_before, about_before, title,"
    " about) select d.id, d.round_id, j.id, '', '', '', '' from box.decision d, box.project j",
    "a deletion": "insert into box.deletion (round_id, decision_id, ballots) select round_id, id, 0 from box.decision",
    "a destroyed key": "insert into roll.destroyed_key (round_id, decision_id) select round_id, id from box.decision",
}


@pytest.mark.parametrize("role", ["byalag_roll", "byalag_box", "byalag_worker"])
@pytest.mark.parametrize("statement", BY_HAND.values(), ids=BY_HAND)
async def test_no_role_writes_by_hand_what_takes_two(db: asyncpg.Connection, role: str, statement: str) -> None:
    """What was decided is carried out by functions alone."""
    await db.execute(f"set role {role}")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await db.execute(statement)


async def test_the_service_closes_nothing_by_itself(town: Town) -> None:
    """Without a decision the box closes only what is over, whoever asks."""
    ground = await voting(town)
    box = await connect(town.settings.database_url, "byalag_box")
    assert await box.fetchval("select box.close_round($1)", UUID(ground.id)) == "not_due"
    await box.close()


async def test_a_decision_is_used_once(town: Town, db: asyncpg.Connection) -> None:
    """After a reopening the old decision closes nothing again."""
    ground = await voting(town)
    await ground.close()
    await ground.decide("reopen", closes_at=moment(HOUR))
    with pytest.raises(asyncpg.UniqueViolationError, match="close_decision_once"):
        await db.fetchval("select box.close_round($1, decision_id) from box.close", UUID(ground.id))
    assert await ground.phase() == "voting"


async def test_strangers_neither_see_nor_do_anything(town: Town) -> None:
    """Not without a session, not with one that has ended, not from another municipality."""
    ground = await voting(town)
    act = await ground.ask("close-early")
    stranger = await town.hire("Fredrik", "Lillby")
    ended = await town.sign_in("Dagny")
    await town.client.delete("/api/officer/sessions", headers=town.badge(ended))
    body = {"act": {"kind": "close-early"}, "reason": "Because."}
    for headers, status in (({}, 401), (town.badge(ended), 401), (town.badge(stranger), 403)):
        answers = [
            await town.client.get(f"/api/rounds/{ground.id}/acts", headers=headers),
            await town.client.post(f"/api/rounds/{ground.id}/acts", json=body, headers=headers),
            await town.client.post(f"/api/acts/{act['id']}/confirmation", headers=headers),
            await town.client.delete(f"/api/acts/{act['id']}", headers=headers),
        ]
        assert [answer.status_code for answer in answers] == [status] * 4
    assert await ground.phase() == "voting"


async def test_an_act_is_listed_with_who_asked_and_why(town: Town) -> None:
    """And with what became of it, the newest first."""
    ground = await voting(town)
    kept = await ground.ask("prolong", closes_at=moment(timedelta(days=30)))
    await ground.close()
    listed = await town.act("GET", f"/api/rounds/{ground.id}/acts")
    assert [(row["kind"], row["state"]) for row in listed] == [("close-early", "done"), ("prolong", "waiting")]
    assert listed[1] == kept
    assert (kept["requested_by"], kept["reason"]) == ("Dagny", "The board decided so, KS 2026/17.")


async def test_who_asked_takes_it_back(town: Town) -> None:
    """Nobody else can, and nobody confirms it then."""
    ground = await voting(town)
    act = await ground.ask("close-early")
    other = await town.client.delete(f"/api/acts/{act['id']}", headers=town.badge(await town.second()))
    assert (other.status_code, other.json()["type"]) == (403, "/problems/not-yours")
    await town.act("DELETE", f"/api/acts/{act['id']}")
    late = await town.confirm(act["id"])
    assert (late.status_code, late.json()["facts"]) == (409, {"state": "withdrawn"})
    assert await ground.phase() == "voting"


async def test_after_a_day_nobody_confirms(town: Town, db: asyncpg.Connection) -> None:
    """It has lapsed, and says so."""
    ground = await voting(town)
    act = await ground.ask("close-early")
    await db.execute("update roll.act set expires_at = clock_timestamp()")
    late = await town.confirm(act["id"])
    assert (late.status_code, late.json()["facts"]) == (409, {"state": "expired"})
    assert await ground.phase() == "voting"


async def test_two_confirmations_at_once_do_it_once(town: Town, db: asyncpg.Connection) -> None:
    """By one officer in two windows both succeed; of two officers the second is told that it is decided."""
    ground = await voting(town)
    act = await ground.ask("close-early")
    fatima, elin = await town.second(), await town.hire("Elin")
    answers = await asyncio.gather(*(confirm(town, act, token) for token in (fatima, fatima, elin)))
    assert answers[0].status_code == answers[1].status_code != answers[2].status_code
    assert {answer.status_code for answer in answers} == {200, 409}
    assert (
        await db.fetchval("select count(*) from box.close")
        == await db.fetchval("select count(*) from box.decision")
        == 1
    )


@pytest.mark.parametrize("who", ["Dagny", "Fatima"])
async def test_after_a_crash_either_of_the_two_carries_it_out(town: Town, db: asyncpg.Connection, who: str) -> None:
    """The decision stands though the service died before it was carried out; a third officer has no part in it."""
    ground = await voting(town)
    act = await ground.ask("close-early")
    tokens = {"Dagny": town.officer_token, "Fatima": await town.second(), "Elin": await town.hire("Elin")}
    await db.execute("alter table box.close add constraint crash check (decision_id is null) not valid")
    assert (await town.confirm(act["id"])).status_code == 500
    assert (await town.act("GET", f"/api/rounds/{ground.id}/acts"))[0]["state"] == "decided"
    assert await ground.phase() == "voting"
    await db.execute("alter table box.close drop constraint crash")
    assert (await confirm(town, act, tokens["Elin"])).status_code == 409
    assert (await confirm(town, act, tokens[who])).json()["state"] == "done"
    assert await ground.phase() == "counting"


VAIN: dict[str, tuple[Callable[[Town], Awaitable[Ground]], str, dict[str, str], str]] = {
    "opening what is open": (voting, "open-early", {}, "not-in-phase"),
    "closing what is closed": (counted, "close-early", {}, "not-in-phase"),
    "prolonging what is over": (counted, "prolong", {"closes_at": moment(timedelta(days=30))}, "not-in-phase"),
    "prolonging into the past": (voting, "prolong", {"closes_at": moment(-HOUR)}, "not-later"),
    "prolonging to before the end": (voting, "prolong", {"closes_at": moment(HOUR)}, "not-later"),
    "reopening what is open": (voting, "reopen", {"closes_at": moment(HOUR)}, "not-in-phase"),
    "reopening into the past": (counted, "reopen", {"closes_at": moment(-HOUR)}, "not-later"),
    "reopening what is published": (published, "reopen", {"closes_at": moment(HOUR)}, "not-in-phase"),
    "publishing what is not counted": (voting, "publish", {}, "not-counted"),
    "correcting what is not there": (
        voting,
        "correct",
        {"project_id": "00000000-0000-4000-8000-000000000000", "title": "Lamps"},
        "not-found",
    ),
    "destroying a key too early": (counted, "destroy-key", {}, "not-published"),
    "deleting ballots too early": (counted, "delete-ballots", {}, "not-published"),
}


@pytest.mark.parametrize("case", VAIN)
async def test_what_could_not_be_done_anyhow_is_not_asked_for(town: Town, case: str) -> None:
    """Nobody is asked to confirm in vain."""
    place, kind, details, slug = VAIN[case]
    ground = await place(town)
    sent = {"act": {"kind": kind, **details}, "reason": "Because."}
    answer = await town.client.post(f"/api/rounds/{ground.id}/acts", json=sent, headers=town.badge())
    assert answer.json()["type"] == f"/problems/{slug}"


@pytest.mark.parametrize("act", [{"kind": "void"}, {"kind": "prolong"}, {"kind": "publish", "quickly": True}, {}])
async def test_an_act_that_is_none_is_not_readable(town: Town, act: dict[str, Any]) -> None:
    """An unknown kind, a missing detail, or one too many."""
    ground = await voting(town)
    sent = {"act": act, "reason": "Because."}
    answer = await town.client.post(f"/api/rounds/{ground.id}/acts", json=sent, headers=town.badge())
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/malformed")


async def test_an_act_that_came_too_late_is_not_confirmed(town: Town) -> None:
    """Closed meanwhile: the second officer is told so, and no decision is made that could be used after a reopening."""
    ground = await voting(town)
    late = await ground.ask("close-early")
    await ground.close()
    answer = await town.confirm(late["id"])
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/not-in-phase")
    assert (await town.act("GET", f"/api/rounds/{ground.id}/acts"))[1]["state"] == "waiting"


async def test_no_act_is_found_by_an_id_that_is_none(town: Town) -> None:
    """It is not there."""
    await town.hire()
    answer = await confirm(town, {"id": uuid4()})
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")


# What becomes of a round


async def test_a_round_that_was_opened_early_takes_ballots(town: Town) -> None:
    """At once, and what should have come before voting is over."""
    ground = await scheduled(town, reviewing_at=moment(-HOUR), supporting_at=moment(HOUR / 2))
    amina = await ground.voter("AMINA-1")
    assert (await amina.cast(1)).status_code == 409
    await ground.decide("open-early")
    assert (await amina.cast(1)).status_code == 201
    assert (await ground.outcome())["sums"]["counted"] == 1


async def test_who_waits_for_a_prolonging_sees_the_new_end(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """P3: a close that was due when it began to wait for the lock is not due any more when it has it."""
    house = await voting_house(db, closes=6)
    decided = await decision(db, house.round_id, "prolong", closes_at=moment(HOUR))
    waits = "select exists (select from pg_locks where locktype = 'advisory' and not granted)"
    async with db.transaction():
        assert await db.fetchval("select box.retime_round($1, $2)", house.round_id, decided) == "done"
        closing = asyncio.ensure_future(worker.fetchval("select box.close_round($1)", house.round_id))
        await eventually(lambda: db.fetchval(waits))
        await db.execute("select pg_sleep(6)")  # the old end is over now
    assert await closing == "not_due"


async def test_a_correction_changes_words_and_nothing_else(town: Town, db: asyncpg.Connection) -> None:
    """What stood there before is kept; the cost stays, and nobody changes the words without a decision (P9)."""
    ground = await voting(town)
    before = await first_project(ground)
    await ground.decide("correct", **await correction(ground))
    after = await first_project(ground)
    assert after == before | {"title": "Bänkar vid ån", "about": "Fyra."}
    kept = await db.fetchrow("select title_before, title from box.correction")
    assert tuple(kept or ()) == (before["title"], "Bänkar vid ån")
    for change in ("title = 'Mine'", "cost = 1", "cost = 1, title = 'Bänkar vid ån'"):
        with pytest.raises(asyncpg.PostgresError, match="frozen"):
            await db.execute(f"update box.project set {change} where id = $1", UUID(before["id"]))


async def test_a_frozen_timeline_moves_as_was_decided_and_no_other_way(town: Town, db: asyncpg.Connection) -> None:
    """P9: not back to what was decided before, not anything else with it, not even by the owner."""
    ground = await voting(town)
    first, second = moment(timedelta(days=20)), moment(timedelta(days=30))
    await ground.decide("prolong", closes_at=first)
    await ground.decide("prolong", closes_at=second)
    for change in (f"closes_at = '{first}'", "lot_seed = 'mine'", "voting_at = now()", "scheduled_at = null"):
        with pytest.raises(asyncpg.PostgresError, match="frozen"):
            await db.execute(f"update box.round set {change} where id = $1", UUID(ground.id))


# Reopening


async def test_a_reopened_round_counts_all_that_was_cast_while_it_was_open(town: Town, db: asyncpg.Connection) -> None:
    """P3: what came before the first close and after the reopening counts; what came between was refused.

    The first count is superseded by one that names it, and that one is published.
    """
    ground = await counted(town)
    bjorn = await ground.voter("BJORN-2")
    assert (await bjorn.cast(2)).status_code == 409
    await ground.decide("reopen", closes_at=moment(HOUR))
    assert (await bjorn.cast(3)).status_code == 201
    assert (await (await ground.voter("AMINA-1")).cast(3, base=1)).status_code == 201
    await town.work("judge", "sequence", "count")
    assert await db.fetchval("select count(*) from box.snapshot") == 1
    await ground.decide("close-early")
    await town.work("judge", "sequence", "count", "compare")
    assert await db.fetchval("select array_agg(close_number order by counted_at) from box.snapshot") == [1, 2]
    await ground.publish()
    shown = (await town.client.get(f"/api/pots/{ground.pot}/snapshot")).json()
    assert [row["supporters"] for row in shown["projects"]] == [0, 0, 2, 0]
    assert shown["corrects"]
    assert await db.fetchval("select array_agg(number order by number) from box.close") == [1, 2]


async def test_the_old_count_of_a_reopened_round_is_not_published(town: Town) -> None:
    """Neither while voting is open again nor after the second close, before it is counted anew (P8)."""
    ground = await counted(town)
    early = await ground.ask("publish")
    await ground.decide("reopen", closes_at=moment(HOUR))
    for close in (False, True):
        if close:
            await ground.decide("close-early")
        answer = await town.confirm(early["id"])
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/not-counted")
    assert await ground.phase() == "counting"
    assert (await town.client.get(f"/api/pots/{ground.pot}/snapshot")).json()["type"] == "/problems/not-counted"


async def test_a_round_that_comes_back_to_its_first_ballots_is_counted_anew(town: Town, db: asyncpg.Connection) -> None:
    """Three closes, of which the first and the last have the same ballots: the last count is the newest."""
    ground = await counted(town)
    amina = await ground.voter("AMINA-1")
    for base, choice in ((1, 2), (2, 1)):
        await ground.decide("reopen", closes_at=moment(HOUR))
        await amina.cast(choice, base=base)
        await ground.decide("close-early")
        await town.work("judge", "sequence", "count")
    await ground.publish()
    shown = (await town.client.get(f"/api/pots/{ground.pot}/snapshot")).json()
    assert [row["supporters"] for row in shown["projects"]] == [1, 0, 0, 0]
    hashes = [row[0] for row in await db.fetch("select input_hash from box.snapshot order by close_number")]
    assert (hashes[0] == hashes[2], hashes[0] == hashes[1]) == (True, False)


async def test_a_close_that_is_told_after_a_reopening_counts_nothing(town: Town, db: asyncpg.Connection) -> None:
    """The event of the first close is done with; the second close has its own."""
    ground = await voting(town)
    await ground.close()
    await ground.decide("reopen", closes_at=moment(HOUR))
    await town.work("judge", "sequence", "count")
    assert await db.fetchval("select count(*) from box.snapshot") == 0
    assert await db.fetchval("select count(*) from post.outbox where lane = 'count'") == 0


async def test_closing_and_reopening_amid_a_crowd_loses_nothing(crowded_town: Town, db: asyncpg.Connection) -> None:
    """P3, twenty times: the box holds what was acknowledged and no more, and all of it is judged and counted."""
    ground = await crowded_town.open_round(projects=1, register=crowd(4))
    await crowded_town.second()
    voters = [await ground.voter(f"V{number}") for number in range(4)]
    revisions, acknowledged = [0] * len(voters), set()
    for turn in range(20):
        act = await ground.ask("close-early")
        closing = crowded_town.confirm(act["id"])
        casts = (voter.cast(1, base=base) for voter, base in zip(voters, revisions, strict=True))
        *answers, closed = await asyncio.gather(*casts, closing)
        assert closed.json()["state"] == "done", turn
        for at, answer in enumerate(answers):
            if answer.status_code == 201:
                revisions[at] += 1
                acknowledged.add(answer.json()["receipt"]["commitment"])
            else:
                assert answer.json()["type"] == "/problems/not-open"
        if turn < 19:
            await ground.decide("reopen", closes_at=moment(HOUR))
    kept = {row[0] for row in await db.fetch("select encode(commitment, 'hex') from box.ballot")}
    assert kept == acknowledged
    await crowded_town.work("judge", "sequence", "count")
    await ground.publish()
    sums = (await crowded_town.client.get(f"/api/pots/{ground.pot}/snapshot")).json()["sums"]
    assert (sums["revisions"], sums["counted"]) == (len(kept), sum(base > 0 for base in revisions))
