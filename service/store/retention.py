"""What is kept of a round, in both rooms, and deleting what is kept no longer than it must."""

from datetime import datetime
from uuid import UUID

import msgspec

from schema.queries import Db, one, queries, run

SQL = queries(__file__)


class BoxHoldings(msgspec.Struct, frozen=True):
    """What the box keeps of a round. ``due``: whether nobody can appeal any more, by the database clock."""

    round_id: UUID
    municipality_id: UUID
    municipality: str
    name: str
    appeal_days: int
    appeal_ends_at: datetime | None
    due: bool
    ballots: int
    openings: int
    leaves: int
    heads: int
    snapshots: int
    deleted_at: datetime | None
    decision: str | None


class RollHoldings(msgspec.Struct, frozen=True):
    """What the roll side keeps of a round."""

    destroyed_at: datetime | None
    key_decision: str | None
    codes: int
    entries: int
    participations: int
    turnout_lines: int


async def box_holdings(db: Db, round_id: UUID) -> BoxHoldings | None:
    """What the box keeps of a round."""
    return await one(db, BoxHoldings, SQL.box_holdings, round_id)


async def roll_holdings(db: Db, round_id: UUID) -> RollHoldings:
    """What the roll side keeps of a round."""
    found = await one(db, RollHoldings, SQL.roll_holdings, round_id)
    assert found is not None
    return found


async def delete_round(db: Db, round_id: UUID) -> None:
    """Delete what the roll side keeps for this round alone. Raises unless the ballots were deleted."""
    await run(db, SQL.delete_round, round_id)
