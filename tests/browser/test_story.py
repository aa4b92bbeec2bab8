"""The whole story of a resident, from the front page to the outcome: by hand or keyboard, with script or without."""

import pytest
from playwright.async_api import Browser

from schema.settings import Settings
from service.languages import LANGUAGES
from tests.browser.eyes import DESK, TELEPHONE, take
from tests.browser.resident import Resident, Typist
from tests.town import Ground, Town, crowd

pytestmark = pytest.mark.asyncio(loop_scope="package")

WAYS = {
    "a telephone": (TELEPHONE, True, "en", Resident),
    "a telephone without script": (TELEPHONE, False, "sv", Resident),
    "a telephone from right to left": (TELEPHONE, True, "ar", Resident),
    "a desk without script": (DESK, False, "en", Resident),
    "a desk from right to left, without script": (DESK, False, "ar", Resident),
    "a keyboard": (DESK, True, "sv", Typist),
}
"""A screen, whether script runs, the language, and who sits there."""


@pytest.mark.parametrize("way", WAYS)
async def test_a_resident_votes_and_reads_the_outcome(browser: Browser, served: Settings, town: Town, way: str) -> None:
    """Front page, round, code, ballot, receipt, another ballot, withdrawal, a last ballot, ledger, verdict, outcome."""
    screen, script, language, kind = WAYS[way]
    await town.hire(f"Dagny, {way}", f"Hagaby, {way}")
    town.second_token = await town.hire(f"Fatima, {way}", f"Hagaby, {way}")
    ground = await town.open_round(register=crowd(2))
    context = await browser.new_context(base_url=served.public_url, java_script_enabled=script, **screen)
    page = await context.new_page()
    resident: Resident = kind(page)
    await page.goto(f"/?lang={language}")
    await _votes(resident, ground)
    await town.work("judge", "sequence")
    await _finds_the_receipt(resident)
    await ground.count()
    await _asks_what_became_of_it(resident, ground)
    await ground.publish()
    await resident.page.goto(f"/rounds/{ground.id}")
    await resident.follow(f"/pots/{ground.pot}/results")
    assert await page.locator(".outcome > li").count() == 4
    root = page.locator("html")
    assert await root.get_attribute("lang") == language
    assert await root.get_attribute("dir") == LANGUAGES[language].direction
    await take(page, f"story/{way}")
    await context.close()


async def _signs_in(resident: Resident, ground: Ground) -> None:
    await resident.follow(f"/rounds/{ground.id}/sign-in")
    await resident.fill(code=ground.town.codes["V0"])
    await resident.send("/sign-in")


async def _votes(resident: Resident, ground: Ground) -> None:
    """Casts, casts anew, takes back, and casts once more; each has a receipt, and the ballot shows what was chosen."""
    ballot = f"/pots/{ground.pot}/ballot"
    await resident.follow(f"/rounds/{ground.id}")
    await _signs_in(resident, ground)
    for chosen in ([1, 3], [2]):
        await resident.send(ballot)
        await resident.tick(*chosen)
        await resident.cast()
        assert await resident.page.locator(".receipt").count() == 1
    await resident.send(ballot)
    assert await resident.ticked() == ["2"]
    await resident.send("/withdrawals")
    await resident.send(ballot)
    assert await resident.ticked() == []
    await resident.tick(2, 4)
    await resident.cast()


async def _finds_the_receipt(resident: Resident) -> None:
    """From the receipt to its place in the ledger, and once more by typing the fingerprint."""
    fingerprint = await resident.page.locator(".receipt .groups").inner_text()
    await resident.press(resident.page.locator("main a[href*='/receipts?commitment=']"))
    await resident.fill(commitment=fingerprint)
    await resident.send("/receipts")
    assert await resident.page.locator(".receipt .groups").inner_text() == fingerprint


async def _asks_what_became_of_it(resident: Resident, ground: Ground) -> None:
    """Signs in again when voting has closed: the ballot is there, and shows no choice."""
    await resident.page.goto(f"/rounds/{ground.id}/sign-in")
    await resident.fill(code=ground.town.codes["V0"])
    await resident.send("/sign-in")
    await resident.send(f"/pots/{ground.pot}/ballot")
    assert await resident.page.locator(".receipt").count() == 1
    assert await resident.page.locator("input[name=choices]").count() == 0


async def test_the_first_tab_leads_past_the_masthead(browser: Browser, served: Settings) -> None:
    """To a link that is seen once it has the focus, and from there into the main part."""
    page = await browser.new_page(base_url=served.public_url)
    await page.goto("/receipts")
    typist = Typist(page)
    await typist.reach(page.locator(".skip"))
    await page.keyboard.press("Enter")
    await typist.reach(page.locator("main a"))
    await page.close()
