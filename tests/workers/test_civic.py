"""What happens to proposals is noted once, and supports are counted anew."""

import asyncpg

from schema.events import ProposalSubmitted, ProposalSupported, ProposalUnsupported
from tests.builders import ADDRESS, KEYS, draft, municipality, proposal, tag
from workers.door import act


async def supports(db: asyncpg.Connection) -> int | None:
    """The standing of the one proposal there is."""
    standing: int | None = await db.fetchval("select supports from civic.standing")
    return standing


async def test_activity_once(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """An event told twice is one line under its proposal, in the word of the event."""
    ours = await proposal(db, await draft(db, await municipality(db)))
    await act(worker, KEYS, ADDRESS, [(7, ProposalSubmitted(ours))])
    await act(worker, KEYS, ADDRESS, [(7, ProposalSubmitted(ours))])
    rows = await db.fetch("select event_id, proposal_id, what from civic.activity")
    assert [tuple(row) for row in rows] == [(7, ours, "submitted")]


async def test_standing_is_a_count(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """However often and in whatever order supports are told, the standing is the number of supports there are."""
    ours = await proposal(db, await draft(db, await municipality(db)))
    await db.executemany("insert into civic.support values ($1, $2)", [(ours, tag("Amina")), (ours, tag("Björn"))])
    await act(
        worker,
        KEYS,
        ADDRESS,
        [(9, ProposalUnsupported(ours)), (8, ProposalSupported(ours)), (8, ProposalSupported(ours))],
    )
    assert await supports(db) == 2
    await db.execute("delete from civic.support where member = $1", tag("Björn"))
    await act(worker, KEYS, ADDRESS, [(10, ProposalUnsupported(ours))])
    assert await supports(db) == 1
