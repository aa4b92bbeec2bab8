"""The rounds that the demo leaves open: one to vote in, and one in which ideas are gathered and argued about."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from service.rehearsal import suburb
from service.rehearsal.debate import SAID_NEXT, hold_debate, put_forward
from service.rehearsal.neighbours import Neighbours
from service.rehearsal.translations import texts_of, translate

STEPS = {"reviewing_at": 21, "supporting_at": 35, "voting_at": 49, "closes_at": 63}
"""Days from now until a round of ideas goes on."""


class Open(msgspec.Struct, frozen=True):
    """A round that is open, and letter codes for it that nobody used."""

    id: UUID
    codes: list[str]


async def leave_voting(client: Neighbours, guests: Sequence[str]) -> Open:
    """A small round whose voting is open for a week."""
    now = datetime.now(UTC)
    name = f"{suburb.SUMMER_ROUND} {now.year + 1}"
    times = {"voting_at": now - timedelta(minutes=1), "closes_at": now + timedelta(days=7)}
    view = await client.draft_round(_draft(name, suburb.SUMMER_ABOUT, suburb.SUMMER_POT) | times)
    for number, (title, about, cost) in enumerate(suburb.SUMMER_PROJECTS, 1):
        words = {"title": title, "about": about, "number": number}
        await client.add_project(view.round.id, {**words, "pot_id": view.pots[0].id, "cost": cost * suburb.KRONA})
    await translate(client, await texts_of(client, view.round.id))
    await client.wait_for_roll(view.round.id)
    codes = await client.issue_codes(view.round.id, guests)
    await client.schedule(view.round.id)
    return Open(view.round.id, list(codes.values()))


async def leave_proposing(client: Neighbours, guests: Sequence[str], others: Sequence[str], at_once: int) -> Open:
    """Next year's round, to which others brought some ideas; the first of the guests has begun to write another."""
    now = datetime.now(UTC)
    name = f"{suburb.NEXT_ROUND} {now.year + 1}"
    times = {step: now + timedelta(days=days) for step, days in STEPS.items()}
    parts = {"areas": suburb.AREAS, "themes": suburb.THEMES, "proposing_at": now - timedelta(minutes=1)}
    view = await client.draft_round(_draft(name, suburb.NEXT_ABOUT, suburb.POTS[0]) | times | parts)
    await translate(client, await texts_of(client, view.round.id))
    await client.wait_for_roll(view.round.id)
    speakers = others[: len(suburb.NEXT_IDEAS) + len(SAID_NEXT)]
    codes = list((await client.issue_codes(view.round.id, [*guests, *speakers])).values())
    await client.announce(view.round.id)
    letters = iter(codes[len(guests) :])
    proposed = {idea.title: await put_forward(client, view.round.id, next(letters), idea) for idea in suburb.NEXT_IDEAS}
    await hold_debate("New ideas, for next year", client, view.round.id, SAID_NEXT, proposed, list(letters), at_once)
    passes = await client.sign_in(view.round.id, codes[0])
    await client.save_draft(passes.civic, view.round.id, suburb.DRAFT)
    return Open(view.round.id, codes[: len(guests)])


def _draft(name: str, about: str, pot: suburb.Pot) -> dict[str, Any]:
    return {"name": name, "about": about, "currency": suburb.CURRENCY, "language": "sv", "pots": [pot]}
