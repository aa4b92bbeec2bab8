"""P7: two rooms. One knows people, the other sees choices, and what a room does not serve it cannot do by mistake."""

import re
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import asyncpg
import pytest
from httpx import Response
from litestar import Litestar
from litestar.routes import HTTPRoute

from schema.settings import Settings, SettingsError
from service.app import make_app
from service.floorplan import PLAN, Part, is_here
from service.house import House, NotOpened
from tests.builders import ADDRESS, MASTER_KEY
from tests.pages.visitor import HTML, Visit, Visitor, filled
from tests.service.booths import open_booth
from tests.town import PASSWORD, Town, Voter, open_town

BOX = "https://ballots.example.se"
PARTS: tuple[Part, ...] = ("roll", "box")


@pytest.fixture
def apart(database_url: str, redis_url: str) -> Settings:
    """A house whose box has an address of its own."""
    return Settings(database_url, redis_url, MASTER_KEY, ADDRESS, separate_box_url=BOX)


@pytest.fixture
async def roll(apart: Settings) -> AsyncIterator[Town]:
    """A process of the roll."""
    async with open_town(apart, "roll") as opened:
        yield opened


@pytest.fixture
async def box(apart: Settings) -> AsyncIterator[Town]:
    """A process of the box, in the same house."""
    async with open_town(apart, "box") as opened:
        yield opened


@pytest.fixture
async def amina(roll: Town, box: Town) -> Voter:
    """Amina, who signed in at the roll and is at the box now."""
    voter = await (await roll.open_round()).voter("AMINA-1")
    voter.client = box.client
    return voter


def house(town: Town) -> House:
    """What a process has."""
    found: House = town.client.app.state.house
    return found


def routes(app: Litestar) -> set[str]:
    """Every route of the service, but for OPTIONS, which each address takes."""
    return {
        f"{method} {route.path_format}"
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for method in route.methods
        if method != "OPTIONS"
    }


def other(part: Part) -> list[str]:
    """The routes that are not of this part, as addresses."""
    return [route for route, place in PLAN.items() if place not in {part, "both"}]


async def call(town: Town, route: str, **headers: str) -> Response:
    """Call a route with ids that lead nowhere."""
    method, path = route.split()
    address = re.sub(r"{\w+}", str(UUID(int=0)), path.replace("{level}/{place}", "0/000"))
    return await town.client.request(method, address, headers=headers, follow_redirects=False)


def test_every_route_has_its_room(settings: Settings) -> None:
    """The floor plan has every route of the service, and none that is not there."""
    assert routes(make_app(settings)) == set(PLAN)


def test_a_route_without_a_room_is_in_neither() -> None:
    """Whoever forgets to place a new route does not open it by that."""
    assert not any(is_here(part, "GET", "/new") for part in PARTS)


@pytest.mark.parametrize("part", PARTS)
async def test_a_room_says_where_the_other_is(apart: Settings, part: Part) -> None:
    """What a room does not serve answers 404 with the address of the other, whoever asks and for whatever."""
    there = BOX if part == "roll" else ADDRESS
    async with open_town(apart, part) as town:
        for route in other(part):
            answer = await call(town, route)
            assert (answer.status_code, answer.json()["type"]) == (404, "/problems/elsewhere"), route
            assert there in answer.json()["detail"], route


@pytest.mark.parametrize("part", PARTS)
async def test_no_route_wants_what_its_room_did_not_open(apart: Settings, part: Part) -> None:
    """A route in the wrong room would answer that we broke."""
    async with open_town(apart, part) as town:
        badge = town.badge(await town.hire()) if part == "roll" else {}
        for route in set(PLAN) - set(other(part)):
            assert (await call(town, route, **badge)).status_code < 500, route


