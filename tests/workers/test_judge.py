"""Judging: one verdict for each revision, in whatever order the events come."""

from itertools import permutations
from uuid import uuid4

import asyncpg
import pytest

from schema.events import BallotsCast
from schema.styles import Approval
from tests.builders import ADDRESS, KEYS, cast, verdicts, voting
from workers.door import act
from workers.judge import NoSuchBallot, judge_ballots


async def test_reasons(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """Amina's ballot counts; Carim's does not, and the table says why."""
    house = await voting(db)
    amina, carim = await cast(db, house, "Amina", 1), await cast(db, house, "Carim", 1)
    await judge_ballots(worker, {amina, carim})
    assert await verdicts(db) == {amina: None, carim: "not-on-roll"}


async def test_broken_style(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """A revision that breaks the style is refused with the code that the voter would have been shown."""
    house = await voting(db)
    amina = await cast(db, house, "Amina", 1, 2, 3)
    await judge_ballots(worker, {amina})
    assert await verdicts(db) == {amina: "too-many"}


async def test_withdrawal(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """A withdrawal is heard where a blank ballot is none, and only from somebody on the roll."""
    house = await voting(db, style=Approval(max_choices=2, min_choices=1))
    amina = [await cast(db, house, "Amina", 1), await cast(db, house, "Amina", base=1, withdrawn=True)]
    blank = await cast(db, house, "Björn")
    carim = [await cast(db, house, "Carim", 1), await cast(db, house, "Carim", base=1, withdrawn=True)]
    await judge_ballots(worker, {*amina, blank, *carim})
    assert await verdicts(db) == {
        **dict.fromkeys(amina),
        blank: "too-few",
        **dict.fromkeys(carim, "not-on-roll"),
    }


async def test_any_order(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """Three revisions get the same verdicts in each of the six orders in which their events may come."""
    house = await voting(db)
    first = await cast(db, house, "Björn", 1)
    second = await cast(db, house, "Björn", 1, 2, 3, base=1)
    amina = await cast(db, house, "Amina", 2)
    seen = []
    for order in permutations((first, second, amina)):
        whole = worker.transaction()
        await whole.start()
        for number, ballot_id in enumerate(order):
            await act(worker, KEYS, ADDRESS, [(number, BallotsCast(house.round_id, (ballot_id,)))])
        rows = await worker.fetch("select ballot_id, reason from box.verdict")
        seen.append({row["ballot_id"]: row["reason"] for row in rows})
        await whole.rollback()
    assert seen == [{first: None, second: "too-many", amina: None}] * 6


async def test_first_verdict_stays(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """A revision that was judged keeps its verdict, whatever the roll says when its event comes again."""
    house = await voting(db)
    amina = await cast(db, house, "Amina", 1)
    await judge_ballots(worker, {amina})
    await db.execute("delete from box.elector")
    await judge_ballots(worker, {amina})
    assert await verdicts(db) == {amina: None}


async def test_unknown_ballot(worker: asyncpg.Connection) -> None:
    """An event that names no ballot is a fault and not a success."""
    with pytest.raises(NoSuchBallot):
        await judge_ballots(worker, {uuid4()})
