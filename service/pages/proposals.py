"""Proposals: the list, and one of them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import get
from litestar.params import FromPath, QueryParameter

from service.house import House
from service.languages import _, marked
from service.pages import words
from service.pages.arguments import is_debated
from service.pages.maps import drawn
from service.pages.places import outlines_of, spot_of
from service.pages.rounds import SIZE, After
from service.pages.shell import Page, public_page, see_other, wanted
from service.people import TheHouse
from service.reading import AnyRequest
from service.store.proposals import Activity, Mark
from service.verbs import arguments as argument_verbs
from service.verbs import proposals as verbs
from service.verbs import readings
from service.verbs.proposals import Sought
from service.verbs.readings import RoundInWords

_HAPPENED = {
    "submitted": marked("Put forward"),
    "edited": marked("Text changed"),
    "pictured": marked("A picture was added"),
    "unpictured": marked("A picture was taken away"),
    "withdrawn": marked("Taken back by its author"),
    "shortlisted": marked("Admitted to the ballot"),
    "declined": marked("Declined"),
    "hidden": marked("Hidden"),
    "reopened": marked("A decision about it was taken back"),
    "supported": marked("Supported"),
    "unsupported": marked("A support was taken back"),
    "argument-written": marked("Something was said about it"),
    "argument-withdrawn": marked("Something that was said was taken back"),
    "argument-hidden": marked("Something that was said was hidden"),
    "argument-reopened": marked("Something that was said is shown again"),
}

SHOWN = 10
"""Arguments of each side on a proposal's page: the newest."""


Words = Annotated[str, QueryParameter(max_length=100)]
Area = Annotated[str, QueryParameter(max_length=120)]
Theme = Annotated[str, QueryParameter(max_length=40)]
Seed = Annotated[int | None, QueryParameter(ge=0, le=2**31 - 1)]


@get("/rounds/{round_id:uuid}/proposals")
async def list_proposals(
    request: AnyRequest,
    house: TheHouse,
    round_id: FromPath[UUID],
    after: After = None,
    q: Words = "",
    area: Area = "",
    theme: Theme = "",
    seed: Seed = None,
) -> Page:
    """A round's proposals, all or those that are sought, in a random order that the links keep."""
    view = await readings.read_round(house, round_id, wanted(request))
    sought = Sought(_today() if seed is None else seed, " ".join(q.split()), area or None, theme or None)
    found = await verbs.find_proposals(house, round_id, sought, after, SIZE + 1)
    shown, texts = await readings.read_proposals(house, found[:SIZE], view.texts)
    kept = {"seed": sought.seed, "q": sought.text, "area": area} | ({"theme": theme} if view.themes else {})
    kept |= {} if texts.language else {"original": "yes"}
    marks = await _marks(house, view, sought) if after is None else []
    there = drawn(await outlines_of(house, view)) if marks else None
    return public_page(
        request,
        "proposals.html",
        round=view.round,
        areas=view.areas,
        themes=view.themes,
        sought=sought,
        texts=texts,
        map=there,
        marks=[(mark, there.on_plane(mark.point)) for mark in marks if there and there.frame.holds(mark.point)],
        proposals=shown,
        first=after is None,
        more=urlencode(kept | {"after": found[SIZE - 1].id}) if len(found) > SIZE else None,
    )


async def _marks(house: House, view: RoundInWords, sought: Sought) -> list[Mark]:
    """Where the proposals are that are sought, with their titles in the reader's language."""
    found = await verbs.find_marks(house, view.round.id, sought)
    return await readings.read_marks(house, found, view.texts.language)


def _today() -> int:
    """The seed of who brings none: the same for a day, so that a page can be kept and found again."""
    return datetime.now(UTC).toordinal()


@get("/proposals/{proposal_id:uuid}")
async def view_proposal(request: AnyRequest, house: TheHouse, proposal_id: FromPath[UUID]) -> Page:
    """One proposal and what happened to it; the same thing many times in a day is told once."""
    found, activity = await verbs.view_proposal(house, proposal_id)
    view = await readings.read_round(house, found.round_id, wanted(request))
    (proposal,), texts = await readings.read_proposals(house, [found], view.texts)
    spot = spot_of(await outlines_of(house, view), proposal.point) if proposal.point else None
    return public_page(
        request,
        "proposal.html",
        round=view.round,
        texts=texts,
        proposal=proposal,
        spot=spot,
        words=words,
        debate=await argument_verbs.view_debate(house, proposal_id, SHOWN),
        is_open=is_debated(view, proposal),
        project=next((each for each in view.projects if each.proposal_id == proposal_id), None),
        happened=_by_day(activity),
    )


def _by_day(activity: Sequence[Activity]) -> list[tuple[str, list[tuple[str, int]]]]:
    """What happened on each day, and how often."""
    days = groupby(activity, key=lambda each: words.day(each.noted_at))
    return [(day, [(_(_HAPPENED.get(what, what)), times) for what, times in _times(told)]) for day, told in days]


def _times(told: Iterable[Activity]) -> Iterable[tuple[str, int]]:
    return Counter(each.what for each in told).items()


@get(["/rounds/{round_id:uuid}/proposals/new", "/rounds/{round_id:uuid}/supports"])
async def lead_to_sign_in(round_id: FromPath[UUID]) -> Page:
    """These open with a pass; who types the address is led to where the way begins."""
    return see_other(f"/rounds/{round_id}/sign-in")


@get(
    [
        "/proposals/{proposal_id:uuid}/support",
        "/proposals/{proposal_id:uuid}/unsupport",
        "/proposals/{proposal_id:uuid}/edit",
        "/proposals/{proposal_id:uuid}/changes",
        "/proposals/{proposal_id:uuid}/withdrawal/new",
        "/proposals/{proposal_id:uuid}/withdrawal",
    ]
)
async def lead_to_proposal(proposal_id: FromPath[UUID]) -> Page:
    """Supporting, changing and taking back need a pass; who types the address is shown the proposal."""
    return see_other(f"/proposals/{proposal_id}")


handlers: list[Any] = [list_proposals, view_proposal, lead_to_sign_in, lead_to_proposal]
