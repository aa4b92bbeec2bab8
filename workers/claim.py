"""Claim: take a batch of events from the outbox and act on them, in one transaction. The commit says they were told.

A batch that fails is rolled back and gone through row by row, so that one bad row holds up nobody. A row that fails by
itself is cut into its parts, where it has several; one that has none is quarantined the fifth time: it stays in the
table, and the clock says so in the log.
"""

from collections.abc import Awaitable, Callable, Sequence
from time import monotonic

import asyncpg
import structlog

from schema.database import AWAY, PASSING
from schema.events import Event, Lane, decode_event, encode_event, parts
from schema.keys import KeysError
from workers.store import outbox
from workers.store.outbox import Row

BATCH = 500
GATHERED: dict[Lane, int] = {"judge": 32}
"""How many events are taken at once; of a lane whose events hold up to 128 ballots each, fewer."""

Act = Callable[[asyncpg.Connection, Sequence[tuple[int, Event]]], Awaitable[None]]

log = structlog.get_logger("workers")


class NotYet(Exception):
    """What an event asks for has to wait for something else. Nothing failed: it is told again."""


NOT_THE_ROW = (
    NotYet,
    *PASSING,
    KeysError,  # the keys are missing, or this worker has another master key
    asyncpg.SyntaxOrAccessError,  # this program and the database are of two versions
)
"""Faults that say nothing about the row that met them: it waits, and no attempt is counted."""


async def drain(db: asyncpg.Connection, lane: Lane, act: Act, seconds: float) -> None:
    """Act on what waits in a lane until nothing does, or ``seconds`` are over. Raises one of AWAY."""
    later: set[int] = set()
    end = monotonic() + seconds
    while monotonic() < end and await _batch(db, lane, act, later):
        pass


async def _batch(db: asyncpg.Connection, lane: Lane, act: Act, later: set[int]) -> bool:
    """Take one batch; whether there was one. Rows that must wait go into ``later`` and are not taken again."""
    rows: list[Row] = []
    try:
        async with db.transaction():
            rows = await outbox.claim_batch(db, lane, GATHERED.get(lane, BATCH), later)
            if rows:
                await act(db, [(row.id, decode_event(row.event)) for row in rows])
    except AWAY:
        raise
    except Exception:
        if not rows:
            raise
        for row in rows:
            if not await _alone(db, lane, act, row.id):
                later.add(row.id)
    return bool(rows)


async def _alone(db: asyncpg.Connection, lane: Lane, act: Act, row_id: int) -> bool:
    """Take one row in a transaction of its own; False when it must wait."""
    smaller: tuple[Event, ...] = ()
    try:
        async with db.transaction():
            row = await outbox.claim_row(db, row_id)
            if row:
                event = decode_event(row.event)
                smaller = parts(event)
                await act(db, [(row.id, event)])
    except AWAY:
        raise
    except NOT_THE_ROW:
        return False
    except Exception as fault:
        if len(smaller) > 1:
            await outbox.split_row(db, row_id, [encode_event(part) for part in smaller])
            return True
        quarantined = await outbox.note_fault(db, row_id, type(fault).__name__)
        log.error("event failed", lane=lane, event_id=row_id, quarantined=quarantined, exc_info=True)
        return False
    return True
