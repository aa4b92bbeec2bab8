"""The fraud desk: reports in numbers and groups, and ballots set aside. No tag and no trace comes out of here."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec

from schema.queries import Db, many, queries

SQL = queries(__file__)

Sign = Literal["burst", "network", "device"]
State = Literal["held", "released", "voided"]


class Line(msgspec.Struct, frozen=True):
    """Something unusual: ``voters`` who cast at one time, from one network, or from one kind of device in one network.

    ``line`` is its name, which leads to nobody. Times are as fine as ten minutes for a burst, and hours otherwise.
    ``times``: how often the usual number of ballots; ``devices``: how many kinds there are in a network;
    ``set_aside``: how many of the voters are in some quarantine already.
    """

    line: str
    sign: Sign
    begins_at: datetime
    ends_at: datetime
    voters: int
    set_aside: int
    ballots: int | None = None
    times: int | None = None
    devices: int | None = None


class AgeLine(msgspec.Struct, frozen=True):
    """A day on which unusually many of those who took part for the first time were very old, or just old enough."""

    day: date
    sign: Literal["very-old", "just-of-age"]
    persons: int
    of_persons: int


class Quarantine(msgspec.Struct, frozen=True):
    """Ballots of so many voters, set aside by an officer. ``ruled_by``: two officers; ``ruling``: their reason."""

    id: UUID
    sign: Sign
    voters: int
    reason: str
    made_by: str
    made_at: datetime
    state: State
    ruled_at: datetime | None
    ruled_by: tuple[str, ...] | None
    ruling: str | None


async def bursts(db: Db, round_id: UUID, voters: int, times: int) -> list[Line]:
    """Ten minutes in which so many voters cast so many times the usual, the most ballots first."""
    return await many(db, Line, SQL.bursts, round_id, voters, times)


async def shared(db: Db, round_id: UUID, in_network: int, on_device: int) -> list[Line]:
    """Networks, and kinds of devices in one network, that so many voters share within a day, the largest first."""
    return await many(db, Line, SQL.shared, round_id, in_network, on_device)


async def quarantine_line(db: Db, round_id: UUID, line: str, reason: str, made_by: str, least: int) -> UUID | None:
    """Set aside whoever is behind a line now; None when these are fewer than ``least``."""
    made: UUID | None = await db.fetchval(SQL.quarantine_line, round_id, line, reason, made_by, least)
    return made


async def quarantines(db: Db, round_id: UUID) -> list[Quarantine]:
    """A round's quarantines, the first one first."""
    return await many(db, Quarantine, SQL.quarantines, round_id)


async def rule_quarantine(db: Db, round_id: UUID, decision_id: UUID) -> str:
    """Carry out two officers' decision: ruled, ruled_before or not_closed."""
    answer: str = await db.fetchval(SQL.rule_quarantine, round_id, decision_id)
    return answer


async def ages(db: Db, round_id: UUID, very_old: int, persons: int, times: int) -> list[AgeLine]:
    """Days whose share of one age is so many times that of all days, on the roll side; by date, as participation is."""
    return await many(db, AgeLine, SQL.ages, round_id, very_old, persons, times)
