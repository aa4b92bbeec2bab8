"""Spread: each signed head goes where it cannot be taken back: all of them to a folder, the newest to webhooks.

The event only says that there is something new. What went where is written down, so a head that was told twice is not
sent twice, and a place that failed is tried again later: the clock tells when.
"""

import asyncio
from collections.abc import Collection, Sequence
from pathlib import Path
from uuid import UUID

import asyncpg
import msgspec
import structlog

from schema.heads import OtherHead, keep_heads, kept_size
from workers.store import ledger
from workers.webhook import post_note

AT_ONCE = 100
"""Webhooks that are tried at the same time: what is slow or away costs the others nothing but a place here."""
FIRST_PAUSE, LAST_PAUSE = 10.0, 600.0
"""Seconds until a place that failed is tried again: doubled with every failure."""

log = structlog.get_logger("spread")


class Outcome(msgspec.Struct, frozen=True):
    """What came of one attempt at a place: ``webhook_id`` is None for the folder, ``fault`` None when all was well.

    ``size`` is that of the newest head that got there now, if one did; ``failures`` how often in a row it had failed.
    """

    webhook_id: UUID | None
    round_id: UUID
    size: int | None
    fault: str | None
    failures: int


class Errand(msgspec.Struct, frozen=True):
    """A note on its way to a webhook."""

    place: ledger.Place
    round_id: UUID
    head: ledger.SignedHead


async def spread_heads(db: asyncpg.Connection, folder: Path | None, round_ids: Collection[UUID]) -> None:
    """Bring the heads of these rounds to every place that lacks them. What fails is noted and holds up nothing else."""
    outcomes: list[Outcome] = []
    errands: list[Errand] = []
    for round_id in sorted(round_ids):
        await ledger.lock_spreading(db, round_id)
        newest = await ledger.newest(db, round_id)
        if newest is None:
            continue
        outcomes += await _to_folder(db, folder, round_id) if folder else ()
        places = await ledger.places(db, round_id, newest.size)
        errands += [Errand(place, round_id, newest) for place in places]
    outcomes += await _to_webhooks(errands)
    for outcome in outcomes:  # last of all, so that no row is locked while somebody is slow
        await _note(db, outcome)


async def _to_folder(db: asyncpg.Connection, folder: Path, round_id: UUID) -> Sequence[Outcome]:
    """Write what the folder lacks, beginning with the last head that it has: is it still ours?"""
    standing = await ledger.folder_standing(db, round_id)
    if standing and not standing.due:
        return ()
    failures = standing.failures if standing else 0
    size: int | None = None
    try:
        at_least = kept_size(folder, round_id)
        while heads := await ledger.heads(db, round_id, at_least):
            keep_heads(folder, round_id, [(head.size, head.note) for head in heads])
            size = heads[-1].size
            at_least = size + 1
    except OtherHead:
        log.error("another head was published: this database is not the one it was", round_id=str(round_id))
        return (Outcome(None, round_id, size, "it has another head of this ledger", failures),)
    except OSError as fault:
        log.error("the folder of heads cannot be written", round_id=str(round_id), fault=type(fault).__name__)
        return (Outcome(None, round_id, size, f"not written ({type(fault).__name__})", failures),)
    if size is None or (standing and (standing.size, failures) == (size, 0)):
        return ()
    return (Outcome(None, round_id, size, None, failures),)


async def _to_webhooks(errands: Sequence[Errand]) -> Sequence[Outcome]:
    free = asyncio.Semaphore(AT_ONCE)

    async def run(errand: Errand) -> Outcome:
        async with free:
            fault = await post_note(errand.place.address, errand.head.note)
        size = errand.head.size if fault is None else None
        return Outcome(errand.place.webhook_id, errand.round_id, size, fault, errand.place.failures)

    return await asyncio.gather(*map(run, errands))


async def _note(db: asyncpg.Connection, outcome: Outcome) -> None:
    try:
        async with db.transaction():
            if outcome.size is not None:
                await ledger.note_sent(db, outcome.webhook_id, outcome.round_id, outcome.size)
            if outcome.fault is not None:
                pause = min(FIRST_PAUSE * 2 ** min(outcome.failures, 10), LAST_PAUSE)
                await ledger.note_unsent(db, outcome.webhook_id, outcome.round_id, outcome.fault, pause)
    except asyncpg.ForeignKeyViolationError:
        log.info("a webhook was removed meanwhile")
