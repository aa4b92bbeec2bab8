"""Officers import a map of their areas, and residents see it."""

from typing import Any

from httpx import Response

from tests.pages.visitor import Visit, Visitor
from tests.service.test_outlines import SQUARE, feature, file, moved
from tests.town import Town

MAP = file(feature("North"), feature("South", [moved(SQUARE, 0.1)]), feature("Elsewhere", [moved(SQUARE, 0.2)]))


def names(seen: Visit) -> list[str]:
    """The areas of the map on a page, as many as it has shapes."""
    (listed,) = [each for each in seen.page.all("ol") if each["class"] == "area-names"]
    found = [each.text for each in listed.all("li")]
    assert len([each for each in seen.page.all("path") if each["class"] == "area"]) == len(found)
    return found


async def send(town: Town, content: bytes, token: str | None = None, **fields: str) -> Response:
    """Send a file as a browser sends it."""
    files: Any = {"file": ("areas.geojson", content, "application/geo+json")}
    headers = town.badge(token) | {"Accept": "text/html"}
    return await town.client.post("/officer/areas", data=fields, files=files, headers=headers)


async def test_an_imported_map_is_shown_to_officers(town: Town, dagny: Visitor) -> None:
    """Each area has a shape and its name."""
    assert (await send(town, MAP)).status_code in {200, 303}
    seen = await dagny.open("/officer/areas")
    assert names(seen) == ["Elsewhere", "North", "South"]


async def test_a_round_shows_its_own_areas(town: Town, visitor: Visitor) -> None:
    """Areas of other rounds are not on its map."""
    ground = await town.open_round()
    await send(town, MAP)
    seen = await visitor.open(f"/rounds/{ground.id}")
    assert names(seen) == ["North", "South"]


async def test_a_round_without_a_map_shows_none(town: Town, visitor: Visitor) -> None:
    """There is no empty picture."""
    ground = await town.open_round()
    assert not (await visitor.open(f"/rounds/{ground.id}")).page.all("path")


async def test_another_map_replaces_the_whole(town: Town, dagny: Visitor) -> None:
    """What is not in the new file is gone."""
    await send(town, MAP)
    await send(town, file(feature("North")))
    seen = await dagny.open("/officer/areas")
    assert names(seen) == ["North"]


async def test_a_faulty_file_changes_nothing_and_says_why(town: Town, dagny: Visitor) -> None:
    """The form comes back with the fault, and the map that was there."""
    await send(town, MAP)
    answer = await send(town, file(feature(name=None)))
    assert answer.status_code == 400
    assert "area 1: it has no name" in answer.text
    assert "Elsewhere" in (await dagny.open("/officer/areas")).text


async def test_the_name_may_stand_in_another_field(town: Town, dagny: Visitor) -> None:
    """Map departments call it as they like."""
    named = MAP.replace(b'"name": "North"', b'"namn": "North"').replace(b'"name": "', b'"namn": "')
    await send(town, named, name_field="namn")
    assert "South" in (await dagny.open("/officer/areas")).text
