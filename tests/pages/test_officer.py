"""An officer's pages: a round is announced, scheduled, closed and published through forms alone."""

import asyncpg
import msgspec
from litestar.testing import AsyncTestClient

from service.app import make_app
from tests.pages.test_acts import together
from tests.pages.visitor import HTML, Visitor
from tests.town import PASSWORD, REGISTER, Town, draft


async def drawn(town: Town) -> str:
    """A fresh draft; answers its id."""
    view = await town.act("POST", "/api/rounds", json=draft())
    round_id: str = view["round"]["id"]
    return round_id


async def test_a_round_runs_through_the_pages(town: Town, dagny: Visitor) -> None:
    """Dagny imports a register, shortlists and schedules, and closes and publishes with Fatima, without the API."""
    round_id = await drawn(town)
    await proposed(town, round_id)
    page = await dagny.open(f"/officer/rounds/{round_id}")
    assert "missing a project in the pot “The big pot”" in page.text
    page = await dagny.press("Announce")
    assert "everybody can see it now" in page.text
    await dagny.open("/officer/register")
    await dagny.press("Compare the file", files={"file": REGISTER.encode()})
    assert "The register is imported" in (await dagny.press("Apply it")).text
    await town.work("roll")
    page = await dagny.open(f"/officer/rounds/{round_id}")
    assert "2 may vote · 1 too young on the day that counts" in page.text
    await dagny.open(f"/officer/rounds/{round_id}/proposals")
    page = await dagny.press("Put on the ballot: Bänkar", cost="450")
    assert "on the ballot now" in page.text
    page = await dagny.open(f"/officer/rounds/{round_id}")
    assert "450 kr" in page.text
    page = await dagny.press("Schedule the round")
    assert "Voting is open until" in page.text
    await together(town, dagny, round_id, "Close voting now")
    assert "0 of 1 pot counted" in (await dagny.open(f"/officer/rounds/{round_id}")).text
    await town.work("judge", "sequence", "count")
    page = await together(town, dagny, round_id, "Publish the outcome")
    assert "The outcome is published" in page.text


async def test_one_officer_shows_the_comparison_with_other_rules(town: Town, dagny: Visitor) -> None:
    """By a button that is there once the outcome is published; then the page says who did."""
    ground = await town.open_round()
    await (await ground.voter("AMINA-1")).cast(1)
    await ground.count()
    page = f"/officer/rounds/{ground.id}"
    early = await dagny.send(f"{page}/show-what-if", [])
    assert early.status == 409
    assert "not published yet" in early.alert
    await ground.publish()
    await dagny.open(page)
    shown = await dagny.press("Show the comparison with other rules")
    assert "is shown on the pages of results" in shown.text
    assert "Dagny decided so on" in shown.text
    assert "Show the comparison with other rules" not in shown.buttons


async def test_a_round_that_said_so_offers_no_button(town: Town, dagny: Visitor) -> None:
    """The comparison comes with the outcome."""
    ground = await town.open_round(shows_what_if=True)
    await (await ground.voter("AMINA-1")).cast(1)
    await ground.outcome()
    seen = await dagny.open(f"/officer/rounds/{ground.id}")
    assert "as the round said before voting" in seen.text
    assert "Show the comparison with other rules" not in seen.buttons


async def proposed(town: Town, round_id: str) -> None:
    """A proposal that waits to be shortlisted."""
    db = await asyncpg.connect(town.settings.database_url)
    await db.execute(
        "insert into civic.proposal (round_id, author, author_name, title, about, language)"
        " values ($1, decode(repeat('ab', 32), 'hex'), 'Amina', 'Bänkar', 'Vid ån.', 'sv')",
        round_id,
    )
    await db.close()


async def test_a_refusal_is_told_on_the_page_of_the_round(town: Town, dagny: Visitor) -> None:
    """What cannot be done now leaves the officer where she was."""
    round_id = await drawn(town)
    await dagny.open(f"/officer/rounds/{round_id}")
    none = await dagny.press("Make codes")
    assert none.status in {400, 415}
    early = await dagny.send(f"/officer/rounds/{round_id}/acts", [("kind", "publish"), ("reason", "Now.")])
    assert (early.status, early.title) == (409, "Our street 2026")


