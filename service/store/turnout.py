"""Who took part, by area, as it was added up when voting ended. Reads never count."""

from datetime import date
from uuid import UUID

import msgspec

from schema.queries import Db, many, queries

SQL = queries(__file__)


class TurnoutLine(msgspec.Struct, frozen=True):
    """How many of these areas' residents may vote somewhere in the round, and how many of them took part.

    One area, or those that are put together because they are small; empty is the name where no area is known.
    """

    areas: tuple[str, ...]
    electors: int
    took_part: int


async def added_on(db: Db, round_id: UUID) -> date | None:
    """When a round's last close was added up; None before it was."""
    day: date | None = await db.fetchval(SQL.added_on, round_id)
    return day


async def lines(db: Db, round_id: UUID) -> list[TurnoutLine]:
    """The lines of a round's last close, by area, with what is put together at the end."""
    return await many(db, TurnoutLine, SQL.lines, round_id)
