"""Where the areas of a municipality lie: read from a file, kept, and asked for when a map is drawn."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from service.house import House
from service.sources.outlines import read_outlines
from service.store import outlines
from service.store.outlines import Outline
from service.store.roll import Officer

LIMIT = 20 * 1024 * 1024
"""Bytes of a file of outlines. What is kept of it is a thousandth of that."""


class Frame(msgspec.Struct, frozen=True):
    """What a map shows, to its edges, in hundred thousandths of a degree."""

    west: int
    south: int
    east: int
    north: int

    def holds(self, point: tuple[int, int]) -> bool:
        """Whether a point, longitude and latitude, is on the map."""
        return self.west <= point[0] <= self.east and self.south <= point[1] <= self.north


def frame_of(found: Sequence[Outline]) -> Frame | None:
    """The frame of a map of these outlines; None when there are none."""
    points = [point for outline in found for ring in outline.rings for point in ring]
    if not points:
        return None
    (west, east), (south, north) = ((min(axis), max(axis)) for axis in zip(*points, strict=True))
    return Frame(west, south, east, north)


async def replace_outlines(house: House, officer: Officer, content: bytes, name_field: str) -> list[Outline]:
    """Keep the outlines of a GeoJSON file instead of those before. Raises Malformed."""
    found = [Outline(area, rings) for area, rings in read_outlines(content, name_field).items()]
    async with house.box.write() as db:
        await outlines.replace_outlines(db, officer.municipality_id, found)
    return found


async def view_outlines(house: House, municipality_id: UUID, areas: Sequence[str] | None = None) -> list[Outline]:
    """The outlines of these areas, or of all."""
    async with house.box.enter() as db:
        return await outlines.outlines(db, municipality_id, areas)
