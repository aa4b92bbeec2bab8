"""Clerks' pages of papers: the booth, keying by the keyboard, what differs, closing; and a desk in the library."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from tests.pages.visitor import Visit, Visitor
from tests.service.booths import Booth, open_booth
from tests.town import PASSWORD, Ground, Town, pot

Clerk = Callable[[str], Awaitable[Visitor]]


@pytest.fixture
async def street(town: Town, dagny: Visitor) -> Ground:
    """A round in which voting is open, and Dagny before her browser."""
    return await town.open_round()


@pytest.fixture
async def booth(street: Ground) -> Booth:
    """A booth of that round; Gunnar and Fatima are clerks as well."""
    return await open_booth(street)


@pytest.fixture
def sign_in(town: Town) -> Clerk:
    """Somebody else sits down before the same browser."""

    async def sit_down(name: str) -> Visitor:
        browser = Visitor(town.client)
        await browser.open("/officer/rounds")
        if browser.seen and browser.seen.title != "Sign in as an officer":
            await browser.press("Sign out")
        await browser.press("Sign in", name=name, password=PASSWORD)
        return browser

    return sit_down


async def key(clerk: Visitor, booth: Booth, number: str, numbers: str) -> Visit:
    """Type a sheet, look at what it says, save it."""
    await clerk.open(f"/officer/paper/{booth.id}/keying?pot={booth.ground.pot}")
    await clerk.press("Show what this says", number=number, numbers=numbers)
    return await clerk.press(f"Save sheet {number}")


async def test_a_batch_runs_through_the_pages(
    street: Ground, dagny: Visitor, sign_in: Clerk, db: asyncpg.Connection
) -> None:
    """Opened, one person marked, the sheet keyed by two, counted by hand, closed: without the API."""
    await dagny.open(f"/officer/rounds/{street.id}/paper")
    assert "The batch is open" in (await dagny.press("Open the batch", reference="Envelope 7", place="School")).text
    batch = dagny.at.partition("/officer/paper/")[2].partition("?")[0]
    await street.town.hire("Fatima")
    booth = Booth(street, batch, {})
    await dagny.open(f"/officer/paper/{batch}/booth")
    assert "Give out a paper for “The big pot”" in (await dagny.press("Mark as", person="AMINA-1")).text
    assert "It waits for a second clerk" in (await key(dagny, booth, "1", "3 1")).text
    fatima = await sign_in("Fatima")
    assert "it is settled" in (await key(fatima, booth, "1", "1, 3")).text
    page = await fatima.open(f"/officer/paper/{batch}")
    assert "there are not as many sheets keyed (1) as were counted by hand (0)" in page.text
    counted: dict[str, Any] = {f"sheets-{street.pot}": "1"}
    await fatima.press("Note the numbers", **counted)
    assert "its ballots are in the box" in (await fatima.press("Close the batch")).text
    assert await db.fetchval("select choices from box.ballot") == [1, 3]


async def test_the_clerk_sees_at_once_why_there_is_no_paper(booth: Booth, dagny: Visitor) -> None:
    """Has a ballot online, was marked before, may not vote: each in a sentence, and what was typed is still there."""
    await (await booth.ground.voter("AMINA-1")).cast(1)
    await booth.mark("BJORN-2")
    for person, said in (
        ("AMINA-1", "has a ballot online"),
        ("BJORN-2", "is marked in the pot “The big pot” already, at The library"),
        ("CARIM-3", "too young"),
    ):
        await dagny.open(f"/officer/paper/{booth.id}/booth")
        refused = await dagny.press("Mark as", person=person)
        assert said in refused.alert
        assert person in {each["value"] for each in refused.page.all("input")}


async def test_a_mark_is_taken_back_on_the_page(booth: Booth, dagny: Visitor) -> None:
    """With a reason; and somebody who has no mark is not found to have one."""
    await booth.mark("AMINA-1")
    await dagny.open(f"/officer/paper/{booth.id}/booth")
    assert "has no mark" in (await dagny.press("Take the mark back", person="BJORN-2", reason="typed wrongly")).alert
    assert "is taken back" in (await dagny.press("Take the mark back", person="AMINA-1")).text


async def test_titles_are_read_before_a_sheet_is_saved(booth: Booth, dagny: Visitor, db: asyncpg.Connection) -> None:
    """Nothing is saved before the clerk has seen what the numbers mean, nor when they were changed afterwards."""
    await booth.mark("AMINA-1")
    await dagny.open(f"/officer/paper/{booth.id}/keying")
    page = await dagny.press("Show what this says", number="5", numbers="4 2")
    assert "4 Project 4 2 Project 2" in page.text
    assert await db.fetchval("select count(*) from box.paper_entry") == 0
    page = await dagny.press("Save sheet 5", numbers="4 3")
    assert "4 Project 4 3 Project 3" in page.text
    assert await db.fetchval("select count(*) from box.paper_entry") == 0
    page = await dagny.press("Save sheet 5")
    assert "Sheet 5 is saved" in page.text
    assert page.form("Show")[0].all("input")[2]["value"] == "6"


async def test_what_breaks_a_limit_is_offered_as_void(booth: Booth, dagny: Visitor) -> None:
    """The reason stands chosen, so that the clerk saves it with two presses; numbers that are none stay typed."""
    await dagny.open(f"/officer/paper/{booth.id}/keying")
    refused = await dagny.press("Show what this says", numbers="1 2 3 4")
    assert "at most 3 are allowed" in refused.alert
    chosen = [each["value"] for each in refused.page.all("option") if "selected" in each.attributes]
    assert chosen == ["too-many"]
    page = await dagny.press("Show what this says", numbers="")
    assert "It is void: too many projects" in page.text
    refused = await dagny.press("Show what this says", numbers="one two", void="")
    assert "one two" in {each["value"] for each in refused.page.all("input")}
    assert "not written like 3 7 12" in refused.alert


async def test_points_are_typed_behind_their_project(town: Town, dagny: Visitor) -> None:
    """3:5 is five points for project 3."""
    style = {"style": "cumulative", "max_points": 9, "max_points_per_project": 5}
    booth = await open_booth(await town.open_round(pots=[pot(style=style)]))
    await dagny.open(f"/officer/paper/{booth.id}/keying")
    page = await dagny.press("Show what this says", numbers="3:5 1:1")
    assert "3 Project 3: 5 points 1 Project 1: 1 point" in page.text


async def test_a_third_clerk_decides_what_differs(booth: Booth, dagny: Visitor, sign_in: Clerk) -> None:
    """Dagny, who keyed it, sees that it waits and not what Gunnar read; Fatima sees both and decides."""
    await booth.mark("AMINA-1")
    await booth.key(1, 1)
    await booth.key(1, 2, clerk="Gunnar")
    page = await dagny.open(f"/officer/paper/{booth.id}/differences")
    assert "you are one of them" in page.text
    assert "read:" not in page.text
    fatima = await sign_in("Fatima")
    page = await fatima.open(f"/officer/paper/{booth.id}/differences")
    assert "Dagny read: 1 Gunnar read: 2" in page.text
    assert "Nothing was decided" in (await fatima.press("Decide sheet 1", numbers="9")).alert
    assert "No sheet waits" in (await fatima.press("Decide sheet 1", numbers="2")).text


async def test_a_sheet_that_is_none_is_removed_on_the_page(booth: Booth, sign_in: Clerk) -> None:
    """By somebody who has not keyed it."""
    await booth.mark("AMINA-1")
    await booth.key_twice(1, 1)
    await booth.key_twice(2, 1)
    dagny = await sign_in("Dagny")
    await dagny.open(f"/officer/paper/{booth.id}/differences")
    assert "keyed sheet 2 yourself" in (await dagny.press("Remove the sheet", number="2")).alert
    fatima = await sign_in("Fatima")
    await fatima.open(f"/officer/paper/{booth.id}/differences")
    assert "is decided" in (await fatima.press("Remove the sheet", number="2")).text


async def test_a_session_at_the_desk_says_whose_it_is_and_ends(
    street: Ground, dagny: Visitor, visitor: Visitor
) -> None:
    """Amina casts on Dagny's device; the next session waits until this one is ended, and nothing stays behind."""
    desk = f"/officer/rounds/{street.id}/assisted"
    await dagny.open(desk)
    page = await dagny.press("I have seen it", person="AMINA-1", shown="passport")
    assert page.title == "Session for AMINA-1"
    form, _ = page.form("Open the ballot")
    assert form["target"] == "_blank"
    visitor.seen = page
    await visitor.press("Open the ballot")
    assert "Your ballot was accepted" in (await visitor.cast(ticks=[1])).text
    other = Visitor(street.town.client)
    await other.open(desk)
    assert "has not been ended" in (await other.press("I have seen it", person="BJORN-2")).text
    ended = await dagny.press("End the session of AMINA-1")
    assert (ended.title, ended.headers["clear-site-data"]) == ("The session has ended", '"cache"')
    assert "AMINA" not in ended.html
    assert 'name="pass"' not in ended.html
    await other.open(desk)
    assert (await other.press("I have seen it", person="BJORN-2")).title == "Session for BJORN-2"


async def test_who_is_marked_reads_it_on_the_ballot(booth: Booth, visitor: Visitor) -> None:
    """A person with a mark who casts on the page is told where they voted, and what they chose is still ticked."""
    await visitor.open(f"/rounds/{booth.ground.id}/sign-in")
    await visitor.press("Go on", code=booth.ground.town.codes["AMINA-1"])
    await visitor.press("Open the ballot")
    await booth.mark("AMINA-1")
    refused = await visitor.cast(ticks=[2])
    assert "voted on paper at The library" in refused.alert
    assert refused.checked() == ["2"]
