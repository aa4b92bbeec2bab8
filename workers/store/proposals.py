"""What happened to proposals, and how much support each has."""

from collections.abc import Collection, Sequence
from uuid import UUID

from schema.queries import Db, queries, run

SQL = queries(__file__)


async def insert_activities(
    db: Db, event_ids: Sequence[int], proposal_ids: Sequence[UUID], what: Sequence[str]
) -> None:
    """Note what happened, each event once: columns of equal length."""
    await run(db, SQL.insert_activities, event_ids, proposal_ids, what)


async def recount_standings(db: Db, proposal_ids: Collection[UUID]) -> None:
    """Count the supports of these proposals anew.

    The rows are locked by a statement of their own, so that the count which follows sees what other workers committed.
    """
    ordered = sorted(proposal_ids)
    await run(db, SQL.hold_standings, ordered)
    await run(db, SQL.recount_standings, ordered)
