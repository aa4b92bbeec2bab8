"""A round's ledger, as the workers keep it: signed heads, tiles of hashes, and the commitments under them."""

from collections.abc import Collection
from uuid import UUID

import msgspec

from schema.queries import Db, many, one, queries
from schema.tree import TileId

SQL = queries(__file__)


class Checkpoint(msgspec.Struct, frozen=True):
    """A signed note over the first ``size`` leaves."""

    size: int
    note: str


class Leaf(msgspec.Struct, frozen=True):
    """Where a commitment stands; places count from 0."""

    round_id: UUID
    position: int


async def last_checkpoint(db: Db, round_id: UUID) -> Checkpoint | None:
    """The newest head; None while a round has no ledger."""
    return await one(db, Checkpoint, SQL.last_checkpoint, round_id)


async def checkpoints(db: Db, round_id: UUID, after: int, most: int) -> list[Checkpoint]:
    """Heads of more than ``after`` leaves, the smallest first."""
    return await many(db, Checkpoint, SQL.checkpoints, round_id, after, most)


async def leaf(db: Db, commitment: bytes) -> Leaf | None:
    """The leaf of a commitment."""
    return await one(db, Leaf, SQL.leaf, commitment)


async def round_of_ballot(db: Db, commitment: bytes) -> UUID | None:
    """The round in which a ballot with this commitment was accepted."""
    found: UUID | None = await db.fetchval(SQL.round_of_ballot, commitment)
    return found


async def entries(db: Db, round_id: UUID, begin: int, number: int) -> list[bytes]:
    """So many commitments from a place on; fewer at the end."""
    return [row["commitment"] for row in await db.fetch(SQL.entries, round_id, begin, number)]


async def tile(db: Db, round_id: UUID, key: TileId) -> bytes | None:
    """One tile."""
    hashes: bytes | None = await db.fetchval(SQL.tile, round_id, *key)
    return hashes


async def tiles(db: Db, round_id: UUID, keys: Collection[TileId]) -> dict[TileId, bytes]:
    """Those of these tiles that exist."""
    levels, indices = [level for level, _ in keys], [index for _, index in keys]
    return {(row["level"], row["index"]): row["hashes"] for row in await db.fetch(SQL.tiles, round_id, levels, indices)}
