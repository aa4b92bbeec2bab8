"""A house that is served on a port of its own, and one browser for all tests of this folder."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from functools import partial

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from schema.local.servers import Servers
from schema.local.up import free_port, ready
from schema.settings import Settings
from tests.builders import MASTER_KEY
from tests.conftest import TEMPLATE, new_database
from tests.town import Town
from tests.workers.processes import command, eventually

ABSENT = "no chromium: `apt-get install chromium`, or name one in BYALAG_CHROMIUM"


@pytest.fixture(scope="package")
def chromium() -> str:
    """The path of a browser. Without one these tests are skipped, unless they are demanded."""
    found = os.environ.get("BYALAG_CHROMIUM") or shutil.which("chromium")
    if not found and os.environ.get("BYALAG_BROWSER") == "demanded":
        pytest.fail(ABSENT)
    return found or pytest.skip(ABSENT)


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """A browser that runs; each test has contexts of its own in it."""
    async with async_playwright() as playwright:
        # As root, which containers mostly are, Chromium runs without its own sandbox or not at all.
        opened = await playwright.chromium.launch(executable_path=chromium, chromium_sandbox=os.geteuid() != 0)
        yield opened
        await opened.close()


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def served(chromium: str, ground: Servers) -> AsyncIterator[Settings]:
    """A house on loopback. Nobody is limited in it, because everybody comes from one address."""
    async with new_database(ground, TEMPLATE) as url:
        port = free_port()
        settings = Settings(url, ground.redis_url, MASTER_KEY, f"http://127.0.0.1:{port}", limits=False)
        with command(settings, "service", "--port", str(port)):
            await eventually(partial(asyncio.to_thread, ready, settings.public_url), 120)
            yield settings


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def client(served: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """What officers' programs ask the house with."""
    async with httpx.AsyncClient(base_url=served.public_url, trust_env=False, timeout=60) as made:
        yield made


@pytest.fixture
def town(client: httpx.AsyncClient, served: Settings) -> Town:
    """People of the house, nobody of them hired yet."""
    return Town(client, served)  # type: ignore[arg-type]  # it asks no more of it than of a client of our own
