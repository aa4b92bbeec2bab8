"""Who took part, by area: a line for each as it was kept, beside a map where outlines are known."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from litestar import get
from litestar.params import FromPath
from markupsafe import Markup

from schema.errors import NotCounted
from service.pages import charts, words
from service.pages.maps import drawn
from service.pages.problems import problem_page
from service.pages.shell import Page, public_page, wanted
from service.people import TheHouse
from service.reading import AnyRequest
from service.store.turnout import TurnoutLine
from service.verbs import outlines as outline_verbs
from service.verbs import readings
from service.verbs import turnout as verbs

SHADES = 5
"""From the least share on a map to the greatest."""


class Told(msgspec.Struct, frozen=True):
    """A line with its share in words, a bar as long as its electors are many beside the most, and one of its share."""

    line: TurnoutLine
    share: str
    people_bar: Markup
    share_bar: Markup


@get("/rounds/{round_id:uuid}/turnout")
async def view_turnout(request: AnyRequest, house: TheHouse, round_id: FromPath[UUID]) -> Page:
    """How many might vote and took part, area by area."""
    view = await readings.read_round(house, round_id, wanted(request))
    try:
        turnout = await verbs.view_turnout_by_area(house, round_id)
    except NotCounted as refusal:
        return problem_page(refusal, (f"/rounds/{round_id}", view.round.name))
    lines = turnout.lines
    named = [area for line in lines for area in line.areas if area]
    outlines = await outline_verbs.view_outlines(house, view.round.municipality_id, named) if named else []
    return public_page(
        request,
        "turnout.html",
        site=house.settings.public_url,
        round=view.round,
        texts=view.texts,
        pots=view.pots,
        added_on=words.dated(turnout.added_on),
        electors=sum(line.electors for line in lines),
        took_part=sum(line.took_part for line in lines),
        rows=_told(lines),
        together=next((line.areas for line in lines if len(line.areas) > 1), ()),
        map=drawn(outlines),
        shades=_shades(lines),
    )


def _told(lines: Sequence[TurnoutLine]) -> list[Told]:
    most = max((line.electors for line in lines), default=0)
    return [
        Told(
            line,
            words.percent(line.took_part, line.electors),
            charts.cost_bar(line.took_part, line.electors, most),
            charts.bar(line.took_part, line.electors),
        )
        for line in lines
    ]


def _shades(lines: Sequence[TurnoutLine]) -> dict[str, str]:
    """How dark each area is on the map beside the one with the greatest share; those put together have no shade."""
    alone = [line for line in lines if len(line.areas) == 1]
    greatest = max((line.took_part / line.electors for line in alone), default=1)
    shades = {area: "together" for line in lines for area in line.areas}
    for line in alone:
        shades[line.areas[0]] = f"shade-{max(1, round(SHADES * line.took_part / line.electors / greatest))}"
    return shades


handlers: list[Any] = [view_turnout]
