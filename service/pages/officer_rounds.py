"""An officer's page of one round: what is missing, who may vote, the ballot, and the acts that move the round on."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery

from schema.errors import NotFound, Refusal
from service.house import House
from service.languages import _, marked
from service.pages import words
from service.pages.forms import Fields
from service.pages.setup import steps
from service.pages.shell import Page, officer_form, see_other
from service.people import TheHouse, TheOfficer
from service.store.ballots import Turnout
from service.store.roll import Officer
from service.verbs import acts as act_verbs
from service.verbs import ballots as ballot_verbs
from service.verbs import moderation
from service.verbs import reviews as review_verbs
from service.verbs import roll as roll_verbs
from service.verbs import rounds as verbs
from service.verbs import setup as setup_verbs
from service.verbs import snapshots as snapshot_verbs
from service.verbs.roll import RollView

DONE = {
    "announce": marked("The round is announced: everybody can see it now."),
    "schedule": marked("The round is scheduled: voting opens by itself."),
    "take-back": marked("The scheduling is taken back: rules, projects and costs can be changed again."),
    "ask": marked("Another officer has a day to confirm this. It is done then, and not before."),
    "confirm": marked("Two officers agreed, and it is done."),
    "withdraw": marked("Nobody is asked for this any more."),
    "show-what-if": marked("What other rules would have made of the ballots is shown on the pages of results."),
    "draft": marked("The round is saved."),
    "copy": marked("The new round is drafted. Nobody else sees it before you announce it."),
}
"""What the page says after an act; the address holds the name alone, so nobody can put words on our page."""

_ACTS: dict[str, Callable[[House, Officer, UUID], Awaitable[object]]] = {
    "announce": verbs.announce_round,
    "schedule": verbs.schedule_round,
    "take-back": verbs.unschedule_round,
    "show-what-if": snapshot_verbs.publish_what_if,
}


@get("/rounds/{round_id:uuid}")
async def view_round(house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID], done: FromQuery[str] = "") -> Page:
    """All that an officer needs to know and do about one round."""
    return await round_page(house, officer, round_id, said=_(DONE.get(done, "")))


async def round_page(
    house: House,
    officer: Officer,
    round_id: UUID,
    *,
    said: str | None = None,
    refusal: Refusal | None = None,
    typed: Fields | None = None,
) -> Page:
    """The page of a round, with what was just done or refused on top; ``typed`` is what asked for a refused act."""
    view = await verbs.view_own_round(house, officer, round_id)
    roll = await roll_verbs.view_roll(house, officer, round_id)
    turnout = await ballot_verbs.view_turnout(house, round_id)
    checks = steps(view, await setup_verbs.list_shortcomings(house, view))
    counted = await verbs.counted_pots(house, round_id)
    asked = await act_verbs.list_acts(house, officer, round_id)
    corrected = await verbs.has_correction(house, round_id)
    askable = words.askable(view.round, len(counted) == len(view.pots), corrected)
    return officer_form(
        "officer_round.html",
        refusal,
        view.round.currency,
        officer=officer,
        round=view.round,
        pots=view.pots,
        projects=view.projects,
        roll=roll.roll,
        reasons=_reasons(roll),
        turnout=_by_pot(turnout),
        counted_pots=counted,
        acts=[act for act in asked if act.state in {"waiting", "decided"} and words.is_possible(act, askable)],
        askable=askable,
        what_if=await snapshot_verbs.view_what_if_publication(house, round_id),
        typed=typed or Fields({}),
        proposals=await review_verbs.count_proposals(house, officer, round_id),
        debate=await moderation.count_arguments(house, officer, round_id),
        checks=checks,
        whole=all(check.done for check in checks),
        steps=words.timeline(view.round),
        phases=words.PHASES,
        words=words,
        said=said,
    )


def _by_pot(turnout: list[Turnout]) -> dict[UUID, Turnout]:
    return {row.pot_id: row for row in turnout}


def _reasons(roll: RollView) -> dict[UUID, list[tuple[str | None, int]]]:
    """For each pot: a reason, none for those who may vote, and how many persons it is about."""
    found: dict[UUID, list[tuple[str | None, int]]] = {}
    for row in sorted(roll.reasons, key=lambda row: row.reason is not None):
        found.setdefault(row.pot_id, []).append((row.reason, row.persons))
    return found


@get(
    [
        "/rounds/{round_id:uuid}/{act:str}",
        *(f"/rounds/{{round_id:uuid}}/{form}" for form in ("acts", "confirmation", "withdrawal")),
    ]
)
async def lead_back(officer: TheOfficer, round_id: FromPath[UUID]) -> Page:
    """Who reads again what was told instead of doing an act is led back to the round."""
    return see_other(f"/officer/rounds/{round_id}")


@post("/rounds/{round_id:uuid}/{act:str}")
async def act_on_round(house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID], act: FromPath[str]) -> Page:
    """Announce, schedule, take the scheduling back, or show the comparison with other rules."""
    if act not in _ACTS:
        raise NotFound(what="page")
    return await done_or_said(house, officer, round_id, act, _ACTS[act](house, officer, round_id))


async def done_or_said(
    house: House, officer: Officer, round_id: UUID, done: str, doing: Awaitable[object], typed: Fields | None = None
) -> Page:
    """Do it and lead back to the round; a refusal is told on the round's page, with what was typed."""
    try:
        await doing
    except Refusal as refusal:
        return await round_page(house, officer, round_id, refusal=refusal, typed=typed)
    return see_other(f"/officer/rounds/{round_id}?done={done}")


handlers: list[Any] = [
    view_round,
    lead_back,
    act_on_round,
]
