"""Who took part: noted once, by date, on sheets that follow from who came and not from who came first."""

import asyncio
import hashlib
import random
from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest

from schema.database import pool

MANY = [hashlib.sha256(str(number).encode()).digest() for number in range(700)]

Sheets = list[tuple[int, int, list[bytes]]]


@pytest.fixture
def round_id() -> UUID:
    """A round, of which nothing but its id matters here."""
    return uuid4()


async def note(db: asyncpg.Connection, round_id: UUID, *refs: bytes) -> None:
    """Let these persons take part, one after the other."""
    await db.executemany("select roll.note_participation($1, $2)", [(round_id, ref) for ref in refs])


async def sheets(db: asyncpg.Connection, round_id: UUID) -> Sheets:
    """Each sheet of a round: its first place, how many places, and who is on it."""
    rows = await db.fetch("select * from roll.participation where round_id = $1 order by 2, 3", round_id)
    return [(row["sheet"], row["span"], row["refs"]) for row in rows]


async def test_everybody_is_on_one_sheet(db: asyncpg.Connection, round_id: UUID) -> None:
    """Sheets and what is on them are sorted, so that together they are all who came, in the order of their hashes."""
    await note(db, round_id, *MANY)
    assert [ref for _, _, refs in await sheets(db, round_id) for ref in refs] == sorted(MANY)


async def test_a_sheet_is_neither_long_nor_short(db: asyncpg.Connection, round_id: UUID) -> None:
    """At most 200, so that noting stays cheap; and a halved one is no small circle."""
    await note(db, round_id, *MANY)
    assert all(60 < len(refs) <= 200 for _, _, refs in await sheets(db, round_id))


async def test_the_order_of_sign_ins_leaves_no_trace(db: asyncpg.Connection, round_id: UUID) -> None:
    """Whoever came first, the sheets are the same."""
    shuffled = random.Random(7).sample(MANY, len(MANY))
    other = uuid4()
    await note(db, round_id, *MANY)
    await note(db, other, *shuffled)
    assert await sheets(db, round_id) == await sheets(db, other)


async def test_who_comes_again_is_not_noted_again(db: asyncpg.Connection, round_id: UUID) -> None:
    """Also on another day: the days on which somebody came could be laid beside those of her revisions."""
    await note(db, round_id, *MANY[:3])
    await db.execute("update roll.participation set taken_part_on = taken_part_on - 1")
    await note(db, round_id, *MANY[1:4])
    days = await db.fetch("select cardinality(refs) from roll.participation order by taken_part_on")
    assert [row[0] for row in days] == [3, 1]


async def test_it_is_noted_by_the_date_in_utc(db: asyncpg.Connection, round_id: UUID) -> None:
    """The date is the one of all other times, whatever the session thinks."""
    await db.execute("set timezone to 'Pacific/Kiritimati'")
    before = datetime.now(UTC).date()
    await note(db, round_id, MANY[0])
    noted = await db.fetchval("select taken_part_on from roll.participation")
    assert before <= noted <= datetime.now(UTC).date()


async def test_rounds_have_sheets_of_their_own(db: asyncpg.Connection, round_id: UUID) -> None:
    """Taking part in one round says nothing of another."""
    await note(db, round_id, MANY[0])
    await note(db, uuid4(), MANY[0])
    assert await db.fetchval("select count(*) from roll.participation") == 2


async def test_nobody_is_lost_in_a_crowd(database_url: str, db: asyncpg.Connection, round_id: UUID) -> None:
    """Many at once, some of them twice, on a day that has no sheet yet: none fails, and each is noted once."""
    opened = await pool(database_url, "byalag_roll")
    crowd = iter([ref for ref in MANY for _ in range(1 + ref[0] % 2)])

    async def gate() -> None:
        async with opened.acquire() as own:
            for ref in crowd:
                await own.execute("select roll.note_participation($1, $2)", round_id, ref)

    await asyncio.gather(*(gate() for _ in range(8)))
    await opened.close()
    assert [ref for _, _, refs in await sheets(db, round_id) for ref in refs] == sorted(MANY)


@pytest.mark.parametrize("last", [range(1), range(40, 60)], ids=["the first one", "when it is full"])
async def test_who_waits_for_a_sheet_finds_her_place(
    database_url: str, db: asyncpg.Connection, round_id: UUID, last: range
) -> None:
    """Somebody who waits while another begins or halves the sheet is noted where she belongs afterwards."""
    before = MANY[:200] if len(last) > 1 else []
    await note(db, round_id, *before)
    waiting = [MANY[200 + number] for number in last]
    opened = await pool(database_url, "byalag_roll", size=len(waiting))
    async with db.transaction():
        await note(db, round_id, MANY[300])
        tasks = [
            asyncio.create_task(opened.execute("select roll.note_participation($1, $2)", round_id, ref))
            for ref in waiting
        ]
        await asyncio.sleep(0.3)
        assert not any(task.done() for task in tasks)
    await asyncio.gather(*tasks)
    await opened.close()
    assert [ref for _, _, refs in await sheets(db, round_id) for ref in refs] == sorted([*before, MANY[300], *waiting])
