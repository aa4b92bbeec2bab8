"""A resident's way through the pages: sign in, propose, support, vote, change, and never lose what was chosen."""

import time
from datetime import timedelta
from typing import Any

import asyncpg
import msgspec
import pytest

from schema.keys import Signer
from schema.passes import Audience, Pass, open_pass, seal_pass
from tests.pages.visitor import Visit, Visitor
from tests.town import Ground, Town, draft, moment, pot

HOUR = timedelta(hours=1)


async def signed_in(visitor: Visitor, ground: Ground, who: str = "AMINA-1") -> Visit:
    """Somebody at the page that says what they can do."""
    await visitor.open(f"/rounds/{ground.id}/sign-in")
    return await visitor.press("Go on", code=ground.town.codes[who])


async def at_ballot(visitor: Visitor, ground: Ground, who: str = "AMINA-1") -> Visit:
    """Somebody with the first ballot open."""
    await signed_in(visitor, ground, who)
    return await visitor.press("Open the ballot")


async def in_phase(town: Town, phase: str) -> Ground:
    """An announced round in this phase before voting, with codes for all."""
    order = ["proposing", "reviewing", "supporting", "voting", "closes"]
    times: dict[str, Any] = {f"{name}_at": moment(HOUR * (at - order.index(phase))) for at, name in enumerate(order)}
    ground = await town.draw_round(**times)
    await ground.officer("POST", "announcement")
    return ground


def expired(town: Town, token: str, audience: Audience = "box") -> str:
    """The same pass as it is an hour later."""
    return sealed_earlier(open_pass(token, town.ring.issuer, audience, time.time()), town.ring.passes)


def sealed_earlier(claims: Pass, signer: Signer) -> str:
    """What a pass says, sealed an hour earlier."""
    return seal_pass(msgspec.structs.replace(claims, expires=claims.expires - 3600), signer)


def hidden(visit: Visit, name: str) -> str:
    """What a hidden field holds."""
    return next(each["value"] for each in visit.page.all("input") if each["name"] == name)


async def test_the_front_page_leads_to_the_round_that_is_open(town: Town, visitor: Visitor) -> None:
    """A round is under its phase, with a link to its page and one to where you sign in."""
    assert "Nothing is open" in (await visitor.open("/")).text
    ground = await town.open_round()
    links = {each["href"] for each in (await visitor.open("/")).page.all("a")}
    assert {f"/rounds/{ground.id}", f"/rounds/{ground.id}/sign-in"} <= links


async def test_the_round_says_what_can_be_done_today(town: Town, visitor: Visitor) -> None:
    """Phase, timeline with its current step, pots with money and projects with costs are on one page."""
    ground = await town.open_round()
    seen = await visitor.open(f"/rounds/{ground.id}")
    steps = [each for each in seen.page.all("li") if each["aria-current"] == "step"]
    assert [step.text.split()[0] for step in steps] == ["Voting"]
    assert "1 000 kr" in seen.text.replace("\xa0", " ")
    assert "0 of 2 residents have voted" in seen.text
    assert "Project 4" in seen.text
    assert "UTC" in seen.text
    assert "Read the proposals" not in seen.text
    assert "Read the proposals" in (await visitor.open(f"/rounds/{(await in_phase(town, 'reviewing')).id}")).text


async def test_a_ballot_is_cast_and_changed(town: Town, visitor: Visitor) -> None:
    """From the code to the receipt and back to the ballot, where the choices are ticked; no cookie anywhere."""
    ground = await town.open_round()
    ballot = await at_ballot(visitor, ground)
    assert "not voted here yet" in ballot.text
    receipt = await visitor.cast(ticks=[1, 3])
    assert receipt.title == "Your ballot was accepted"
    assert "You can change your ballot or take it back until" in receipt.text
    assert "Project" not in receipt.text
    again = await visitor.press("Look at my ballot")
    assert again.checked() == ["1", "3"]
    assert "You have a ballot here since" in again.text
    changed = await visitor.cast(ticks=[2])
    assert "Number 2 of yours here" in changed.text
    assert (await visitor.press("Look at my ballot")).checked() == ["2"]
    assert not town.client.cookies


async def test_the_receipt_shows_the_commitment_in_groups_and_whole(town: Town, visitor: Visitor) -> None:
    """The receipt is the one that the API gives: its commitment in groups of four, and all of it for a program."""
    ground = await town.open_round()
    await at_ballot(visitor, ground)
    seen = await visitor.cast(ticks=[1])
    whole = msgspec.json.decode(seen.page.all("pre")[0].text)
    groups = next(each.text for each in seen.page.all("code"))
    assert groups.replace(" ", "") == whole["commitment"]
    assert all(len(group) == 4 for group in groups.split())


