"""Connections: one role each, plain values for jsonb, and a limit on everything that may wait."""

import asyncpg
import pytest
from asyncpg.pool import PoolConnectionProxy

from schema.database import connect, pool

LIMITS = ("role", "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")


async def limits(db: asyncpg.Connection | PoolConnectionProxy) -> list[str]:
    """What the server holds this connection to."""
    return [await db.fetchval("select current_setting($1)", name) for name in LIMITS]


async def test_worker_limits(database_url: str) -> None:
    """A worker's statement may take as long as it says, and its transaction may compute for an hour."""
    db = await connect(database_url, "byalag_registrar", seconds=7)
    assert await limits(db) == ["byalag_registrar", "7s", "10s", "1h"]
    await db.close()


async def test_service_limits(database_url: str) -> None:
    """The service waits seconds and never minutes; a connection that was used before has the same limits."""
    rooms = await pool(database_url, "byalag_box")
    for _ in range(2):
        async with rooms.acquire(timeout=1) as db:
            assert await limits(db) == ["byalag_box", "5s", "2s", "10s"]
    await rooms.close()


async def test_limit_holds(database_url: str) -> None:
    """A statement that takes longer is ended by the server, with an error that says so."""
    db = await connect(database_url, "byalag_worker", seconds=1)
    with pytest.raises(asyncpg.QueryCanceledError):
        await db.execute("select pg_sleep(3)")
    await db.close()


async def test_jsonb_is_plain(worker: asyncpg.Connection) -> None:
    """What goes into jsonb as a plain value comes out as one."""
    value = {"style": "approval", "max_choices": 3, "nested": [1, None, "å"]}
    assert await worker.fetchval("select $1::jsonb", value) == value