async def test_codes_come_as_a_file_and_once(town: Town, dagny: Visitor) -> None:
    """The file for the letters is a download that nobody keeps."""
    ground = await town.draw_round()
    await dagny.open(f"/officer/rounds/{ground.id}")
    answer = await town.client.post(
        f"/officer/rounds/{ground.id}/codes",
        files={"file": ("a.csv", b"identity\nAMINA-1\n", "text/csv")},
        headers=HTML,
    )
    assert answer.text.startswith("identity,code\nAMINA-1,")
    assert answer.headers["content-disposition"] == 'attachment; filename="codes.csv"'
    assert answer.headers["cache-control"] == "no-store"


async def test_without_a_session_one_is_led_to_the_form(town: Town, visitor: Visitor) -> None:
    """Nobody sees an officer's page without signing in, and signing out ends it for the old cookie as well."""
    assert "Sign in to see this page" in (await visitor.open("/officer/rounds")).text
    await town.hire("Dagny")
    assert (await visitor.press("Sign in", name="Dagny", password="wrong")).status == 401
    await visitor.press("Sign in", name="Dagny", password=PASSWORD)
    cookie = town.client.cookies["officer"]
    assert (await visitor.press("Sign out")).title == "Sign in as an officer"
    town.client.cookies.set("officer", cookie)
    assert (await visitor.open("/officer/rounds")).title == "Sign in as an officer"


async def test_who_is_signed_in_skips_the_form(dagny: Visitor) -> None:
    """The way for officers ends at their rounds."""
    assert (await dagny.open("/officer")).title == "Your rounds"


async def test_the_cookie_is_bound_to_host_and_site(town: Town) -> None:
    """Over https the cookie is __Host-, Secure, HttpOnly and SameSite=Strict."""
    await town.hire("Dagny")
    settings = msgspec.structs.replace(town.settings, public_url="https://vote.example.se")
    async with AsyncTestClient(make_app(settings)) as client:
        sent = {"name": "Dagny", "password": PASSWORD}
        answer = await client.post("/officer", data=sent, headers=HTML, follow_redirects=False)
    assert answer.status_code == 303
    name, *attributes = answer.headers["set-cookie"].split("; ")
    assert name.startswith("__Host-officer=")
    assert {"HttpOnly", "Secure", "SameSite=strict", "Path=/"} <= set(attributes)


async def test_another_site_cannot_act_for_an_officer(town: Town, dagny: Visitor) -> None:
    """A form of another site is refused, for signing in as well, also by a browser that only names the origin."""
    round_id = await drawn(town)
    for cross in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}, {"Origin": "null"}):
        for path in (f"/officer/rounds/{round_id}/announce", "/officer/sign-out", "/officer"):
            sent = {"name": "Dagny", "password": PASSWORD}
            answer = await town.client.post(path, data=sent, headers=HTML | cross)
            assert answer.status_code == 403, path
    assert "This is a draft" in (await dagny.open(f"/officer/rounds/{round_id}")).text


async def test_an_old_browser_names_the_origin(town: Town, dagny: Visitor) -> None:
    """Without Sec-Fetch-Site our own origin is enough, and our pages let the browser name it."""
    round_id = await drawn(town)
    ours = HTML | {"Origin": town.settings.public_url}
    answer = await town.client.post(f"/officer/rounds/{round_id}/announce", headers=ours, follow_redirects=False)
    assert answer.status_code == 303


async def test_an_officer_of_another_municipality_sees_nothing(town: Town, visitor: Visitor) -> None:
    """A round belongs to its municipality."""
    await town.hire("Dagny")
    round_id = await drawn(town)
    await town.hire("Elin", "Elsewhere")
    await visitor.open("/officer")
    await visitor.press("Sign in", name="Elin", password=PASSWORD)
    assert (await visitor.open(f"/officer/rounds/{round_id}")).status == 403
    assert (await visitor.send(f"/officer/rounds/{round_id}/announce", [])).status == 403


async def test_an_address_cannot_put_words_on_the_page(town: Town, dagny: Visitor) -> None:
    """What was done is named in the address, never said by it."""
    round_id = await drawn(town)
    seen = await dagny.open(f"/officer/rounds/{round_id}?done=Call+this+number")
    assert "number" not in seen.text
