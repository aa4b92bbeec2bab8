"""Every page, as it mostly is, at length and from right to left, and empty: what axe finds, and whether it fits."""

from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from schema.settings import Settings
from service.app import make_app
from service.languages import LANGUAGES
from tests.browser.eyes import NARROW, TELEPHONE, Sight, look, named
from tests.browser.gallery import Scene, empty, long, usual
from tests.browser.walk import walk
from tests.pages.test_house import addresses
from tests.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="package")

Sights = dict[str, Sight]
"""What was seen of each page, by the path of its route or the name of a stop."""

ROOMS: dict[str, tuple[Callable[[Town], Awaitable[Scene]], str]] = {
    "usual": (usual, "en"),
    "long": (long, "ar"),
    "empty": (empty, "sv"),
}
"""What hangs in each room of the gallery, and in which language it is read there."""


@pytest.fixture(scope="package")
def paths(served: Settings) -> list[str]:
    """Every address that answers with a page, as the application has it, and one where nothing is."""
    return [*sorted(addresses(make_app(served))), "/nowhere"]


@pytest_asyncio.fixture(scope="package", loop_scope="package", params=ROOMS)
async def room(
    request: pytest.FixtureRequest, browser: Browser, served: Settings, client: httpx.AsyncClient, paths: list[str]
) -> tuple[str, Sights]:
    """All pages of a room, looked at by its officer and then by its residents."""
    arrange, language = ROOMS[request.param]
    scene = await arrange(Town(client, served))  # type: ignore[arg-type]  # as the fixture town
    seen: Sights = {}
    for who in ("officer", "resident"):
        context = await browser.new_context(base_url=served.public_url, reduced_motion="reduce", **TELEPHONE)
        cookies = {"language": language} | ({"officer": scene.town.officer_token} if who == "officer" else {})
        for name, value in cookies.items():
            await context.add_cookies([{"name": name, "value": value, "url": served.public_url}])
        page = await context.new_page()
        going = _all(page, scene, paths) if who == "officer" else _on_the_way(page, scene)
        async for name, status in going:
            seen[name] = await look(page, status, named(name) if request.param == "usual" else "")
        await context.close()
    return language, seen


async def _all(page: Page, scene: Scene, paths: list[str]) -> AsyncIterator[tuple[str, int]]:
    """Every page that has an address. What leads to a page that was seen is not looked at again."""
    known = set()
    for path, address in (*((path, scene.address(path)) for path in paths), *scene.more()):
        answer = await page.goto(address)
        assert answer
        if page.url not in known:
            known.add(page.url)
            yield path, answer.status


async def _on_the_way(page: Page, scene: Scene) -> AsyncIterator[tuple[str, int]]:
    """Every page to which only forms lead."""
    if scene.rounds:
        async for stop in walk(page, scene):
            yield stop, 200


async def test_axe_finds_nothing_grave(room: tuple[str, Sights]) -> None:
    """Nothing serious or critical, in light or in the dark."""
    told = [f"{name}: {fault}" for name, sight in room[1].items() for fault in sight.faults]
    assert not told, "\n".join(("axe finds:", *told))


async def test_no_page_scrolls_sideways(room: tuple[str, Sights]) -> None:
    """At 320 pixels, which is also 1280 at 400 %."""
    told = [f"{name}: {each.width}: {each.wide}" for name, each in room[1].items() if each.width > NARROW["width"]]
    assert not told, "\n".join(("too wide:", *told))


async def test_every_page_says_its_language(room: tuple[str, Sights]) -> None:
    """And from which side it is read."""
    language, seen = room
    assert {(each.lang, each.direction) for each in seen.values()} == {(language, LANGUAGES[language].direction)}


async def test_no_page_is_a_fault_of_the_house(room: tuple[str, Sights]) -> None:
    """There are pages, and pages that say that something is not there; and there are enough of them."""
    assert {name: each.status for name, each in room[1].items() if each.status >= 500} == {}
    assert len(room[1]) > 25
