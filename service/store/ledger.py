"""The ledgers, as the workers keep them: signed heads, tiles of hashes, and a round's commitments under them."""

from collections.abc import Collection
from uuid import UUID

import msgspec

from schema.keys import Signing
from schema.queries import Db, many, one, queries
from schema.tree import TileId

SQL = queries(__file__)


class Checkpoint(msgspec.Struct, frozen=True):
    """A signed note over the first ``size`` leaves."""

    size: int
    note: str


class NewestHead(Checkpoint, frozen=True):
    """The newest of a ledger, and the purpose of the keys that sign it."""

    signs: Signing


class Leaf(msgspec.Struct, frozen=True):
    """Where a commitment stands; places count from 0."""

    round_id: UUID
    position: int


async def last_checkpoint(db: Db, log_id: UUID) -> NewestHead | None:
    """The newest head of a round or of an audit log; None while there is no ledger."""
    return await one(db, NewestHead, SQL.last_checkpoint, log_id)


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


async def tile(db: Db, log_id: UUID, key: TileId) -> bytes | None:
    """One tile of a round's ledger or an audit log's."""
    hashes: bytes | None = await db.fetchval(SQL.tile, log_id, *key)
    return hashes


async def tiles(db: Db, log_id: UUID, keys: Collection[TileId]) -> dict[TileId, bytes]:
    """Those of these tiles that exist."""
    levels, indices = [level for level, _ in keys], [index for _, index in keys]
    return {(row["level"], row["index"]): row["hashes"] for row in await db.fetch(SQL.tiles, log_id, levels, indices)}
