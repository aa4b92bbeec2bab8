"""A notice of a round, to be printed and hung up."""

from tests.pages.test_resident import in_phase
from tests.pages.visitor import Visitor
from tests.town import Town


async def test_a_round_leads_to_its_notice(town: Town, visitor: Visitor) -> None:
    """Neighbours bring neighbours, so everybody can print it."""
    ground = await in_phase(town, "proposing")
    links = [each["href"] for each in (await visitor.open(f"/rounds/{ground.id}")).page.all("a")]
    assert f"/rounds/{ground.id}/notice" in links


async def test_officers_find_it_beside_the_letters(town: Town, dagny: Visitor) -> None:
    """Where they print what goes to people."""
    ground = await in_phase(town, "proposing")
    links = [each["href"] for each in (await dagny.open(f"/officer/rounds/{ground.id}/letters")).page.all("a")]
    assert f"/rounds/{ground.id}/notice" in links


async def test_a_notice_says_what_when_and_for_whom(town: Town, visitor: Visitor) -> None:
    """The name, the sum, each step with its time, and who votes."""
    ground = await in_phase(town, "proposing")
    seen = await visitor.open(f"/rounds/{ground.id}/notice?lang=en")
    words = seen.text.replace("\xa0", " ")
    assert [each.text for each in seen.page.all("h1")] == ["Our street 2026"]
    assert "1 000 kr to decide about together." in words
    assert all(step in words for step in ("Proposing", "Reviewing", "Supporting", "Voting"))
    assert len(seen.page.all("time")) >= 4


async def test_a_notice_leads_to_the_round(town: Town, visitor: Visitor) -> None:
    """In words for who types, and as a square that says so to who does not see it."""
    ground = await in_phase(town, "proposing")
    seen = await visitor.open(f"/rounds/{ground.id}/notice?lang=en")
    address = f"{town.settings.public_url}/rounds/{ground.id}"
    (square,) = [each for each in seen.page.all("p") if each["role"] == "img"]
    assert square["aria-label"] == f"The address as a square: {address}"
    assert address in seen.text


async def test_a_draft_has_no_notice(town: Town, visitor: Visitor) -> None:
    """What is not announced is nobody's to hang up."""
    ground = await town.draw_round()
    assert (await visitor.open(f"/rounds/{ground.id}/notice")).status == 404
