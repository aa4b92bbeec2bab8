"""An officer's page of who may vote in a round: heads by area and reason, what changed, and a test of one person."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath

from schema.errors import Malformed
from service.house import House
from service.pages import words
from service.pages.forms import read_form, shaped
from service.pages.shell import Page, officer_form
from service.people import TheHouse, TheOfficer
from service.reading import AnyRequest
from service.store.persons import HeadCount
from service.store.roll import Officer
from service.verbs import roll as verbs
from service.verbs import rounds as round_verbs
from service.verbs.roll import PersonReasons, Sought


class Heads(msgspec.Struct, frozen=True):
    """A table of one pot: a line for each area, a column for each reason that somebody has there."""

    reasons: list[str | None]
    lines: list[tuple[str, list[int]]]


def heads(counts: Sequence[HeadCount]) -> Heads:
    """The table of one pot's counts; who may vote comes first."""
    reasons = sorted({row.reason for row in counts}, key=lambda reason: (reason is not None, reason or ""))
    found = {(row.area, row.reason): row.persons for row in counts}
    areas = sorted({row.area for row in counts})
    return Heads(reasons, [(area, [found.get((area, reason), 0) for reason in reasons]) for area in areas])


@get("/rounds/{round_id:uuid}/roll")
async def view_roll(house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> Page:
    """Who may vote, area by area."""
    return await roll_page(house, officer, round_id)


@post("/rounds/{round_id:uuid}/roll")
async def test_person(request: AnyRequest, house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> Page:
    """The same page with what the roll and the rules say of one person."""
    identity = (await read_form(request)).text("identity")
    try:
        tested = await verbs.test_person(house, officer, round_id, shaped({"identity": identity}, Sought))
    except Malformed as refusal:
        return await roll_page(house, officer, round_id, identity, refusal=refusal)
    return await roll_page(house, officer, round_id, identity, tested)


async def roll_page(
    house: House,
    officer: Officer,
    round_id: UUID,
    identity: str = "",
    tested: PersonReasons | None = None,
    refusal: Malformed | None = None,
) -> Page:
    """The page, with the person that was asked about."""
    view = await round_verbs.view_own_round(house, officer, round_id)
    roll = await verbs.view_roll(house, officer, round_id)
    return officer_form(
        "officer_roll.html",
        refusal,
        view.round.currency,
        officer=officer,
        round=view.round,
        pots=view.pots,
        names={pot.id: pot.name for pot in view.pots},
        roll=roll.roll,
        heads={pot.id: heads([row for row in roll.areas if row.pot_id == pot.id]) for pot in view.pots},
        builds=roll.builds,
        identity=identity,
        tested=tested,
        words=words,
    )


handlers: list[Any] = [view_roll, test_person]
