"""The outbox: events that wait to be told. A claim is a deletion, which holds only if the effect commits with it."""

from collections.abc import Collection, Sequence

import msgspec

from schema.events import Lane
from schema.queries import Db, many, one, queries, run

SQL = queries(__file__)

MOST_ATTEMPTS = 5


class Row(msgspec.Struct, frozen=True):
    """One event as text; nothing is known yet about what it says."""

    id: int
    event: str


class Backlog(msgspec.Struct, frozen=True):
    """A lane that is not empty: events waiting and quarantined, and for how many seconds the oldest has waited."""

    lane: Lane
    waiting: int
    quarantined: int
    seconds: float


async def claim_batch(db: Db, lane: Lane, size: int, without: Collection[int]) -> list[Row]:
    """Take up to ``size`` events that nobody else holds, the oldest first, passing over some ids."""
    rows = await many(db, Row, SQL.claim_batch, lane, size, sorted(without))
    return sorted(rows, key=lambda row: row.id)


async def claim_row(db: Db, row_id: int) -> Row | None:
    """Take one event; None when another worker has it or had it."""
    return await one(db, Row, SQL.claim_row, row_id)


async def split_row(db: Db, row_id: int, events: Sequence[str]) -> None:
    """Put these events in the place of one; nothing happens when another worker has it or had it."""
    await run(db, SQL.split_row, row_id, events)


async def note_fault(db: Db, row_id: int, fault: str) -> bool:
    """Count an attempt that failed; True when it was the last one and the event is now kept aside."""
    quarantined: bool | None = await db.fetchval(SQL.note_fault, row_id, fault, MOST_ATTEMPTS)
    return bool(quarantined)


async def backlog(db: Db) -> list[Backlog]:
    """The lanes in which something lies."""
    return await many(db, Backlog, SQL.backlog)
