"""Drafts and changes of proposals on pages: begun on one telephone, gone on with on another, and nobody else's."""

from uuid import UUID

import asyncpg
import pytest
from msgspec.structs import replace

from tests.builders import decision
from tests.pages.test_resident import expired, hidden, in_phase, signed_in
from tests.pages.visitor import Visit, Visitor
from tests.service.test_proposals import TEXT
from tests.service.test_reviews import WHY, put_forward, review
from tests.town import Ground, Town
from workers.clock import Clock

ABOUT = "Tre bänkar vid ån."


async def begun(visitor: Visitor, ground: Ground, title: str = "") -> Visit:
    """Amina's draft, saved without a title or with one."""
    await signed_in(visitor, ground)
    await visitor.press("Write a proposal")
    return await visitor.press("Save as a draft", about=ABOUT, cost_guess="about 4", title=title)


async def drafts(db: asyncpg.Connection) -> int:
    """How many there are."""
    found: int = await db.fetchval("select count(*) from civic.draft")
    return found


async def test_a_draft_is_gone_on_with_elsewhere(town: Town, visitor: Visitor, db: asyncpg.Connection) -> None:
    """Half a proposal is kept as it was typed; put forward, it is a proposal and no draft."""
    ground = await in_phase(town, "proposing")
    saved = await begun(visitor, ground)
    assert "Your draft is saved. Nobody else can read it." in saved.text
    other = Visitor(town.client)
    seen = await signed_in(other, ground)
    assert "Without a title yet" in seen.text
    form = await other.press("Go on")
    assert ABOUT in form.text
    assert hidden(form, "cost_guess") == "about 4"
    sent = await other.press("Put it forward", title="Bänkar", author_name="Amina", cost_guess="4")
    assert (sent.status, sent.title) == (201, "Your proposal was put forward")
    assert await drafts(db) == 0


async def test_nobody_else_reads_a_draft(town: Town, visitor: Visitor) -> None:
    """Not in her list, and not by its id with her own pass."""
    ground = await in_phase(town, "proposing")
    saved = await begun(visitor, ground, title="Bänkar")
    draft = hidden(saved, "draft")
    bjorn = Visitor(town.client)
    seen = await signed_in(bjorn, ground, "BJORN-2")
    assert "Bänkar" not in seen.text
    fields = [("pass", hidden(seen, "pass")), ("draft", draft)]
    assert (await bjorn.send(f"/rounds/{ground.id}/proposals/new", fields)).status == 404
    await bjorn.send(f"/rounds/{ground.id}/drafts/deletion", fields)
    assert "Bänkar" in (await signed_in(visitor, ground)).text


async def test_saving_twice_is_one_draft(town: Town, visitor: Visitor, db: asyncpg.Connection) -> None:
    """A double tap, and a draft that is saved again."""
    ground = await in_phase(town, "proposing")
    await signed_in(visitor, ground)
    form = await visitor.press("Write a proposal")
    for _ in range(2):
        visitor.seen = form
        assert "Your draft is saved" in (await visitor.press("Save as a draft", about=ABOUT)).text
    await visitor.press("Go on")
    assert "Your draft is saved" in (await visitor.press("Save as a draft", title="Bänkar")).text
    assert await drafts(db) == 1


async def test_two_telephones_lose_nothing(town: Town, visitor: Visitor, db: asyncpg.Connection) -> None:
    """The one that is late is told so, and keeps its text as another draft."""
    ground = await in_phase(town, "proposing")
    await begun(visitor, ground)
    form = await visitor.press("Go on")
    await visitor.press("Save as a draft", title="On one")
    visitor.seen = form
    late = await visitor.press("Save as a draft", title="On the other")
    assert late.status == 409
    saved = await visitor.press("Save as a draft")
    assert "On one" in saved.text
    assert "On the other" in saved.text
    assert await drafts(db) == 2


async def test_a_resident_has_five_drafts(town: Town, visitor: Visitor) -> None:
    """The sixth is refused with its text in the form, until one is deleted."""
    ground = await in_phase(town, "proposing")
    await begun(visitor, ground)
    for number in range(2, 7):
        await visitor.press("Write another")
        seen = await visitor.press("Save as a draft", title=f"Draft {number}")
    assert (seen.status, "You have 5 drafts" in seen.alert) == (409, True)
    assert hidden(seen, "title") == "Draft 6"
    await signed_in(Visitor(town.client), ground)
    form = visitor.seen
    await signed_in(visitor, ground)
    await visitor.press("Delete: Draft 5")
    visitor.seen = form
    assert "Draft 6" in (await visitor.press("Save as a draft")).text


