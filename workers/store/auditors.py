"""Auditors who wait, and what they are given."""

from uuid import UUID

import msgspec

from schema.openings import Opening
from schema.queries import Db, many, queries, run

SQL = queries(__file__)


class Auditor(msgspec.Struct, frozen=True):
    """Somebody who may check every ballot of a round, and the public key of age to encrypt to."""

    id: UUID
    recipient: str


async def waiting_auditors(db: Db, round_id: UUID) -> list[Auditor]:
    """The auditors of a published round for whom nothing was made since it was published last."""
    return await many(db, Auditor, SQL.waiting_auditors, round_id)


async def openings(db: Db, round_id: UUID) -> list[Opening]:
    """What each leaf of a round commits to, in their order."""
    return await many(db, Opening, SQL.openings, round_id)


async def insert_openings(db: Db, auditor_id: UUID, locked: bytes) -> None:
    """Keep what was made for an auditor, in the place of what was made before a correction."""
    await run(db, SQL.insert_openings, auditor_id, locked)
