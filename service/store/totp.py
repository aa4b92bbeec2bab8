"""Officers' apps for codes: the wrapped secret, which codes were used, and what opens without the app."""

from uuid import UUID

import msgspec

from schema.queries import Db, one, queries, run

SQL = queries(__file__)


class Try(msgspec.Struct, frozen=True):
    """What a code is compared with: the secret (wrapped), the last step that opened, the time (seconds since 1970)."""

    wrapped: bytes
    step: int
    now: int


async def begin(db: Db, officer_id: UUID, wrapped: bytes) -> bytes:
    """Keep a secret that is not confirmed yet, unless there is one; answers the one that holds."""
    await run(db, SQL.insert_secret, officer_id, wrapped)
    kept: bytes = await db.fetchval(SQL.secret, officer_id)
    return kept


async def take_try(db: Db, officer_id: UUID, confirmed: bool) -> Try | None:
    """What to compare a code with; None when there is no such secret, or no try left. Of a confirmed one it counts."""
    return await one(db, Try, SQL.take_try, officer_id, confirmed)


async def accept(db: Db, officer_id: UUID, step: int) -> bool:
    """The code of this step opened; False when it or a later one did so before."""
    return await run(db, SQL.accept, officer_id, step) == 1


async def accept_recovery(db: Db, officer_id: UUID, code_hash: bytes) -> bool:
    """A recovery code opened, for the only time; False when it is none."""
    return await run(db, SQL.accept_recovery, officer_id, code_hash) == 1


async def confirm(db: Db, officer_id: UUID, recovery: list[bytes]) -> bool:
    """From now on codes are asked for, and every session ends; False when that was so before."""
    return await run(db, SQL.confirm, officer_id, recovery) == 1


async def reset(db: Db, officer_id: UUID) -> None:
    """Forget an officer's app; every session ends."""
    await run(db, SQL.reset, officer_id)


async def recovery_left(db: Db, officer_id: UUID) -> int:
    """How many recovery codes an officer can still use."""
    left: int | None = await db.fetchval(SQL.recovery_left, officer_id)
    return left or 0
