"""Connections to Postgres: opened under one role, with limits on both sides: nothing waits for ever."""

from typing import Literal

import asyncpg
import msgspec

Role = Literal["byalag_roll", "byalag_box", "byalag_civic", "byalag_registrar", "byalag_worker"]

AWAY = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # the server hung up between two messages
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
)
"""What is raised when Postgres cannot be reached or goes away. What was committed before is not known to be lost."""

PASSING = (
    asyncpg.TransactionRollbackError,  # deadlock
    asyncpg.InsufficientResourcesError,  # disk or memory full, too many connections
    asyncpg.ObjectNotInPrerequisiteStateError,  # a lock was not to be had in time, or a database is being restored
    asyncpg.QueryCanceledError,  # a statement was not done in time
)
"""What Postgres answers when the same statement may well succeed later: nothing is wrong with what was sent."""


async def connect(url: str, role: Role, seconds: int = 300) -> asyncpg.Connection:
    """One connection for a worker or the clock; a statement may take ``seconds``. Raises one of AWAY.

    A transaction may idle for an hour, because counting computes inside the one that claimed its event.
    """
    db = await asyncpg.connect(
        url,
        timeout=5,
        command_timeout=seconds + 5,  # later than the server's own limit, which says what was wrong
        server_settings=_limits(role, seconds, lock="10s", idle="1h"),
    )
    await _speak_json(db)
    return db


async def pool(url: str, role: Role, size: int = 8, seconds: int = 5, command: str = "") -> asyncpg.Pool:
    """1 to ``size`` connections for the service; a statement may take ``seconds``. Raises one of AWAY.

    ``acquire`` has no timeout of its own: give it one. What is changed stands in the audit log under ``command``.
    """
    return await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=size,
        timeout=5,
        command_timeout=seconds + 0.5,
        init=_speak_json,
        reset=_nothing_to_reset,
        server_settings=_limits(role, seconds, lock="2s", idle="10s") | {"byalag.action": command},
    )


async def _nothing_to_reset(db: asyncpg.pool.PoolConnectionProxy | asyncpg.Connection) -> None:
    """Spare a round trip per request: a transaction left open is rolled back already, and nothing else is ever set."""


def _limits(role: Role, seconds: int, lock: str, idle: str) -> dict[str, str]:
    return {
        "role": role,
        "application_name": role,
        "statement_timeout": f"{seconds}s",
        "lock_timeout": lock,
        "idle_in_transaction_session_timeout": idle,
    }


async def _speak_json(db: asyncpg.Connection) -> None:
    """Let jsonb come and go as plain values."""
    await db.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: msgspec.json.encode(value).decode(),
        decoder=msgspec.json.decode,
    )
