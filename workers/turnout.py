"""Who took part, by area: added up once, when voting has ended, and only as far as it tells nobody's secret.

An area stands alone where it has ``FLOOR`` electors or more, of whom at least ``LEAST`` took part and ``LEAST`` not.
Otherwise areas are put together, from the smallest on, as many as it takes: until what is together and every area that
stands alone is like that. At least ``TOGETHER`` areas are, or all of them, so that nobody takes her own away from a sum
and reads her neighbours'.

They go by size and not by what is wrong with them, because that would tell. Were only the areas put together in which
hardly anybody took part, then two of them with four in all could only have two each: with three, an area would stand
alone. As it is, each number that is put together could be another one and the same lines be shown
(``tests/workers/test_turnout.py`` looks for it).
"""

from collections.abc import Collection, Iterable, Sequence
from itertools import chain
from uuid import UUID

import asyncpg

from workers.store import turnout as store
from workers.store.turnout import AreaCount, Line

FLOOR = 20
"""Electors of a line, at least. The table asks the same, and for ``LEAST``."""
LEAST = 3
"""Electors of a line who took part, and who did not, at least."""
TOGETHER = 3
"""Areas that are put together, at least, where there are more."""


async def add_up_turnout(db: asyncpg.Connection, rounds: Collection[UUID]) -> None:
    """Keep what may be shown of these rounds' turnout. What was added up for a close before stays as it is."""
    for round_id in sorted(rounds):
        async with db.transaction():
            number, counts = await store.turnout_by_area(db, round_id)
            if number is not None:
                await store.insert_turnout(db, round_id, number, lines_to_show(counts))


def lines_to_show(counts: Sequence[AreaCount]) -> list[Line]:
    """The lines that may be shown of areas that have electors: each area in one of them, or none at all."""
    ranked = sorted(counts, key=lambda each: (each.electors, each.area))
    for size in chain((0,), range(TOGETHER, len(ranked)), (len(ranked),)):
        lines = [_line([each]) for each in ranked[size:]]
        if size:
            lines.append(_line(ranked[:size]))
        if all(_tells_nobody(line) for line in lines):
            return lines
    return []


def _line(counts: Iterable[AreaCount]) -> Line:
    rows = sorted(counts, key=lambda each: each.area)
    return Line(tuple(row.area for row in rows), sum(row.electors for row in rows), sum(row.took_part for row in rows))


def _tells_nobody(line: Line) -> bool:
    return line.electors >= FLOOR and LEAST <= line.took_part <= line.electors - LEAST
