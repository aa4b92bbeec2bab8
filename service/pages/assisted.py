"""A clerk's desk in the library: a session for somebody who is present, whose it is, and its end."""

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath

from schema.errors import Refusal
from service.house import House
from service.pages import words
from service.pages.forms import Fields, read_form, shaped
from service.pages.shell import Page, officer_form, officer_page
from service.people import TheHouse, TheOfficer
from service.reading import AnyRequest
from service.store.roll import Officer
from service.verbs import assisted as verbs
from service.verbs import rounds as round_verbs
from service.verbs.assisted import Assistance

FORGET = {"Clear-Site-Data": '"cache"'}
"""So that nobody comes back to the passes with the browser's own buttons."""


@get("/rounds/{round_id:uuid}/assisted")
async def view_desk(house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> Page:
    """The form for the next person, or the end of a session that is still open."""
    return await _desk(house, officer, round_id)


@post("/rounds/{round_id:uuid}/assisted")
async def open_session(request: AnyRequest, house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> Page:
    """Open a session; its page says whose it is, leads to the ballots, and ends it."""
    fields = await read_form(request)
    try:
        sent = shaped({name: fields.text(name) for name in ("person", "shown")}, Assistance)
        passes = await verbs.open_session(house, officer, round_id, sent)
    except Refusal as refusal:
        return await _desk(house, officer, round_id, fields, refusal)
    view = await round_verbs.view_own_round(house, officer, round_id)
    pots = {pot.id: pot for pot in view.pots}
    return officer_page(
        "officer_assisted.html",
        officer=officer,
        round=view.round,
        person=sent.person,
        pots=[
            (pots[each.pot_id], each.token, words.obstacle(each.reason, pots[each.pot_id]) if each.reason else None)
            for each in passes.pots
        ],
        minutes=passes.seconds // 60,
    )


async def _desk(
    house: House, officer: Officer, round_id: UUID, fields: Fields | None = None, refusal: Refusal | None = None
) -> Page:
    view = await round_verbs.view_own_round(house, officer, round_id)
    return officer_form(
        "officer_assist.html",
        refusal,
        "",
        officer=officer,
        round=view.round,
        still_open=await verbs.has_session(house, officer),
        documents=words.DOCUMENTS,
        typed=fields or Fields({}),
    )


@post("/assisted/end")
async def end_session(house: TheHouse, officer: TheOfficer) -> Page:
    """End the session and leave nothing of it in the browser."""
    await verbs.end_session(house, officer)
    answer = officer_page("officer_assisted_ended.html", officer=officer)
    answer.headers.update(FORGET)
    return answer


handlers: list[Any] = [view_desk, open_session, end_session]
