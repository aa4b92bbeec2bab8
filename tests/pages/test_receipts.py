"""The page for receipts: whoever has one finds its ballot, and nobody learns a choice."""

import pytest

from tests.pages.test_resident import at_ballot
from tests.pages.visitor import Visit, Visitor
from tests.town import Ground, Town


@pytest.fixture
async def voting(town: Town) -> Ground:
    """A round in which voting is open."""
    return await town.open_round()


async def cast(visitor: Visitor, voting: Ground) -> str:
    """Amina votes; the fingerprint on her receipt, as it stands there."""
    await at_ballot(visitor, voting)
    seen = await visitor.cast(ticks=[1])
    return seen.page.all("code")[0].text


async def ask(visitor: Visitor, fingerprint: str) -> Visit:
    """Type a fingerprint into the form."""
    await visitor.open("/receipts")
    return await visitor.press("Find it", commitment=fingerprint)


async def test_a_fresh_receipt_waits(voting: Ground, visitor: Visitor) -> None:
    """The voter is told when to look again."""
    seen = await ask(visitor, await cast(visitor, voting))
    assert "within a minute: look again" in seen.text


async def test_a_receipt_is_found(voting: Ground, visitor: Visitor) -> None:
    """As it was copied from the receipt, in groups; with its place, the head, and no word of projects."""
    fingerprint = await cast(visitor, voting)
    await voting.town.work("sequence")
    seen = await ask(visitor, fingerprint)
    assert "Your ballot is in the ledger" in seen.text
    assert "1 of 1" in seen.text
    assert f"/api/log/{voting.id}" in seen.page.all("pre")[0].text
    assert "Project" not in seen.text


async def test_the_receipt_leads_there(voting: Ground, visitor: Visitor) -> None:
    """By a link that has the fingerprint in it."""
    await at_ballot(visitor, voting)
    receipt = await visitor.cast(ticks=[1])
    await voting.town.work("sequence")
    (link,) = [each["href"] for each in receipt.page.all("a") if each.text == "Find it there"]
    assert "Your ballot is in the ledger" in (await visitor.open(link)).text


async def test_capitals_do_not_matter(voting: Ground, visitor: Visitor) -> None:
    """Some printers and people write them."""
    fingerprint = await cast(visitor, voting)
    assert "within a minute" in (await ask(visitor, fingerprint.upper())).text


async def test_a_receipt_that_nobody_gave_is_not_found(visitor: Visitor) -> None:
    """The page says what can be done with a signed receipt all the same."""
    seen = await ask(visitor, "ab" * 32)
    assert "take the whole receipt to your municipality" in seen.alert


@pytest.mark.parametrize("fingerprint", ["ab", "xy" * 32, "<b>", "\u0661" * 64])
async def test_what_is_no_fingerprint_is_said_to_be_none(visitor: Visitor, fingerprint: str) -> None:
    """And stays in the form, to be mended."""
    seen = await ask(visitor, fingerprint)
    assert (seen.status, seen.page.all("textarea")[0].text) == (400, fingerprint)
    assert "64 signs" in seen.alert
