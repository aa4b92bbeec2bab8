"""What is going on while a round is voted on: how ballots come in, and whether the workers keep up."""

from datetime import datetime
from uuid import UUID

import msgspec

from schema.events import Lane
from schema.queries import Db, many, one, queries

SQL = queries(__file__)


class Hour(msgspec.Struct, frozen=True):
    """How many voters cast their first ballot in a pot online within an hour."""

    begins_at: datetime
    ballots: int


class Unjudged(msgspec.Struct, frozen=True):
    """Ballot revisions that wait for their verdicts, and since when the oldest does."""

    ballots: int
    since: datetime | None


class Backlog(msgspec.Struct, frozen=True):
    """Events of a lane that wait, since when the oldest does, and those that no worker could carry out."""

    lane: Lane
    waiting: int
    since: datetime | None
    quarantined: int


async def now(db: Db) -> datetime:
    """The time by the clock of the database."""
    at: datetime = await db.fetchval(SQL.now)
    return at


async def hours(db: Db, round_id: UUID) -> list[Hour]:
    """The hours in which ballots came, the newest first."""
    return await many(db, Hour, SQL.hours, round_id)


async def unjudged(db: Db, round_id: UUID) -> Unjudged:
    """What of a round waits for the judge."""
    found = await one(db, Unjudged, SQL.unjudged, round_id)
    assert found is not None
    return found


async def held(db: Db, round_id: UUID) -> int:
    """How many voters' ballots are set aside."""
    number: int = await db.fetchval(SQL.held, round_id)
    return number


async def backlog(db: Db) -> list[Backlog]:
    """What waits in the whole house, in every lane that has something."""
    return await many(db, Backlog, SQL.backlog)