async def test_a_page_of_the_other_room_is_a_link_to_it(box: Town, roll: Town) -> None:
    """Who opens a page at the wrong address goes on by one click; a form leads to the front page there."""
    answer = await box.client.get("/officer/rounds", headers=HTML)
    assert answer.status_code == 404
    assert f'href="{ADDRESS}/officer/rounds"' in answer.text
    answer = await roll.client.post(f"/pots/{uuid4()}/ballots", headers=HTML)
    assert answer.status_code == 404
    assert f'href="{BOX}/"' in answer.text


async def test_the_box_opens_no_connection_to_the_other_rooms(box: Town, db: asyncpg.Connection) -> None:
    """Its pools are of one role, and a verb that wanted another room would not find it."""
    roles = await db.fetch("select distinct application_name from pg_stat_activity where application_name ~ '^byalag_'")
    assert [row[0] for row in roles] == ["byalag_box"]
    for name in ("roll", "civic"):
        with pytest.raises(NotOpened):
            getattr(house(box), name)


async def test_the_roll_takes_no_ballots(roll: Town) -> None:
    """It has no connections for casting."""
    with pytest.raises(NotOpened):
        _ = house(roll).casting


@pytest.mark.parametrize("part", PARTS)
def test_one_room_needs_an_address_of_its_own(settings: Settings, part: Part) -> None:
    """Behind one address a browser would show the box the officers' cookie."""
    with pytest.raises(SettingsError, match="BYALAG_BOX_URL"):
        make_app(settings, part)


async def test_receipts_and_heads_name_the_box(amina: Voter, box: Town) -> None:
    """The origin is the address where they are checked, and the ledger says that its tiles lie there."""
    receipt = (await amina.cast(1)).json()["receipt"]
    assert receipt["origin"] == BOX
    await box.work("judge", "sequence")
    ledger = (await box.client.get(f"/api/rounds/{receipt['round_id']}/ledger")).json()
    assert ledger["origin"] == f"ballots.example.se/api/log/{receipt['round_id']}"
    assert ledger["prefix"] == f"{BOX}/api/log/{receipt['round_id']}"


async def test_a_pass_is_all_that_opens_a_ballot(amina: Voter, box: Town, roll: Town) -> None:
    """An officer's session, in a cookie or as a token, is no pass; nor is a name or an address."""
    token = roll.officer_token
    path, body = amina.path, {"choices": [1], "base_revision": 0}
    key = {"Idempotency-Key": uuid4().hex}
    cookies = {"Cookie": f"officer={token}; __Host-officer={token}; session={amina.token}; pass={amina.token}"}
    shown: list[dict[str, str]] = [
        {},
        cookies,
        roll.badge(),
        amina.civic,
        {"X-Pass": amina.token},
        {"X-Forwarded-User": "AMINA-1"},
        {"From": "amina@example.se"},
    ]
    for headers in shown:
        answer = await box.client.post(path, json=body, headers=key | headers)
        assert (answer.status_code, answer.headers.get("set-cookie")) == (401, None), headers
        seen = await box.client.get(path.removesuffix("s"), headers=headers)
        assert (seen.status_code, seen.headers.get("set-cookie")) == (401, None), headers
    for query in (f"pass={amina.token}", f"token={amina.token}", f"access_token={amina.token}"):
        assert (await box.client.post(f"{path}?{query}", json=body, headers=key)).status_code == 401, query


