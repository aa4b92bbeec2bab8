"""Claims: an event is gone exactly when its effect is there, and one bad row holds up nobody."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import asyncpg
import pytest

from schema.database import connect
from schema.events import BallotsCast, Event, ProposalSubmitted, RoundClosed, RoundDrafted
from tests.builders import ADDRESS, KEYS, cast, draft, municipality, proposal, tell, voting, waiting
from workers.claim import Act, NotYet, drain
from workers.door import act
from workers.store.outbox import MOST_ATTEMPTS

NOBODY = UUID(int=0)


async def through_the_door(db: asyncpg.Connection, batch: Sequence[tuple[int, Event]]) -> None:
    await act(db, KEYS, ADDRESS, batch)


async def faults(db: asyncpg.Connection) -> list[tuple[int, str | None, bool]]:
    """Of each event in the outbox: attempts, fault, whether it is kept aside."""
    rows = await db.fetch(
        "select attempts, fault, quarantined_at is not null from post.outbox where lane <> 'roll' order by id"
    )
    return [(row[0], row[1], row[2]) for row in rows]


def failing(error: Exception, after: Act | None = None) -> Act:
    """An act that does its work and fails all the same."""

    async def fail(db: asyncpg.Connection, batch: Sequence[tuple[int, Event]]) -> None:
        if after:
            await after(db, batch)
        raise error

    return fail


@pytest.fixture
async def proposals(db: asyncpg.Connection) -> list[UUID]:
    """Two proposals, each with an event that waits."""
    round_id = await draft(db, await municipality(db))
    made = [await proposal(db, round_id), await proposal(db, round_id)]
    await tell(db, *map(ProposalSubmitted, made))
    return made


async def test_empties_the_lane(db: asyncpg.Connection, worker: asyncpg.Connection, proposals: list[UUID]) -> None:
    """After a drain the effects are there and nothing waits."""
    await drain(worker, "civic", through_the_door, 5)
    assert await waiting(db, "civic") == []
    assert await db.fetchval("select count(*) from civic.activity") == 2


async def test_only_its_lane(db: asyncpg.Connection, worker: asyncpg.Connection, proposals: list[UUID]) -> None:
    """A worker of one lane leaves the others' events alone."""
    await drain(worker, "judge", through_the_door, 5)
    assert len(await waiting(db, "civic")) == 2


async def test_rolled_back_with_its_effect(
    db: asyncpg.Connection, worker: asyncpg.Connection, proposals: list[UUID]
) -> None:
    """When something fails after the effect, neither the effect nor the claim stays."""
    await drain(worker, "civic", failing(ValueError(), after=through_the_door), 5)
    assert await db.fetchval("select count(*) from civic.activity") == 0
    assert await faults(db) == [(1, "ValueError", False)] * 2


async def test_poison_is_quarantined(
    db: asyncpg.Connection, worker: asyncpg.Connection, proposals: list[UUID], caplog: pytest.LogCaptureFixture
) -> None:
    """A row that fails five times is kept aside; the others of its batch went through the first time."""
    await tell(db, ProposalSubmitted(NOBODY))
    for attempt in range(1, MOST_ATTEMPTS + 1):
        await drain(worker, "civic", through_the_door, 5)
        assert await faults(db) == [(attempt, "ForeignKeyViolationError", attempt == MOST_ATTEMPTS)]
    assert await db.fetchval("select count(*) from civic.activity") == 2
    await drain(worker, "civic", through_the_door, 5)
    assert await faults(db) == [(MOST_ATTEMPTS, "ForeignKeyViolationError", True)]


async def test_text_that_is_no_event(db: asyncpg.Connection, worker: asyncpg.Connection, proposals: list[UUID]) -> None:
    """A row that cannot be read is poison like any other, and its text goes nowhere."""
    await db.execute("insert into post.outbox (lane, event) values ('civic', '{\"event\":\"Amina chose 3\"}')")
    await drain(worker, "civic", through_the_door, 5)
    assert await faults(db) == [(1, "ValidationError", False)]


async def test_not_yet(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """What has to wait stays as it was, without an attempt counted and without being asked again and again."""
    asked = 0

    async def wait(db: asyncpg.Connection, batch: Sequence[tuple[int, Event]]) -> None:
        nonlocal asked
        asked += 1
        raise NotYet

    await tell(db, RoundClosed(NOBODY))
    await drain(worker, "count", wait, 5)
    assert await faults(db) == [(0, None, False)]
    assert asked == 2  # in its batch, and alone


@pytest.mark.parametrize(
    "error", [asyncpg.DeadlockDetectedError(), asyncpg.LockNotAvailableError(), asyncpg.UndefinedTableError()]
)
async def test_not_the_rows_fault(
    db: asyncpg.Connection, worker: asyncpg.Connection, proposals: list[UUID], error: Exception
) -> None:
    """A fault of the server, or a database of another version, counts against no row."""
    await drain(worker, "civic", failing(error), 5)
    assert await faults(db) == [(0, None, False)] * 2


async def test_lost_connection(db: asyncpg.Connection, database_url: str, proposals: list[UUID]) -> None:
    """A connection that breaks in the middle ends the drain, and every event still waits."""
    lost = await connect(database_url, "byalag_worker")

    async def cut(on: asyncpg.Connection, batch: Sequence[tuple[int, Event]]) -> None:
        await through_the_door(on, batch)
        await db.execute("select pg_terminate_backend($1)", on.get_server_pid())
        await on.execute("select 1")

    with pytest.raises((OSError, asyncpg.PostgresError, asyncpg.InterfaceError)):
        await drain(lost, "civic", cut, 5)
    assert await faults(db) == [(0, None, False)] * 2


async def test_two_workers_share(db: asyncpg.Connection, database_url: str) -> None:
    """Two workers of one lane take different events, and each event once."""
    events: list[Event] = [RoundDrafted(UUID(int=number)) for number in range(2000)]
    await tell(db, *events)
    taken: list[Event] = []

    async def note(db: asyncpg.Connection, batch: Sequence[tuple[int, Event]]) -> None:
        taken.extend(event for _, event in batch)

    both = [await connect(database_url, "byalag_registrar") for _ in range(2)]
    await asyncio.gather(*(drain(each, "roll", note, 10) for each in both))
    for each in both:
        await each.close()
    assert len(taken) == len(events)
    assert set(taken) == set(events)


async def test_a_bad_part(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """Of an event that names many ballots the one that cannot be judged is kept waiting, and the others are judged."""
    house = await voting(db)
    ballots = [await cast(db, house, name, 1) for name in ("Amina", "Björn")]
    await db.execute("delete from post.outbox")
    await tell(db, BallotsCast(house.round_id, (ballots[0], NOBODY, ballots[1])))
    await drain(worker, "judge", through_the_door, 5)
    assert await db.fetchval("select count(*) from box.verdict") == 2
    assert [event for _, event in await waiting(db)] == [BallotsCast(house.round_id, (NOBODY,))]
    assert await faults(db) == [(1, "NoSuchBallot", False)]


async def test_ballot_that_is_not_there(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """An event about a ballot that does not exist is a fault with a name of our own."""
    await tell(db, BallotsCast(NOBODY, (NOBODY,)))
    await drain(worker, "judge", through_the_door, 5)
    assert await faults(db) == [(1, "NoSuchBallot", False)]
