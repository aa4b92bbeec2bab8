"""The roll as officers see it."""

from uuid import UUID

import msgspec

from service.house import House
from service.store import roll
from service.store.roll import Officer, ReasonCount, Roll
from service.verbs.rounds import own_round


class RollView(msgspec.Struct, frozen=True):
    """A round's roll as officers see it: counts only."""

    roll: Roll | None
    reasons: list[ReasonCount]


async def view_roll(house: House, officer: Officer, round_id: UUID) -> RollView:
    """How far the roll of a round is, and how many may vote where or why not."""
    async with house.box.enter() as db:
        await own_round(db, officer, round_id)
    async with house.roll.enter() as db:
        return RollView(await roll.roll(db, round_id), await roll.reasons(db, round_id))
