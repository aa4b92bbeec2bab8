"""Rounds, as the clock sees them."""

from uuid import UUID

from schema.queries import Db, queries, run

SQL = queries(__file__)


async def due_rounds(db: Db) -> list[UUID]:
    """Rounds whose voting time is over and that nobody has closed yet."""
    return [row["id"] for row in await db.fetch(SQL.due_rounds)]


async def close_round(db: Db, round_id: UUID) -> str:
    """Close a round whose time is over: closed, already_closed, not_open, not_due or no_round."""
    answer: str = await db.fetchval(SQL.close_round, round_id)
    return answer


async def is_reopened(db: Db, round_id: UUID) -> bool:
    """Whether two officers opened voting again after a close."""
    answer: bool = await db.fetchval(SQL.is_reopened, round_id)
    return answer


async def hold_roll(db: Db, round_id: UUID) -> None:
    """Until the transaction ends nobody is put off the round's roll; whoever is being put off is first."""
    await run(db, SQL.hold_roll, round_id)
