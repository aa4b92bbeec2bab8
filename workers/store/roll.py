"""The roll: who may vote in which pot of a round, and why not."""

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import asyncpg
import msgspec

from schema.electorate import Electorate, Obstacle, Person, Source
from schema.queries import Db, many, one, queries, run

SQL = queries(__file__)

PAGE = 5_000
"""Persons in memory at a time."""


class Roots(msgspec.Struct, frozen=True):
    """What a round's roll is built from, and what the one that there is was built from, if there is one.

    ``register_version`` is 0 where the register is no source; ``bearers`` counts the codes that name nobody, and those
    that are void once more, so that it only grows.
    """

    municipality_id: UUID
    revision: int
    sources: tuple[Source, ...]
    scheduled: bool
    register_version: int
    bearers: int
    wrapped_key: bytes
    built_revision: int | None
    built_version: int | None
    built_bearers: int | None

    @property
    def built(self) -> bool:
        """Whether the roll was built from just these."""
        return (self.revision, self.register_version, self.bearers) == (
            self.built_revision,
            self.built_version,
            self.built_bearers,
        )


class Change(msgspec.Struct, frozen=True):
    """How many persons a build lets into a pot, puts out of it, or refuses for another reason than before."""

    pot_id: UUID
    newly_entitled: int
    no_longer_entitled: int
    other_reason: int

    @property
    def electors(self) -> bool:
        """Whether the pot's electors are others now."""
        return bool(self.newly_entitled or self.no_longer_entitled)


async def drafts(db: Db, municipalities: Collection[UUID], rounds: Collection[UUID]) -> list[UUID]:
    """Rounds not scheduled, of these municipalities and of these ids; in one order, so that locks never cross."""
    return [row["id"] for row in await db.fetch(SQL.drafts, list(municipalities), list(rounds))]


async def hold_draft(db: Db, round_id: UUID) -> None:
    """Until the transaction ends nobody schedules the round, and nobody else builds its roll."""
    await run(db, SQL.hold_draft, round_id)


async def hold_roll(db: Db, round_id: UUID) -> None:
    """Until the transaction ends nobody else builds the round's roll."""
    await run(db, SQL.hold_roll, round_id)


async def roots(db: Db, round_id: UUID) -> Roots | None:
    """What a roll is built from; None while the round has no key, or its register is a source and there is none."""
    return await one(db, Roots, SQL.roots, round_id)


async def electorates(db: Db, round_id: UUID) -> list[Electorate]:
    """Whom each pot of a round asks."""
    return await many(db, Electorate, SQL.electorates, round_id)


async def known_persons(
    db: asyncpg.Connection, round_id: UUID, roots: Roots, *, late: bool
) -> AsyncIterator[list[tuple[bytes, Person | None]]]:
    """Everybody in a round's sources, or of them those who are to be let in, page by page; None of who holds a code."""
    cursor = await db.cursor(
        SQL.known_persons, round_id, roots.municipality_id, list(roots.sources), late, roots.scheduled
    )
    while rows := await cursor.fetch(PAGE):
        yield [(row[0], None if row[5] else Person(row[1], row[2], row[3], frozenset(row[4]))) for row in rows]


async def open_stage(db: Db) -> None:
    """An empty place, for this transaction alone, where entries are put aside."""
    await db.execute(SQL.open_stage)


async def stage_entries(db: Db, rows: Iterable[tuple[UUID, bytes, str, Obstacle | None]]) -> None:
    """Put entries aside: pot, person, area, reason."""
    await _copy(db, "staged_entry", rows)


async def close_stage(db: Db) -> None:
    """All is there: let the planner know how much."""
    await db.execute(SQL.close_stage)


async def stage_what_stands(db: Db, round_id: UUID, *, frozen: bool) -> None:
    """Add what the roll says already of those who are to be let in; once frozen, whoever may vote still may."""
    if frozen:
        await run(db, SQL.keep_entitled, round_id)
    await run(db, SQL.keep_entries, round_id)


async def stage_appeals(db: Db, round_id: UUID) -> None:
    """Let appeals that were granted overrule the rules, also for somebody whom no source knows."""
    await run(db, SQL.grant_appeals, round_id)
    await run(db, SQL.insert_appeals, round_id)


