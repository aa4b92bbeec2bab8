"""Turnout by area: heads are counted by the database, and only lines that may be shown are kept."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from schema.queries import Db, queries, run, run_many

SQL = queries(__file__)


class AreaCount(msgspec.Struct, frozen=True):
    """How many persons of an area may vote somewhere in a round, and how many of them took part."""

    area: str
    electors: int
    took_part: int


class Line(msgspec.Struct, frozen=True):
    """The same of one area, or of several that are put together."""

    areas: tuple[str, ...]
    electors: int
    took_part: int


async def turnout_by_area(db: Db, round_id: UUID) -> tuple[int | None, list[AreaCount]]:
    """The number of a round's standing close, and what can be added up for it; None while there is none."""
    rows = await db.fetch(SQL.turnout_by_area, round_id)
    counts = [AreaCount(row["area"], row["electors"], row["took_part"]) for row in rows if row["area"] is not None]
    return (rows[0]["close_number"] if rows else None), counts


async def insert_turnout(db: Db, round_id: UUID, close_number: int, lines: Sequence[Line]) -> None:
    """Keep the lines of a close, unless it was added up before."""
    if await run(db, SQL.insert_turnout, round_id, close_number):
        rows = [(round_id, close_number, list(line.areas), line.electors, line.took_part) for line in lines]
        await run_many(db, SQL.insert_line, rows)
