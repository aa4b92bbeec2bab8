"""Who took part, by area: read as the roll's worker kept it, and by nobody before the outcome is published.

Until then two officers may open voting again, and whoever had read the lines of both closes would know in which areas
the few were that came in between.
"""

import csv
import io
from datetime import date
from uuid import UUID

import msgspec

from schema.errors import NotCounted
from service.house import House
from service.store import turnout
from service.store.turnout import TurnoutLine
from service.verbs.rounds import public_round
from service.verbs.snapshots import FORMULA

COLUMNS = ("areas", "electors", "took_part")


class TurnoutByArea(msgspec.Struct, frozen=True):
    """Who took part in a round, by area, as it was added up on a day.

    Each area is in one line; small ones are put together. No line at all: so few could vote, or all of them or hardly
    anybody took part, that any line would tell of single persons.
    """

    round_id: UUID
    added_on: date
    lines: list[TurnoutLine]


async def view_turnout_by_area(house: House, round_id: UUID) -> TurnoutByArea:
    """Who took part in a round, by area. Raises NotFound, NotCounted."""
    if (await public_round(house, round_id)).round.published_at is None:
        raise NotCounted()
    async with house.roll.enter() as db:
        day = await turnout.added_on(db, round_id)
        if day is None:
            raise NotCounted()
        return TurnoutByArea(round_id, day, await turnout.lines(db, round_id))


def turnout_csv(found: TurnoutByArea) -> bytes:
    """The lines as CSV. It begins with the mark by which spreadsheets know UTF-8, and no name of it is a formula."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    for line in found.lines:
        names = "; ".join(line.areas)
        writer.writerow([f"'{names}" if names.startswith(FORMULA) else names, line.electors, line.took_part])
    return written.getvalue().encode("utf-8-sig")
