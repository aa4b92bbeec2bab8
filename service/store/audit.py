"""The audit log: who acts is said here; what changed is written by triggers and read here."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from schema.queries import Db, many, queries, run
from service.acting import Acting

SQL = queries(__file__)


class AuditEntry(msgspec.Struct, frozen=True):
    """One change: of which thing, by whom, how. Without an officer a command did it; without an action the house."""

    id: int
    at: datetime
    round_id: UUID | None
    officer_id: UUID | None
    officer: str | None
    action: str | None
    request_id: str | None
    subject: str
    subject_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


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
