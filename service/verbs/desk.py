"""The fraud desk: what looks unusual, ballots set aside for it, and two officers' rulings carried out.

Whoever looks at people sees no ballots and whoever looks at ballots sees no people, so a line about ages cannot be set
aside: nobody knows whose ballots these are, and that is meant (P7).
"""

from typing import Annotated
from uuid import UUID

import msgspec

from schema.errors import LineGone, NotFound
from service.house import House
from service.reading import Reason
from service.store import desk
from service.store.desk import AgeLine, Line, Quarantine
from service.store.roll import Officer
from service.verbs.rounds import own_round

BURST_VOTERS, BURST_TIMES = 10, 5
"""How many voters in ten minutes, and how many times the usual number of ballots, make a burst."""

IN_NETWORK, ON_DEVICE = 10, 5
"""How many voters share a network, or one kind of device in it, before that is a line. A family is none."""

VERY_OLD, AGE_PERSONS, AGE_TIMES = 90, 10, 3
"""From which age on; how many persons on a day, and how many times the share of all days, make a line."""

LEAST = 5
"""Fewer voters are not set aside: an outcome without one ballot would show that ballot."""


class Desk(msgspec.Struct, frozen=True):
    """What an officer sees. ``traces``: whether casts leave traces at all."""

    traces: bool
    lines: list[Line]
    ages: list[AgeLine]
    quarantines: list[Quarantine]


class QuarantineDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The name of a line in the report, and why the ballots behind it are set aside: their voters read it."""

    line: Annotated[str, msgspec.Meta(pattern="^(burst|network|device)-[0-9A-Za-z]{1,20}$", max_length=40)]
    reason: Reason


async def view_desk(house: House, officer: Officer, round_id: UUID) -> Desk:
    """The report of this moment. Only counts: nothing of what anybody chose (P8), and no person or tag."""
    async with house.box.enter() as db:
        await own_round(db, officer, round_id)
        lines = await desk.bursts(db, round_id, BURST_VOTERS, BURST_TIMES)
        lines += await desk.shared(db, round_id, IN_NETWORK, ON_DEVICE)
        quarantines = await desk.quarantines(db, round_id)
    async with house.roll.enter() as db:
        ages = await desk.ages(db, round_id, VERY_OLD, AGE_PERSONS, AGE_TIMES)
    return Desk(house.settings.traces, lines, ages, quarantines)


async def quarantine_line(house: House, officer: Officer, round_id: UUID, draft: QuarantineDraft) -> Desk:
    """Set the ballots behind a line aside. They count until two officers decide. Raises LineGone."""
    async with house.box.write() as db:
        await own_round(db, officer, round_id)
        made = await desk.quarantine_line(db, round_id, draft.line, draft.reason, officer.name, LEAST)
    if made is None:
        raise LineGone()
    house.doorbell.ring("compare")
    return await view_desk(house, officer, round_id)


async def held_quarantine(house: House, round_id: UUID, quarantine_id: UUID) -> Quarantine:
    """A quarantine of a round that waits for two officers. Raises NotFound."""
    async with house.box.enter() as db:
        found = await desk.quarantines(db, round_id)
    for quarantine in found:
        if quarantine.id == quarantine_id and quarantine.state == "held":
            return quarantine
    raise NotFound(what="quarantine in this round that waits for a decision")


async def rule_quarantine(house: House, round_id: UUID, decision_id: UUID) -> bool:
    """Carry out what two officers decided about a quarantine; whether it is done, now or before."""
    async with house.box.write() as db:
        answer = await desk.rule_quarantine(db, round_id, decision_id)
    house.doorbell.ring("count")
    house.doorbell.ring("compare")
    return answer in {"ruled", "ruled_before"}
