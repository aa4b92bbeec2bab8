"""Codes of an officer's app: setting up, signing in, one use, limited tries, recovery and reset."""

import asyncio
import base64
import time
from uuid import UUID

import asyncpg
import pytest
from httpx import Response

from service.store.totp import Try
from service.verbs.totp import SECONDS, code_at, step_of
from tests.builders import KEYS
from tests.pages.visitor import Visitor
from tests.town import PASSWORD, Town

SECRET = b"12345678901234567890"


class App:
    """Somebody's phone."""

    def __init__(self, secret: str, recovery: list[str]) -> None:
        self.secret = base64.b32decode(secret.replace(" ", ""))
        self.recovery = recovery

    def code(self, later: int = 0) -> str:
        """What it shows now, or so many half minutes later."""
        return code_at(self.secret, int(time.time()) // SECONDS + later).decode()


async def signed_in(town: Town, name: str = "Dagny") -> Visitor:
    """The browser of an officer without an app, signed in."""
    browser = Visitor(town.client)
    await browser.open("/officer")
    await browser.press("Sign in", name=name, password=PASSWORD)
    return browser


async def set_up(browser: Visitor) -> App:
    """Set up an app through the pages."""
    await browser.open("/officer/account")
    page = await browser.press("Set up an app")
    app = App(page.page.all("code")[0].text, [])
    assert f"secret={base64.b32encode(app.secret).decode()}" in page.html
    page = await browser.press("Ask for codes from now on", totp=app.code())
    assert page.title == "Your recovery codes"
    app.recovery = [code.text for code in page.page.all("code")]
    return app


async def sign_in(town: Town, totp: str = "", name: str = "Dagny") -> Response:
    """Name, password and a code."""
    return await town.client.post("/api/officer/sessions", json={"name": name, "password": PASSWORD, "totp": totp})


def kind(answer: Response) -> str:
    """What came of it."""
    return "in" if answer.is_success else str(answer.json()["type"]).removeprefix("/problems/")


@pytest.fixture
async def app(crowded_town: Town, db: asyncpg.Connection) -> App:
    """Dagny's app, confirmed long ago; limits on sign-in are off, so that only those of the app are seen."""
    await crowded_town.hire("Dagny")
    found = await set_up(await signed_in(crowded_town))
    await db.execute("update roll.officer_totp set step = 0")  # the code of this half minute is as good as any again
    crowded_town.client.cookies.clear()
    return found


@pytest.mark.parametrize(
    ("second", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_codes_are_those_of_the_standard(second: int, code: str) -> None:
    """RFC 6238, appendix B, the last six digits."""
    assert code_at(SECRET, second // SECONDS).decode() == code


@pytest.mark.parametrize(("off", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_half_a_minute_off(off: int, taken: bool) -> None:
    """The code before and the one after open as well, and no others."""
    attempt = Try(b"", 0, 1_000_000_000)
    step = 1_000_000_000 // SECONDS + off
    assert step_of(SECRET, attempt, code_at(SECRET, step).decode()) == (step if taken else None)


async def test_it_is_asked_for_once_it_is_confirmed(crowded_town: Town, app: App) -> None:
    """The password alone opens nothing any more, nor does a wrong code; spaces in a code do not matter."""
    assert kind(await sign_in(crowded_town)) == "totp-needed"
    assert kind(await sign_in(crowded_town, "000000" if app.code() != "000000" else "000001")) == "wrong-totp"
    assert kind(await sign_in(crowded_town, f"{app.code()[:3]} {app.code()[3:]}")) == "in"


async def test_nothing_is_asked_before_it_is_confirmed(crowded_town: Town) -> None:
    """Who looked at a secret and went away signs in as before."""
    await crowded_town.hire("Dagny")
    browser = await signed_in(crowded_town)
    await browser.open("/officer/account")
    first = await browser.press("Set up an app")
    wrong = await browser.press("Ask for codes", totp="12")
    assert wrong.status == 401
    assert wrong.page.all("code")[0].text == first.page.all("code")[0].text
    assert kind(await sign_in(crowded_town)) == "in"


async def test_a_code_opens_once(crowded_town: Town, app: App) -> None:
    """Whoever looked over her shoulder is too late, and what came before it does not open either."""
    now = app.code()
    assert kind(await sign_in(crowded_town, now)) == "in"
    assert kind(await sign_in(crowded_town, now)) == "wrong-totp"
    assert kind(await sign_in(crowded_town, app.code(-1))) == "wrong-totp"
    assert kind(await sign_in(crowded_town, app.code(1))) == "in"


async def test_the_same_code_at_once_opens_once(crowded_town: Town, app: App) -> None:
    """Ten requests with one code are one session."""
    code = app.code()
    answers = await asyncio.gather(*(sign_in(crowded_town, code) for _ in range(8)))
    assert sorted(map(kind, answers)) == ["in", *["wrong-totp"] * 7]


async def test_ten_wrong_codes_are_the_end(crowded_town: Town, app: App, db: asyncpg.Connection) -> None:
    """Also when they come at once: then the right one opens no more, and a recovery code does."""
    wrong = [f"{number:07}" for number in range(12)]
    answers = await asyncio.gather(*(sign_in(crowded_town, code) for code in wrong))
    assert sorted(map(kind, answers)) == [*["totp-locked"] * 2, *["wrong-totp"] * 10]
    assert kind(await sign_in(crowded_town, app.code())) == "totp-locked"
    assert kind(await sign_in(crowded_town, app.recovery[0].lower())) == "in"
    assert kind(await sign_in(crowded_town, app.code())) == "in"


async def test_a_recovery_code_opens_once(crowded_town: Town, app: App, db: asyncpg.Connection) -> None:
    """There are eight, each stored as a keyed hash."""
    assert len(set(app.recovery)) == 8
    stored = await db.fetchval("select recovery from roll.officer_totp")
    assert sorted(stored) == sorted(KEYS.code_hash(code.replace("-", "")) for code in app.recovery)
    assert kind(await sign_in(crowded_town, app.recovery[3])) == "in"
    assert kind(await sign_in(crowded_town, app.recovery[3])) == "wrong-totp"
    assert kind(await sign_in(crowded_town, app.recovery[4])) == "in"


async def test_the_secret_lies_wrapped_and_bound(crowded_town: Town, app: App, db: asyncpg.Connection) -> None:
    """A dump shows no secret, and one officer's is of no use in another's row."""
    row = await db.fetchrow("select officer_id, wrapped from roll.officer_totp")
    assert row is not None
    assert app.secret not in row["wrapped"]
    assert KEYS.open_totp(row["officer_id"].bytes, row["wrapped"]) == app.secret
    with pytest.raises(Exception, match="another officer"):
        KEYS.open_totp(UUID(int=1).bytes, row["wrapped"])


async def test_confirming_ends_every_other_session(crowded_town: Town) -> None:
    """And the one that confirmed has another token."""
    elsewhere = await crowded_town.hire("Dagny")
    browser = await signed_in(crowded_town)
    before = crowded_town.client.cookies["officer"]
    await set_up(browser)
    after = crowded_town.client.cookies["officer"]
    for token, status in ((elsewhere, 401), (before, 401), (after, 200)):
        answer = await crowded_town.client.get("/api/officer/sessions", headers=crowded_town.badge(token))
        assert answer.status_code == status


async def test_an_admin_resets_it_and_that_is_noted(crowded_town: Town, app: App) -> None:
    """Gone with the sessions; the log says who did so, and has no secret."""
    town = crowded_town
    token = (await sign_in(town, app.code())).json()["token"]
    await town.hire("Egil")
    browser = await signed_in(town, "Egil")
    await browser.open("/officer/staff")
    page = await browser.press("Reset the app of Dagny")
    assert "The app is forgotten" in page.text
    assert (await town.client.get("/api/officer/sessions", headers=town.badge(token))).status_code == 401
    assert kind(await sign_in(town)) == "in"
    entry = (await town.client.get("/api/audit", headers=town.badge(await town.sign_in("Egil")))).json()["items"][0]
    assert (entry["officer"], entry["action"], entry["subject"], entry["after"]) == (
        "Egil",
        "reset_totp",
        "officer_totp",
        None,
    )
    assert set(entry["before"]) == {"officer_id", "confirmed_at"}


async def test_a_municipality_may_demand_it(crowded_town: Town) -> None:
    """Then nothing but one's own account opens before an app is set up; afterwards everything does."""
    town = crowded_town
    await town.hire("Dagny")
    token = await town.hire("Gunnar")
    browser = await signed_in(town)
    await browser.open("/officer/staff")
    page = await browser.press("Ask everybody for an app")
    assert page.title == "Your account"
    assert "Set one up here" in page.text
    refused = await town.client.get("/api/audit", headers=town.badge())
    assert (refused.status_code, kind(refused)) == (403, "totp-demanded")
    assert kind(await town.client.get("/officer/rounds", headers=town.badge(token))) == "totp-demanded"
    await set_up(browser)
    assert (await browser.open("/officer/rounds")).title == "Your rounds"


async def test_who_has_an_app_needs_an_admin_for_another(crowded_town: Town, app: App) -> None:
    """A session that somebody stole does not change the app."""
    token = (await sign_in(crowded_town, app.code())).json()["token"]
    headers = crowded_town.badge(token)
    answer = await crowded_town.client.post("/officer/account/totp", headers=headers, follow_redirects=False)
    assert answer.headers["location"] == "/officer/account"
    sent = {"totp": app.code(1)}
    path = "/officer/account/totp/confirmation"
    answer = await crowded_town.client.post(path, headers=headers, data=sent, follow_redirects=False)
    assert answer.headers["location"] == "/officer/account"


async def test_the_form_for_signing_in_takes_a_code(crowded_town: Town, app: App) -> None:
    """A refusal keeps the name; then code and password open."""
    browser = Visitor(crowded_town.client)
    await browser.open("/officer")
    page = await browser.press("Sign in", name="Dagny", password=PASSWORD)
    assert (page.status, page.form("Sign in")[0].all("input")[0]["value"]) == (401, "Dagny")
    assert "asks for a code as well" in page.alert
    page = await browser.press("Sign in", password=PASSWORD, totp=app.code())
    assert page.title == "Your rounds"
