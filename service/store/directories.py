"""Officers' accounts at directories: which is whose, and the links by which one is bound."""

from datetime import datetime
from uuid import UUID

import msgspec

from schema.queries import Db, one, queries, run

SQL = queries(__file__)


class Invitation(msgspec.Struct, frozen=True):
    """A link that waits: for whom, who works where, and at which directory it binds an account until when."""

    officer_id: UUID
    name: str
    municipality: str
    issuer: str
    expires_at: datetime


async def invitation(db: Db, link_hash: bytes) -> Invitation | None:
    """The invitation of a link, while it waits."""
    return await one(db, Invitation, SQL.invitation, link_hash)


async def invite(db: Db, officer_id: UUID, issuer: str, link_hash: bytes) -> datetime:
    """Let this link bind an account to an officer, and no other; until when. What was bound opens nothing any more."""
    await run(db, SQL.delete_binding, officer_id)
    await run(db, SQL.delete_invitation, officer_id)
    until: datetime = await db.fetchval(SQL.insert_invitation, officer_id, issuer, link_hash)
    return until


async def use_invitation(db: Db, link_hash: bytes) -> bool:
    """The link is used up; False when it was so before."""
    return await run(db, SQL.use_invitation, link_hash) == 1


async def bind(db: Db, officer_id: UUID, issuer: str, subject: str) -> bool:
    """An account is this officer's from now on; False when it is another's."""
    return await run(db, SQL.insert_binding, officer_id, issuer, subject) == 1


async def end_sessions(db: Db, issuer: str, subject: str) -> None:
    """End every session of whose account this is."""
    await run(db, SQL.end_sessions, issuer, subject)