async def test_a_refusal_keeps_the_choices(town: Town, visitor: Visitor) -> None:
    """A ballot over the limit comes back with its ticks and a sentence that says what to do."""
    ground = await town.open_round()
    await at_ballot(visitor, ground)
    refused = await visitor.cast(ticks=[1, 2, 3, 4])
    assert refused.status == 422
    assert "You chose 4 projects; at most 3 are allowed. Take 1 away." in refused.alert
    assert refused.checked() == ["1", "2", "3", "4"]
    assert (await visitor.cast(ticks=[1, 2, 3])).status == 200


async def test_money_over_the_limit_is_told_in_money(town: Town, visitor: Visitor) -> None:
    """A knapsack ballot that costs too much says how much too much, in kronor."""
    ground = await town.open_round(pots=[pot(style={"style": "knapsack", "max_cost": 70_000})])
    await at_ballot(visitor, ground)
    added = await visitor.press("Add up", ticks=[1, 2, 3])
    assert "900 kr of 700 kr: 200 kr too much" in added.text.replace("\xa0", " ")
    refused = await visitor.cast()
    assert "That is 200 kr more than the 700 kr there is" in refused.alert
    assert refused.checked() == ["1", "2", "3"]


async def test_an_expired_pass_keeps_the_choices(town: Town, visitor: Visitor) -> None:
    """After a quarter of an hour the code is asked for again, and then the choices are back on the ballot."""
    ground = await town.open_round()
    ballot = await at_ballot(visitor, ground)
    token = expired(town, hidden(ballot, "pass"))
    asked = await visitor.cast(ticks=[2, 4], token=token)
    assert (asked.status, asked.title) == (401, "Sign in with your code")
    assert "Your choices are kept" in asked.text
    wrong = await visitor.press("Go on", code="0000-0000-0000-0000")
    assert wrong.status == 401
    back = await visitor.press("Go on", code=town.codes["AMINA-1"])
    assert back.checked() == ["2", "4"]
    assert "They are not cast yet" in back.text
    assert (await visitor.cast()).title == "Your ballot was accepted"


async def test_a_second_press_gives_the_same_receipt(town: Town, visitor: Visitor) -> None:
    """Pressing twice sends one key twice: one revision, one receipt. Other choices with that key are asked about."""
    ground = await town.open_round()
    await at_ballot(visitor, ground)
    review = await visitor.press("Cast my ballot", ticks=[1])
    first = await visitor.press("Cast this ballot")
    visitor.seen = review
    assert (await visitor.press("Cast this ballot")).page.all("pre")[0].text == first.page.all("pre")[0].text
    visitor.seen = review
    reused = await visitor.press("Cast this ballot", ticks=[2])
    assert reused.status == 422
    assert reused.checked() == ["2"]
    assert (await visitor.cast()).title == "Your ballot was accepted"


async def test_two_windows_never_overwrite_in_silence(town: Town, visitor: Visitor) -> None:
    """The window that was opened first is told that there is a newer ballot, and shows both."""
    ground = await town.open_round()
    ballot = await at_ballot(visitor, ground)
    other = Visitor(town.client)
    await at_ballot(other, ground)
    await other.cast(ticks=[3])
    visitor.seen = ballot
    stale = await visitor.cast(ticks=[1])
    assert stale.status == 409
    assert "It holds No. 3" in stale.text
    assert stale.checked() == ["1"]


async def test_a_busy_house_keeps_the_ballot_on_the_page(town: Town, visitor: Visitor, db: asyncpg.Connection) -> None:
    """When it is not certain that a ballot was saved, the same ballot can be sent again with the same key."""
    ground = await town.open_round()
    await at_ballot(visitor, ground)
    review = await visitor.press("Cast my ballot", ticks=[1, 2])
    await db.execute("select pg_advisory_lock(1, lock_key) from box.round")
    busy = await visitor.press("Cast this ballot")
    assert (busy.status, busy.title) == (503, "Send your ballot again")
    assert hidden(busy, "idempotency_key") == hidden(review, "idempotency_key")
    await db.execute("select pg_advisory_unlock_all()")
    assert (await visitor.press("Send again")).title == "Your ballot was accepted"


