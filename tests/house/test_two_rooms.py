"""P7: a house of two processes at two addresses: people are known at one, and ballots are cast at the other."""

import asyncio
import time
from collections.abc import AsyncIterator
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest
from msgspec.structs import replace

from schema.database import connect
from schema.keys import Signer
from schema.local.up import free_port, ready
from schema.passes import Issuer, open_pass
from schema.settings import Settings
from tests.builders import published, secret
from tests.pages.test_resident import at_ballot, hidden, sealed_earlier, signed_in
from tests.pages.visitor import Visitor
from tests.town import PASSWORD, Town, draft, pot
from tests.workers.processes import command, eventually


class Requests:
    """A browser's requests, by host: what it sent where."""

    def __init__(self) -> None:
        self.sent: list[httpx.Request] = []

    async def note(self, request: httpx.Request) -> None:
        """Remember a request."""
        self.sent.append(request)

    def to(self, url: str) -> list[httpx.Request]:
        """Those to the host of an address."""
        return [request for request in self.sent if request.url.host == urlsplit(url).hostname]


@pytest.fixture
async def box_login(db: asyncpg.Connection, database_url: str) -> AsyncIterator[str]:
    """The database for somebody who is a member of the box's role and of no other."""
    await db.execute("create role ballots login in role byalag_box")
    yield database_url.replace("//byalag@", "//ballots@")
    await db.execute("drop role ballots")


@pytest.fixture
async def apart(settings: Settings, box_login: str) -> AsyncIterator[Settings]:
    """Two processes of one house on two ports, under two host names: a browser keeps cookies by host."""
    roll, box = free_port(), free_port()
    house = replace(settings, public_url=f"http://127.0.0.1:{roll}", separate_box_url=f"http://localhost:{box}")
    with (
        command(house, "service", "--room", "roll", "--port", str(roll)),
        command(replace(house, database_url=box_login), "service", "--room", "box", "--port", str(box)),
    ):
        for url in (house.public_url, house.box_url):
            await eventually(partial(asyncio.to_thread, ready, url))
        yield house


@pytest.fixture
def requests() -> Requests:
    """What is sent in this test."""
    return Requests()


@pytest.fixture
async def town(apart: Settings, requests: Requests) -> AsyncIterator[Town]:
    """The people, who begin at the roll."""
    hooks: Any = {"request": [requests.note]}
    client: Any = httpx.AsyncClient(base_url=apart.public_url, trust_env=False, event_hooks=hooks, timeout=30)
    async with client:
        yield Town(client, apart)


async def test_the_login_of_the_box_is_nobody_else(apart: Settings, box_login: str) -> None:
    """The box of these tests works with a login that cannot become the roll, whatever its process were made to do."""
    with pytest.raises(asyncpg.PostgresError, match="permission denied to set role"):
        await connect(box_login, "byalag_roll")


async def test_a_program_signs_in_at_one_and_casts_at_the_other(town: Town) -> None:
    """Each room does its own part and refuses the other's, with the address where it is done."""
    roll, box = town.settings.public_url, town.settings.box_url
    ground = await town.open_round()
    amina = await ground.voter("AMINA-1")
    refused = await amina.cast(1)
    assert (refused.status_code, refused.json()["facts"]) == (404, {"address": box})
    amina.path = f"{box}{amina.path}"
    accepted = await amina.cast(1)
    assert (accepted.status_code, accepted.json()["receipt"]["origin"]) == (201, box)
    for method, path in (
        ("POST", f"/api/rounds/{ground.id}/sign-in"),
        ("GET", f"/api/rounds/{ground.id}/draft"),
        ("POST", "/api/officer/sessions"),
        ("GET", f"/api/rounds/{ground.id}/proposals"),
    ):
        refused = await town.client.request(method, f"{box}{path}", headers=town.badge())
        assert (refused.status_code, refused.json()["facts"]) == (404, {"address": roll}), path


