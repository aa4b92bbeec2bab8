"""The front page and a round's page."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from service.pages import words
from service.pages.maps import drawn
from service.pages.shell import HEADERS, Page, public_page, wanted
from service.people import TheHouse
from service.reading import AnyRequest
from service.verbs import ballots as ballot_verbs
from service.verbs import outlines as outline_verbs
from service.verbs import readings
from service.verbs import rounds as verbs

SIZE = 50
"""Rounds or proposals on one page."""

UNSEEN = {**HEADERS, "Cache-Control": "no-store"}

After = Annotated[UUID | None, QueryParameter(name="after")]


@get("/")
async def home(request: AnyRequest, house: TheHouse, after: After = None) -> Page:
    """Announced rounds, newest first, and what is open now."""
    found = await verbs.list_rounds(house, after, SIZE + 1)
    shown, texts = await readings.read_rounds(house, found[:SIZE], wanted(request))
    return public_page(
        request,
        "home.html",
        first=after is None,
        texts=texts,
        open_now=[each for each in shown if each.phase in words.OPEN],
        others=[each for each in shown if each.phase not in words.OPEN],
        steps={each.id: words.timeline(each) for each in shown},
        phases=words.PHASES,
        municipalities=await verbs.list_municipalities(house) if after is None else [],
        more=shown[-1].id if len(found) > SIZE else None,
    )


@get("/rounds/{round_id:uuid}")
async def view_round(request: AnyRequest, house: TheHouse, round_id: FromPath[UUID]) -> Page:
    """A round: where it is, what can be done today, its pots and projects."""
    view = await readings.read_round(house, round_id, wanted(request))
    voted = view.round.phase in {"voting", "counting", "published"}
    turnout = await ballot_verbs.view_turnout(house, round_id) if voted else []
    outlines = await outline_verbs.view_outlines(house, view.round.municipality_id, view.areas) if view.areas else []
    live = {"script": "live.js"} if view.round.phase == "voting" else {}
    return public_page(
        request,
        "round.html",
        round=view.round,
        texts=view.texts,
        pots=view.pots,
        projects={pot.id: [each for each in view.projects if each.pot_id == pot.id] for pot in view.pots},
        turnout={row.pot_id: row for row in turnout},
        steps=words.timeline(view.round),
        next_act=words.next_act(view.round),
        map=drawn(outlines),
        phases=words.PHASES,
        words=words,
        **live,
    )


@get("/rounds/{round_id:uuid}/hints")
async def hint_at_turnout(house: TheHouse, round_id: FromPath[UUID]) -> Stream | Response[None]:
    """Say when turnout has moved, as long as voting is open; 204 tells a browser not to ask again."""
    view = await verbs.public_round(house, round_id)
    if view.round.phase != "voting" or not house.hints.has_room:
        return Response(None, status_code=204, headers=UNSEEN)
    return Stream(house.hints.listen(round_id), media_type="text/event-stream", headers=UNSEEN)


handlers: list[Any] = [home, view_round, hint_at_turnout]