async def test_a_ballot_is_taken_back(town: Town, visitor: Visitor) -> None:
    """From the ballot to a receipt that names no choice, and back to a ballot on which nothing is ticked; no script."""
    ground = await town.open_round()
    assert "Take my ballot back" not in (await at_ballot(visitor, ground)).buttons
    await visitor.cast(ticks=[1, 3])
    await visitor.press("Look at my ballot")
    gone = await visitor.press("Take my ballot back")
    assert (gone.status, gone.title) == (200, "Your ballot was taken back")
    assert "You can vote again until" in gone.text
    assert "Project" not in gone.text
    assert set(msgspec.json.decode(gone.page.all("pre")[0].text)) >= {"commitment", "signature"}
    again = await visitor.press("Vote again")
    assert "You took your ballot back on" in again.text
    assert again.checked() == []
    assert "Take my ballot back" not in again.buttons
    assert "Number 3 of yours here" in (await visitor.cast(ticks=[2])).text


async def test_a_ballot_of_any_style_is_taken_back(town: Town, visitor: Visitor) -> None:
    """Also one that this page cannot take."""
    ground = await town.open_round(pots=[pot(style={"style": "ranked", "max_choices": 2})])
    await (await ground.voter("AMINA-1")).cast(2, 1)
    await at_ballot(visitor, ground)
    assert (await visitor.press("Take my ballot back")).title == "Your ballot was taken back"


async def test_a_second_press_takes_back_once(town: Town, visitor: Visitor) -> None:
    """Pressing twice sends one key twice: the same receipt. A window that is older than that is told so."""
    ground = await town.open_round()
    await (await ground.voter("AMINA-1")).cast(1)
    ballot = await at_ballot(visitor, ground)
    older = Visitor(town.client)
    await at_ballot(older, ground)
    first = await visitor.press("Take my ballot back")
    visitor.seen = ballot
    assert (await visitor.press("Take my ballot back")).html == first.html
    stale = await older.press("Take my ballot back")
    assert stale.status == 409
    assert "Your ballot was not taken back" in stale.alert
    assert "You took your ballot back on" in stale.text


async def test_a_window_never_takes_back_what_it_does_not_show(town: Town, visitor: Visitor) -> None:
    """A newer ballot from another window is shown and stands; choices made beside a withdrawal are kept."""
    ground = await town.open_round()
    amina = await ground.voter("AMINA-1")
    await amina.cast(1)
    ballot = await at_ballot(visitor, ground)
    await amina.cast(3, base=1)
    stale = await visitor.press("Take my ballot back")
    assert (stale.status, stale.checked()) == (409, ["3"])
    await amina.withdraw(2)
    visitor.seen = ballot
    stale = await visitor.cast(ticks=[2])
    assert (stale.status, stale.checked()) == (409, ["2"])
    assert "You took your ballot back on" in stale.text


async def test_an_expired_pass_leads_back_to_the_ballot(town: Town, visitor: Visitor) -> None:
    """After a quarter of an hour the code is asked for again, and then the button is there again."""
    ground = await town.open_round()
    await (await ground.voter("AMINA-1")).cast(1)
    ballot = await at_ballot(visitor, ground)
    asked = await visitor.press("Take my ballot back", token=expired(town, hidden(ballot, "pass")))
    assert (asked.status, asked.title) == (401, "Sign in with your code")
    await visitor.press("Go on", code=town.codes["AMINA-1"])
    assert (await visitor.press("Take my ballot back")).title == "Your ballot was taken back"


async def test_a_busy_house_asks_to_take_back_again(town: Town, visitor: Visitor, db: asyncpg.Connection) -> None:
    """When it is not certain that a ballot was taken back, the same can be sent again."""
    ground = await town.open_round()
    await (await ground.voter("AMINA-1")).cast(1)
    await at_ballot(visitor, ground)
    await db.execute("select pg_advisory_lock(1, lock_key) from box.round")
    busy = await visitor.press("Take my ballot back")
    assert (busy.status, busy.title) == (503, "Take your ballot back again")
    await db.execute("select pg_advisory_unlock_all()")
    assert (await visitor.press("Send again")).title == "Your ballot was taken back"


async def test_after_the_close_the_ballot_stands(town: Town, visitor: Visitor) -> None:
    """A withdrawal that comes after the close is refused with the phase."""
    ground = await town.open_round()
    await (await ground.voter("AMINA-1")).cast(1)
    await at_ballot(visitor, ground)
    await ground.close()
    late = await visitor.press("Take my ballot back")
    assert (late.status, late.title) == (409, "Voting is not open")


