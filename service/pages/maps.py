"""Maps of areas: outlines on a plane, drawn as SVG without anybody else's tiles, and pointed at without script."""

from collections.abc import Sequence
from itertools import pairwise
from math import cos, radians

import msgspec

from service.store.outlines import Outline, Rings
from service.store.proposals import Point
from service.verbs.outlines import Frame, frame_of

WIDTH = 600
"""A map's width and greatest height, in the units of its SVG."""

SHOWN = {"small": 288, "large": 576}
"""Pixels of the longer side of a map that is pointed at: on a telephone, and at a desk. A press tells where in the
picture it was and not how large the picture is, so these do not bend to the page. Each is sent under its own name.
"""

NEARER = 4
"""How many times larger a map is once a point is on it, so that a finger can be more exact."""

INSET = 0.3
"""How wide the whole map is in a corner of a nearer one, of the width of that."""


class Shape(msgspec.Struct, frozen=True):
    """An area: the path of its outline, and where its number stands."""

    area: str
    path: str
    x: int
    y: int


class Inset(msgspec.Struct, frozen=True):
    """The whole map, small, in the corner of a nearer one that is farthest from the point: where its corner stands."""

    x: float
    y: float
    scale: float


class Window(msgspec.Struct, frozen=True):
    """The part of a map that is shown, ``nearer`` times larger than the whole."""

    x: float
    y: float
    width: float
    height: float
    nearer: int
    inset: Inset | None = None


class Map(msgspec.Struct, frozen=True):
    """Shapes in the order of their names, in a box of this size: equirectangular, true to scale in the middle."""

    width: int
    height: int
    shapes: list[Shape]
    frame: Frame
    across: float
    up: float
    """Units of the drawing in a hundred thousandth of a degree, from west to east and from south to north."""

    def on_plane(self, point: Point) -> tuple[int, int]:
        """Where a point stands on the map."""
        return round((point[0] - self.frame.west) * self.across), round((self.frame.north - point[1]) * self.up)

    def window(self, near: Point | None) -> Window:
        """The whole map, or the part around a point."""
        nearer = NEARER if near else 1
        width, height = self.width / nearer, self.height / nearer
        x, y = self.on_plane(near) if near else (0, 0)
        left, top = (max(0.0, min(at - size / 2, whole - size)) for at, size, whole in self._sides(x, y, width, height))
        if not near:
            return Window(left, top, width, height, nearer)
        aside = left if x > left + width / 2 else left + width * (1 - INSET)
        above = top if y >= top + height / 2 else top + height * (1 - INSET)
        return Window(left, top, width, height, nearer, Inset(aside, above, INSET / nearer))

    def _sides(self, x: int, y: int, width: float, height: float) -> tuple[tuple[float, float, int], ...]:
        return (x, width, self.width), (y, height, self.height)

    def shown(self, size: str) -> tuple[int, int]:
        """The pixels, across and down, of a map of one of the sizes of SHOWN."""
        return max(1, self.width * SHOWN[size] // WIDTH), max(1, self.height * SHOWN[size] // WIDTH)

    def pressed(self, size: str, x: int, y: int, near: Point | None) -> Point | None:
        """What was pointed at in a map of this size around a point, or in its inset; None beside it."""
        width, height = self.shown(size)
        if not (0 <= x <= width and 0 <= y <= height):
            return None
        window = self.window(near)
        across, down = window.x + x * window.width / width, window.y + y * window.height / height
        if inset := window.inset:
            far, low = (across - inset.x) / inset.scale, (down - inset.y) / inset.scale
            if 0 <= far <= self.width and 0 <= low <= self.height:
                across, down = far, low
        point = round(self.frame.west + across / self.across), round(self.frame.north - down / self.up)
        return min(max(point[0], self.frame.west), self.frame.east), min(
            max(point[1], self.frame.south), self.frame.north
        )


def drawn(outlines: Sequence[Outline]) -> Map | None:
    """The outlines on a plane, north up; None when there are none."""
    frame = frame_of(outlines)
    if frame is None:
        return None
    narrow = cos(radians((frame.south + frame.north) / 200_000))
    across, up = max(1.0, (frame.east - frame.west) * narrow), max(1, frame.north - frame.south)
    scale = WIDTH / max(across, up)
    found = Map(round(across * scale), round(up * scale), [], frame, narrow * scale, scale)
    for outline in outlines:
        rings = [[found.on_plane(point) for point in ring] for ring in outline.rings]
        widest = max(rings, key=_size)
        (left, right), (top, bottom) = ((min(axis), max(axis)) for axis in zip(*widest, strict=True))
        path = "".join("M" + "L".join(f"{x} {y}" for x, y in ring) + "Z" for ring in rings)
        found.shapes.append(Shape(outline.area, path, (left + right) // 2, (top + bottom) // 2))
    return found


def area_at(outlines: Sequence[Outline], point: Point | None) -> str | None:
    """The area in which a point lies, if it lies in one."""
    return next((each.area for each in outlines if point and _within(each.rings, point)), None)


def _within(rings: Rings, point: Point) -> bool:
    """Whether a line from the point to the east crosses the rings an odd number of times."""
    x, y = point
    crossed = 0
    for ring in rings:
        for (x1, y1), (x2, y2) in pairwise(ring):
            if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
                crossed += 1
    return crossed % 2 == 1


def _size(ring: Sequence[tuple[int, int]]) -> int:
    across, down = zip(*ring, strict=True)
    return int((max(across) - min(across)) * (max(down) - min(down)))
