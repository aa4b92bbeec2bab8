"""The page of a round's voting day, which a screen in the office shows: a script of ours keeps it fresh."""

from typing import Any
from uuid import UUID

from litestar import get
from litestar.params import FromPath

from schema.events import Lane
from service.languages import marked
from service.pages.shell import Page, officer_page
from service.people import TheHouse, TheOfficer
from service.rights import may
from service.verbs import ballots as ballot_verbs
from service.verbs import rounds as round_verbs
from service.verbs import today as verbs

HOURS = 24
"""How many hours are shown at first sight."""

LANES: dict[Lane, str] = {
    "roll": marked("Building rolls"),
    "judge": marked("Judging ballots"),
    "sequence": marked("Writing the ledger"),
    "spread": marked("Publishing the ledger’s heads"),
    "count": marked("Counting"),
    "compare": marked("Comparing with other rules"),
    "civic": marked("Proposals and supports"),
}
"""What the workers do."""


@get("/rounds/{round_id:uuid}/today")
async def view_today(house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> Page:
    """How the voting goes; each figure for those who may see it."""
    view = await round_verbs.view_own_round(house, officer, round_id)
    at_desk = may(officer.roles, "GET /officer/rounds/{round_id}/desk")
    with_papers = may(officer.roles, "GET /officer/rounds/{round_id}/paper")
    return officer_page(
        "officer_today.html",
        officer=officer,
        round=view.round,
        names={pot.id: pot.name for pot in view.pots},
        turnout=await ballot_verbs.view_turnout(house, round_id),
        today=await verbs.view_today(house, officer, round_id),
        disputes=await verbs.view_disputes(house, officer, round_id) if at_desk else None,
        batches=await verbs.open_batches(house, officer, round_id) if with_papers else None,
        lanes=LANES,
        first=HOURS,
        script="live.js",
    )


handlers: list[Any] = [view_today]
