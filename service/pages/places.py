"""Where proposals are: pointing at a map, which needs no script, and showing what was pointed at.

The map that is pointed at is the picture of a button. Pressing it sends the form with the place in the picture, and the
form comes back with the point marked and all that was written.
"""

import re
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import get
from litestar.params import FromPath, QueryParameter

from schema.errors import Malformed, NotFound, OffTheMap
from service.caching import cached
from service.house import House
from service.languages import marked
from service.pages.forms import Fields
from service.pages.maps import SHOWN, Map, area_at, drawn
from service.pages.shell import HEADERS, TYPES, Page, here, render
from service.people import TheHouse
from service.reading import AnyRequest
from service.store.outlines import Outline
from service.store.proposals import Point
from service.verbs import outlines as outline_verbs
from service.verbs import rounds as round_verbs
from service.verbs.rounds import RoundView

_POINT = re.compile(r"(-?[0-9]{1,8}),(-?[0-9]{1,8})")

Near = Annotated[str, QueryParameter(max_length=20)]


class Spot(msgspec.Struct, frozen=True):
    """A map and a point on it, if there are: ``area`` is in which area the point lies."""

    map: Map | None
    point: Point | None = None
    area: str | None = None

    @property
    def text(self) -> str:
        """The point as a form keeps it."""
        return point_field(self.point)

    @property
    def shown(self) -> dict[str, tuple[int, int]]:
        """How large the map is that is pointed at, by name."""
        return {size: self.map.shown(size) for size in SHOWN} if self.map else {}


async def outlines_of(house: House, view: RoundView) -> list[Outline]:
    """The outlines of a round's areas; of its whole municipality where it has no areas."""
    return await outline_verbs.view_outlines(house, view.round.municipality_id, view.areas or None)


def point_field(point: Point | None) -> str:
    """A point as a form keeps it; nothing for none."""
    return f"{point[0]},{point[1]}" if point else ""


def read_point(text: str) -> Point | None:
    """A point as a form keeps it. Raises Malformed."""
    if not text:
        return None
    found = _POINT.fullmatch(text)
    if found is None:
        raise Malformed(fault=marked("the point is no longitude and latitude"))
    return int(found[1]), int(found[2])


def spot_of(outlines: list[Outline], point: Point | None) -> Spot:
    """A point on the map of these outlines."""
    return Spot(drawn(outlines), point, area_at(outlines, point))


def pointed(outlines: list[Outline], fields: Fields) -> Spot:
    """What a form points at after its map was pressed, or another button. Raises OffTheMap."""
    before = spot_of(outlines, read_point(fields.text("point")))
    if fields.text("unpoint"):
        return Spot(before.map)
    for size in SHOWN:
        if fields.text(f"{size}.x") and before.map is not None:
            x, y = fields.number(f"{size}.x"), fields.number(f"{size}.y")
            if x == y == 0:  # what a browser sends when the picture was pressed with a key
                return before
            found = before.map.pressed(size, x, y, before.point)
            if found is None:
                raise OffTheMap()
            return spot_of(outlines, found)
    return before


@get("/rounds/{round_id:uuid}/map.svg")
async def view_map(request: AnyRequest, house: TheHouse, round_id: FromPath[UUID], near: Near = "") -> Page:
    """The map of a round's areas as a picture, or the part around a point, which is marked."""
    view = await round_verbs.public_round(house, round_id)
    spot = spot_of(await outlines_of(house, view), read_point(near))
    if spot.map is None:
        raise NotFound(what="map of this round")
    if spot.point and not spot.map.frame.holds(spot.point):
        raise OffTheMap()
    drawing = render("map_picture.html", here(request), spot=spot, window=spot.map.window(spot.point))
    answer = cached(request, drawing, TYPES[".svg"])
    answer.headers.update(HEADERS)
    return answer


handlers: list[Any] = [view_map]
