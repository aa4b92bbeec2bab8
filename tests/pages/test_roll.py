"""An officer's page of who may vote: heads by area, what changed, and a test of one person."""

from tests.pages.visitor import Visitor
from tests.town import Town, pot


async def test_heads_and_one_person(town: Town, dagny: Visitor) -> None:
    """Dagny sees how many may vote in each area, asks about Carim, and is told which condition he does not meet."""
    ground = await town.draw_round(pots=[pot(areas=["North", "South"], age_on="2026-06-01")])
    await dagny.open(f"/officer/rounds/{ground.id}")
    page = await dagny.open(f"/officer/rounds/{ground.id}/roll")
    assert "Residents of North and South who are 12 or older on 1 June 2026" in page.text
    assert "2 newly entitled" in page.text
    page = await dagny.press("Test", identity="CARIM-3")
    assert "This person is on the register." in page.text
    assert "May not vote: too young on the day that counts." in page.text
    assert "Least age 12 years 6 years no" in page.text


async def test_a_stranger(town: Town, dagny: Visitor) -> None:
    """Somebody whom no source has is not on the roll, and what was typed is still there."""
    ground = await town.draw_round()
    await dagny.open(f"/officer/rounds/{ground.id}/roll")
    page = await dagny.press("Test", identity="Nobody 9")
    assert "No source of this round knows this person." in page.text
    assert 'value="Nobody 9"' in page.html


async def test_nothing_typed(town: Town, dagny: Visitor) -> None:
    """An empty field is told so."""
    ground = await town.draw_round()
    await dagny.open(f"/officer/rounds/{ground.id}/roll")
    page = await dagny.press("Test", identity=" ")
    assert page.status == 400
    assert "the identity is empty" in page.text
