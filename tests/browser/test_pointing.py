"""Pointing at a map in a real browser: the point is where the finger was, at every size of the picture."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser

from schema.settings import Settings
from service.pages.maps import drawn
from service.pages.places import read_point
from service.sources.outlines import read_outlines
from service.store.outlines import Outline
from tests.browser.eyes import DESK, TELEPHONE
from tests.browser.gallery import COAST, HILLS
from tests.browser.resident import Resident
from tests.pages.test_areas import send as send_map
from tests.service.test_outlines import feature, file
from tests.service.test_themes import round_with
from tests.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="package")

MAP = file(feature("North", [HILLS]), feature("South", [COAST]))


@pytest.mark.parametrize(("size", "screen"), [("small", TELEPHONE), ("large", DESK)])
async def test_the_point_is_where_the_finger_was(
    browser: Browser, served: Settings, town: Town, size: str, screen: dict[str, Any]
) -> None:
    """Twice, the second time on the nearer map, and no script runs."""
    await town.hire(f"Dagny, {size}", f"Hagaby, {size}")
    ground = await round_with(town)
    assert (await send_map(town, MAP)).status_code == 303
    context = await browser.new_context(base_url=served.public_url, java_script_enabled=False, **screen)
    page = await context.new_page()
    resident = Resident(page)
    await page.goto(f"/rounds/{ground.id}/sign-in")
    await resident.fill(code=town.codes["AMINA-1"])
    await resident.send("/sign-in")
    await resident.send("/proposals/new")
    found = drawn([Outline(area, rings) for area, rings in sorted(read_outlines(MAP, "name").items())])
    assert found is not None
    near = None
    for x, y in ((61, 83), (40, 25)):
        image = page.locator("input[type=image]:visible")
        box = await image.bounding_box()
        assert box is not None
        assert (round(box["width"]), round(box["height"])) == found.shown(size)
        async with page.expect_navigation():
            await image.click(position={"x": x, "y": y})
        assert re.search("#where$", page.url)
        point = read_point(await page.locator("[name=point]").get_attribute("value") or "")
        wanted = found.pressed(size, x, y, near)
        assert point is not None
        assert wanted is not None
        pixel = (found.frame.north - found.frame.south) / found.shown(size)[1]
        assert max(abs(point[0] - wanted[0]), abs(point[1] - wanted[1])) <= 2 * pixel
        near = point
    await context.close()


async def test_enter_puts_a_proposal_forward_and_points_at_nothing(
    browser: Browser, served: Settings, town: Town
) -> None:
    """Though the map is a button, and comes before the one that sends the form."""
    await town.hire("Dagny, by key", "Hagaby, by key")
    ground = await round_with(town)
    assert (await send_map(town, MAP)).status_code == 303
    context = await browser.new_context(base_url=served.public_url, java_script_enabled=False, **DESK)
    page = await context.new_page()
    resident = Resident(page)
    await page.goto(f"/rounds/{ground.id}/sign-in")
    await resident.fill(code=town.codes["AMINA-1"])
    await resident.send("/sign-in")
    await resident.send("/proposals/new")
    await resident.fill(title="Bänkar", about="Vid ån.", author_name="Amina")
    async with page.expect_navigation():
        await page.locator("#title").press("Enter")
    (made,) = (await town.client.get(f"/api/rounds/{ground.id}/proposals")).json()["items"]
    assert (made["title"], made["point"]) == ("Bänkar", None)
    await context.close()
