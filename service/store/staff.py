"""Officers' accounts: roles, sessions."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec

from schema.queries import Db, many, one, queries, run
from service.rights import OfficerRole

SQL = queries(__file__)


class Member(msgspec.Struct, frozen=True):
    """Somebody who works for a municipality, or did: then there are no roles. ``totp``: has an app for codes.

    ``issuer`` is of the directory that an account is bound at, and ``invited_to`` of one where a link still waits to
    bind it, until ``invited_until``. ``break_glass``: still gets in by password where the directory is demanded.
    """

    id: UUID
    municipality: str
    name: str
    roles: frozenset[OfficerRole]
    totp: bool
    issuer: str | None
    invited_to: str | None
    invited_until: datetime | None
    break_glass: bool


class OwnSession(msgspec.Struct, frozen=True):
    """A session of an officer: when it began, was used last (to the minute), and ends if it is not used again."""

    id: UUID
    began_at: datetime
    seen_at: datetime
    expires_at: datetime
    current: bool


async def sessions(db: Db, officer_id: UUID, token_hash: bytes) -> list[OwnSession]:
    """The living sessions of an officer, the newest first; ``token_hash`` is that of the one that asks."""
    return await many(db, OwnSession, SQL.sessions, officer_id, token_hash)


async def delete_session(db: Db, officer_id: UUID, session_id: UUID) -> bool:
    """End one session of an officer; False when it is not one of theirs."""
    return await run(db, SQL.delete_session, officer_id, session_id) == 1


async def everybody(db: Db, municipality: str | None) -> list[Member]:
    """All officers, or those of one municipality, by name."""
    return await many(db, Member, SQL.everybody, municipality)


async def member(db: Db, municipality_id: UUID, officer_id: UUID) -> Member | None:
    """An officer of this municipality."""
    return await one(db, Member, SQL.member, municipality_id, officer_id)


async def demand_totp(db: Db, municipality_id: UUID, demanded: bool) -> None:
    """Whether officers of a municipality must have an app for codes."""
    await run(db, SQL.demand_totp, municipality_id, demanded)


async def update_roles(db: Db, name: str, roles: Collection[OfficerRole]) -> bool:
    """Other roles for the officer of this name; False when there is none. Refused for the last admin."""
    return await run(db, SQL.update_roles, name, list(roles)) == 1


async def demand_directory(db: Db, municipality_id: UUID, demanded: bool) -> None:
    """Whether officers of a municipality get in with its directory alone."""
    await run(db, SQL.demand_directory, municipality_id, demanded)


async def name_break_glass(db: Db, name: str) -> bool:
    """Who still gets in by password, one for each municipality; False when no admin has this name."""
    return await run(db, SQL.name_break_glass, name) == 1
