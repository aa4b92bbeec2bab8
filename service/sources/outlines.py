"""Outlines of areas from a GeoJSON file (RFC 7946), drawn with as few points as a map on a page can show."""

from collections.abc import Iterator
from math import cos, hypot, radians
from typing import Any

import msgspec

from schema.errors import Malformed
from schema.faults import Fault, Faults

Ring = tuple[tuple[int, int], ...]

SCALE = 100_000
"""Points are whole hundred thousandths of a degree."""
FINENESS = 500
"""A point is left out when the line moves by less than this part of the whole map."""
AREAS = 500
"""A file may have at most so many areas."""


class Polygon(msgspec.Struct, frozen=True, tag="Polygon", tag_field="type"):
    """Rings of positions: the first is the outline, the others are holes."""

    coordinates: list[list[list[float]]]


class MultiPolygon(msgspec.Struct, frozen=True, tag="MultiPolygon", tag_field="type"):
    """Several polygons that are one area."""

    coordinates: list[list[list[list[float]]]]


class Feature(msgspec.Struct, frozen=True, tag="Feature", tag_field="type"):
    """An area with whatever else is said of it."""

    geometry: Polygon | MultiPolygon
    properties: dict[str, Any] | None = None


class Collection(msgspec.Struct, frozen=True, tag="FeatureCollection", tag_field="type"):
    """The file; each feature is decoded by itself, so that a fault has its place."""

    features: list[msgspec.Raw]


_COLLECTION, _FEATURE = msgspec.json.Decoder(Collection), msgspec.json.Decoder(Feature)


def read_outlines(content: bytes, name_field: str) -> dict[str, tuple[Ring, ...]]:
    """The outline of each area by the name that is in ``name_field``. Raises Malformed with the first ten faults."""
    try:
        features = _COLLECTION.decode(content).features
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Malformed(fault=Fault("the file is no GeoJSON collection of features")) from None
    if not 1 <= len(features) <= AREAS:
        raise Malformed(
            fault=Fault("the file has {areas} areas, and must have 1 to {most}", areas=len(features), most=AREAS)
        )
    found: dict[str, list[list[list[float]]]] = {}
    faults: list[Fault] = []
    for place, raw in enumerate(features, start=1):
        try:
            name, rings = _read_feature(raw, name_field)
            if name in found:
                raise Fault("there is another area of the name “{name}”", name=name)
            found[name] = rings
        except Fault as fault:
            faults.append(Fault("area {place}: {fault}", place=place, fault=fault))
    if faults:
        raise Malformed(fault=Faults.first(10, faults))
    positions = [position for rings in found.values() for ring in rings for position in ring]
    extent = max(max(axis) - min(axis) for axis in zip(*positions, strict=True)) or 1
    return {name: tuple(_thinned(rings, extent / FINENESS)) for name, rings in found.items()}


def _read_feature(raw: msgspec.Raw, name_field: str) -> tuple[str, list[list[list[float]]]]:
    """A name, and rings of longitude and latitude. Raises Fault."""
    try:
        feature = _FEATURE.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Fault("it is no polygon") from None
    name = (feature.properties or {}).get(name_field)
    if not isinstance(name, str) or not 1 <= len(name.strip()) <= 120 or not name.strip().isprintable():
        raise Fault("it has no name of 1 to 120 signs in “{field}”", field=name_field)
    match feature.geometry:
        case Polygon(coordinates=rings):
            pass
        case MultiPolygon(coordinates=polygons):
            rings = [ring for polygon in polygons for ring in polygon]
    if not rings or any(len(ring) < 4 or any(len(position) < 2 for position in ring) for ring in rings):
        raise Fault("a line of its outline has fewer than four points")
    if any(abs(position[0]) > 180 or abs(position[1]) > 90 for ring in rings for position in ring):
        raise Fault("its points are not longitude and latitude (WGS 84)")
    return name.strip(), [[position[:2] for position in ring] for ring in rings]


def _thinned(rings: list[list[list[float]]], within: float) -> Iterator[Ring]:
    """The rings with fewer points; islands too small to be seen go, but never the largest ring."""
    largest = max(rings, key=_extent)
    for ring in rings:
        if ring is largest or _extent(ring) > 2 * within:
            half = len(ring) // 2  # a closed line has no ends: it is thinned as two that have
            kept = _thin(ring[: half + 1], within)[:-1] + _thin(ring[half:], within)
            yield tuple((round(x * SCALE), round(y * SCALE)) for x, y in kept)


def _extent(ring: list[list[float]]) -> float:
    return float(max(max(axis) - min(axis) for axis in zip(*ring, strict=True)))


def _thin(line: list[list[float]], within: float) -> list[list[float]]:
    """A line without the points that lie within this of it (Douglas and Peucker, 1973)."""
    keep = {0, len(line) - 1}
    todo = [(0, len(line) - 1)]
    while todo:
        first, last = todo.pop()
        away, far = max(
            ((_distance(line[at], line[first], line[last]), at) for at in range(first + 1, last)), default=(0, 0)
        )
        if away > within:
            keep.add(far)
            todo += [(first, far), (far, last)]
    return [line[at] for at in sorted(keep)]


def _distance(point: list[float], one: list[float], other: list[float]) -> float:
    """How far a point is from the line between two others, in degrees of latitude."""
    narrow = cos(radians(point[1]))
    x, y = (point[0] - one[0]) * narrow, point[1] - one[1]
    across, up = (other[0] - one[0]) * narrow, other[1] - one[1]
    length = across * across + up * up
    along = max(0.0, min(1.0, (x * across + y * up) / length)) if length else 0.0
    return hypot(x - along * across, y - along * up)
