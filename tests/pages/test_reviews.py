"""Proposals under review: officers read, decline, hide and reopen them; residents and authors are told."""

from tests.pages.test_resident import signed_in
from tests.pages.visitor import Visit, Visitor
from tests.service.test_proposals import TEXT
from tests.service.test_reviews import HIDE, MODERATOR, REVIEWER, WHY, put_forward, review
from tests.town import PASSWORD, Ground, Town


async def at_desk(visitor: Visitor, name: str = "Dagny") -> Visitor:
    """An officer's browser."""
    await visitor.open("/officer")
    await visitor.press("Sign in", name=name, password=PASSWORD)
    return visitor


async def queue(browser: Visitor, ground: Ground, state: str = "submitted") -> Visit:
    """The page of proposals in a state."""
    return await browser.open(f"/officer/rounds/{ground.id}/proposals?queue={state}")


async def test_a_proposal_is_declined_on_the_page(town: Town, visitor: Visitor) -> None:
    """Residents read why, and by whom, on its page, and see it in the list."""
    ground, path = await put_forward(town)
    await at_desk(visitor)
    waiting = await queue(visitor, ground)
    assert TEXT["about"] in waiting.text
    done = await visitor.press("Decline: A slide", reason="The bank is not ours.")
    assert "The proposal is declined." in done.text
    assert TEXT["title"] not in done.text
    told = await visitor.open(path.removeprefix("/api"))
    assert "Declined by Dagny on" in told.text
    assert "The bank is not ours." in told.text
    assert "declined" in (await visitor.open(f"/rounds/{ground.id}/proposals")).text


async def test_a_proposal_is_hidden_on_the_page(town: Town, visitor: Visitor) -> None:
    """Its page says why it is gone, without its words."""
    ground, path = await put_forward(town)
    await at_desk(visitor)
    await queue(visitor, ground)
    assert "The proposal is hidden." in (await visitor.press("Hide: A slide", ground="hate")).text
    gone = await visitor.open(path.removeprefix("/api"))
    assert gone.status == 410
    assert "This proposal is hidden because it insults or threatens people." in gone.text
    for words in (TEXT["title"], TEXT["about"]):
        assert words not in gone.html
    assert TEXT["title"] not in (await visitor.open(f"/rounds/{ground.id}/proposals")).text
    assert TEXT["about"] in (await queue(visitor, ground, "hidden")).text


async def test_a_decision_is_taken_back_on_the_page(town: Town, visitor: Visitor) -> None:
    """The proposal waits again."""
    ground, path = await put_forward(town)
    await review(town, path, WHY)
    await at_desk(visitor)
    await queue(visitor, ground, "declined")
    assert "The decision is taken back." in (await visitor.press("Reopen: A slide", reason="It is ours.")).text
    assert TEXT["title"] in (await queue(visitor, ground)).text


async def test_a_decision_that_comes_too_late_is_told(town: Town, visitor: Visitor) -> None:
    """Somebody else was faster: the proposal is shown as it is now."""
    ground, path = await put_forward(town)
    await at_desk(visitor)
    await queue(visitor, ground)
    await review(town, path, HIDE)
    late = await visitor.press("Decline: A slide", reason="The bank is not ours.")
    assert late.status == 409
    assert "This proposal is hidden" in late.alert


async def test_hiding_for_another_reason_asks_for_words(town: Town, visitor: Visitor) -> None:
    """The form comes back open, with the ground that was chosen."""
    ground, _path = await put_forward(town)
    await at_desk(visitor)
    await queue(visitor, ground)
    asked = await visitor.press("Hide: A slide", ground="other")
    assert asked.status == 400
    assert [each["value"] for each in asked.page.all("option") if "selected" in each.attributes] == ["other"]


async def test_a_reviewer_is_offered_no_hiding(town: Town, visitor: Visitor) -> None:
    """Nor to take it back."""
    ground, path = await put_forward(town)
    await town.hire("Elin", roles=REVIEWER)
    await at_desk(visitor, "Elin")
    assert not [each for each in (await queue(visitor, ground)).buttons if each.startswith("Hide")]
    await review(town, path, HIDE)
    assert (await queue(visitor, ground, "hidden")).buttons == []


async def test_a_moderator_is_offered_no_declining(town: Town, visitor: Visitor) -> None:
    """Nor to take it back, nor the ballot."""
    ground, path = await put_forward(town)
    await town.hire("Ivar", roles=MODERATOR)
    await at_desk(visitor, "Ivar")
    assert (await queue(visitor, ground)).buttons == ["Hide: A slide"]
    await review(town, path, WHY)
    assert (await queue(visitor, ground, "declined")).buttons == ["Hide: A slide"]


async def test_the_author_is_told_at_her_sign_in(town: Town, visitor: Visitor) -> None:
    """With her own words, and what is said to her alone."""
    ground, path = await put_forward(town)
    await review(town, path, {"state": "hidden", "ground": "other", "reason": "It names your neighbour."})
    seen = await signed_in(visitor, ground)
    assert "because it breaks the rules of this round" in seen.text
    assert "It names your neighbour." in seen.text
    assert TEXT["title"] in seen.text


async def test_the_round_counts_its_proposals(town: Town, visitor: Visitor) -> None:
    """The officers' page of a round says how many there are in each state, and leads to them."""
    ground, path = await put_forward(town)
    await review(town, path, WHY)
    await at_desk(visitor)
    seen = await visitor.open(f"/officer/rounds/{ground.id}")
    assert "Waiting 0 On the ballot 0 Declined 1 Hidden 0 Withdrawn 0" in seen.text
    assert any(each["href"] == f"/officer/rounds/{ground.id}/proposals" for each in seen.page.all("a"))
