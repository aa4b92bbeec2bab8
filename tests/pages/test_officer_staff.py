"""An admin's page of the staff, and an officer's page of her own account."""

import re
from collections.abc import AsyncIterator, Iterator

import pytest

from service.limits import OFFICER_NAME
from tests.pages.visitor import Visitor
from tests.people import owner
from tests.provider import Bank, bank
from tests.service.directories import LINK, bind, hall_town, password, sign_in
from tests.town import PASSWORD, Town


async def test_an_admin_makes_an_officer_who_signs_in(town: Town, dagny: Visitor) -> None:
    """The password is shown once and opens; the new officer may do what was ticked and nothing else."""
    await dagny.open("/officer/staff")
    form = dagny.seen.form("Add to the staff")[0] if dagny.seen else None
    assert form is not None
    page = await dagny.send("/officer/staff", [("name", "Jonas"), ("role", "reviewer")])
    found = re.search(r"Jonas can sign in now. The password, shown this once: (\S+)", page.text)
    assert found
    assert "shown this once" not in (await dagny.open("/officer/staff")).text
    town.client.cookies.clear()
    jonas = Visitor(town.client)
    await jonas.open("/officer")
    page = await jonas.press("Sign in", name="Jonas", password=found[1])
    assert page.title == "Your rounds"
    assert 'href="/officer/staff"' not in page.html
    assert 'href="/officer/audit"' not in page.html
    assert (await jonas.open("/officer/staff")).status == 403


async def test_what_is_wrong_is_said_and_kept(town: Town, dagny: Visitor) -> None:
    """Without a role, or with a name that is taken, nobody is made, and the name stays in the form."""
    await dagny.open("/officer/staff")
    page = await dagny.press("Add to the staff", name="Jonas")
    assert (page.status, page.alert.startswith("This was not done")) == (400, True)
    assert page.form("Add to the staff")[0].all("input")[0]["value"] == "Jonas"
    page = await dagny.send("/officer/staff", [("name", "DAGNY"), ("role", "clerk")])
    assert page.status == 409
    assert page.checked()[-1] == "clerk"
    page = await dagny.send("/officer/staff", [("name", "Jonas"), ("role", "boss")])
    assert page.status == 400


async def test_roles_are_changed_by_name(town: Town, dagny: Visitor) -> None:
    """Gunnar becomes a moderator, and is out until he signs in anew; without a box ticked he is removed."""
    token = await town.hire("Gunnar")
    rows = await town.client.get("/officer/staff")
    action = re.findall(r'action="(/officer/staff/[^"]+/roles)"', rows.text)[1]
    await dagny.open("/officer/staff")
    page = await dagny.send(action, [("role", "moderator")])
    assert "The roles are changed" in page.text
    assert "Gunnar moderator" in page.text
    assert (await town.client.get("/api/officer/sessions", headers=town.badge(token))).status_code == 401
    assert "Gunnar removed" in (await dagny.send(action, [])).text


async def test_the_last_admin_cannot_go(town: Town, dagny: Visitor) -> None:
    """Dagny is told what to do first, and stays what she is."""
    page = await dagny.open("/officer/staff")
    action = page.form("Change the roles of Dagny")[0]["action"]
    page = await dagny.send(action, [("role", "officer")])
    assert page.status == 409
    assert "Make somebody else an admin first" in page.alert
    assert "Dagny admin, officer" in page.text


async def test_another_municipalitys_staff_is_not_found(town: Town, dagny: Visitor) -> None:
    """An admin changes nobody elsewhere, and does not see them."""
    await town.hire("Egil", "Elsewhere")
    assert "Egil" not in (await dagny.open("/officer/staff")).text
    rows = (await town.client.get("/api/audit", headers=town.badge(await town.sign_in("Egil")))).json()["items"]
    egil = next(row["subject_id"] for row in rows if row["subject"] == "officer")
    for act in ("roles", "totp-reset"):
        assert (await dagny.send(f"/officer/staff/{egil}/{act}", [])).status == 404


async def test_a_session_elsewhere_is_ended_from_the_account(town: Town, dagny: Visitor) -> None:
    """Dagny left herself signed in at the library, and ends that from here."""
    library = await town.sign_in("Dagny")
    page = await dagny.open("/officer/account")
    assert page.title == "Your account"
    ends = [form["action"] for form in page.page.all("form") if "/account/sessions/" in form["action"]]
    assert len(ends) == 2  # that of the fixture's hire as well
    for end in ends:
        assert "That session has ended" in (await dagny.send(end, [])).text
    assert (await town.client.get("/api/officer/sessions", headers=town.badge(library))).status_code == 401
    assert PASSWORD not in page.html


NEW = "four words make one"


async def test_an_officer_chooses_another_password(town: Town, dagny: Visitor) -> None:
    """It opens from now on, the old one does not, and of all sessions only this browser's goes on."""
    library = await town.sign_in("Dagny")
    await dagny.open("/officer/account")
    page = await dagny.press("Change the password", old=PASSWORD, new=NEW, again=NEW)
    assert "You have another password now" in page.text
    assert (await town.client.get("/api/officer/sessions", headers=town.badge(library))).status_code == 401
    signed_in = [
        (await town.client.post("/api/officer/sessions", json={"name": "Dagny", "password": each})).status_code
        for each in (PASSWORD, NEW)
    ]
    assert signed_in == [401, 201]


