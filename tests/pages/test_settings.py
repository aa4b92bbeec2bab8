"""An officer's page of a round's settings."""

from typing import Any

import pytest

from tests.pages.visitor import Visitor
from tests.town import PASSWORD, Ground, Town


def page_of(ground: Ground) -> str:
    """The address of the page."""
    return f"/officer/rounds/{ground.id}/settings"


async def test_a_draft_leads_to_where_all_of_it_can_change(town: Town, dagny: Visitor) -> None:
    """One form is enough while nothing is frozen."""
    ground = await town.draw_round()
    seen = await dagny.open(page_of(ground))
    assert "All of this can be changed until the round is scheduled." in seen.text
    assert seen.buttons == []
    assert any(each["href"] == f"/officer/rounds/{ground.id}/draft" for each in seen.page.all("a"))


async def test_what_was_promised_can_be_raised(town: Town, dagny: Visitor) -> None:
    """In an open round, by one officer; the page shows what it is then."""
    ground = await town.open_round(ballots_floor=100, appeal_days=14)
    await dagny.open(page_of(ground))
    seen = await dagny.press("Save the settings", ballots_floor="150", appeal_days="30")
    assert "The settings are saved." in seen.text
    assert "It can be raised from 150 until voting closes" in seen.text
    found = (await ground.officer("GET", "draft"))["round"]
    assert (found["ballots_floor"], found["appeal_days"]) == (150, 30)


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ({"ballots_floor": "99"}, 409, "so the number from which single ballots are shown can only be raised"),
        ({"appeal_days": "13"}, 409, "so the number of days for appeals can only be raised"),
        ({"appeal_days": "many"}, 400, "the number of days for appeals is not a whole number"),
        ({"ballots_floor": "1000001"}, 400, "the number from which single ballots are shown must be at most 1000000"),
    ],
)
async def test_what_cannot_be_is_told_and_kept(
    town: Town, dagny: Visitor, typed: dict[str, Any], status: int, words: str
) -> None:
    """The form comes back with what was typed, and nothing is changed."""
    ground = await town.open_round(ballots_floor=100, appeal_days=14)
    await dagny.open(page_of(ground))
    seen = await dagny.press("Save the settings", **typed)
    assert seen.status == status
    assert words in seen.alert
    for name, value in typed.items():
        assert next(each["value"] for each in seen.page.all("input") if each["name"] == name) == value
    found = (await ground.officer("GET", "draft"))["round"]
    assert (found["ballots_floor"], found["appeal_days"]) == (100, 14)


async def test_after_the_close_only_the_days_are_asked_for(town: Town, dagny: Visitor) -> None:
    """The ballots are counted as they were promised to be shown."""
    ground = await town.open_round(ballots_floor=100, appeal_days=14)
    await ground.close()
    seen = await dagny.open(page_of(ground))
    assert [each["id"] for each in seen.page.all("input") if each["type"] != "hidden"] == ["appeal_days"]
    await dagny.press("Save the settings", appeal_days="15")
    assert (await ground.officer("GET", "draft"))["round"]["appeal_days"] == 15


async def test_a_clerk_reads_and_changes_nothing(town: Town, visitor: Visitor) -> None:
    """Everybody who works here sees how a round is set; the form is for officers."""
    ground = await town.open_round()
    await town.hire("Gunnar")
    await visitor.open("/officer")
    await visitor.press("Sign in", name="Gunnar", password=PASSWORD)
    seen = await visitor.open(page_of(ground))
    assert "a seed for tests" in seen.text
    assert seen.buttons == []


async def test_the_words_for_lots_can_be_written_in_the_draft(town: Town, dagny: Visitor) -> None:
    """They stand there as they are; left out, they stay."""
    ground = await town.draw_round()
    await dagny.open(f"/officer/rounds/{ground.id}/draft")
    await dagny.press("Save the round", lot_seed="Lotto 2026-11-28")
    assert (await ground.officer("GET", "draft"))["round"]["lot_seed"] == "Lotto 2026-11-28"
    await dagny.open(f"/officer/rounds/{ground.id}/draft")
    await dagny.press("Save the round", lot_seed="")
    assert (await ground.officer("GET", "draft"))["round"]["lot_seed"] == "Lotto 2026-11-28"
