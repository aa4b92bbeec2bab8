"""The page of the audit log."""

import pytest

from tests.pages.visitor import Visitor
from tests.town import Town


async def test_changes_are_shown_by_whom_and_what(town: Town, dagny: Visitor) -> None:
    """Dagny sees her own acts, with what was before and after; the form narrows them to a round."""
    ground = await town.draw_round()
    await dagny.open(f"/officer/rounds/{ground.id}")
    await dagny.press("Announce")
    page = await dagny.open("/officer/audit")
    assert page.title == "What was changed"
    assert "Dagny round: changed announced at → " in page.text
    assert "by act on round announce · request" in page.text
    page = await dagny.press("Show these", round_id=ground.id, since="2026-01-01", until="2126-01-01")
    assert "round: changed" in page.text
    assert "officer: added" not in page.text
    assert "Nothing was changed that fits this." in (await dagny.press("Show these", until="2025-12-31")).text


async def test_the_list_goes_on_on_the_next_page(town: Town, dagny: Visitor) -> None:
    """Older changes are one click away."""
    await town.draw_round(projects=60)
    page = await dagny.open("/officer/audit")
    (older,) = [link["href"] for link in page.page.all("a") if link.text == "Older changes"]
    assert "pot: added" in (await dagny.open(older)).text


@pytest.mark.parametrize("question", ["round_id=1", "since=2026-13-01", "after=-1", "officer_id=x"])
async def test_what_cannot_be_read_is_said(dagny: Visitor, question: str) -> None:
    """An address with a slip is refused in plain words."""
    assert (await dagny.open(f"/officer/audit?{question}")).status == 400
