"""The page of the voting day: turnout, what waits, and whether the workers keep up."""

import asyncpg

from schema import events
from service.pages.today import LANES
from tests.pages.visitor import Visit, Visitor
from tests.service.booths import open_booth
from tests.town import PASSWORD, Town


def waiting(page: Visit) -> list[str]:
    """The lines of what waits."""
    return [
        item.text.replace("\xa0", " ")
        for each in page.page.all("ul")
        if each["class"] == "checks"
        for item in each.all("li")
    ]


async def test_an_officer_sees_how_the_voting_goes(town: Town, dagny: Visitor) -> None:
    """Turnout at once, and a ballot that waits until it is judged."""
    ground = await town.open_round()
    voter = await ground.voter("AMINA-1")
    await voter.cast(1)
    page = await dagny.open(f"/officer/rounds/{ground.id}/today")
    assert "1 of 2 residents have voted." in page.text.replace("\xa0", " ")
    assert waiting(page)[0].startswith("waits Ballots without a verdict: 1, the oldest since")
    assert any("Judging ballots: 1, the oldest" in line for line in waiting(page))
    assert [cell.text for cell in page.page.all("td")] == ["1"]
    await town.work()
    page = await dagny.open(f"/officer/rounds/{ground.id}/today")
    assert waiting(page)[0] == "done Every ballot has its verdict"


async def test_a_change_is_no_further_ballot_of_an_hour(town: Town, dagny: Visitor) -> None:
    """Who changes a ballot has voted once."""
    ground = await town.open_round()
    voter = await ground.voter("AMINA-1")
    await voter.cast(1)
    await voter.cast(2, base=1)
    page = await dagny.open(f"/officer/rounds/{ground.id}/today")
    assert [cell.text for cell in page.page.all("td")] == ["1"]


async def test_an_open_batch_of_papers_is_named(town: Town, dagny: Visitor) -> None:
    """It holds the count up."""
    booth = await open_booth(await town.open_round())
    page = await dagny.open(f"/officer/rounds/{booth.ground.id}/today")
    assert "waits Batches of papers that are not closed: 1" in waiting(page)
    assert any(each["href"] == f"/officer/paper/{booth.id}" for each in page.page.all("a"))


async def test_what_fails_again_and_again_is_told(town: Town, dagny: Visitor, db: asyncpg.Connection) -> None:
    """No worker tries it any more, so somebody has to know."""
    ground = await town.open_round()
    await town.work()
    await db.execute("insert into post.outbox (lane, event, quarantined_at) values ('judge', '{}', now())")
    page = await dagny.open(f"/officer/rounds/{ground.id}/today")
    assert "waits Judging ballots: 1 failed again and again. Tell whoever runs this house." in waiting(page)


async def test_the_page_keeps_itself_fresh_and_can_be_read_again(town: Town, dagny: Visitor) -> None:
    """What moves is marked for the script; without it a link reads the page again, and nothing does so by itself."""
    ground = await town.open_round()
    page = await dagny.open(f"/officer/rounds/{ground.id}/today")
    live = [each["id"] for each in page.page.walk() if "data-live" in each.attributes]
    assert live == ["now", "turnout-now", "waits-now", "hours-now"]
    assert not any(each["http-equiv"] for each in page.page.all("meta"))
    assert "As of " in page.text
    again = next(each["href"] for each in page.page.all("a") if each.text == "Read it again")
    await (await ground.voter("AMINA-1")).cast(1)
    assert "1 of 2 residents have voted." in (await dagny.open(again)).text.replace("\xa0", " ")


async def test_a_reviewer_sees_neither_disputes_nor_papers(town: Town, visitor: Visitor) -> None:
    """Each figure is for those who may open the page that it comes from."""
    ground = await town.open_round()
    await town.hire("Elin")
    await visitor.open("/officer")
    await visitor.press("Sign in", name="Elin", password=PASSWORD)
    page = await visitor.open(f"/officer/rounds/{ground.id}/today")
    assert page.status == 200
    assert not any("set aside" in line or "Appeals" in line or "papers" in line for line in waiting(page))


def test_every_lane_has_a_name() -> None:
    """Also one that is new."""
    assert set(LANES) == set(events.LANES)
