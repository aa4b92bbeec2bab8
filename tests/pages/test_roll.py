"""An officer's page of who may vote: heads by area, what changed, and a test of one person."""

from uuid import UUID

from service.verbs.appeals import slip_for
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


async def test_declaring_oneself(town: Town, visitor: Visitor) -> None:
    """Elsa fills in the form, is told when to come back, and nothing she typed is lost when a month is amiss."""
    ground = await town.open_round(sources=["declared"])
    house = town.client.app.state.house
    slip = slip_for(house, UUID(ground.id), house.ring.person_ref("mail:elsa@example.org"))
    typed = [("area", "South"), ("birth_year", "1970"), ("birth_month", "13"), ("relations", "works")]
    page = await visitor.send(f"/rounds/{ground.id}/declaration", [("slip", slip), *typed])
    assert "the month of birth must be at most 12" in page.alert
    assert 'value="1970"' in page.html
    assert page.checked() == ["works"]
    page = await visitor.press("Declare this", birth_month="3")
    assert "sign in once more" in page.text


async def test_declaring_without_a_slip(town: Town, visitor: Visitor) -> None:
    """Whoever has none, or one that has ended, is shown where the way begins, and what was typed goes along."""
    ground = await town.open_round(sources=["declared"])
    page = await visitor.open(f"/rounds/{ground.id}/declaration")
    assert "Sign in" in page.title
    page = await visitor.send(
        f"/rounds/{ground.id}/declaration",
        [("slip", "x"), ("area", "South"), ("birth_year", "1970"), ("relations", "works")],
    )
    assert '<input type="hidden" name="birth_year" value="1970">' in page.html
    assert '<input type="hidden" name="then" value="declaration">' in page.html
