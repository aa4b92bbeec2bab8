"""What holds for all pages: each is covered, tells problems as pages, sends its headers, and shows text as text."""

from typing import Any

from litestar import Litestar
from litestar.routes import HTTPRoute

from service.refusals import PROBLEMS
from tests.pages.test_resident import in_phase, signed_in
from tests.pages.visitor import HTML, Visit, Visitor
from tests.service.booths import open_booth
from tests.town import PASSWORD, Town

CANARY = """<script>alert(1)</script>"'><img src=x onerror=alert(2)>{{ 7 * 7 }}"""
NOT_HTML = {
    "/static/{name:str}",
    "/static/brand.css",
    "/static/logo",
    "/health/live",
    "/health/ready",
    "/officer/register/imports/{import_id}/faults",
    "/officer/pots/{pot_id}/projects.csv",
    "/officer/rounds/{round_id}/auditors/{auditor_id}/openings",
    "/rounds/{round_id}/news.atom",
    "/rounds/{round_id}/dates.ics",
    "/rounds/{round_id}/hints",
    "/rounds/{round_id}/map.svg",
    "/proposals/{proposal_id}/pictures/{picture:str}",
    "/officer/proposals/{proposal_id}/pictures/{picture:str}",
}

REFUSED = {
    "/rounds/{round_id}/sign-in/{provider}": {404},
    "/sign-in/callback": {400},
    "/officer/sign-in/{provider}": {404},
    "/officer/callback": {400},
    "/officer/invitations/{link}": {410},
    "/officer/invitations/{link}/sign-in": {410},
}
"""Pages that refuse everybody in a town without providers."""


def addresses(app: Litestar) -> set[str]:
    """Every address outside the API that answers GET with a page."""
    return {
        route.path_format.replace(":uuid", "").replace(":str", "")
        for route in app.routes
        if isinstance(route, HTTPRoute) and "GET" in route.methods and not route.path.startswith("/api")
    } - {path.replace(":str", "") for path in NOT_HTML}


async def test_every_page_is_opened_and_inspected(town: Town, visitor: Visitor) -> None:
    """A GET page that is not opened here has no inspection; the route table says which there are."""
    ground = await in_phase(town, "proposing")
    await signed_in(visitor, ground)
    await visitor.press("Write a proposal")
    sent = await visitor.press("Put it forward", title="Bänkar", about="Vid ån.", author_name="Amina")
    proposal = next(each["href"] for each in sent.page.all("a") if each.text == "Bänkar").rpartition("/")[2]
    await visitor.open("/officer")
    await visitor.press("Sign in", name="Dagny", password=PASSWORD)
    drafted = await town.act("GET", f"/api/rounds/{ground.id}/draft")
    known = {
        "round_id": ground.id,
        "municipality_id": drafted["round"]["municipality_id"],
        "pot_id": ground.pot,
        "proposal_id": proposal,
        "project_id": drafted["projects"][0]["id"],
        "batch_id": (await open_booth(await town.open_round(register=None))).id,
        "import_id": (await town.act("GET", "/api/register/imports"))["imports"][0]["id"],
        "slug": "too-costly",
        "act": "announce",
        "provider": "bank",
        "link": "nobodys",
    }
    paths = addresses(town.client.app)
    assert len(paths) > 15
    for path in sorted(paths):
        seen = await visitor.open(path.format(**known))
        assert seen.status in REFUSED.get(path, {200, 409}), path


async def test_every_problem_has_a_page(visitor: Visitor) -> None:
    """The type of a problem is an address with its title, and a sentence that needs no facts."""
    for refusal, problem in PROBLEMS.items():
        seen = await visitor.open(f"/problems/{refusal.code}")
        assert (seen.status, seen.title) == (200, problem.title)
        assert "{" not in seen.text, refusal.code
        assert ("{" in problem.sentence) == bool(problem.general), refusal.code


