"""Rounds over HTTP."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, Router, delete, get, post, put
from litestar.params import FromPath, QueryParameter

from schema.errors import (
    Changed,
    Frozen,
    Malformed,
    NameTaken,
    NotAllowed,
    NotFound,
    NotSignedIn,
    NotWhole,
    OnlyHigher,
    OpensEarlier,
    ProposalsClosed,
    RollNotReady,
    RoundKeyMissing,
    TooLarge,
    TooLateToRaise,
    Unavailable,
    UnknownForm,
)
from service.api.replies import OFFICER, PAGE, After, Page, page
from service.caching import NOT_MODIFIED, cached
from service.house import House
from service.openapi import json_body
from service.people import TheHouse, TheOfficer
from service.problems import answers
from service.reading import AnyRequest, read_json
from service.store.ballots import Turnout
from service.store.rounds import Round
from service.store.translations import Translation
from service.verbs import ballots as ballot_verbs
from service.verbs import rounds as verbs
from service.verbs import setup as setup_verbs
from service.verbs import translations as translation_verbs
from service.verbs.rounds import RoundDraft, RoundView
from service.verbs.setup import RoundSettings

_ROUND = msgspec.json.Decoder(RoundDraft)
_SETTINGS = msgspec.json.Decoder(RoundSettings)

READ = answers(NotFound, Malformed, Unavailable) | NOT_MODIFIED
ACT = answers(NotSignedIn, NotAllowed, NotFound, Malformed, Frozen, Unavailable)
WRITE = answers(
    *(NotSignedIn, NotAllowed, NotFound, Malformed, TooLarge, UnknownForm, Frozen, NameTaken, Changed),
    *(ProposalsClosed, Unavailable),
)
Revision = Annotated[int, QueryParameter(ge=1, le=2**31 - 1, description="the revision that you saw")]


class TranslatedRound(RoundView, frozen=True):
    """A round as it was written, and the translations of it, its pots, projects and deliveries in every language."""

    translations: list[Translation]


async def _translated(house: House, view: RoundView) -> TranslatedRound:
    there = await translation_verbs.list_translations(house, view.round.id)
    return TranslatedRound(view.round, view.pots, view.areas, view.themes, view.projects, there)


@get("/rounds", responses=READ, tags=["rounds"])
async def list_rounds(request: AnyRequest, house: TheHouse, after: After = None) -> Response[Page[Round]]:
    """Announced rounds, newest first."""
    return cached(request, page(await verbs.list_rounds(house, after, PAGE + 1)))


@post("/rounds", operation_class=json_body(RoundDraft), responses=WRITE, security=OFFICER, tags=["rounds"])
async def draft_round(request: AnyRequest, house: TheHouse, officer: TheOfficer) -> RoundView:
    """Draft a round. Body: RoundDraft."""
    return await verbs.draft_round(house, officer, await read_json(request, _ROUND))


@get("/rounds/{round_id:uuid}", responses=READ, tags=["rounds"])
async def view_round(request: AnyRequest, house: TheHouse, round_id: FromPath[UUID]) -> Response[TranslatedRound]:
    """A round with its phase, pots, projects and translations."""
    return cached(request, await _translated(house, await verbs.public_round(house, round_id)))


@get("/rounds/{round_id:uuid}/draft", responses=ACT, security=OFFICER, tags=["rounds"])
async def view_draft(house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> TranslatedRound:
    """A round of one's own municipality, also before it is announced."""
    return await _translated(house, await verbs.view_own_round(house, officer, round_id))


@put(
    "/rounds/{round_id:uuid}", operation_class=json_body(RoundDraft), responses=WRITE, security=OFFICER, tags=["rounds"]
)
async def edit_round(
    request: AnyRequest, house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID], revision: Revision
) -> RoundView:
    """Replace a draft. Body: RoundDraft."""
    return await verbs.edit_round(house, officer, round_id, revision, await read_json(request, _ROUND))


@put(
    "/rounds/{round_id:uuid}/settings",
    operation_class=json_body(RoundSettings),
    responses=answers(
        *(NotSignedIn, NotAllowed, NotFound, Malformed, TooLarge, UnknownForm, OnlyHigher, TooLateToRaise, Unavailable)
    ),
    security=OFFICER,
    tags=["rounds"],
)
async def change_settings(
    request: AnyRequest, house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]
) -> RoundView:
    """Change what may change of a round after it was scheduled, and then only upwards. Body: RoundSettings."""
    return await setup_verbs.change_settings(house, officer, round_id, await read_json(request, _SETTINGS))


@post("/rounds/{round_id:uuid}/announcement", status_code=200, responses=ACT, security=OFFICER, tags=["rounds"])
async def announce_round(house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> RoundView:
    """Show a draft to everybody."""
    return await verbs.announce_round(house, officer, round_id)


@post(
    "/rounds/{round_id:uuid}/schedule",
    status_code=200,
    responses=answers(
        NotSignedIn, NotAllowed, NotFound, Malformed, NotWhole, OpensEarlier, RollNotReady, RoundKeyMissing, Unavailable
    ),
    security=OFFICER,
    tags=["rounds"],
)
async def schedule_round(house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> RoundView:
    """Freeze a whole round: voting opens by itself at its time."""
    return await verbs.schedule_round(house, officer, round_id)


@delete("/rounds/{round_id:uuid}/schedule", status_code=200, responses=ACT, security=OFFICER, tags=["rounds"])
async def unschedule_round(house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> RoundView:
    """Thaw a round whose voting has not opened."""
    return await verbs.unschedule_round(house, officer, round_id)


@get("/rounds/{round_id:uuid}/turnout", responses=READ, tags=["rounds"])
async def view_turnout(request: AnyRequest, house: TheHouse, round_id: FromPath[UUID]) -> Response[list[Turnout]]:
    """How many may vote and have a ballot now, pot by pot. Never how."""
    await verbs.public_round(house, round_id)
    return cached(request, await ballot_verbs.view_turnout(house, round_id))


router: Any = Router(
    path="",
    route_handlers=[
        list_rounds,
        draft_round,
        view_round,
        view_draft,
        edit_round,
        change_settings,
        announce_round,
        schedule_round,
        unschedule_round,
        view_turnout,
    ],
)
