"""Setting a round up: what it still lacks, what it is as a draft, and drafting another one like it."""

from datetime import UTC
from typing import Any
from uuid import UUID

import msgspec

from schema.errors import Malformed
from schema.events import RoundDrafted
from schema.faults import Fault
from schema.rules import GreedyByVotes
from service.house import House
from service.reading import Line
from service.store import keys, outbox, roll, rounds
from service.store.roll import Officer
from service.store.rounds import AppealEnd, Pot, Shortcoming
from service.verbs.rounds import (
    AppealDays,
    Floor,
    Moment,
    PotDraft,
    RoundDraft,
    RoundView,
    draft_round,
    own_round,
    strangers,
    view_own_round,
    view_round,
)


class Likeness(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a round has of its own that is drafted like another one."""

    name: Line
    voting_at: Moment
    closes_at: Moment


class RoundSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What of a round may change after it was scheduled, and then only upwards; as in ``RoundDraft``."""

    ballots_floor: Floor
    appeal_days: AppealDays


async def view_appeal_end(house: House, officer: Officer, round_id: UUID) -> AppealEnd:
    """When nobody can appeal any more."""
    async with house.box.enter() as db:
        await own_round(db, officer, round_id)
        return await rounds.appeal_end(db, round_id)


async def change_settings(house: House, officer: Officer, round_id: UUID, settings: RoundSettings) -> RoundView:
    """Give a round other settings: any while it is not scheduled, then only more than residents were promised.

    Raises OnlyHigher; TooLateToRaise when voting is closed, or the time for appeals is over.
    """
    async with house.box.write() as db:
        await own_round(db, officer, round_id)
        if await rounds.change_settings(db, round_id, settings.ballots_floor, settings.appeal_days):
            await outbox.tell(db, RoundDrafted(round_id=round_id))  # the roll is built for that revision
    house.doorbell.ring("roll")
    return await view_round(house, round_id)


async def list_shortcomings(house: House, view: RoundView) -> list[Shortcoming]:
    """All for which scheduling would be refused now; nothing for a round that is whole."""
    round_id = view.round.id
    async with house.roll.enter() as db:
        has_key, state = await keys.has_round_key(db, round_id), await roll.roll(db, round_id)
    async with house.box.enter() as db:
        found = await rounds.shortcomings(db, round_id)
    found += [Shortcoming("stranger", pot.id, name) for pot, name in strangers(view.pots, view.projects)]
    found += [] if has_key else [Shortcoming("key")]
    return found if state is not None and state.fresh else [*found, Shortcoming("roll")]


def as_draft(view: RoundView) -> RoundDraft:
    """A round as an officer would write it now."""
    times = ("proposing_at", "reviewing_at", "supporting_at", "voting_at", "closes_at")
    return _drafted(view, [_pot(view, pot) for pot in view.pots], {name: getattr(view.round, name) for name in times})


async def draft_like(house: House, officer: Officer, round_id: UUID, likeness: Likeness) -> RoundView:
    """Draft a round with words, areas, themes, pots, styles and rules of another one, without its projects and steps.

    Projects that a rule excludes are of the other round, too, and ages count on the new day of voting.
    """
    view = await view_own_round(house, officer, round_id)
    pots = [msgspec.structs.replace(_pot(view, pot), age_on=None) for pot in view.pots]
    pots = [
        msgspec.structs.replace(pot, rule=msgspec.structs.replace(pot.rule, exclusive=()))
        if isinstance(pot.rule, GreedyByVotes)
        else pot
        for pot in pots
    ]
    return await draft_round(house, officer, _drafted(view, pots, msgspec.structs.asdict(likeness)))


def _drafted(view: RoundView, pots: list[PotDraft], changes: dict[str, Any]) -> RoundDraft:
    """A round's draft as it stands, but for its pots and what changes. Raises Malformed."""
    kept = ("name", "about", "currency", "ballots_floor", "appeal_days", "sources", "shows_what_if", "language")
    words = {name: getattr(view.round, name) for name in kept}
    try:
        lists = {"pots": tuple(pots), "areas": tuple(view.areas), "themes": tuple(view.themes)}
        return RoundDraft(**(lists | words | changes))
    except Fault as fault:
        raise Malformed(fault=fault) from None


def _pot(view: RoundView, pot: Pot) -> PotDraft:
    """A pot's draft. Ages that count on the day of voting follow that day."""
    kept = ("name", "money", "style", "rule", "ties", "areas", "min_age", "max_age", "relations")
    follows = pot.age_on == view.round.voting_at.astimezone(UTC).date()
    return PotDraft(age_on=None if follows else pot.age_on, **{name: getattr(pot, name) for name in kept})