async def test_a_page_that_is_not_there_is_a_page(town: Town, visitor: Visitor) -> None:
    """Browsers get a page with the status kept, everybody else problem details; the API never sends a page."""
    assert (await visitor.open("/nowhere")).status == 404
    assert (await visitor.open("/problems/nothing")).status == 404
    assert (await visitor.open("/rounds/3f2504e0-4f89-11d3-9a0c-0305e82c3301")).status == 404
    assert (await visitor.open("/?after=x")).status == 400
    for path, headers in (
        ("/nowhere", {}),
        ("/nowhere", {"Accept": "application/json"}),
        ("/api/rounds/nowhere", HTML),
    ):
        answer = await town.client.get(path, headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


async def test_static_files_are_kept_by_version(town: Town, visitor: Visitor) -> None:
    """The address in a page may be kept for ever; another version may not."""
    page = (await visitor.open("/")).page
    for link in page.all("link"):
        answer = await town.client.get(link["href"])
        assert "immutable" in answer.headers["cache-control"]
        stale = await town.client.get(link["href"].partition("?")[0] + "?v=old")
        assert stale.headers["cache-control"] == "no-cache"
        assert stale.headers["etag"] == answer.headers["etag"]
    assert (await town.client.get("/static/..%2fshell.py")).status_code == 404


async def test_what_people_write_is_text(town: Town, visitor: Visitor) -> None:
    """A proposal that tries to be markup is read as it was written, on every page that shows it."""
    ground = await in_phase(town, "proposing")
    await signed_in(visitor, ground)
    await visitor.press("Write a proposal")
    await visitor.press("Put it forward", title=CANARY, about=CANARY, author_name=CANARY, cost_guess="x")
    sent = await visitor.press("Put it forward", cost_guess="")
    link = next(each["href"] for each in sent.page.all("a") if each["href"].startswith("/proposals/"))
    await visitor.open("/officer")
    await visitor.press("Sign in", name="Dagny", password=PASSWORD)
    for path in (link, f"/rounds/{ground.id}/proposals", f"/officer/rounds/{ground.id}/proposals"):
        seen = await visitor.open(path)
        assert "<script" not in seen.html
        assert CANARY in seen.text


STRANGE_FORMS = (
    (b"code=%00", 400),
    (b"code=%ff", 400),
    (b"code=\xff", 400),
    (b"code", 400),
    (b"code=1&code=2", 400),
    (b"&".join([b"choices=1"] * 1300), 400),
    (b"code=" + b"x" * 400_000, 413),
    (b"", 401),
    (b"then=ballot&pot=x&choices=x", 401),
    (b"code=%F0%9F%8C%B3", 401),
)


async def test_a_strange_form_is_refused_in_words(town: Town) -> None:
    """NUL, broken UTF-8, doubled fields, too many, too long: each a page that says so, none a fault of ours."""
    ground = await town.draw_round()
    await ground.officer("POST", "announcement")
    headers = HTML | {"Content-Type": "application/x-www-form-urlencoded"}
    for body, status in STRANGE_FORMS:
        answer = await town.client.post(f"/rounds/{ground.id}/sign-in", content=body, headers=headers)
        assert (Visit(answer).status, body) == (status, body)


STRANGE_BALLOTS = (
    {"choices": "x"},
    {"choices": "-1"},
    {"choices": "٣"},
    {"choices": "9" * 400},
    {"choices": "77"},
    {"base_revision": "1e3"},
    {"base_revision": ""},
    {"idempotency_key": "short"},
)


async def test_a_strange_ballot_is_refused_in_words(town: Town, visitor: Visitor) -> None:
    """A ballot form that no browser would send is refused; none answers 5xx."""
    ground = await town.open_round()
    await signed_in(visitor, ground)
    ballot = await visitor.press("Open the ballot")
    held = {each["name"]: each["value"] for each in ballot.page.all("input") if each["type"] == "hidden"}
    for change in STRANGE_BALLOTS:
        refused = await visitor.send(f"/pots/{ground.pot}/ballots", list((held | change).items()))
        assert refused.status in {400, 422}, change


async def test_a_form_of_another_kind_is_refused(town: Town) -> None:
    """JSON is for the API."""
    ground = await town.draw_round()
    await ground.officer("POST", "announcement")
    sent: dict[str, Any] = {"code": "x"}
    answer = await town.client.post(f"/rounds/{ground.id}/sign-in", json=sent, headers=HTML)
    assert answer.status_code == 415
