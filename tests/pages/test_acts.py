"""What takes two officers, on the page of a round: Dagny asks, Fatima confirms."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import asyncpg
import pytest

from tests.pages.visitor import Visit, Visitor
from tests.town import PASSWORD, Ground, Town, moment

REASON = "The board decided so."


@asynccontextmanager
async def other_browser(town: Town, name: str = "Fatima") -> AsyncIterator[Visitor]:
    """Another officer in a browser with cookies of her own, signed in."""
    if name == "Fatima":
        await town.second()
    kept = dict(town.client.cookies)
    town.client.cookies.clear()
    other = Visitor(town.client)
    await other.open("/officer")
    await other.press("Sign in", name=name, password=PASSWORD)
    yield other
    town.client.cookies.clear()
    town.client.cookies.update(kept)


async def together(town: Town, dagny: Visitor, round_id: str, what: str, **typed: str) -> Visit:
    """Dagny asks for something on the page of a round, and Fatima confirms it on hers; answers what Fatima sees."""
    await dagny.open(f"/officer/rounds/{round_id}")
    asked = await dagny.press(f"Ask for it: {what}", None, None, None, reason=REASON, **typed)
    assert "Another officer has a day to confirm this" in asked.text
    async with other_browser(town) as fatima:
        asked = await fatima.open(f"/officer/rounds/{round_id}")
        assert "Asked by Dagny, " in asked.text
        assert REASON in asked.text
        page = await fatima.press(f"Confirm: {what}")
        assert "Two officers agreed, and it is done" in page.text
        return page


async def scheduled(town: Town) -> Ground:
    """Voting opens in an hour."""
    return await town.open_round(voting_at=moment(timedelta(hours=1)))


async def voting(town: Town) -> Ground:
    """Voting is open."""
    return await town.open_round(appeal_days=0)


async def counted(town: Town) -> Ground:
    """It is counted."""
    ground = await voting(town)
    await ground.count()
    return ground


async def published(town: Town) -> Ground:
    """It is published, and nobody can appeal."""
    ground = await counted(town)
    await ground.publish()
    return ground


LATER = {"closes_at": f"{datetime.now(UTC) + timedelta(days=60):%Y-%m-%dT%H:%M}"}
WORDS = {"title": "Lampor", "about": "I parken."}

KINDS = {
    "Open voting now": (scheduled, {}, "Voting is open until"),
    "Close voting now": (voting, {}, "0 of 1 pot counted"),
    "Prolong voting": (voting, LATER, "Voting is open until"),
    "Correct a project": (voting, WORDS, "Lampor"),
    "Open voting again": (counted, LATER, "Voting is open until"),
    "Publish the outcome": (counted, {}, "The outcome is published"),
    "Destroy the key": (published, {}, "The outcome is published"),
    "Delete the ballots": (published, {}, "The outcome is published"),
}


@pytest.mark.parametrize("what", KINDS)
async def test_two_officers_do_each_on_the_page(town: Town, dagny: Visitor, what: str) -> None:
    """One asks and says why, the other reads that and confirms."""
    place, typed, seen = KINDS[what]
    ground = await place(town)
    page = await together(town, dagny, ground.id, what, **typed)
    assert seen in page.text
    states = {act["kind"]: act["state"] for act in await town.act("GET", f"/api/rounds/{ground.id}/acts")}
    assert set(states.values()) == {"done"}


@pytest.mark.parametrize("what", KINDS)
async def test_who_asked_has_no_button_to_confirm(town: Town, dagny: Visitor, what: str) -> None:
    """And is refused who sends it all the same; the round stays as it is."""
    place, typed, _ = KINDS[what]
    ground = await place(town)
    phase = await ground.phase()
    await dagny.open(f"/officer/rounds/{ground.id}")
    page = await dagny.press(f"Ask for it: {what}", None, None, None, reason=REASON, **typed)
    assert [button for button in page.buttons if button.startswith(("Confirm", "Do it"))] == []
    act = (await town.act("GET", f"/api/rounds/{ground.id}/acts"))[0]
    refused = await dagny.send(f"/officer/rounds/{ground.id}/confirmation", [("act", act["id"])])
    assert (refused.status, "you are the one who asked" in refused.alert) == (403, True)
    assert (await ground.phase(), await state(town, ground)) == (phase, "waiting")


async def state(town: Town, ground: Ground) -> str:
    """What became of the last act."""
    found: str = (await town.act("GET", f"/api/rounds/{ground.id}/acts"))[0]["state"]
    return found


async def test_who_asked_takes_it_back(town: Town, dagny: Visitor) -> None:
    """Then nobody sees it any more."""
    ground = await voting(town)
    await dagny.open(f"/officer/rounds/{ground.id}")
    await dagny.press("Ask for it: Close voting now", reason=REASON)
    page = await dagny.press("Take this back")
    assert REASON not in page.text
    assert await state(town, ground) == "withdrawn"


async def test_what_was_typed_is_still_there_after_a_refusal(town: Town, dagny: Visitor) -> None:
    """A time that is over is refused, and both fields stand as they were."""
    ground = await voting(town)
    await dagny.open(f"/officer/rounds/{ground.id}")
    refused = await dagny.press("Ask for it: Prolong voting", reason=REASON, closes_at="2020-01-01T12:00")
    assert (refused.status, "Choose a later time" in refused.alert) == (422, True)
    assert "2020-01-01T12:00" in refused.html
    assert REASON in refused.html
    unclear = await dagny.press("Ask for it: Prolong voting", reason="", closes_at="tomorrow")
    assert (unclear.status, "the time is empty or holds what does not belong there" in unclear.alert) == (400, True)


async def test_an_act_needs_a_reason(town: Town, dagny: Visitor) -> None:
    """Without one nothing is asked for."""
    ground = await voting(town)
    await dagny.open(f"/officer/rounds/{ground.id}")
    refused = await dagny.press("Ask for it: Close voting now")
    assert (refused.status, "the reason is missing" in refused.alert) == (400, True)
    assert await town.act("GET", f"/api/rounds/{ground.id}/acts") == []


async def test_what_was_decided_and_not_done_is_done_by_either(town: Town, dagny: Visitor) -> None:
    """After a stop in between the page says so, with a button for the two and for nobody else."""
    ground = await voting(town)
    act = await ground.ask("close-early")
    db = await asyncpg.connect(town.settings.database_url)
    await db.execute("alter table box.close add constraint crash check (decision_id is null) not valid")
    await town.confirm(act["id"])
    await db.execute("alter table box.close drop constraint crash")
    await db.close()
    await town.hire("Elin")
    async with other_browser(town, "Elin") as elin:
        assert "it is not done yet" in (page := await elin.open(f"/officer/rounds/{ground.id}")).text
        assert [button for button in page.buttons if button.startswith("Do it")] == []
    await dagny.open(f"/officer/rounds/{ground.id}")
    page = await dagny.press("Do it now")
    assert "0 of 1 pot counted" in page.text


async def test_reading_a_refused_act_again_leads_to_the_round(town: Town, dagny: Visitor) -> None:
    """The addresses of the forms lead back."""
    ground = await voting(town)
    for form in ("acts", "confirmation", "withdrawal"):
        page = await dagny.open(f"/officer/rounds/{ground.id}/{form}")
        assert urlsplit(dagny.at).path == f"/officer/rounds/{ground.id}"
        assert page.status == 200
