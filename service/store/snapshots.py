"""Snapshots as stored. Reads never compute, and show nothing before publication."""

from datetime import datetime
from uuid import UUID

import msgspec

from schema.queries import Db, many, one, queries, run

SQL = queries(__file__)


class Published(msgspec.Struct, frozen=True):
    """A published snapshot; ``content`` is its canonical JSON."""

    id: UUID
    content: bytes
    counted_at: datetime
    published_at: datetime


class RoundOutcome(msgspec.Struct, frozen=True):
    """What a round's pots give money to, added up: a number of projects, and minor units."""

    round_id: UUID
    funded: int
    spent: int


class Ballots(msgspec.Struct, frozen=True):
    """A pot's counted ballots as a ``.pb`` file; None where they are too few to be shown to everybody."""

    pb: bytes | None


class ShownWhatIf(msgspec.Struct, frozen=True):
    """Whether a pot's comparison of rules is shown, and its canonical JSON, if it is and is worked out."""

    shown: bool
    content: bytes | None


class WhatIfPublication(msgspec.Struct, frozen=True):
    """Which officer decided to show what other rules would have made of a round's ballots, and when."""

    published_by: str
    published_at: datetime


async def counted_pots(db: Db, round_id: UUID) -> set[UUID]:
    """Which pots were counted since the close that stands."""
    return {row["pot_id"] for row in await db.fetch(SQL.counted_pots, round_id)}


async def has_correction(db: Db, round_id: UUID) -> bool:
    """Whether a pot was counted anew, and that is not published."""
    waits: bool = await db.fetchval(SQL.has_correction, round_id)
    return waits


async def published_snapshot(db: Db, pot_id: UUID) -> Published | None:
    """A pot's published outcome."""
    return await one(db, Published, SQL.published_snapshot, pot_id)


async def outcomes(db: Db, round_ids: list[UUID]) -> list[RoundOutcome]:
    """The published outcomes of these rounds, as far as they have any."""
    return await many(db, RoundOutcome, SQL.outcomes, round_ids)


async def published_pb(db: Db, pot_id: UUID) -> Ballots | None:
    """A pot's published ballots."""
    return await one(db, Ballots, SQL.published_pb, pot_id)


async def published_bundle(db: Db, round_id: UUID) -> bytes | None:
    """The bundle of a round's published outcomes, a ZIP file."""
    packed: bytes | None = await db.fetchval(SQL.published_bundle, round_id)
    return packed


async def published_without_held(db: Db, pot_id: UUID) -> bytes | None:
    """A pot's published outcome without the ballots that are held now, as canonical JSON; None when none is held."""
    content: bytes | None = await db.fetchval(SQL.published_without_held, pot_id)
    return content


async def published_what_if(db: Db, pot_id: UUID) -> ShownWhatIf | None:
    """A pot's comparison of rules, once its outcome is published."""
    return await one(db, ShownWhatIf, SQL.published_what_if, pot_id)


async def what_if_publication(db: Db, round_id: UUID) -> WhatIfPublication | None:
    """Who decided to show a round's comparison, if somebody did."""
    return await one(db, WhatIfPublication, SQL.what_if_publication, round_id)


async def publish_what_if(db: Db, round_id: UUID, officer: str) -> None:
    """Show a round's comparison, unless it was shown before; the database refuses it before the outcome."""
    await run(db, SQL.publish_what_if, round_id, officer)
