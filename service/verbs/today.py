"""The voting day: how it goes, for those who watch over it."""

from datetime import datetime
from uuid import UUID

import msgspec

from service.house import House
from service.store import appeals, paper, today
from service.store.paper import Batch
from service.store.roll import Officer
from service.store.today import Backlog, Hour, Unjudged
from service.verbs.rounds import own_round


class Today(msgspec.Struct, frozen=True):
    """What everybody who works here may see: sums, and nothing of what anybody chose (P8)."""

    read_at: datetime
    hours: list[Hour]
    unjudged: Unjudged
    backlog: list[Backlog]


class Disputes(msgspec.Struct, frozen=True):
    """What the fraud desk has to decide: voters whose ballots are held, and appeals without an answer."""

    held: int
    appeals: int


async def view_today(house: House, officer: Officer, round_id: UUID) -> Today:
    """How a round of the officer's municipality goes at this moment. The workers' backlog is the whole house's."""
    async with house.box.enter() as db:
        await own_round(db, officer, round_id)
        return Today(
            await today.now(db),
            await today.hours(db, round_id),
            await today.unjudged(db, round_id),
            await today.backlog(db),
        )


async def view_disputes(house: House, officer: Officer, round_id: UUID) -> Disputes:
    """What waits at the fraud desk."""
    async with house.box.enter() as db:
        await own_round(db, officer, round_id)
        held, of_ballots = await today.held(db, round_id), await appeals.ballot_appeals(db, round_id)
    async with house.roll.enter() as db:
        of_roll = await appeals.appeals(db, round_id)
    states = [*(each.state for each in of_roll), *(each.state for each in of_ballots)]
    return Disputes(held, states.count("open"))


async def open_batches(house: House, officer: Officer, round_id: UUID) -> list[Batch]:
    """The batches of papers that are not closed: nothing is counted before they are."""
    async with house.box.enter() as db:
        await own_round(db, officer, round_id)
        return [batch for batch in await paper.batches(db, round_id) if batch.closed_at is None]