async def test_who_may_not_vote_is_told_why(town: Town, visitor: Visitor) -> None:
    """Carim reads which rule keeps him out and can appeal; there is no button that would refuse him later."""
    ground = await town.open_round()
    seen = await signed_in(visitor, ground, "CARIM-3")
    assert "for people who are 12 or older" in seen.text
    assert "If you think this is wrong" in seen.text
    assert seen.buttons == ["Appeal: The big pot"]


@pytest.mark.parametrize(("names", "style"), [(("One",), ""), (("One", "Two"), "plain")])
async def test_only_a_single_pot_has_the_strong_button(
    town: Town, visitor: Visitor, names: tuple[str, ...], style: str
) -> None:
    """Among several no ballot is the one to open first."""
    seen = await signed_in(visitor, await town.open_round(pots=[pot(name) for name in names]))
    opening = [each for each in seen.page.all("button") if each.text.startswith("Open the ballot")]
    assert [each["class"] for each in opening] == [style] * len(names)


@pytest.mark.parametrize(("names", "folds"), [(("One",), []), (("One", "Two"), ["One", "Two"])])
async def test_the_projects_of_several_pots_are_folded(
    town: Town, visitor: Visitor, names: tuple[str, ...], folds: list[str]
) -> None:
    """What is closed says how many there are, and of which pot."""
    ground = await town.open_round(pots=[pot(name) for name in names])
    seen = await visitor.open(f"/rounds/{ground.id}")
    said = [each.text for each in seen.page.all("summary") if "on the ballot" in each.text]
    number = len(seen.page.all("table")[0].all("tr")) - 1
    assert said == [f"{number} projects on the ballot: {name}" for name in folds]


async def test_the_receipt_leads_to_the_other_pots(town: Town, visitor: Visitor) -> None:
    """Who may vote in two pots goes from one to the other without another code."""
    ground = await town.open_round(pots=[pot("One"), pot("Two")])
    await at_ballot(visitor, ground)
    await visitor.cast(ticks=[1])
    assert (await visitor.press("Open the ballot: Two")).title == "Your ballot: Two"
    assert (await visitor.cast(ticks=[2])).buttons[-1] == "Open the ballot: One"


@pytest.mark.parametrize("name", ["ballot", "ballots", "withdrawals"])
async def test_a_ballot_has_no_address_to_open(town: Town, visitor: Visitor, name: str) -> None:
    """Who types a ballot's address is led to the sign-in form."""
    ground = await town.open_round()
    assert (await visitor.open(f"/pots/{ground.pot}/{name}")).title == "Sign in with your code"


async def test_a_closed_round_takes_no_ballot(town: Town, visitor: Visitor) -> None:
    """A ballot that comes after the close is refused with the phase and a way back to the round."""
    ground = await town.open_round()
    await at_ballot(visitor, ground)
    await ground.close()
    late = await visitor.cast(ticks=[1])
    assert (late.status, late.title) == (409, "Voting is not open")
    assert f"/rounds/{ground.id}" in {each["href"] for each in late.page.all("a")}


async def test_a_pass_for_another_pot_is_not_taken(town: Town, visitor: Visitor) -> None:
    """The pass in the form is all that counts, and it is for one pot."""
    ground = await town.open_round(pots=[pot("One"), pot("Two")])
    ballot = await at_ballot(visitor, ground)
    sent = [("pass", hidden(ballot, "pass"))]
    assert (await visitor.send(f"/pots/{ground.pots[1]}/ballot", sent)).title == "Sign in with your code"


async def test_a_proposal_is_written_and_read(town: Town, visitor: Visitor) -> None:
    """A faulty form comes back with all that was written; a good one is on the list at once."""
    ground = await in_phase(town, "proposing")
    await signed_in(visitor, ground)
    await visitor.press("Write a proposal")
    wrote: dict[str, Any] = {
        "title": "Bänkar",
        "about": "Vid ån.",
        "author_name": "Amina",
        "area": "North",
        "cost_guess": "mycket",
    }
    faulty = await visitor.press("Put it forward", **wrote)
    assert faulty.status == 400
    assert "the cost is not a sum of money" in faulty.alert
    assert (await visitor.press("Put it forward", title=" ", cost_guess="")).alert.startswith(
        "Not sent yet. This cannot"
    )
    sent = await visitor.press("Put it forward", title="Bänkar", cost_guess="45 000,50 kr")
    assert (sent.status, sent.title) == (201, "Your proposal was put forward")
    listed = await visitor.open(f"/rounds/{ground.id}/proposals")
    assert "Bänkar by Amina · North · guessed at 45 000,50 kr" in listed.text.replace("\xa0", " ")


