"""Auditors of a round, and what lies ready for them."""

from datetime import datetime
from uuid import UUID

import msgspec

from schema.queries import Db, many, one, queries, run

SQL = queries(__file__)


class Auditor(msgspec.Struct, frozen=True):
    """Somebody who may check every ballot of a round. ``made_at``: since when the openings lie ready.

    Who was revoked stays in the list, and gets nothing any more.
    """

    id: UUID
    round_id: UUID
    name: str
    recipient: str
    named_by: str
    named_at: datetime
    made_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str | None


async def insert_auditor(db: Db, round_id: UUID, name: str, recipient: str, named_by: str) -> bool:
    """Name an auditor; False when the round has one with this key."""
    return await run(db, SQL.insert_auditor, round_id, name, recipient, named_by) == 1


async def revoke_auditor(db: Db, round_id: UUID, auditor_id: UUID, revoked_by: str) -> bool:
    """Take back that an auditor was named, and what lies ready for them; False when there is none to revoke."""
    return await run(db, SQL.revoke_auditor, round_id, auditor_id, revoked_by) == 1


async def auditors(db: Db, round_id: UUID) -> list[Auditor]:
    """A round's auditors in the order in which they were named."""
    return await many(db, Auditor, SQL.auditors, round_id)


class Deletion(msgspec.Struct, frozen=True):
    """By which decision a round's ballots were deleted, and when."""

    decision: str
    deleted_at: datetime


async def deletion(db: Db, round_id: UUID) -> Deletion | None:
    """The deletion of a round's ballots, if there was one."""
    return await one(db, Deletion, SQL.deletion, round_id)


async def openings(db: Db, auditor_id: UUID) -> bytes | None:
    """What lies ready for an auditor, encrypted to their key."""
    locked: bytes | None = await db.fetchval(SQL.openings, auditor_id)
    return locked
