"""Residents follow what becomes of funded projects, by page; officers tell it."""

import pytest

from service.rights import OfficerRole
from tests.pages.test_house import CANARY
from tests.pages.visitor import Visitor, filled
from tests.service.test_deliveries import projects, published, tell
from tests.town import PASSWORD, Town


async def test_the_rounds_page_and_the_results_lead_to_it(town: Town, visitor: Visitor) -> None:
    """Who looks for the outcome finds what became of it."""
    ground = await published(town)
    for path in (f"/rounds/{ground.id}", f"/pots/{ground.pot}/results"):
        links = [each["href"] for each in (await visitor.open(path)).page.all("a")]
        assert links.count(f"/rounds/{ground.id}/delivery") == 1


async def test_it_says_where_nothing_was_told(town: Town, visitor: Visitor) -> None:
    """Once for each funded project, and for no other."""
    ground = await published(town)
    seen = await visitor.open(f"/rounds/{ground.id}/delivery")
    assert seen.text.count("Nothing has been told yet.") == 3
    assert "Project 4" not in seen.text
    assert "0 of 3 funded projects are done." in seen.text.replace("\xa0", " ")


async def test_a_project_is_shown_with_all_that_was_told(town: Town, visitor: Visitor) -> None:
    """Its state, the money spent beside what it got, the day, and a line for each telling, the newest first."""
    ground = await published(town)
    await tell(ground, state="planned", says="Vi ritar.", spent=None)
    await tell(ground)
    seen = await visitor.open(f"/rounds/{ground.id}/delivery")
    card = seen.page.all("article")[0]
    assert card.all("h3")[0].text == "Project 1 under way"
    assert [each.text.partition(" ")[0] for each in card.all("ol")[0].all("li")] == ["under", "planned"]
    words = card.text.replace("\xa0", " ")
    assert "The project got 300 kr Spent so far 120 kr Expected to be done 1 May 2027" in words
    (bar,) = card.all("svg")
    assert bar.all("rect")[1]["width"] == "40.0%"


async def test_more_than_it_got_is_said(town: Town, visitor: Visitor) -> None:
    """The bar is full, and the words say by how much."""
    ground = await published(town)
    await tell(ground, spent=35_000)
    card = (await visitor.open(f"/rounds/{ground.id}/delivery")).page.all("article")[0]
    assert "(50 kr more than it got)" in card.text.replace("\xa0", " ")
    assert card.all("rect")[1]["width"] == "100%"


async def test_what_is_done_expects_no_day(town: Town, visitor: Visitor) -> None:
    """The day that was told before is over."""
    ground = await published(town)
    await tell(ground, state="done")
    seen = await visitor.open(f"/rounds/{ground.id}/delivery")
    assert "Expected to be done" not in seen.text
    assert "1 of 3 funded projects are done." in seen.text.replace("\xa0", " ")


async def test_before_publication_it_is_a_page_that_says_so(town: Town, visitor: Visitor) -> None:
    """With a way back to the round."""
    ground = await town.open_round()
    seen = await visitor.open(f"/rounds/{ground.id}/delivery")
    assert (seen.status, seen.title) == (409, "Not counted yet")
    assert f"/rounds/{ground.id}" in [each["href"] for each in seen.page.all("a")]


async def test_an_officer_tells_and_everybody_reads(town: Town, dagny: Visitor) -> None:
    """The form of a project; the next one begins where the last ended, but for its words."""
    ground = await published(town)
    await dagny.open(f"/officer/rounds/{ground.id}/delivery")
    told = await dagny.press(
        "Tell everybody", state="under-way", says="Grunden är grävd.", spent="120,50", expected_on="2027-05-01"
    )
    assert "It is told, for everybody to read." in told.text
    held = {each["name"]: each["value"] for each in told.form("Tell everybody")[0].all("input")}
    assert (held["spent"], held["expected_on"]) == ("120,50", "2027-05-01")
    assert told.form("Tell everybody")[0].all("textarea")[0].text == ""
    seen = await dagny.open(f"/rounds/{ground.id}/delivery")
    assert "Grunden är grävd." in seen.text


async def test_a_published_round_leads_officers_there(town: Town, dagny: Visitor) -> None:
    """And one that is not published does not."""
    found = []
    for ground in (await town.open_round(), await published(town)):
        links = [each["href"] for each in (await dagny.open(f"/officer/rounds/{ground.id}")).page.all("a")]
        found.append(f"/officer/rounds/{ground.id}/delivery" in links)
    assert found == [False, True]


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"spent": "much"}, "the sum that was spent is not a sum of money"),
        ({"says": ""}, "what residents should know is missing"),
        (
            {"expected_on": "soon"},
            "the day when it is expected to be done is empty or holds what does not belong there",
        ),
    ],
)
async def test_a_refused_form_keeps_what_was_written(
    town: Town, dagny: Visitor, typed: dict[str, str], fault: str
) -> None:
    """It says what to mend, and the form stands open."""
    ground = await published(town)
    form, _button = (await dagny.open(f"/officer/rounds/{ground.id}/delivery")).form("Tell everybody")
    fields = dict(filled(form)) | {"says": "Vi gräver."} | typed
    refused = await dagny.send(form["action"], list(fields.items()))
    assert (refused.status, fault in refused.alert) == (400, True)
    form, _button = refused.form("Tell everybody")
    held = {each["name"]: each["value"] for each in form.all("input")} | {"says": form.all("textarea")[0].text}
    assert {name: held[name] for name in typed} == typed
    assert ["open" in each.attributes for each in refused.page.all("details")] == [True, False, False]


async def test_another_project_is_refused_on_the_page(town: Town, dagny: Visitor) -> None:
    """A form that no page of ours has."""
    ground = await published(town)
    fields = [("project", (await projects(ground))[3]), ("state", "done"), ("says", "Klart.")]
    refused = await dagny.send(f"/officer/rounds/{ground.id}/delivery", fields)
    assert refused.status == 409
    assert "No published outcome gives money to this project." in refused.alert


async def test_an_auditor_reads_and_has_no_form(town: Town, visitor: Visitor) -> None:
    """Only who runs rounds tells."""
    ground = await published(town)
    auditor: OfficerRole = "auditor"
    await town.hire("Ingrid", roles=(auditor,))
    await visitor.open("/officer")
    await visitor.press("Sign in", name="Ingrid", password=PASSWORD)
    seen = await visitor.open(f"/officer/rounds/{ground.id}/delivery")
    assert (seen.status, seen.buttons) == (200, [])


async def test_what_officers_write_is_text(town: Town, visitor: Visitor) -> None:
    """No markup of theirs is one."""
    ground = await published(town)
    await tell(ground, says=CANARY, spent=None, expected_on=None)
    seen = await visitor.open(f"/rounds/{ground.id}/delivery")
    assert "<script" not in seen.html
    assert CANARY in seen.text
