"""Following a round without an account: its news as a feed, its dates as a calendar."""

from typing import Any
from uuid import UUID

from litestar import get
from litestar.params import FromPath

from schema.errors import NotCounted
from service.caching import cached
from service.house import House
from service.languages import spoken
from service.pages.calendars import CALENDAR, calendar
from service.pages.feeds import ATOM, feed
from service.pages.shell import HEADERS, Page
from service.people import TheHouse
from service.reading import AnyRequest
from service.verbs import readings


@get("/rounds/{round_id:uuid}/news.atom")
async def view_news(request: AnyRequest, house: TheHouse, round_id: FromPath[UUID]) -> Page:
    """What has happened in a round, for news readers."""
    view = await readings.read_round(house, round_id, spoken())
    try:
        pots = (await readings.read_following(house, round_id, spoken()))[0].pots
    except NotCounted:
        pots = []
    return _file(request, feed(view.round, pots, _address(house, round_id)), ATOM)


@get("/rounds/{round_id:uuid}/dates.ics")
async def view_dates(request: AnyRequest, house: TheHouse, round_id: FromPath[UUID]) -> Page:
    """When residents can do something, for the calendar of a telephone."""
    view = await readings.read_round(house, round_id, spoken())
    return _file(request, calendar(view.round, _address(house, round_id)), CALENDAR)


def _address(house: House, round_id: UUID) -> str:
    return f"{house.settings.public_url}/rounds/{round_id}"


def _file(request: AnyRequest, content: bytes, media_type: str) -> Page:
    answer = cached(request, content, media_type)
    answer.headers.update(HEADERS)
    return answer


handlers: list[Any] = [view_news, view_dates]
