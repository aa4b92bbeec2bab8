"""Outlines of areas: read strictly, thinned without losing an area, and drawn true to scale."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.errors import Malformed
from service.pages.maps import WIDTH, drawn
from service.sources.outlines import AREAS, SCALE, read_outlines
from service.store.outlines import Outline
from tests.town import Town, draft

SQUARE = [[11.9, 57.7], [12.0, 57.7], [12.0, 57.8], [11.9, 57.8], [11.9, 57.7]]


def feature(name: object = "North", rings: object = (SQUARE,), kind: str = "Polygon") -> dict[str, Any]:
    """An area of a file."""
    return {"type": "Feature", "properties": {"name": name}, "geometry": {"type": kind, "coordinates": rings}}


def file(*features: Any) -> bytes:
    """A file of these areas."""
    return json.dumps({"type": "FeatureCollection", "name": "areas", "features": features}).encode()


def moved(ring: list[list[float]], east: float) -> list[list[float]]:
    """The same outline further east."""
    return [[x + east, y] for x, y in ring]


def test_an_outline_is_kept_in_whole_hundred_thousandths() -> None:
    """Longitude first, as in the file."""
    (ring,) = read_outlines(file(feature()), "name")["North"]
    assert set(ring) == {(x, y) for x in (1_190_000, 1_200_000) for y in (5_770_000, 5_780_000)}
    assert ring[0] == ring[-1]


def test_an_area_may_have_several_parts() -> None:
    """A multipolygon is one area."""
    islands = [[SQUARE], [moved(SQUARE, 1)]]
    assert len(read_outlines(file(feature(rings=islands, kind="MultiPolygon")), "name")["North"]) == 2


def test_a_crooked_line_keeps_its_corners_only() -> None:
    """Points that no map of this size could show are left out."""
    edge = [[11.9 + at / 100_000, 57.7 + (at % 2) / 100_000] for at in range(10_000)]
    (ring,) = read_outlines(file(feature(rings=[[*edge, *SQUARE[1:]]])), "name")["North"]
    assert len(ring) < 10


FAULTS = {
    b"[]": "no GeoJSON collection",
    b"{": "no GeoJSON collection",
    file(): "has 0 areas",
    file(*[feature(f"A{at}") for at in range(AREAS + 1)]): f"has {AREAS + 1} areas",
    file(feature(), feature()): "area 2: there is another area of the name “North”",
    file(feature(name=None)): "area 1: it has no name",
    file(feature(name=" ")): "area 1: it has no name",
    file(feature(name=7)): "area 1: it has no name",
    file(feature(rings=[SQUARE[:3]])): "area 1: a line of its outline has fewer than four points",
    file(feature(rings=[])): "area 1: a line of its outline",
    file(feature(rings=[[[1.0]] * 4])): "area 1: a line of its outline",
    file(feature(rings=[[[319_000.0, 6_400_000.0]] * 4])): "not longitude and latitude",
    file(feature(rings=[[11.9, 57.7]], kind="LineString")): "area 1: it is no polygon",
    file({"type": "Feature", "properties": None, "geometry": None}): "area 1: it is no polygon",
}


@pytest.mark.parametrize(("content", "said"), FAULTS.items(), ids=FAULTS.values())
def test_a_file_that_is_no_map_is_refused_with_its_fault(content: bytes, said: str) -> None:
    """Whoever exported it reads which area is wrong, and how."""
    with pytest.raises(Malformed) as refused:
        read_outlines(content, "name")
    assert said in str(refused.value.facts["fault"])


def test_the_first_ten_faults_are_named_and_the_others_counted() -> None:
    """A file in another projection does not fill the page."""
    with pytest.raises(Malformed) as refused:
        read_outlines(file(*[feature(name=None)] * 30), "name")
    assert str(refused.value.facts["fault"]).endswith("; and 20 more")


POSITION = st.tuples(st.floats(-180, 180), st.floats(-90, 90)).map(list)
RING = st.lists(POSITION, min_size=3, max_size=40).map(lambda ring: [*ring, ring[0]])


@given(st.lists(st.lists(RING, min_size=1, max_size=3), min_size=1, max_size=4))
def test_every_area_of_any_file_is_drawn_within_the_map(areas: list[list[list[list[float]]]]) -> None:
    """No area is thinned away, and none lies outside the picture."""
    found = read_outlines(file(*[feature(f"A{at}", rings) for at, rings in enumerate(areas)]), "name")
    map = drawn([Outline(area, rings) for area, rings in found.items()])
    assert map is not None
    assert [shape.area for shape in map.shapes] == list(found)
    for shape in map.shapes:
        assert 0 <= shape.x <= map.width <= WIDTH
        assert 0 <= shape.y <= map.height <= WIDTH


def test_a_square_on_the_ground_is_a_square_on_the_map() -> None:
    """A degree of longitude is shorter in the north."""
    side = 0.1 * SCALE
    narrow = 0.5  # the cosine of 60 degrees
    ring = tuple(
        (round(x), round(60 * SCALE + y))
        for x, y in ((0, -side / 2), (side / narrow, -side / 2), (side / narrow, side / 2), (0, side / 2))
    )
    map = drawn([Outline("Square", (ring,))])
    assert map is not None
    assert map.width == map.height == WIDTH


def test_without_outlines_there_is_no_map() -> None:
    """A municipality need not have one."""
    assert drawn([]) is None


async def test_areas_are_drawn_by_a_program_and_read_by_everybody(town: Town) -> None:
    """What the file does not name goes."""
    headers = town.badge(await town.hire()) | {"Content-Type": "application/geo+json"}
    for names in (("North", "South"), ("South",)):
        sent = await town.client.put("/api/outlines", content=file(*map(feature, names)), headers=headers)
        assert [each["area"] for each in sent.json()] == list(names)
    view = await town.act("POST", "/api/rounds", json=draft())
    there = await town.client.get(f"/api/municipalities/{view['round']['municipality_id']}/outlines")
    assert (there.json(), "etag" in there.headers) == (sent.json(), True)


async def test_a_file_that_is_no_map_changes_nothing(town: Town) -> None:
    """The refusal says what is wrong with it."""
    headers = town.badge(await town.hire()) | {"Content-Type": "application/geo+json"}
    await town.client.put("/api/outlines", content=file(feature()), headers=headers)
    refused = await town.client.put("/api/outlines", content=b"{}", headers=headers)
    view = await town.act("POST", "/api/rounds", json=draft())
    there = await town.client.get(f"/api/municipalities/{view['round']['municipality_id']}/outlines")
    assert (refused.status_code, [each["area"] for each in there.json()]) == (400, ["North"])