async def test_a_resident_goes_from_one_to_the_other(town: Town, requests: Requests) -> None:
    """The form with the pass is sent to the box; what follows stays there, and no cookie goes along."""
    box = town.settings.box_url
    ground = await town.open_round(pots=[pot("One"), pot("Two")])
    browser = Visitor(town.client)
    await browser.open("/officer")
    await browser.press("Sign in", name="Dagny", password=PASSWORD)
    assert (await signed_in(browser, ground)).form_targets == f" {box}"
    ballot = await browser.press("Open the ballot")
    assert browser.at == f"{box}/pots/{ground.pot}/ballot"
    assert f"{town.settings.public_url}/officer" in {each["href"] for each in ballot.page.all("a")}
    receipt = await browser.cast(ticks=[1])
    assert receipt.title == "Your ballot was accepted"
    assert (await browser.press("Open the ballot: Two")).title == "Your ballot: Two"
    found = next(each["href"] for each in receipt.page.all("a") if each.text == "Find it there")
    assert "within a minute" in (await browser.open(f"{box}{found}")).text
    assert town.client.cookies["officer"]
    assert len(requests.to(box)) == 5
    assert [request.url for request in requests.to(box) if "cookie" in request.headers] == []


async def test_links_lead_to_the_room_where_they_are(town: Town) -> None:
    """A round's page is at both addresses, and at both its links go to the right one."""
    roll, box = town.settings.public_url, town.settings.box_url
    ground = await town.open_round()
    browser = Visitor(town.client)
    for here in (roll, box):
        links = {each["href"] for each in (await browser.open(f"{here}/rounds/{ground.id}")).page.all("a")}
        assert {f"{roll}/rounds/{ground.id}/sign-in", f"{roll}/officer", f"{box}/receipts", f"{box}/api/keys"} <= links
    led = await town.client.get(f"{box}/pots/{ground.pot}/ballot", follow_redirects=False)
    assert led.headers["location"] == f"{roll}/rounds/{ground.id}/sign-in"


async def test_a_chosen_language_goes_along(town: Town) -> None:
    """A cookie stays behind, so links to the other room name the language; and none is named before it was chosen."""
    roll, box = town.settings.public_url, town.settings.box_url
    browser = Visitor(town.client)
    assert f"{box}/receipts" in {each["href"] for each in (await browser.open(f"{roll}/")).page.all("a")}
    chosen = await browser.open(f"{roll}/?lang=da")
    assert f"{box}/receipts?lang=da" in {each["href"] for each in chosen.page.all("a")}
    again = await browser.open(f"{roll}/privacy")
    assert f"{box}/receipts?lang=da" in {each["href"] for each in again.page.all("a")}


async def test_from_the_results_one_comes_to_who_took_part_and_back(town: Town) -> None:
    """The outcome is at the box and areas are at the roll: the way leads there and back in the language she chose."""
    roll, box = town.settings.public_url, town.settings.box_url
    ground = await town.open_round()
    await ground.count()
    await town.work("roll")
    await ground.publish()
    browser = Visitor(town.client)
    results, turnout = f"/pots/{ground.pot}/results?lang=da", f"/rounds/{ground.id}/turnout?lang=da"
    assert f"{roll}{turnout}" in {each["href"] for each in (await browser.open(f"{box}{results}")).page.all("a")}
    seen = await browser.open(f"{roll}{turnout}")
    assert (seen.status, seen.page.all("html")[0]["lang"]) == (200, "da")
    assert f"{box}{results}" in {each["href"] for each in seen.page.all("a")}
    refused = await town.client.get(f"{box}/api/rounds/{ground.id}/turnout-by-area")
    assert (refused.status_code, refused.json()["facts"]) == (404, {"address": roll})


async def test_no_choice_comes_along_to_where_people_sign_in(town: Town, requests: Requests) -> None:
    """Whose pass has ended reads the choices at the box, and signs in again on a page that knows nothing of them."""
    roll = town.settings.public_url
    ground = await town.open_round(areas=draft()["areas"])
    browser = Visitor(town.client)
    ballot = await at_ballot(browser, ground)
    db = await asyncpg.connect(town.settings.database_url)
    signer, issuer = Signer(await secret(db, "passes")), Issuer(roll, await published(db, "passes"))
    await db.close()
    token = sealed_earlier(open_pass(hidden(ballot, "pass"), issuer, "box", time.time()), signer)
    asked = await browser.cast(ticks=[2, 4], token=token)
    assert (asked.status, asked.title) == (401, "Sign in again")
    assert "2 Project 2 4 Project 4" in asked.text
    assert not asked.page.all("form")
    assert f"{roll}/rounds/{ground.id}/sign-in" in {each["href"] for each in asked.page.all("a")}
    code = [("code", town.codes["AMINA-1"]), ("then", "choices"), ("pot", ground.pot), ("choices", "2")]
    forged = await Visitor(town.client).send(f"{roll}/rounds/{ground.id}/sign-in", code)
    assert (forged.title, forged.checked()) == ("What you can do", [])
