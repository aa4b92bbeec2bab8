"""Traces of casts. They are written in batches and read only as numbers and groups, by ``desk.sql``."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from schema.queries import Db, one, queries, run

SQL = queries(__file__)


class HourNow(msgspec.Struct, frozen=True):
    """The hour that has begun (UTC), by the database clock, and its day's key, wrapped; None before it is made."""

    hour: datetime
    wrapped: bytes | None


class Trace(msgspec.Struct, frozen=True):
    """From where somebody cast: keyed hashes of 8 bytes."""

    round_id: UUID
    tag: bytes
    network: bytes
    device: bytes


async def hour_now(db: Db) -> HourNow:
    """The hour, and the key of its day."""
    found = await one(db, HourNow, SQL.hour_now)
    assert found is not None
    return found


async def insert_key(db: Db, day: date, wrapped: bytes) -> None:
    """Keep a day's key; of several processes the first has made it."""
    await run(db, SQL.insert_key, day, wrapped)


async def insert_traces(db: Db, hour: datetime, traces: Sequence[Trace]) -> None:
    """Keep these."""
    await run(
        db,
        SQL.insert_traces,
        hour,
        [trace.round_id for trace in traces],
        [trace.tag for trace in traces],
        [trace.network for trace in traces],
        [trace.device for trace in traces],
    )
