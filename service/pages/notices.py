"""A round's notice: a page to print and hang up where neighbours pass."""

from functools import lru_cache
from typing import Any
from uuid import UUID

import segno
from litestar import get
from litestar.params import FromPath
from markupsafe import Markup

from service.pages import words
from service.pages.shell import Page, public_page, wanted
from service.people import TheHouse
from service.reading import AnyRequest
from service.verbs import readings


@get("/rounds/{round_id:uuid}/notice")
async def view_notice(request: AnyRequest, house: TheHouse, round_id: FromPath[UUID]) -> Page:
    """What a round is about, when, and for whom, with its address in words and as a square for a telephone."""
    view = await readings.read_round(house, round_id, wanted(request))
    address = f"{house.settings.public_url}/rounds/{round_id}"
    return public_page(
        request,
        "notice.html",
        round=view.round,
        pots=view.pots,
        money=sum(pot.money for pot in view.pots),
        steps=words.timeline(view.round),
        phases=words.PHASES,
        words=words,
        address=address,
        square=_square(address),
    )


@lru_cache(maxsize=64)
def _square(address: str) -> Markup:
    """The QR code of an address, four light modules around it. What it is stands on the element around it."""
    drawn = segno.make_qr(address, error="m").svg_inline(border=4, light="#fff", omitsize=True)
    return Markup(drawn.replace("<svg", '<svg aria-hidden="true"', 1))  # noqa: S704 - of an address of ours, drawn by the library


handlers: list[Any] = [view_notice]