@pytest.mark.parametrize(
    ("old", "new", "again", "status", "said"),
    [
        ("not hers", NEW, NEW, 403, "not the password that you have now"),
        (PASSWORD, "short", "short", 422, "at least 12 signs"),
        (PASSWORD, NEW, NEW + "!", 422, "typed twice alike"),
    ],
)
async def test_a_password_is_not_changed_by_chance(
    town: Town, dagny: Visitor, old: str, new: str, again: str, status: int, said: str
) -> None:
    """Not by whoever finds the browser open, and not to one that is too short or mistyped."""
    await dagny.open("/officer/account")
    page = await dagny.press("Change the password", old=old, new=new, again=again)
    assert (page.status, said in page.alert) == (status, True)
    assert await town.sign_in("Dagny")


async def test_old_passwords_are_not_guessed_on_the_account(dagny: Visitor) -> None:
    """As many at once as at the door, where signing in took some of them; then one has to wait."""
    await dagny.open("/officer/account")
    guesses = [
        (await dagny.press("Change the password", old="guess", new=NEW, again=NEW)).status
        for _ in range(OFFICER_NAME.burst + 1)
    ]
    assert (set(guesses[: OFFICER_NAME.burst // 2]), guesses[-1]) == ({403}, 429)


async def test_another_password_stands_in_the_audit_log(town: Town, dagny: Visitor) -> None:
    """Who, when and that; neither password nor hash."""
    await dagny.open("/officer/account")
    await dagny.press("Change the password", old=PASSWORD, new=NEW, again=NEW)
    rows = (await town.client.get("/api/audit", headers=town.badge(await town.hire("Fatima")))).json()["items"]
    entry = next(row for row in rows if row["action"] == "change_password")
    assert (entry["subject"], entry["officer"], list(entry["after"])) == ("officer", "Dagny", ["password_at"])


@pytest.fixture
def directory() -> Iterator[Bank]:
    """A directory."""
    with bank() as there:
        yield there


@pytest.fixture
async def hall(database_url: str, redis_url: str, directory: Bank) -> AsyncIterator[Town]:
    """A town with a directory, whose admin Dagny sits before her browser."""
    async with hall_town(database_url, redis_url, directory) as town:
        await town.hire("Dagny")
        yield town


async def admin(town: Town) -> Visitor:
    """Dagny's browser, on the page of the staff."""
    browser = Visitor(town.client)
    await browser.open("/officer")
    await browser.press("Sign in", name="Dagny", password=PASSWORD)
    await browser.open("/officer/staff")
    return browser


async def test_somebody_new_comes_in_by_a_link(hall: Town, directory: Bank) -> None:
    """It is shown once; there is no password; the page says who has a link, and who signs in how."""
    dagny = await admin(hall)
    page = await dagny.send("/officer/staff", [("name", "Jonas"), ("role", "reviewer"), ("directory", "hall")])
    found = LINK.search(page.text)
    assert found
    page = await dagny.open("/officer/staff")
    assert found[1] not in page.html
    assert "Has a link to sign in with Hagaby Hall" in page.text
    directory.claims = {"sub": "j-1"}
    assert "You are signed in" in (await sign_in(hall, found[1] + "/sign-in")).title
    assert await password(hall, "Jonas") == "wrong-password"
    hall.client.cookies.clear()
    page = await (await admin(hall)).open("/officer/staff")
    assert "Signs in with Hagaby Hall." in page.text


async def test_what_is_wrong_with_somebody_new_keeps_the_way_in(hall: Town) -> None:
    """As it keeps the name; and a way that there is not makes nobody."""
    dagny = await admin(hall)
    page = await dagny.send("/officer/staff", [("name", "Jonas"), ("directory", "hall")])
    assert (page.status, "hall" in page.checked()) == (400, True)
    page = await dagny.send("/officer/staff", [("name", "Jonas"), ("role", "clerk"), ("directory", "other")])
    assert (page.status, "No directory of this name" in page.alert) == (404, True)
    assert "Jonas" not in (await dagny.open("/officer/staff")).text


async def test_an_admin_makes_a_link_for_who_is_there(hall: Town) -> None:
    """By name; another municipality's officers are not found."""
    await hall.hire("Gunnar")
    await hall.hire("Egil", "Elsewhere")
    dagny = await admin(hall)
    page = await dagny.press("Make a link to sign in with Hagaby Hall, for Gunnar")
    assert LINK.search(page.text)
    rows = await owner(hall, "select id from roll.officer where name = 'Egil'")
    answer = await dagny.send(f"/officer/staff/{rows[0]['id']}/invitation", [("directory", "hall")])
    assert answer.status == 404


async def test_passwords_are_shut_out_on_the_page(hall: Town, directory: Bank) -> None:
    """By who came in with the directory; the page says how it is, and opens them again."""
    dagny = await admin(hall)
    page = await dagny.press("Take no passwords any more")
    assert (page.status, "Sign in with the directory first" in page.alert) == (409, True)
    await bind(hall, directory, "Dagny", "d-1")
    await dagny.open("/officer/staff")
    page = await dagny.press("Take no passwords any more")
    assert "The rule on signing in is changed." in page.text
    assert await password(hall) == "directory-demanded"
    await dagny.press("Take passwords again")
    assert await password(hall) == "in"


async def test_without_a_directory_nothing_is_said_of_one(town: Town, dagny: Visitor) -> None:
    """Neither on the page of the staff nor where officers sign in."""
    assert "Passwords" not in (await dagny.open("/officer/staff")).text
    await dagny.press("Sign out")
    assert "Or with a password" not in (await dagny.open("/officer")).text
