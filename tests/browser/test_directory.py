"""An officer comes in by a directory on another site, in a real browser; and what the pages on the way look like."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from schema.local.servers import Servers
from schema.local.up import free_port, ready
from schema.settings import Settings
from tests.browser.eyes import NARROW, TELEPHONE, look
from tests.builders import MASTER_KEY
from tests.conftest import TEMPLATE, new_database
from tests.provider import CLIENT, SECRET, Bank, bank
from tests.service.directories import link_for
from tests.service.test_directories import shown, with_app
from tests.town import Town
from tests.workers.processes import command, eventually

pytestmark = pytest.mark.asyncio(loop_scope="package")

FILE = """
[hall]
name = "Hagaby kommun"
issuer = "{issuer}"
client_id = "{client}"
client_secret = "{secret}"
"""


@pytest_asyncio.fixture(loop_scope="package")
async def hall(
    chromium: str, ground: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Town, Bank]]:
    """A house whose directory has another host name, so that it is another site to a browser."""
    async with new_database(ground, TEMPLATE) as url:
        with bank() as directory:
            directory.issuer = directory.issuer.replace("127.0.0.1", "localhost")
            file = tmp_path / "directories.toml"
            file.write_text(FILE.format(issuer=directory.issuer, client=CLIENT, secret=SECRET))
            monkeypatch.setenv("BYALAG_DIRECTORIES", str(file))
            port = free_port()
            settings = Settings(url, ground.redis_url, MASTER_KEY, f"http://127.0.0.1:{port}", limits=False)
            with command(settings, "service", "--port", str(port)):
                await eventually(partial(asyncio.to_thread, ready, settings.public_url), 120)
                async with httpx.AsyncClient(base_url=settings.public_url, trust_env=False, timeout=60) as client:
                    yield Town(client, settings), directory  # type: ignore[arg-type]  # as the fixture town


async def seen(page: Page, name: str) -> str:
    """Look at the page that is open, with a picture of it; answers its heading."""
    sight = await look(page, 200, f"directory/{name}")
    assert (sight.faults, sight.wide) == ([], [])
    assert sight.width <= NARROW["width"]
    return str(await page.locator("h1").text_content())


async def test_an_officer_comes_in_by_a_directory(browser: Browser, hall: tuple[Town, Bank]) -> None:
    """By a link, and again without one, with the code of an app: the session holds on the page after the first one."""
    town, directory = hall
    await town.hire("Dagny")
    await town.hire("Gunnar")
    await town.hire("Hanna")
    link = await link_for(town, "Gunnar")
    await link_for(town, "Hanna")
    directory.claims = {"sub": "g-1"}
    context = await browser.new_context(base_url=town.settings.public_url, reduced_motion="reduce", **TELEPHONE)
    page = await context.new_page()
    await page.goto(link)
    assert await seen(page, "invitation") == "Your way in as an officer"
    await page.get_by_role("link", name="Sign in with Hagaby kommun").click()
    assert await seen(page, "signed-in") == "You are signed in"
    await page.get_by_role("link", name="To the rounds").click()
    assert await page.locator("h1").text_content() == "Your rounds"
    await page.goto("/officer/account")
    assert await seen(page, "account") == "Your account"
    await page.get_by_role("button", name="Sign out").click()
    assert await seen(page, "sign-in") == "Sign in as an officer"
    secret = await with_app(town, "Gunnar")
    await page.get_by_role("link", name="Sign in with Hagaby kommun").click()
    assert await seen(page, "code") == "The code of your app"
    await page.get_by_label("The code that the app shows now").fill(shown(secret))
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("link", name="To the rounds").click()
    assert await page.locator("h1").text_content() == "Your rounds"
    await context.clear_cookies()
    await context.add_cookies([{"name": "officer", "value": town.officer_token, "url": town.settings.public_url}])
    await page.goto("/officer/staff")
    for each in await page.locator("summary").all():
        await each.click()
    assert await seen(page, "staff") == "Staff"
    await context.close()
