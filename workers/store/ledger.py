"""The ledger: leaves, tiles and checkpoints of a round's tree, and where its heads were brought."""

from collections.abc import Collection, Mapping
from uuid import UUID

import msgspec

from schema.queries import Db, many, one, queries, run
from schema.tree import TileId

SQL = queries(__file__)


class Log(msgspec.Struct, frozen=True):
    """A tree that has begun: the name under which it is signed, and its leaves."""

    origin: str
    size: int


class SignedHead(msgspec.Struct, frozen=True):
    """A head as it was signed."""

    size: int
    note: str


class Place(msgspec.Struct, frozen=True):
    """A webhook that lacks a head, and how often in a row it failed."""

    webhook_id: UUID
    address: str
    failures: int


class FolderStanding(msgspec.Struct, frozen=True):
    """The newest head that is known to be in the folder, how often in a row it could not be written, and whether to
    try it now."""

    size: int | None
    failures: int
    due: bool


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


async def lock_spreading(db: Db, round_id: UUID) -> None:
    """Wait until nobody else spreads this round's heads; held until the transaction ends. Signing goes on meanwhile."""
    await run(db, SQL.lock_spreading, round_id)


async def newest(db: Db, round_id: UUID) -> SignedHead | None:
    """The newest head of a round."""
    return await one(db, SignedHead, SQL.newest, round_id)


async def heads(db: Db, round_id: UUID, at_least: int) -> list[SignedHead]:
    """Heads of at least so many leaves, the smallest first, a thousand of them at most."""
    return await many(db, SignedHead, SQL.heads, round_id, at_least)


async def places(db: Db, round_id: UUID, size: int) -> list[Place]:
    """The webhooks of the round's municipality that lack a head of this size and may be tried now."""
    return await many(db, Place, SQL.places, round_id, size)


async def folder_standing(db: Db, round_id: UUID) -> FolderStanding | None:
    """How the folder fared with this round's heads; None before the first one."""
    return await one(db, FolderStanding, SQL.folder_standing, round_id)


async def note_sent(db: Db, webhook_id: UUID | None, round_id: UUID, size: int) -> None:
    """A place has this head now. Raises when the webhook was removed meanwhile."""
    await run(db, SQL.note_sent, webhook_id, round_id, size)


async def note_unsent(db: Db, webhook_id: UUID | None, round_id: UUID, fault: str, seconds: float) -> None:
    """A place failed and is to be tried again so many seconds from now. Raises when the webhook was removed."""
    await run(db, SQL.note_unsent, webhook_id, round_id, fault, seconds)


async def tell_due(db: Db) -> None:
    """Tell of the rounds with a place whose pause is over."""
    await run(db, SQL.tell_due)
