"""Maps of areas: outlines on a plane, to be drawn as SVG without anybody else's tiles."""

from collections.abc import Sequence
from math import cos, radians

import msgspec

from service.store.outlines import Outline

WIDTH = 600
"""A map's width and greatest height, in the units of its SVG."""


class Shape(msgspec.Struct, frozen=True):
    """An area: the path of its outline, and where its number stands."""

    area: str
    path: str
    x: int
    y: int


class Map(msgspec.Struct, frozen=True):
    """Shapes in the order of their names, in a box of this size."""

    width: int
    height: int
    shapes: list[Shape]


def drawn(outlines: Sequence[Outline]) -> Map | None:
    """The outlines on an equirectangular plane, north up, true to scale in the middle; None when there are none."""
    points = [point for outline in outlines for ring in outline.rings for point in ring]
    if not points:
        return None
    (west, east), (south, north) = ((min(axis), max(axis)) for axis in zip(*points, strict=True))
    narrow = cos(radians((south + north) / 200_000))
    across, up = max(1.0, (east - west) * narrow), max(1, north - south)
    scale = WIDTH / max(across, up)

    def on_plane(point: tuple[int, int]) -> tuple[int, int]:
        return round((point[0] - west) * narrow * scale), round((north - point[1]) * scale)

    shapes = []
    for outline in outlines:
        rings = [[on_plane(point) for point in ring] for ring in outline.rings]
        widest = max(rings, key=_size)
        (left, right), (top, bottom) = ((min(axis), max(axis)) for axis in zip(*widest, strict=True))
        path = "".join("M" + "L".join(f"{x} {y}" for x, y in ring) + "Z" for ring in rings)
        shapes.append(Shape(outline.area, path, (left + right) // 2, (top + bottom) // 2))
    return Map(round(across * scale), round(up * scale), shapes)


def _size(ring: Sequence[tuple[int, int]]) -> int:
    across, down = zip(*ring, strict=True)
    return int((max(across) - min(across)) * (max(down) - min(down)))
