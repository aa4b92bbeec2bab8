"""Residents follow a round without an account: its news as a feed, its dates in their calendar."""

import re
from xml.etree import ElementTree

import msgspec
import pytest

from service.pages.calendars import calendar
from service.verbs.rounds import RoundView
from tests.pages.test_house import CANARY
from tests.pages.test_resident import in_phase
from tests.pages.visitor import Visitor
from tests.service.test_deliveries import published, tell
from tests.town import Ground, Town

ATOM = "{http://www.w3.org/2005/Atom}"


async def feed(ground: Ground, query: str = "") -> ElementTree.Element:
    """The feed of a round, read by another program's rules."""
    answer = await ground.town.client.get(f"/rounds/{ground.id}/news.atom{query}")
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, "application/atom+xml")
    return ElementTree.fromstring(answer.content)


def texts(root: ElementTree.Element, path: str) -> list[str | None]:
    """The texts of all elements at this path."""
    return [each.text for each in root.findall("/".join(f"{ATOM}{name}" for name in path.split("/")))]


async def dates(ground: Ground, query: str = "") -> list[str]:
    """The lines of a round's calendar file, unfolded."""
    answer = await ground.town.client.get(f"/rounds/{ground.id}/dates.ics{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    return answer.text.replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


@pytest.mark.parametrize("page", ["/rounds/{}", "/rounds/{}/delivery"])
async def test_a_page_names_the_feed(town: Town, visitor: Visitor, page: str) -> None:
    """For news readers, in the language of the page."""
    ground = await published(town)
    seen = await visitor.open(f"{page.format(ground.id)}?lang=sv")
    (link,) = [each for each in seen.page.all("link") if each["rel"] == "alternate"]
    assert (link["type"], link["href"]) == ("application/atom+xml", f"/rounds/{ground.id}/news.atom?lang=sv")
    assert link["href"] in [each["href"] for each in seen.page.all("a")]


async def test_a_feed_is_whole_from_the_first_day(town: Town) -> None:
    """It has what Atom asks of a feed, and an entry for each step that has begun, the newest first."""
    ground = await in_phase(town, "reviewing")
    root = await feed(ground, "?lang=en")
    assert texts(root, "id") == [f"urn:uuid:{ground.id}"]
    assert texts(root, "author/name") == ["Hagaby"]
    assert texts(root, "title") == ["Our street 2026"]
    assert texts(root, "entry/title") == ["Reviewing", "Proposing"]
    assert texts(root, "updated") == texts(root, "entry/updated")[:1]


async def test_an_entry_keeps_its_id(town: Town) -> None:
    """In every language: whoever has read it is not told again."""
    ground = await in_phase(town, "reviewing")
    assert texts(await feed(ground, "?lang=sv"), "entry/id") == texts(await feed(ground, "?lang=ar"), "entry/id")


async def test_the_outcome_is_news(town: Town) -> None:
    """Whoever follows a round hears of it when it is published."""
    ground = await published(town)
    assert texts(await feed(ground, "?lang=en"), "entry/title")[:2] == ["Published", "Counting"]


async def test_a_feed_has_an_entry_for_each_telling(town: Town) -> None:
    """The newest first, under the id of its delivery, which stays in every language and after later ones."""
    ground = await published(town)
    first = (await tell(ground)).json()["id"]
    assert texts(await feed(ground), "entry/id")[:1] == [f"urn:uuid:{first}"]
    second = (await tell(ground, 1, state="done", says="Klart.", spent=None, expected_on=None)).json()["id"]
    root = await feed(ground, "?lang=sv")
    assert texts(root, "entry/id")[:2] == [f"urn:uuid:{second}", f"urn:uuid:{first}"]
    english = await feed(ground, "?lang=en")
    assert texts(english, "entry/title")[:2] == ["Project 2: done", "Project 1: under way"]
    assert texts(english, "entry/content")[0] == "Klart."
    (link,) = english.findall(f"{ATOM}entry/{ATOM}link")[:1]
    assert link.attrib["href"].endswith(f"/rounds/{ground.id}/delivery#d-{second}")


async def test_what_officers_write_is_text_in_the_feed(town: Town) -> None:
    """No markup of theirs is one, and a sign that no XML may hold does not break the feed."""
    ground = await published(town)
    await tell(ground, says=f"{CANARY}\uffff", spent=None, expected_on=None)
    assert texts(await feed(ground), "entry/content")[0] == CANARY


@pytest.mark.parametrize("name", ["news.atom", "dates.ics"])
async def test_what_did_not_change_is_not_sent_again(town: Town, name: str) -> None:
    """News readers and calendars ask often."""
    ground = await in_phase(town, "proposing")
    address = f"/rounds/{ground.id}/{name}"
    tag = (await town.client.get(address)).headers["etag"]
    assert (await town.client.get(address, headers={"If-None-Match": tag})).status_code == 304


async def test_a_calendar_has_the_steps_in_which_residents_act(town: Town) -> None:
    """With begin and end, in the reader's language; reviewing and counting are nobody's appointment."""
    ground = await in_phase(town, "proposing")
    lines = await dates(ground, "?lang=en")
    summaries = [line for line in lines if line.startswith("SUMMARY:")]
    assert summaries == [f"SUMMARY:Our street 2026: {step}" for step in ("Proposing", "Supporting", "Voting")]
    times = [line.partition(":")[2] for line in lines if line.startswith(("DTSTART:", "DTEND:"))]
    assert all(re.fullmatch(r"\d{8}T\d{6}Z", each) for each in times)
    assert times == sorted(times)


async def test_a_calendar_reminds_of_the_last_day(town: Town) -> None:
    """Once, a day before voting closes."""
    lines = await dates(await in_phase(town, "proposing"), "?lang=en")
    assert [line for line in lines if line.startswith("TRIGGER")] == ["TRIGGER;RELATED=END:-P1D"]
    assert "DESCRIPTION:Our street 2026: voting closes tomorrow." in lines


async def test_an_appointment_is_the_same_in_every_language(town: Town) -> None:
    """A file that is opened twice makes no second entry in the calendar."""
    ground = await in_phase(town, "proposing")
    swedish, somali = [await dates(ground, f"?lang={language}") for language in ("sv", "so")]
    ids = [[line for line in lines if line.startswith("UID:")] for lines in (swedish, somali)]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 3


async def test_no_name_breaks_a_calendar(town: Town) -> None:
    """What separates, ends a line or is no text stays part of the name; a long one is folded between signs."""
    ground = await in_phase(town, "proposing")
    view = msgspec.convert(await town.act("GET", f"/api/rounds/{ground.id}"), RoundView).round
    name = f"Ö; B, C\\D\r\nEND:VCALENDAR\x07{'å' * 200}"
    written = calendar(msgspec.structs.replace(view, name=name), "http://hagaby.test/rounds/1")
    assert all(len(line) <= 75 for line in written.split(b"\r\n"))
    unfolded = written.decode().replace("\r\n ", "")
    assert f"SUMMARY:Ö\\; B\\, C\\\\D\\nEND:VCALENDAR{'å' * 200}: " in unfolded
    assert unfolded.count("\r\nEND:VCALENDAR") == 1
