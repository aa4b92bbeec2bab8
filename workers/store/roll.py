"""The roll: who may vote in which pot of a round, and why not."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

import msgspec

from schema.queries import Db, many, one, queries, run
from workers.eligibility import Electorate, Obstacle, Person

SQL = queries(__file__)


class Draft(msgspec.Struct, frozen=True):
    """A round that is not scheduled: what its roll is built from, and the day on which voting opens (UTC)."""

    municipality_id: UUID
    revision: int
    votes_on: date
    register_version: int
    wrapped_key: bytes


async def drafts(db: Db, municipalities: Collection[UUID], rounds: Collection[UUID]) -> list[UUID]:
    """Rounds not scheduled, of these municipalities and of these ids; in one order, so that locks never cross."""
    return [row["id"] for row in await db.fetch(SQL.drafts, list(municipalities), list(rounds))]


async def hold_round(db: Db, round_id: UUID) -> None:
    """Until the transaction ends nobody schedules the round, and nobody else builds its roll."""
    await run(db, SQL.hold_round, round_id)


async def draft(db: Db, round_id: UUID) -> Draft | None:
    """The round while it is no more than a draft; None also while it has no key or its municipality no register."""
    return await one(db, Draft, SQL.draft, round_id)


async def electorates(db: Db, round_id: UUID) -> list[Electorate]:
    """Whom each pot of a round asks."""
    return await many(db, Electorate, SQL.electorates, round_id)


async def persons(db: Db, municipality_id: UUID) -> list[Person]:
    """Everybody on a municipality's register."""
    return await many(db, Person, SQL.persons, municipality_id)


async def empty_roll(db: Db, round_id: UUID) -> None:
    """Take away what the roll of this round said before."""
    await run(db, SQL.delete_entries, round_id)
    await run(db, SQL.delete_electors, round_id)


async def insert_entries(
    db: Db, round_id: UUID, pot_id: UUID, refs: Sequence[bytes], reasons: Sequence[Obstacle | None]
) -> None:
    """One line for each person in one pot: columns of equal length."""
    await run(db, SQL.insert_entries, round_id, pot_id, refs, reasons)


async def insert_electors(db: Db, pot_id: UUID, tags: Collection[bytes]) -> None:
    """Who may vote in a pot, in the order of tags, so that the order of rows tells nothing."""
    await run(db, SQL.insert_electors, pot_id, sorted(tags))


async def write_roll(db: Db, round_id: UUID, draft: Draft, persons: int, entitled: int) -> None:
    """What the roll was built from, how many persons it looked at, and how many may vote in at least one pot."""
    await run(db, SQL.write_roll, round_id, draft.register_version, draft.revision, persons, entitled)
