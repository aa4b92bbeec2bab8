"""Officers who sign in with a directory: a town that has one, and what they do in their browsers."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx

from schema.settings import Settings
from tests.builders import ADDRESS, MASTER_KEY
from tests.pages.visitor import HTML, Visit
from tests.people import owner
from tests.provider import Bank
from tests.town import PASSWORD, Town, open_town

HALL = "/officer/sign-in/hall"
LINK = re.compile(r"good for three days: \S+(/officer/invitations/\S+)")


@asynccontextmanager
async def hall_town(database_url: str, redis_url: str, directory: Bank, **changes: Any) -> AsyncIterator[Town]:
    """A town whose officers may sign in with the directory; nobody is limited."""
    known = {"hall": directory.directory(**changes)}
    settings = Settings(database_url, redis_url, MASTER_KEY, ADDRESS, limits=False, directories=known)
    async with open_town(settings) as town:
        yield town


async def officer_id(town: Town, name: str) -> UUID:
    """An officer's id."""
    [row] = await owner(town, "select id from roll.officer where name = $1", name)
    found: UUID = row["id"]
    return found


async def link_for(town: Town, name: str) -> str:
    """Dagny gives an officer a link; answers its path."""
    path = f"/officer/staff/{await officer_id(town, name)}/invitation"
    answer = await town.client.post(path, data={"directory": "hall"}, headers=HTML | town.badge())
    found = LINK.search(Visit(answer).text)
    assert found, answer.text
    return found[1]


async def go_there(town: Town, path: str = HALL) -> str:
    """Press the button and sign in at the directory; answers where that leads the browser."""
    led = await town.client.get(path, headers=HTML, follow_redirects=False)
    assert led.status_code == 303, led.text
    async with httpx.AsyncClient(trust_env=False) as browser:
        return str((await browser.get(led.headers["location"])).headers["location"])


async def come_back(town: Town, address: str) -> Visit:
    """Open the address to which a directory led the browser."""
    return Visit(await town.client.get(address, headers=HTML, follow_redirects=False))


async def sign_in(town: Town, path: str = HALL) -> Visit:
    """All of it."""
    return await come_back(town, await go_there(town, path))


async def bind(town: Town, directory: Bank, name: str, subject: str) -> Visit:
    """An officer's first sign-in, by a link."""
    directory.claims = directory.claims | {"sub": subject}
    return await sign_in(town, await link_for(town, name) + "/sign-in")


def token_of(seen: Visit) -> str:
    """The session that a page began; none where it began none."""
    cookies = [each.partition(";")[0] for each in seen.headers.get_list("set-cookie")]
    return next((each.partition("=")[2] for each in cookies if each.startswith("officer=")), "")


async def enter(town: Town, directory: Bank, name: str, subject: str) -> str:
    """An officer binds an account and is in; answers the token."""
    seen = await bind(town, directory, name, subject)
    token = token_of(seen)
    assert token, seen.text
    town.client.cookies.clear()
    return token


async def lives(town: Town, token: str) -> bool:
    """Whether a session opens anything."""
    return (await town.client.get("/api/officer/sessions", headers=town.badge(token))).status_code == 200


async def password(town: Town, name: str = "Dagny") -> str:
    """What becomes of name and password."""
    answer = await town.client.post("/api/officer/sessions", json={"name": name, "password": PASSWORD})
    return "in" if answer.is_success else str(answer.json()["type"]).removeprefix("/problems/")


async def at_once(*doing: Any) -> list[Any]:
    """What several do at the same moment."""
    return list(await asyncio.gather(*doing))