async def test_a_long_proposal_fits_in_a_form(town: Town, visitor: Visitor) -> None:
    """The longest description there may be is taken, in signs that a form writes as twelve; one more is refused."""
    ground = await in_phase(town, "proposing")
    await signed_in(visitor, ground)
    await visitor.press("Write a proposal")
    longer = await visitor.press("Put it forward", title="Träd", about="🌳" * 20_001, author_name="Amina")
    assert "the description is longer than 20 000 signs" in longer.alert
    assert (await visitor.press("Put it forward", about="🌳" * 20_000)).status == 201


async def test_an_expired_pass_keeps_the_proposal(town: Town, visitor: Visitor) -> None:
    """What was written comes back after the code."""
    ground = await in_phase(town, "proposing")
    await signed_in(visitor, ground)
    form = await visitor.press("Write a proposal")
    token = expired(town, hidden(form, "pass"), "civic")
    asked = await visitor.press("Put it forward", title="Bänkar", about="Vid ån.", author_name="Amina", token=token)
    assert "What you wrote is kept" in asked.text
    await visitor.press("Go on", code=town.codes["AMINA-1"])
    assert (await visitor.press("Put it forward")).title == "Your proposal was put forward"


async def test_supports_are_given_and_taken_back(town: Town, visitor: Visitor) -> None:
    """The button changes with each press, and the number follows when the workers have counted.

    While nobody can support yet nobody reads that nobody does.
    """
    ground = await in_phase(town, "proposing")
    await signed_in(visitor, ground)
    await visitor.press("Write a proposal")
    await visitor.press("Put it forward", title="Bänkar", about="Vid ån.", author_name="Amina")
    listed = await visitor.open(f"/rounds/{ground.id}/proposals")
    (link,) = [each["href"] for each in listed.page.all("a") if each.text == "Bänkar"]
    assert "0 support" not in plain(listed)
    assert "0 support" not in plain(await visitor.open(link))
    await supporting(town, ground)
    assert "0 supports" in plain(await visitor.open(link))
    assert "0 supports" in plain(await visitor.open(f"/rounds/{ground.id}/proposals"))
    await signed_in(visitor, ground, "BJORN-2")
    given = await visitor.press("Support")
    assert "You support “Bänkar”." in given.text
    await town.work("civic")
    link = next(each["href"] for each in given.page.all("a") if each.text == "Bänkar")
    seen = await visitor.open(link)
    assert "1 support" in seen.text
    assert len(seen.page.all("dt")) == 1, "what happened in a day is told under one date"
    assert [each.text for each in seen.page.all("dd")] == ["Put forward", "Supported"]
    await signed_in(visitor, ground, "BJORN-2")
    assert "You no longer support “Bänkar”." in (await visitor.press("Take back")).text


def plain(seen: Visit) -> str:
    """The words of a page, with every blank a plain one."""
    return seen.text.replace("\xa0", " ")


async def supporting(town: Town, ground: Ground) -> None:
    """Dagny moves the round on to its supporting phase."""
    view: Any = await town.act("GET", f"/api/rounds/{ground.id}/draft")
    times = {
        "proposing_at": moment(-3 * HOUR),
        "reviewing_at": moment(-2 * HOUR),
        "supporting_at": moment(-HOUR),
        "voting_at": moment(HOUR),
    }
    await town.act("PUT", f"/api/rounds/{ground.id}?revision={view['round']['revision']}", json=draft(**times))
    await town.work("roll")


async def test_after_the_close_a_voter_sees_what_became_of_her_ballot(town: Town, visitor: Visitor) -> None:
    """P11: that it counts, or why it does not; what it holds is shown to nobody any more."""
    ground = await town.open_round()
    await (await ground.voter("AMINA-1")).cast(1, 3)
    await ground.close()
    await town.work("judge")
    await signed_in(visitor, ground)
    seen = await visitor.press("What became of my ballot")
    assert "It counts." in seen.text
    assert "Project 1" not in seen.text
    db = await asyncpg.connect(town.settings.database_url)
    await db.execute("alter table box.verdict disable trigger verdict_append_only")
    await db.execute("update box.verdict set reason = 'too-many'")
    await db.close()
    await signed_in(visitor, ground)
    assert (
        "It does not count. It holds too many projects. If you think this is wrong"
        in (await visitor.press("What became of my ballot")).text
    )


async def test_after_the_close_somebody_who_did_not_vote_is_told_so(town: Town, visitor: Visitor) -> None:
    """No ballot is no fault."""
    ground = await town.open_round()
    await ground.close()
    await signed_in(visitor, ground)
    assert "no ballot of yours came here" in (await visitor.press("What became of my ballot")).text
