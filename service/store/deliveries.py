"""Deliveries: what was told of funded projects after the vote, row by row."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec

from schema.queries import Db, many, one, queries

SQL = queries(__file__)

State = Literal["planned", "under-way", "done", "cancelled"]


class Delivery(msgspec.Struct, frozen=True):
    """What an officer told of a project at a time. ``spent``: in all until then, in minor units."""

    id: UUID
    round_id: UUID
    project_id: UUID
    state: State
    says: str
    spent: int | None
    expected_on: date | None
    told_by: str
    told_at: datetime


async def insert_delivery(db: Db, *values: object) -> Delivery:
    """Tell of a project; the database refuses one that is not funded."""
    told = await one(db, Delivery, SQL.insert_delivery, *values)
    assert told is not None
    return told


async def deliveries(db: Db, round_id: UUID) -> list[Delivery]:
    """All that was told of a round's projects, the newest first."""
    return await many(db, Delivery, SQL.deliveries, round_id)
