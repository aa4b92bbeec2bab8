"""The ledger: leaves, tiles and checkpoints of a round's tree."""

from collections.abc import Collection, Mapping
from uuid import UUID

import msgspec

from schema.queries import Db, one, queries, run
from schema.tree import TileId

SQL = queries(__file__)


class Log(msgspec.Struct, frozen=True):
    """A tree that has begun: the name under which it is signed, and its leaves."""

    origin: str
    size: int


async def lock(db: Db, round_id: UUID) -> None:
    """Wait until nobody else writes this round's ledger; held until the transaction ends."""
    await run(db, SQL.lock, round_id)


async def log(db: Db, round_id: UUID) -> Log | None:
    """A round's tree as it was signed last; None before the first checkpoint."""
    return await one(db, Log, SQL.log, round_id)


async def insert_checkpoint(db: Db, round_id: UUID, size: int, note: str) -> None:
    """Keep a signed head. Raises when there is one of this size."""
    await run(db, SQL.insert_checkpoint, round_id, size, note)


async def insert_leaves(db: Db, round_id: UUID, size: int, ballot_ids: Collection[UUID]) -> list[bytes]:
    """Put the commitments of these ballots at the end of a tree of this size; those that have no leaf yet, in order."""
    rows = await db.fetch(SQL.insert_leaves, round_id, size, list(ballot_ids))
    return [row["commitment"] for row in sorted(rows, key=lambda row: row["position"])]


async def tiles(db: Db, round_id: UUID, keys: Collection[TileId]) -> dict[TileId, bytes]:
    """Those of these tiles that exist."""
    levels, indices = [level for level, _ in keys], [index for _, index in keys]
    return {(row["level"], row["index"]): row["hashes"] for row in await db.fetch(SQL.tiles, round_id, levels, indices)}


async def write_tiles(db: Db, round_id: UUID, changed: Mapping[TileId, bytes]) -> None:
    """Keep new tiles, and what grew of others. Raises when a tile would lose or change a hash."""
    levels, indices = [level for level, _ in changed], [index for _, index in changed]
    await run(db, SQL.write_tiles, round_id, levels, indices, list(changed.values()))


async def notes(db: Db, round_id: UUID) -> list[str]:
    """Every signed head of a round, the smallest first."""
    return [row["note"] for row in await db.fetch(SQL.notes, round_id)]


async def leaves(db: Db, round_id: UUID) -> list[bytes]:
    """The commitments (32 bytes) of a round's ledger in their order."""
    return [row["commitment"] for row in await db.fetch(SQL.leaves, round_id)]