@pytest.mark.parametrize("name", ["identity", "email", "person_ref", "tag", "code", "officer"])
async def test_a_ballot_that_names_a_person_is_refused(amina: Voter, name: str) -> None:
    """Nothing but choices, points and a revision may stand in a ballot's body."""
    headers = {"Authorization": f"Bearer {amina.token}", "Idempotency-Key": uuid4().hex}
    body = {"choices": [1], "base_revision": 0, name: "AMINA-1"}
    answer = await amina.client.post(amina.path, json=body, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/malformed")


async def test_what_comes_beside_a_pass_changes_nothing(amina: Voter, roll: Town, db: asyncpg.Connection) -> None:
    """With an officer's cookie, an identity in the query and a name in a header it is Amina's ballot, and hers only."""
    headers = {
        "Authorization": f"Bearer {amina.token}",
        "Idempotency-Key": uuid4().hex,
        "Cookie": f"officer={roll.officer_token}",
        "X-Identity": "BJORN-2",
    }
    body = {"choices": [1], "base_revision": 0}
    answer = await amina.client.post(f"{amina.path}?identity=BJORN-2&pass=x", json=body, headers=headers)
    assert (answer.status_code, answer.headers.get("set-cookie")) == (201, None)
    assert await db.fetchval("select array_agg(tag) from box.ballot") == [amina.tag]


async def test_the_box_sets_no_cookie(amina: Voter, box: Town) -> None:
    """Whatever it is asked, it gives nobody anything that a browser would bring back."""
    await amina.cast(1)
    answers = [await call(box, route) for route in PLAN]
    answers += [await call(box, route, **HTML) for route in PLAN]
    assert [answer.request.url for answer in answers if "set-cookie" in answer.headers] == []


def ways(seen: Visit) -> list[tuple[str, str]]:
    """Where the links and forms of a page lead, with their methods."""
    found = [("GET", link["href"]) for link in seen.page.all("a", "link")]
    found += [(form["method"].upper(), form["action"]) for form in seen.page.all("form")]
    found += [("POST", button["formaction"]) for button in seen.page.all("button") if button["formaction"]]
    return [(method, way) for method, way in found if not way.startswith("#")]


def lost(part: Part, seen: Visit) -> list[str]:
    """The links and forms of a page, shown by one room, that lead to where nobody answers them."""
    found = []
    for method, way in ways(seen):
        there: Part = "box" if way.startswith(BOX) else "roll" if way.startswith(ADDRESS) else part
        path = urlsplit(way).path or "/"
        templates = [name for name in PLAN if re.fullmatch(re.sub(r"{\w+}", "[^/]+", name), f"{method} {path}")]
        if not any(is_here(there, method, name.split()[1]) for name in templates):
            found.append(f"{method} {way}")
    return found


def speechless(seen: Visit, language: str) -> list[str]:
    """The ways from a page into a room that do not say in which language to go on."""
    return [
        way
        for _, way in ways(seen)
        if way.startswith((BOX, ADDRESS)) and parse_qs(urlsplit(way).query).get("lang") != [language]
    ]


async def going(browser: Visitor, action: str, *pressed: tuple[str, str], **typed: str) -> Visit:
    """Send the form of a page whose address ends like this, whatever its buttons are called."""
    assert browser.seen is not None
    form = next(form for form in browser.seen.page.all("form") if urlsplit(form["action"]).path.endswith(action))
    fields = [(name, typed.get(name, value)) for name, value in filled(form)]
    return await browser.send(form["action"], [*fields, *pressed])


async def everywhere(roll: Town, box: Town, language: str = "") -> AsyncIterator[tuple[Part, Visit]]:
    """Every page of each room, in voting and after it, read in the language that was asked for first."""
    ground = await roll.open_round()
    voter = await ground.voter("AMINA-1")
    paths = {route.split()[1] for part in PARTS for route in PLAN if route.startswith("GET")}
    files: tuple[str, ...] = ("/officer/register/imports/{import_id}/faults", "/officer/pots/{pot_id}/projects.csv")
    files += ("/officer/rounds/{round_id}/auditors/{auditor_id}/openings",)
    followed = tuple(f"/rounds/{{round_id}}/{each}" for each in ("news.atom", "dates.ics", "hints"))
    picture = "/proposals/{proposal_id}/pictures/{picture}"
    drawn = ("/rounds/{round_id}/map.svg", picture, f"/officer{picture}")
    skipped = ("/api", "/health", "/static", *files, *followed, *drawn)  # no pages
    pages = [path for path in sorted(paths) if not path.startswith(skipped)]
    known = {"round_id": ground.id, "pot_id": ground.pot, "proposal_id": uuid4(), "slug": "stale", "act": "close"}
    known |= {"provider": "bank", "link": "nobodys"}
    drafted = await ground.officer("GET", "draft")
    known |= {"project_id": drafted["projects"][0]["id"], "municipality_id": drafted["round"]["municipality_id"]}
    known["import_id"] = (await roll.act("GET", "/api/register/imports"))["imports"][0]["id"]
    booth = await open_booth(ground)
    known["batch_id"] = booth.id
    browsers: dict[Part, Visitor] = {"roll": Visitor(roll.client), "box": Visitor(box.client)}
    for browser in browsers.values():
        await browser.open(f"/?lang={language}" if language else "/")
    await browsers["roll"].open("/officer")
    await going(browsers["roll"], "/officer", name="Dagny", password=PASSWORD)

    async def look() -> AsyncIterator[tuple[Part, Visit]]:
        for part, browser in browsers.items():
            for path in pages:
                if is_here(part, "GET", path):
                    yield part, await browser.open(path.format(**known))
            yield part, await browser.open("/nowhere")
            yield part, await browser.open("/receipts?commitment=x" if part == "roll" else "/officer/rounds?done=x")

    async for seen in look():
        yield seen
    await browsers["roll"].open(f"/rounds/{ground.id}/sign-in")
    yield "roll", await going(browsers["roll"], "/sign-in", code=roll.codes["AMINA-1"])
    ballot = f"/pots/{ground.pot}/ballot"
    for token in ("none", voter.token):
        yield "box", await browsers["box"].send(ballot, [("pass", token)])
    yield "box", await going(browsers["box"], "/ballot", ("choices", "1"), ("press", "review"))
    yield "box", await going(browsers["box"], "/ballots")
    await booth.close()
    await ground.count()
    await ground.publish()
    async for seen in look():
        yield seen


async def test_every_link_leads_to_the_room_that_answers_it(roll: Town, box: Town) -> None:
    """From each page of each room, in voting and after it, every link and form goes where it is answered."""
    async for part, seen in everywhere(roll, box):
        assert lost(part, seen) == [], (part, seen.answer.request.url)


async def test_the_language_comes_along_into_the_other_room(roll: Town, box: Town) -> None:
    """A cookie stays behind in the room that set it, so each link, form and way on says what the reader chose."""
    crossings = 0
    async for part, seen in everywhere(roll, box, "ar"):
        assert seen.headers["content-language"] == "ar", (part, seen.answer.request.url)
        assert speechless(seen, "ar") == [], (part, seen.answer.request.url)
        crossings += any(way.startswith((BOX, ADDRESS)) for _, way in ways(seen))
    assert crossings > 40


async def test_nobody_is_asked_to_read_what_she_did_not_choose(roll: Town, box: Town) -> None:
    """A browser says in both rooms what it likes best; an address that says it as well would be kept and passed on."""
    for town in (roll, box):
        seen = await Visitor(town.client).open("/", **{"Accept-Language": "ar"})
        assert [way for _, way in ways(seen) if way.startswith((BOX, ADDRESS)) and "lang=" in way] == []


async def test_a_ballot_without_a_pass_leads_back_in_the_same_language(roll: Town, box: Town) -> None:
    """Whoever opens its address is sent to where the way begins."""
    ground = await roll.open_round()
    answer = await box.client.get(f"/pots/{ground.pot}/ballot?lang=ar", headers=HTML, follow_redirects=False)
    assert answer.headers["location"] == f"{ADDRESS}/rounds/{ground.id}/sign-in?lang=ar"


async def test_what_was_asked_comes_along_as_well(roll: Town) -> None:
    """A page of the other room is a link to the same place of it."""
    seen = await Visitor(roll.client).open("/receipts?commitment=abc&lang=fi")
    assert f"{BOX}/receipts?commitment=abc&lang=fi" in [way for _, way in ways(seen)]
