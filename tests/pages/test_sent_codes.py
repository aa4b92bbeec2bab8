"""Signing in on the pages with a code that is sent, without script, and without losing anything."""

from schema.gateways import MailGateway, TextGateway
from tests.gateways import Post, Texts, code_in
from tests.pages.test_resident import at_ballot, expired, hidden
from tests.pages.visitor import Visitor
from tests.people import connect_contact
from tests.town import Ground, Town

AMINA = "amina@example.se"
OPEN = "Open the ballot: The big pot"


async def opened(town: Town) -> Ground:
    """A round that is open, in which Amina has a mailbox and a telephone."""
    ground = await town.open_round()
    await connect_contact(town, f"mail:{AMINA}", "AMINA-1")
    await connect_contact(town, "phone:46701234567", "AMINA-1")
    return ground


async def test_the_letter_comes_first_and_every_way_is_there(reachable: Town) -> None:
    """Each way that the house has is a form on the sign-in page."""
    visitor, ground = Visitor(reachable.client), await opened(reachable)
    seen = await visitor.open(f"/rounds/{ground.id}/sign-in")
    assert seen.buttons == ["Go on", "Send a code by e-mail", "Send a code by SMS"]


async def test_a_house_with_letters_only_shows_nothing_else(town: Town, visitor: Visitor) -> None:
    """No way is offered that leads nowhere."""
    ground = await town.open_round()
    seen = await visitor.open(f"/rounds/{ground.id}/sign-in")
    assert seen.buttons == ["Go on"]
    assert "without your letter" not in seen.text


async def test_a_code_by_mail_leads_to_the_ballot(reachable: Town, post: tuple[Post, MailGateway]) -> None:
    """Address, code, ballot; and no cookie."""
    visitor, ground = Visitor(reachable.client), await opened(reachable)
    await visitor.open(f"/rounds/{ground.id}/sign-in")
    asked = await visitor.press("Send a code by e-mail", address=AMINA)
    assert AMINA in asked.text
    assert OPEN in (await visitor.press("Go on", code=code_in(post[0].text()))).buttons
    assert not reachable.client.cookies


async def test_a_code_by_sms_leads_to_the_ballot(reachable: Town, texts: tuple[Texts, TextGateway]) -> None:
    """The same by telephone."""
    visitor, ground = Visitor(reachable.client), await opened(reachable)
    await visitor.open(f"/rounds/{ground.id}/sign-in")
    await visitor.press("Send a code by SMS", address="+46 70-123 45 67")
    assert OPEN in (await visitor.press("Go on", code=code_in(texts[0].taken[0]["text"]))).buttons


async def test_a_wrong_code_can_be_typed_again_or_sent_anew(reachable: Town, post: tuple[Post, MailGateway]) -> None:
    """The refusal says what to do; the address need not be typed a second time."""
    visitor, ground = Visitor(reachable.client), await opened(reachable)
    await visitor.open(f"/rounds/{ground.id}/sign-in")
    await visitor.press("Send a code by e-mail", address=AMINA)
    refused = await visitor.press("Go on", code="7K3M-9XQ2-B4TD")
    assert (refused.status, "only the newest one" in refused.alert) == (401, True)
    assert "7K3M-9XQ2-B4TD" in {each["value"] for each in refused.page.all("input")}
    await visitor.press("Send a new code")
    assert OPEN in (await visitor.press("Go on", code=code_in(post[0].text()))).buttons


async def test_an_address_that_is_none_can_be_corrected(reachable: Town) -> None:
    """It is still there, with a sentence that says what is wrong."""
    visitor, ground = Visitor(reachable.client), await opened(reachable)
    await visitor.open(f"/rounds/{ground.id}/sign-in")
    refused = await visitor.press("Send a code by SMS", address="070-123 45 67")
    assert (refused.status, "with its country" in refused.alert) == (422, True)
    assert refused.page.all("input")[-1]["value"] == "070-123 45 67"


async def test_the_page_is_the_same_for_whoever_is_not_known(reachable: Town) -> None:
    """But for the address that was typed."""
    visitor, ground = Visitor(reachable.client), await opened(reachable)
    pages = []
    for address in (AMINA, "nobody@example.se"):
        await visitor.open(f"/rounds/{ground.id}/sign-in")
        pages.append((await visitor.press("Send a code by e-mail", address=address)).html.replace(address, "it"))
    assert pages[0] == pages[1]


async def test_choices_survive_a_code_that_is_sent(reachable: Town, post: tuple[Post, MailGateway]) -> None:
    """A pass that ended while somebody chose costs her a code, and nothing that she chose."""
    visitor, ground = Visitor(reachable.client), await opened(reachable)
    ballot = await at_ballot(visitor, ground)
    token = expired(reachable, hidden(ballot, "pass"))
    await visitor.cast(ticks=[1, 3], token=token)
    await visitor.press("Send a code by e-mail", address=AMINA)
    again = await visitor.press("Go on", code=code_in(post[0].text()))
    assert again.checked() == ["1", "3"]
