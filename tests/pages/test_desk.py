"""The fraud desk's page and the pages of appeals, through forms alone."""

from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from service.house import House
from service.traces import Cast
from tests.pages.visitor import Visitor
from tests.town import PASSWORD, Ground, Town, crowd, moment

CROWD = 12


async def suspicious(town: Town) -> Ground:
    """A round in which a dozen voted from one network, one of them Amina's neighbour V0."""
    ground = await town.open_round(register=crowd(CROWD))
    house: House = town.client.app.state.house
    for number in range(CROWD):
        voter = await ground.voter(f"V{number}")
        assert (await voter.cast(1)).status_code == 201
        house.traces.note(Cast(UUID(ground.id), voter.tag, "192.0.2.1", "curl"))
    with town.client.portal() as portal:
        portal.call(house.traces.write)
    return ground


async def browser(town: Town, name: str) -> Visitor:
    """The browser of an officer who signed in."""
    visitor = Visitor(town.client)
    await visitor.open("/officer")
    await visitor.press("Sign in", name=name, password=PASSWORD)
    return visitor


async def test_an_officer_sets_aside_and_two_void(town: Town, dagny: Visitor) -> None:
    """From a line of the report to ballots that do not count; alone, Dagny has no button to confirm."""
    ground = await suspicious(town)
    page = await dagny.open(f"/officer/rounds/{ground.id}/desk")
    assert "One network: 12 voters" in page.text
    page = await dagny.press("Set aside", reason="All from the library, in one minute.")
    assert "The ballots are set aside" in page.text
    assert [button for button in page.buttons if button.startswith("Ask to void")] == []
    await ground.count()
    await dagny.open(f"/officer/rounds/{ground.id}/desk")
    page = await dagny.press("Ask to void", reason="Nobody there could say who voted.")
    assert "Void ballots" in page.text
    assert [button for button in page.buttons if button.startswith("Confirm")] == []
    act = (await town.act("GET", f"/api/rounds/{ground.id}/acts"))[0]["id"]
    alone = await dagny.send(f"/officer/rounds/{ground.id}/confirmation", [("act", act)])
    assert (alone.status, "another officer" in alone.alert) == (403, True)
    town.client.cookies.clear()
    fatima = await browser(town, "Fatima")
    await fatima.open(f"/officer/rounds/{ground.id}")
    await fatima.press("Confirm")
    page = await fatima.open(f"/officer/rounds/{ground.id}/desk")
    assert "voided" in page.text
    assert "Nobody there could say who voted." in page.text


async def test_what_was_written_is_kept(town: Town, dagny: Visitor) -> None:
    """A reason that is too long is refused on the desk, and still in its field."""
    ground = await suspicious(town)
    await dagny.open(f"/officer/rounds/{ground.id}/desk")
    page = await dagny.press("Set aside", reason="x" * 2001)
    assert page.status == 400
    assert "the reason is longer than 2 000 signs" in page.alert
    assert "x" * 2001 in page.html


async def test_a_voter_reads_it_on_her_ballot_and_asks_for_it_back(town: Town, dagny: Visitor) -> None:
    """While voting is open and after it; an officer answers, and she reads that as well."""
    ground = await suspicious(town)
    await dagny.open(f"/officer/rounds/{ground.id}/desk")
    await dagny.press("Set aside", reason="All from the library.")
    voter = Visitor(town.client)
    await voter.open(f"/rounds/{ground.id}/sign-in")
    await voter.press("Go on", code=town.codes["V0"])
    page = await voter.press("Open the ballot")
    assert "Your ballot is set aside" in page.text
    assert "All from the library." in page.text
    page = await voter.press("Ask for my ballot back", ground="shared-network")
    assert "You appealed: I share my connection" in page.text
    page = await dagny.open(f"/officer/rounds/{ground.id}/desk")
    assert "Nobody knows whose ballot it is" in page.text
    page = await dagny.press("Refuse", answer="We wait for the library.")
    assert "The appeal is answered" in page.text
    await ground.count()
    await voter.open(f"/rounds/{ground.id}/sign-in")
    await voter.press("Go on", code=town.codes["V0"])
    page = await voter.press("What became of my ballot")
    assert "It counts." in page.text
    assert "Refused. The answer: We wait for the library." in page.text


async def test_both_outcomes_are_on_the_page_of_results(town: Town, dagny: Visitor, visitor: Visitor) -> None:
    """What is funded, and what would be without the ballots under suspicion."""
    ground = await suspicious(town)
    await dagny.open(f"/officer/rounds/{ground.id}/desk")
    await dagny.press("Set aside", reason="All from the library.")
    await ground.outcome()
    await town.work("compare")
    page = await visitor.open(f"/pots/{ground.pot}/results")
    assert "12 counted ballots are under suspicion" in page.text


async def test_a_refused_resident_appeals_on_the_page(town: Town, dagny: Visitor, visitor: Visitor) -> None:
    """Carim reads why, appeals there, gets a number, and reads the answer by it and at his next sign-in."""
    ground = await town.draw_round(voting_at=moment(timedelta(hours=1)))
    await ground.officer("POST", "announcement")
    await visitor.open(f"/rounds/{ground.id}/sign-in")
    page = await visitor.press("Go on", code=town.codes["CARIM-3"])
    assert "You cannot vote here" in page.text
    page = await visitor.press("Appeal", words="I turn twelve tomorrow.")
    assert page.title == "Your appeal was taken"
    number = page.page.all("code")[0].text
    await dagny.open(f"/officer/rounds/{ground.id}/desk")
    page = await dagny.press("Grant", answer="So you do.")
    assert "So you do." in page.text
    await visitor.open(f"/rounds/{ground.id}/appeals")
    page = await visitor.press("Read", receipt=number)
    assert "Granted. So you do. (Dagny" in page.text
    await visitor.open(f"/rounds/{ground.id}/sign-in")
    page = await visitor.press("Go on", code=town.codes["CARIM-3"])
    assert "Granted. So you do." in page.text


async def test_nothing_that_was_written_is_lost(town: Town, visitor: Visitor) -> None:
    """A number that is none, and an appeal without a slip that still counts, stay in their forms."""
    ground = await town.open_round()
    await visitor.open(f"/rounds/{ground.id}/appeals")
    page = await visitor.press("Read", receipt="ABCD")
    assert page.status == 404
    assert 'value="ABCD"' in page.html
    fields = [("words", "Here I am."), ("slip", "of yesterday"), ("pot", ground.pot)]
    page = await visitor.send(f"/rounds/{ground.id}/appeals", fields)
    assert page.status == 404
    assert "Here I am." in page.html


@pytest.mark.parametrize("path", ["quarantines", "answers"])
async def test_an_address_of_a_form_leads_to_the_desk(town: Town, dagny: Visitor, path: str) -> None:
    """Whoever types it."""
    ground = await town.draw_round()
    page = await dagny.open(f"/officer/rounds/{ground.id}/{path}")
    assert page.title == "Fraud desk"


async def test_a_page_tells_no_tag(town: Town, dagny: Visitor, db: asyncpg.Connection) -> None:
    """P7: not the desk with its quarantines and appeals."""
    ground = await suspicious(town)
    await dagny.open(f"/officer/rounds/{ground.id}/desk")
    page = await dagny.press("Set aside", reason="All from the library.")
    tags = await db.fetch("select encode(tag, 'hex') from box.quarantined")
    assert len(tags) == CROWD
    assert [row[0] for row in tags if row[0] in page.html] == []
