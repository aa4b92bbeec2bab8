"""Officers' accounts: roles, sessions."""

from collections.abc import Collection
from uuid import UUID

import msgspec

from schema.queries import Db, many, queries, run
from service.rights import OfficerRole

SQL = queries(__file__)


class Member(msgspec.Struct, frozen=True):
    """Somebody who works for a municipality, or did: then there are no roles."""

    id: UUID
    municipality: str
    name: str
    roles: frozenset[OfficerRole]


async def everybody(db: Db, municipality: str | None) -> list[Member]:
    """All officers, or those of one municipality, by name."""
    return await many(db, Member, SQL.everybody, municipality)


async def update_roles(db: Db, name: str, roles: Collection[OfficerRole]) -> bool:
    """Other roles for the officer of this name; False when there is none. Refused for the last admin."""
    return await run(db, SQL.update_roles, name, list(roles)) == 1
