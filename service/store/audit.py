"""The audit log: who acts is said here; what changed is written by triggers and read here."""

from datetime import date, timedelta
from uuid import UUID

import msgspec

from schema.noted import Noted, Placed
from schema.queries import Db, many, queries, run
from schema.tree import TileId
from service.acting import Acting

SQL = queries(__file__)


class AuditEntry(Noted, frozen=True):
    """An entry with its place in its ledger and the salt of its leaf, both null until it has them."""

    position: int | None
    salt: bytes | None


class Ledger(msgspec.Struct, frozen=True):
    """The ledger of a municipality's log; that of the house itself has no ``name``."""

    id: UUID
    name: str | None


class Wanted(msgspec.Struct, frozen=True):
    """Which entries: all of those that are given must hold. Days are whole and in UTC, the last one included."""

    round_id: UUID | None = None
    officer_id: UUID | None = None
    since: date | None = None
    until: date | None = None
    after: int | None = None


async def name_actor(db: Db, acting: Acting) -> None:
    """Say who acts, until the transaction ends."""
    await run(db, SQL.name_actor, str(acting.officer_id), acting.action, acting.request_id)


async def name_command(db: Db, command: str) -> None:
    """Say which command acts, until the connection ends."""
    await run(db, SQL.name_command, command)


async def entries(db: Db, municipality_id: UUID, wanted: Wanted, size: int) -> list[AuditEntry]:
    """What was changed in a municipality and in the house's keys, the newest first."""
    return await many(
        db,
        AuditEntry,
        SQL.entries,
        municipality_id,
        wanted.round_id,
        wanted.officer_id,
        wanted.since,
        wanted.until,
        wanted.after,
        size,
    )


async def kept(db: Db, ledger_id: UUID, size: int) -> int:
    """How many of the first so many places of a ledger still have their entry."""
    found: int = await db.fetchval(SQL.kept, ledger_id, size)
    return found


async def ledgers(db: Db) -> list[Ledger]:
    """Every ledger that has entries or was signed, by name."""
    return await many(db, Ledger, SQL.ledgers)


async def places(db: Db, ledger_id: UUID) -> list[Placed]:
    """All places of a ledger in their order, with what is there."""
    rows = [dict(row) for row in await db.fetch(SQL.places, ledger_id)]
    return [
        Placed(row["position"], row["salt"], row["entry_id"], msgspec.convert(row, Noted) if row["id"] else None)
        for row in rows
    ]


async def lowest_tiles(db: Db, ledger_id: UUID) -> dict[TileId, bytes]:
    """The hashes of a ledger's leaves."""
    return {(0, row["index"]): row["hashes"] for row in await db.fetch(SQL.lowest_tiles, ledger_id)}


async def notes(db: Db, ledger_id: UUID) -> list[str]:
    """Every signed head of a ledger, the smallest first."""
    return [row["note"] for row in await db.fetch(SQL.notes, ledger_id)]


async def overdue(db: Db, ledger_id: UUID, patience: timedelta) -> int | None:
    """The first entry that has waited for its place for so long."""
    found: int | None = await db.fetchval(SQL.overdue, ledger_id, patience)
    return found
