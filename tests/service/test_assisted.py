"""Assisted sessions: opened for somebody who is present, ended explicitly, and nothing says for whom they were."""

from typing import Any

import asyncpg
import pytest
from httpx import Response

from tests.service.booths import open_booth
from tests.service.test_booth import problem
from tests.town import Ground, Town, Voter


@pytest.fixture
async def ground(town: Town) -> Ground:
    """A round in which voting is open."""
    return await town.open_round()


async def ask(ground: Ground, person: str = "AMINA-1", shown: str = "passport", token: str | None = None) -> Response:
    """Dagny, or whose token it is, opens a session for somebody."""
    path = f"/api/rounds/{ground.id}/assisted-sessions"
    sent = {"person": person, "shown": shown}
    return await ground.town.client.post(path, json=sent, headers=ground.town.badge(token))


async def end(ground: Ground) -> None:
    """Dagny ends her session."""
    await ground.town.act("DELETE", "/api/assisted-session")


async def test_a_person_casts_at_a_clerks_desk(ground: Ground, db: asyncpg.Connection) -> None:
    """The pass is as any other: the ballot is Amina's own, and nothing in the box says that it was assisted."""
    held: Any = (await ask(ground)).json()
    voter = Voter(ground, ground.pot, held["pots"][0]["token"], held["civic"])
    own = await ground.voter("AMINA-1")
    assert (await voter.cast(1)).status_code == 201
    assert voter.tag == own.tag
    assert await db.fetchval("select batch_id from box.ballot") is None


async def test_it_is_noted_that_she_was_assisted(ground: Ground, db: asyncpg.Connection) -> None:
    """By date, on a sheet of its own kind; who signed in before stays where she was noted."""
    await ground.sign_in("BJORN-2")
    await ask(ground)
    await end(ground)
    await ask(ground, "BJORN-2")
    rows = await db.fetch("select assisted, refs from roll.participation order by assisted")
    refs = [[ground.town.ring.person_ref(person)] for person in ("BJORN-2", "AMINA-1")]
    assert [(row["assisted"], row["refs"]) for row in rows] == [(False, refs[0]), (True, refs[1])]


async def test_it_is_counted_what_was_shown_and_not_for_whom(ground: Ground, db: asyncpg.Connection) -> None:
    """P7: a clerk's sessions of a day are one number for each kind of document."""
    for person in ("AMINA-1", "BJORN-2"):
        await ask(ground, person)
        await end(ground)
    (row,) = await db.fetch("select * from roll.assistance")
    assert (row["shown"], row["sessions"]) == ("passport", 2)
    assert set(row.keys()) == {"round_id", "assisted_on", "officer_id", "shown", "sessions"}
    assert await db.fetchval("select count(*) from roll.assisted_session") == 0


async def test_a_clerk_ends_one_session_before_the_next(ground: Ground) -> None:
    """So that nobody votes with the passes of the person before; another clerk can open one meanwhile."""
    await ask(ground)
    refused = await ask(ground, "BJORN-2")
    assert (refused.status_code, problem(refused)) == (409, "session-open")
    assert (await ask(ground, "BJORN-2", token=await ground.town.hire("Gunnar"))).status_code == 200
    await end(ground)
    await end(ground)
    assert (await ask(ground, "BJORN-2")).status_code == 200


async def test_who_may_not_vote_gets_no_session(ground: Ground, db: asyncpg.Connection) -> None:
    """The clerk reads why; nothing is noted, and no session is open."""
    refused = await ask(ground, "CARIM-3")
    assert (refused.status_code, problem(refused)) == (422, "not-entitled")
    assert problem(await ask(ground, "DORIS-4")) == "not-entitled"
    assert await db.fetchval("select count(*) from roll.participation") == 0
    assert (await ask(ground)).status_code == 200


async def test_sessions_are_for_voting(ground: Ground) -> None:
    """After the close there is nothing to assist with, and a round of elsewhere is none of the clerk's."""
    stranger = await ground.town.hire("Stranger", "Elsewhere")
    assert (await ask(ground, token=stranger)).status_code == 403
    await ground.close()
    assert problem(await ask(ground)) == "not-open"


async def test_who_has_a_paper_casts_nothing_at_the_desk(ground: Ground) -> None:
    """The mark of a booth holds there as well."""
    await (await open_booth(ground)).mark("AMINA-1")
    held: Any = (await ask(ground)).json()
    voter = Voter(ground, ground.pot, held["pots"][0]["token"], held["civic"])
    assert problem(await voter.cast(1)) == "on-paper"
