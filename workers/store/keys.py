"""The keys that workers use, as they are stored."""

from uuid import UUID

import msgspec

from schema.keys import Secret
from schema.queries import Db, one, queries

SQL = queries(__file__)


class RoundKey(msgspec.Struct, frozen=True):
    """A round's key, wrapped."""

    round_id: UUID
    wrapped: bytes


async def checkpoint_secret(db: Db) -> Secret | None:
    """The secret that signs checkpoints now."""
    return await one(db, Secret, SQL.checkpoint_secret)


async def audit_secret(db: Db) -> Secret | None:
    """The secret that signs the heads of audit logs now."""
    return await one(db, Secret, SQL.audit_secret)


async def checkpoint_keys(db: Db) -> list[bytes]:
    """The public halves (32 bytes) of all keys that ever signed checkpoints, the one in use first."""
    return [row["public_key"] for row in await db.fetch(SQL.checkpoint_keys)]


async def any_round_key(db: Db) -> RoundKey | None:
    """The key of some round."""
    return await one(db, RoundKey, SQL.any_round_key)


async def complete(db: Db) -> bool:
    """Whether every kind of signing key was made."""
    found: bool = await db.fetchval(SQL.complete)
    return found
