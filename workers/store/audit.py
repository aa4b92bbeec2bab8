"""The ledgers of the audit log: leaves, tiles and checkpoints."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from schema.noted import Noted
from schema.queries import Db, many, one, queries, run
from schema.tree import TileId
from workers.store.ledger import Log

SQL = queries(__file__)


async def lock(db: Db, ledger_id: UUID) -> None:
    """Wait until nobody else writes this ledger; held until the transaction ends."""
    await run(db, SQL.lock, ledger_id)


async def unplaced(db: Db, ledger_id: UUID) -> list[Noted]:
    """The entries of a ledger that have no leaf yet, by number."""
    return await many(db, Noted, SQL.unplaced, ledger_id)


async def log(db: Db, ledger_id: UUID) -> Log | None:
    """A ledger's tree as it was signed last; None before the first entry."""
    return await one(db, Log, SQL.log, ledger_id)


async def insert_leaves(db: Db, ledger_id: UUID, size: int, entry_ids: Sequence[int], salts: Sequence[bytes]) -> None:
    """Put these entries at the end of a tree of this size."""
    await run(db, SQL.insert_leaves, ledger_id, size, entry_ids, salts)


async def tiles(db: Db, ledger_id: UUID, keys: Collection[TileId]) -> dict[TileId, bytes]:
    """Those of these tiles that exist."""
    levels, indices = [level for level, _ in keys], [index for _, index in keys]
    rows = await db.fetch(SQL.tiles, ledger_id, levels, indices)
    return {(row["level"], row["index"]): row["hashes"] for row in rows}


async def write_tiles(db: Db, ledger_id: UUID, changed: Mapping[TileId, bytes]) -> None:
    """Keep new tiles, and what grew of others. Raises when a tile would lose or change a hash."""
    levels, indices = [level for level, _ in changed], [index for _, index in changed]
    await run(db, SQL.write_tiles, ledger_id, levels, indices, list(changed.values()))


async def insert_checkpoint(db: Db, ledger_id: UUID, size: int, note: str) -> None:
    """Keep a signed head. Raises when there is one of this size."""
    await run(db, SQL.insert_checkpoint, ledger_id, size, note)