async def changes(db: Db, round_id: UUID, *, late: bool) -> list[Change]:
    """What the entries put aside will change, pot by pot; ``late``: they are all of those persons, not of the round."""
    return await many(db, Change, SQL.changes, round_id, late)


async def replace_entries(db: Db, round_id: UUID) -> int:
    """Make the roll what was put aside; how many entries that changes. One that stays the same is not touched."""
    return await run(db, SQL.delete_entries, round_id) + await run(db, SQL.write_entries, round_id)


async def add_entries(db: Db, round_id: UUID) -> int:
    """Add what was put aside; how many entries that changes.

    The entries of everybody who was ever let in are written anew by person_ref: their order tells nobody's coming.
    """
    fresh: int = await db.fetchval(SQL.count_fresh, round_id)
    if fresh:
        await run(db, SQL.delete_staged, round_id)
        await run(db, SQL.write_entries, round_id)
    return fresh


async def mark_void_bearers(db: Db, round_id: UUID) -> int:
    """Mark who holds a void code and did not vote with it; how many. Nobody, once the round is counted."""
    marked: int = await db.fetchval(SQL.mark_void_bearers, round_id)
    return marked


async def drop_entries(db: Db, round_id: UUID) -> list[Change]:
    """Take whoever holds a void code off the roll, but not whom an appeal let in; what that changes, pot by pot."""
    return await many(db, Change, SQL.drop_entries, round_id)


async def sort_admissions(db: Db, round_id: UUID, municipality_id: UUID) -> None:
    """Write admissions and declarations anew in the order of person_ref, so that their order tells nothing."""
    await run(db, SQL.sort_admissions, round_id)
    await run(db, SQL.sort_declarations, municipality_id)


async def entitled(
    db: asyncpg.Connection, round_id: UUID, pots: Collection[UUID]
) -> AsyncIterator[list[tuple[bytes, list[UUID]]]]:
    """Everybody who may vote in some of these pots, and in which, page by page."""
    cursor = await db.cursor(SQL.entitled, round_id, list(pots))
    while rows := await cursor.fetch(PAGE):
        yield [(row[0], row[1]) for row in rows]


async def open_electors(db: Db) -> None:
    """An empty place, for this transaction alone, where electors are put aside."""
    await db.execute(SQL.open_electors)


async def stage_electors(db: Db, rows: Iterable[tuple[UUID, bytes]]) -> None:
    """Put electors aside: pot and tag."""
    await _copy(db, "staged_elector", rows)


async def replace_electors(db: Db, pots: Collection[UUID]) -> None:
    """Make those put aside the electors of these pots, by tag, so that the order of rows tells nothing."""
    await run(db, SQL.delete_electors, list(pots))
    await run(db, SQL.insert_electors)


async def write_roll(
    db: Db, round_id: UUID, roots: Roots, cause: Literal["sources", "admissions", "voids"], changes: Sequence[Change]
) -> None:
    """Count heads, and note what the roll was built from and what that changed. Only builds of drafts leave a time."""
    await run(db, SQL.delete_head_counts, round_id)
    await run(db, SQL.insert_head_counts, round_id)
    if cause == "sources":
        await run(db, SQL.write_roll, round_id, roots.register_version, roots.revision, roots.bearers)
    else:
        await run(db, SQL.add_to_roll, round_id, roots.bearers if cause == "voids" else roots.built_bearers)
    number = await db.fetchval(SQL.insert_build, round_id, cause, roots.register_version, roots.revision)
    await run(db, SQL.insert_changes, round_id, number, msgspec.to_builtins(changes))


async def is_due(db: Db, due_at: datetime) -> bool:
    """Whether this time has come."""
    due: bool = await db.fetchval(SQL.is_due, due_at)
    return due


async def is_over(db: Db, round_id: UUID) -> bool:
    """Whether voting has ended; if not, it does not until this transaction does."""
    over: bool = await db.fetchval(SQL.is_over, round_id)
    return over


async def _copy(db: Db, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    await db.copy_records_to_table(table, records=rows)
