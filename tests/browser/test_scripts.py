"""What our scripts add where they run: sums while one chooses, choices that outlive a reload or a gap, live turnout."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from schema.settings import Settings
from tests.browser.eyes import NARROW, TELEPHONE
from tests.browser.resident import Resident
from tests.people import owner
from tests.town import Ground, Town, crowd, pot

pytestmark = pytest.mark.asyncio(loop_scope="package")

UNDER = """() => {
  const at = document.querySelector('main :focus')?.getBoundingClientRect() ?? {bottom: 0};
  const till = document.querySelector('.till').getBoundingClientRect();
  return at.bottom && Math.min(at.bottom, till.bottom) - Math.max(at.top, till.top);
}"""
"""How many pixels of what has the focus lie under the till."""


@pytest_asyncio.fixture(loop_scope="package")
async def page(browser: Browser, served: Settings) -> AsyncIterator[Page]:
    """A page on a telephone."""
    context = await browser.new_context(base_url=served.public_url, **TELEPHONE)
    yield await context.new_page()
    await context.close()


async def opened(town: Town, name: str, style: dict[str, Any] | None = None) -> Ground:
    """A round of a municipality of its own in which two may spend 600.00 each, or vote in this style."""
    await town.hire(f"Dagny, {name}", f"Hagaby, {name}")
    town.second_token = await town.hire(f"Fatima, {name}", f"Hagaby, {name}")
    return await town.open_round(
        register=crowd(2), pots=[pot(style=style or {"style": "knapsack", "max_cost": 60_000}, min_age=None)]
    )


def posts(page: Page) -> list[str]:
    """The addresses to which this page sends a form from now on."""
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    return sent


async def ballots(ground: Ground) -> int:
    """How many revisions were accepted in a pot."""
    return len(await owner(ground.town, "select from box.ballot where pot_id = $1", UUID(ground.pot)))


async def at_ballot(page: Page, ground: Ground) -> Resident:
    """Somebody with her ballot open."""
    resident = Resident(page)
    await page.goto(f"/rounds/{ground.id}/sign-in")
    await resident.fill(code=ground.town.codes["V0"])
    await resident.send("/sign-in")
    await resident.send(f"/pots/{ground.pot}/ballot")
    return resident


async def drag(page: Page, number: int, onto: int) -> None:
    """Take a project by its handle and let go of it a little beyond the middle of another."""
    handle = await page.locator(f"li:has([name=choices][value='{number}']) .handle").bounding_box()
    there = await page.locator(f".ranking li:has([name=choices][value='{onto}'])").bounding_box()
    assert handle
    assert there
    await page.mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
    await page.mouse.down()
    beyond = 0.3 if there["y"] < handle["y"] else 0.7
    await page.mouse.move(there["x"] + 20, there["y"] + beyond * there["height"], steps=8)
    await page.mouse.up()


async def test_projects_are_put_in_order_by_dragging(page: Page, town: Town) -> None:
    """Up and down, as with the buttons; the places beside them and the buttons follow."""
    resident = await at_ballot(page, await opened(town, "ranking", {"style": "ranked", "max_choices": 3}))
    for number in (3, 1, 4):
        await resident.press(page.locator(f"[value='choose {number}']"))
    chosen = page.locator(".ranking > li")
    await drag(page, 4, onto=3)
    await expect(chosen).to_contain_text(["Project 4", "Project 3", "Project 1"])
    await expect(page.locator("[value='up 4']")).to_have_count(0)
    await drag(page, 4, onto=1)
    await expect(chosen).to_contain_text(["Project 3", "Project 1", "Project 4"])
    await expect(chosen.locator(".place")).to_have_text(["1", "2", "3"])
    await expect(page.locator("[value='down 4']")).to_have_count(0)


async def test_a_project_that_is_let_go_where_it_was_sends_nothing(page: Page, town: Town) -> None:
    """Somebody touched the handle, and no more."""
    resident = await at_ballot(page, await opened(town, "held", {"style": "ranked", "max_choices": 3}))
    for number in (1, 2):
        await resident.press(page.locator(f"[value='choose {number}']"))
    sent = posts(page)
    await page.locator(".handle").first.click()
    await expect(page.locator(".held")).to_have_count(0)
    assert sent == []


async def test_the_ballot_adds_up_while_one_chooses(page: Page, town: Town) -> None:
    """The till says what is left, and that it is too much, before anything is sent."""
    resident = await at_ballot(page, await opened(town, "sums"))
    till = page.locator(".till")
    await resident.tick(1, 2)
    await expect(till).to_contain_text("600\u00a0kr of 600\u00a0kr")
    await resident.tick(1, 2, 3)
    await expect(page.locator(".beyond").first).to_contain_text("900\u00a0kr")


async def test_the_till_lies_over_nothing_that_has_the_focus(page: Page, town: Town) -> None:
    """On the smallest telephone, where letters are largest and words longest."""
    resident = await at_ballot(page, await opened(town, "focus"))
    await page.set_viewport_size(NARROW)
    await resident.press(page.locator("[value=easy]"))
    await resident.press(page.locator(".tongues [lang=so]"))
    for _ in range(40):
        await page.keyboard.press("Tab")
        assert await page.evaluate(UNDER) <= 0


async def test_choices_outlive_a_reload_and_are_offered_back(page: Page, town: Town) -> None:
    """The tab keeps them; one press brings them back onto the ballot."""
    resident = await at_ballot(page, await opened(town, "reload"))
    await resident.tick(2)
    await page.reload()
    assert await resident.ticked() == []
    await resident.press(page.locator("#bring"))
    assert await resident.ticked() == ["2"]


async def test_what_was_cast_is_not_offered_again(page: Page, town: Town) -> None:
    """On a shared device the next one finds nothing."""
    ground = await opened(town, "cast")
    resident = await at_ballot(page, ground)
    await resident.tick(2)
    await resident.cast()
    kept = await page.evaluate("Object.keys(sessionStorage).concat(Object.keys(localStorage))")
    assert kept == []


async def test_a_ballot_that_cannot_be_sent_stays(page: Page, town: Town) -> None:
    """Whoever loses the connection is told beside the button; the choices stay, and nothing is sent."""
    resident = await at_ballot(page, await opened(town, "offline"))
    sent = posts(page)
    await resident.tick(2)
    await page.context.set_offline(True)
    await page.locator("[value=review]").click()
    await expect(page.locator("[data-offline]")).to_be_in_viewport()
    await expect(page.get_by_role("alert")).to_have_count(1)
    assert (await resident.ticked(), sent) == (["2"], [])
    await page.context.set_offline(False)
    await expect(page.locator("[data-offline]")).to_be_hidden()
    await resident.press(page.locator("[value=review]"))
    await expect(page.locator(".chosen li")).to_have_count(1)


async def test_the_last_button_stays_as_well(page: Page, town: Town) -> None:
    """Where the ballot is shown once more: it is cast once the connection is back, and only once."""
    ground = await opened(town, "offline again")
    resident = await at_ballot(page, ground)
    await resident.tick(2)
    await resident.press(page.locator("[value=review]"))
    sent = posts(page)
    button = page.locator("main form > .buttons > button:not(.plain)")
    await page.context.set_offline(True)
    await button.click()
    await button.click()
    await expect(page.locator("[data-offline]")).to_be_in_viewport()
    assert (await ballots(ground), sent) == (0, [])
    await page.context.set_offline(False)
    await expect(page.locator("[data-offline]")).to_be_hidden()
    await resident.press(button)
    await expect(page.locator(".receipt")).to_be_visible()
    assert (await ballots(ground), len(sent)) == (1, 1)


async def test_a_button_that_is_pressed_twice_casts_one_ballot(page: Page, town: Town) -> None:
    """Whoever is impatient after a gap sends the same form again, which has the same key."""
    ground = await opened(town, "twice")
    resident = await at_ballot(page, ground)
    await resident.tick(2)
    await resident.press(page.locator("[value=review]"))
    await page.locator("main form > .buttons > button:not(.plain)").dblclick()
    await expect(page.locator(".receipt")).to_be_visible()
    assert await ballots(ground) == 1


async def test_turnout_moves_on_an_open_page(page: Page, town: Town) -> None:
    """Somebody votes, and whoever looks again at the page sees it without reading it anew."""
    ground = await opened(town, "turnout")
    await page.goto(f"/rounds/{ground.id}")
    turnout = page.locator("[data-live]")
    await expect(turnout).to_contain_text("0 of 2")
    await (await ground.voter("V1")).cast(1)
    await town.work("judge")
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await expect(turnout).to_contain_text("1 of 2")


async def test_turnout_moves_when_the_house_hints_at_it(page: Page, town: Town) -> None:
    """Nobody touches the page, and it is read again when somebody has voted, not before."""
    ground = await opened(town, "hints")
    asked = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    await page.goto(f"/rounds/{ground.id}")
    await expect(page.locator("[data-live]")).to_contain_text("0 of 2")
    await asyncio.sleep(1)
    before = asked.count(ground.id)
    await (await ground.voter("V1")).cast(1)
    await expect(page.locator("[data-live]")).to_contain_text("1 of 2", timeout=20_000)
    assert (before, asked.count(ground.id), asked.count("hints")) == (1, 2, 1)


async def at_screen(page: Page, town: Town, ground: Ground, served: Settings) -> None:
    """The screen of the voting day, as its officer has it open."""
    cookie = {"name": "officer", "value": town.officer_token, "url": served.public_url}
    await page.context.add_cookies([cookie])  # type: ignore[list-item]  # a TypedDict of three among twelve
    await page.goto(f"/officer/rounds/{ground.id}/today")


async def test_the_screen_of_the_voting_day_moves_and_leaves_the_keyboard_where_it_is(
    page: Page, town: Town, served: Settings
) -> None:
    """Turnout is renewed; the part in which somebody is on a link is left alone until they leave it."""
    ground = await opened(town, "screen")
    await at_screen(page, town, ground, served)
    await expect(page.locator("#turnout-now")).to_contain_text("0 of 2")
    appeals = page.locator("#waits-now a").first
    await appeals.focus()
    await (await ground.voter("V1")).cast(1)
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await expect(page.locator("#turnout-now")).to_contain_text("1 of 2")
    await expect(appeals).to_be_focused()


async def test_a_screen_whose_session_ended_says_so(page: Page, town: Town, served: Settings) -> None:
    """It does not go on to show what was true when the session ended."""
    ground = await opened(town, "ended")
    await at_screen(page, town, ground, served)
    await town.act("DELETE", "/api/officer/sessions")
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await expect(page.locator("h1")).to_have_text("Sign in as an officer")