async def test_an_expired_pass_keeps_the_draft(town: Town, visitor: Visitor, db: asyncpg.Connection) -> None:
    """After the code it is back in the form, and saved as the same draft."""
    ground = await in_phase(town, "proposing")
    saved = await begun(visitor, ground)
    token = expired(town, hidden(saved, "pass"), "civic")
    await visitor.press("Go on", token=token)
    form = await visitor.press("Go on", code=town.codes["AMINA-1"])
    assert ABOUT in form.text
    await visitor.press("Save as a draft", title="Bänkar", token=token)
    await visitor.press("Go on", code=town.codes["AMINA-1"])
    assert "Your draft is saved" in (await visitor.press("Save as a draft")).text
    assert await drafts(db) == 1


@pytest.mark.parametrize(("phase", "left"), [("supporting", 1), ("voting", 0)])
async def test_drafts_go_when_the_debate_is_over(
    town: Town, visitor: Visitor, db: asyncpg.Connection, worker: asyncpg.Connection, phase: str, left: int
) -> None:
    """While neighbours support they can still be read; from when voting opens there are none."""
    ground = await in_phase(town, "proposing")
    await begun(visitor, ground)
    await db.execute(
        "update box.round set reviewing_at = now(), supporting_at = now(),"
        " voting_at = case when $1 = 'voting' then now() else voting_at end,"
        " scheduled_at = case when $1 = 'voting' then now() end",
        phase,
    )
    await Clock(replace(town.settings, heads=None)).tick(worker)
    assert await drafts(db) == left
    assert (ABOUT in (await signed_in(visitor, ground)).text) == bool(left)


async def test_what_is_left_of_drafts_goes_with_the_ballots(
    town: Town, visitor: Visitor, db: asyncpg.Connection
) -> None:
    """Should the clock have been away for so long."""
    ground = await in_phase(town, "proposing")
    await begun(visitor, ground)
    made = await decision(db, UUID(ground.id), "delete-ballots")
    await db.execute("insert into box.deletion (round_id, decision_id, ballots) values ($1, $2, 0)", ground.id, made)
    assert await drafts(db) == 0


async def test_the_author_changes_her_proposal(town: Town, visitor: Visitor) -> None:
    """From her proposals to the form with what stands, and everybody reads the new text."""
    ground, path = await put_forward(town)
    await signed_in(visitor, ground)
    form = await visitor.press("Change: A slide")
    assert hidden(form, "title") == "A slide"
    refused = await visitor.press("Save the changes", title="Two slides", about="")
    assert (refused.status, hidden(refused, "title")) == (400, "Two slides")
    done = await visitor.press("Save the changes", about="For all.")
    assert done.title == "Your proposal was changed"
    seen = await visitor.open(path.removeprefix("/api"))
    assert (seen.title, "For all." in seen.text) == ("Two slides", True)


async def test_a_change_elsewhere_is_shown_first(town: Town, visitor: Visitor) -> None:
    """Both texts are on the page, and the next press replaces the one that stands."""
    ground, path = await put_forward(town)
    await signed_in(visitor, ground)
    form = await visitor.press("Change: A slide")
    await visitor.press("Save the changes", about="On one telephone.")
    visitor.seen = form
    late = await visitor.press("Save the changes", about="On the other.")
    assert late.status == 409
    assert "On one telephone." in late.text
    await visitor.press("Save the changes")
    assert "On the other." in (await visitor.open(path.removeprefix("/api"))).text


async def test_an_expired_pass_keeps_the_changes(town: Town, visitor: Visitor) -> None:
    """After the code they are back in the form."""
    ground, _path = await put_forward(town)
    await signed_in(visitor, ground)
    form = await visitor.press("Change: A slide")
    token = expired(town, hidden(form, "pass"), "civic")
    await visitor.press("Save the changes", token=token, title="Two slides")
    back = await visitor.press("Go on", code=town.codes["AMINA-1"])
    assert hidden(back, "title") == "Two slides"
    assert (await visitor.press("Save the changes")).title == "Your proposal was changed"


async def test_what_was_decided_is_not_changed(town: Town, visitor: Visitor) -> None:
    """Nor is it offered, nor what somebody else wrote."""
    ground, path = await put_forward(town)
    page = path.removeprefix("/api")
    bjorn = await signed_in(visitor, ground, "BJORN-2")
    assert "Change: A slide" not in bjorn.buttons
    fields = [("pass", hidden(bjorn, "pass"))]
    assert (await visitor.send(f"{page}/edit", fields)).status == 403
    assert (await visitor.send(f"{page}/changes", [*fields, ("revision", "1"), *TEXT.items()])).status == 403
    await signed_in(visitor, ground)
    form = await visitor.press("Change: A slide")
    await review(town, path, WHY)
    visitor.seen = form
    assert (await visitor.press("Save the changes")).status == 409
    assert "Change: A slide" not in (await signed_in(visitor, ground)).buttons
