"""An officer's page of a round's settings: all of them, what may still be changed of each, and how."""

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery

from schema.errors import Malformed, OnlyHigher, Refusal, TooLateToRaise
from service.house import House
from service.languages import _, marked
from service.pages import words
from service.pages.drafting import TIMES
from service.pages.forms import Fields, read_form, shaped
from service.pages.shell import Page, officer_form, see_other
from service.people import TheHouse, TheOfficer
from service.reading import AnyRequest
from service.store.roll import Officer
from service.verbs import rounds as round_verbs
from service.verbs import setup as verbs
from service.verbs.setup import RoundSettings

DONE = {"saved": marked("The settings are saved.")}
"""What the page says after an act, by the name in its address."""


@get("/rounds/{round_id:uuid}/settings")
async def view_settings(
    house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID], done: FromQuery[str] = ""
) -> Page:
    """What a round is, and a form for what may still change."""
    return await _page(house, officer, round_id, said=_(DONE.get(done, "")))


async def _page(
    house: House,
    officer: Officer,
    round_id: UUID,
    *,
    said: str | None = None,
    refusal: Refusal | None = None,
    typed: Fields | None = None,
) -> Page:
    view = await round_verbs.view_own_round(house, officer, round_id)
    found = view.round
    stands = Fields({"ballots_floor": [str(found.ballots_floor)], "appeal_days": [str(found.appeal_days)]})
    return officer_form(
        "officer_settings.html",
        refusal,
        found.currency,
        officer=officer,
        round=found,
        areas=view.areas,
        times=TIMES,
        appeals=await verbs.view_appeal_end(house, officer, round_id),
        words=words,
        said=said,
        typed=typed or stands,
    )


@post("/rounds/{round_id:uuid}/settings")
async def change_settings(request: AnyRequest, house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> Page:
    """Raise what may be raised; after a refusal the form keeps what was typed."""
    fields = await read_form(request)
    try:
        sent = {name: fields.number(name) for name in ("ballots_floor", "appeal_days")}
        await verbs.change_settings(house, officer, round_id, shaped(sent, RoundSettings))
    except (Malformed, OnlyHigher, TooLateToRaise) as refusal:
        return await _page(house, officer, round_id, refusal=refusal, typed=fields)
    return see_other(f"/officer/rounds/{round_id}/settings?done=saved")


handlers: list[Any] = [view_settings, change_settings]
