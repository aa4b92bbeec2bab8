"""Taking one's own proposal back on pages: asked once more, done once, and refused where it cannot be."""

import pytest

from tests.pages.test_pictures import add, images, proposed
from tests.pages.test_resident import expired, hidden, signed_in
from tests.pages.visitor import Visitor
from tests.people import owner
from tests.service.test_pictures import picture
from tests.service.test_proposals import send, supporting
from tests.service.test_reviews import WHY, put_forward, review
from tests.town import Town

TAKE = "Take it back: A slide"


async def test_one_takes_ones_proposal_back(town: Town, visitor: Visitor) -> None:
    """She is told what that does before; then it is on no list, and its page and hers say so."""
    ground, path = await put_forward(town)
    await signed_in(visitor, ground)
    asked = await visitor.press(TAKE)
    assert asked.title == "Take your proposal back?"
    assert "It cannot be brought back." in asked.text
    done = await visitor.press(TAKE)
    assert (done.status, done.title) == (200, "Your proposal was taken back")
    assert (await visitor.press("Write another")).title == "Write a proposal"
    assert "A slide" not in (await visitor.open(f"/rounds/{ground.id}/proposals")).text
    left = await visitor.open(path.removeprefix("/api"))
    assert (left.title, "Its author took this proposal back" in left.text) == ("A proposal that was taken back", True)
    assert "A slide" not in left.html
    own = await signed_in(visitor, ground)
    assert "Withdrawn" in own.text
    assert TAKE not in own.buttons


async def test_nothing_is_done_before_it_is_asked(town: Town, visitor: Visitor) -> None:
    """Whoever leaves that page leaves the proposal as it is."""
    ground, _path = await put_forward(town)
    await signed_in(visitor, ground)
    asked = await visitor.press(TAKE)
    leave = next(each["href"] for each in asked.page.all("a") if each.text == "Leave it as it is")
    assert "took this proposal back" not in (await visitor.open(leave)).text


async def test_a_second_press_takes_back_once(town: Town, visitor: Visitor) -> None:
    """And says the same."""
    ground, _path = await put_forward(town)
    await signed_in(visitor, ground)
    asked = await visitor.press(TAKE)
    first = await visitor.press(TAKE)
    visitor.seen = asked
    assert (await visitor.press(TAKE)).html == first.html


async def test_its_pictures_are_deleted(town: Town, visitor: Visitor) -> None:
    """That is told where there are some."""
    ground, path = await proposed(town, visitor)
    await signed_in(visitor, ground)
    assert "Its pictures are deleted." not in (await visitor.press("Take it back")).text
    await signed_in(visitor, ground)
    await visitor.press("Pictures: add")
    await add(visitor, picture(), alt="En bänk")
    await signed_in(visitor, ground)
    assert "Its pictures are deleted." in (await visitor.press("Take it back")).text
    await visitor.press("Take it back")
    assert not images(await visitor.open(path))


async def test_it_is_taken_back_while_others_support_it(town: Town, visitor: Visitor) -> None:
    """Then there is no other to be written."""
    ground, path = await supporting(town)
    assert (await send(ground, "BJORN-2", "PUT", f"{path}/support")).status_code == 204
    await signed_in(visitor, ground)
    await visitor.press(TAKE)
    assert "Write another" not in (await visitor.press(TAKE)).buttons
    assert "A slide" not in (await signed_in(visitor, ground, "BJORN-2")).text


@pytest.mark.parametrize("address", ["/withdrawal/new", "/withdrawal"])
async def test_an_ended_sign_in_leads_back_to_the_question(town: Town, visitor: Visitor, address: str) -> None:
    """From either page, after the code; nothing is done by that."""
    ground, path = await put_forward(town)
    token = expired(town, hidden(await signed_in(visitor, ground), "pass"), "civic")
    asked = await visitor.send(path.removeprefix("/api") + address, [("pass", token)])
    assert (asked.status, asked.title) == (401, "Sign in with your code")
    back = await visitor.press("Go on", code=town.codes["AMINA-1"])
    assert back.title == "Take your proposal back?"
    assert (await visitor.press(TAKE)).title == "Your proposal was taken back"


@pytest.mark.parametrize("address", ["/withdrawal/new", "/withdrawal"])
async def test_nobody_else_takes_it_back(town: Town, visitor: Visitor, address: str) -> None:
    """Björn is not offered it, and is refused."""
    ground, path = await put_forward(town)
    bjorn = await signed_in(visitor, ground, "BJORN-2")
    assert TAKE not in bjorn.buttons
    page = path.removeprefix("/api")
    refused = await visitor.send(page + address, [("pass", hidden(bjorn, "pass"))])
    assert (refused.status, refused.title) == (403, "Not yours")
    assert page in {each["href"] for each in refused.page.all("a")}


@pytest.mark.parametrize("address", ["/withdrawal/new", "/withdrawal"])
async def test_what_was_decided_is_not_taken_back(town: Town, visitor: Visitor, address: str) -> None:
    """The page says in which state it is."""
    ground, path = await put_forward(town)
    token = hidden(await signed_in(visitor, ground), "pass")
    await review(town, path, WHY)
    refused = await visitor.send(path.removeprefix("/api") + address, [("pass", token)])
    assert (refused.status, "This proposal is declined" in refused.text) == (409, True)
    assert TAKE not in (await signed_in(visitor, ground)).buttons


@pytest.mark.parametrize("address", ["/withdrawal/new", "/withdrawal"])
async def test_nothing_is_taken_back_once_voting_is_open(town: Town, visitor: Visitor, address: str) -> None:
    """The page says in which phases it can be."""
    ground, path = await supporting(town)
    token = hidden(await signed_in(visitor, ground), "pass")
    await owner(town, "update box.round set voting_at = now() - interval '1 s', scheduled_at = now()")
    refused = await visitor.send(path.removeprefix("/api") + address, [("pass", token)])
    assert (refused.status, refused.title) == (409, "Not now")
    assert "proposing, reviewing or supporting" in refused.text.lower()


@pytest.mark.parametrize("address", ["/withdrawal/new", "/withdrawal"])
async def test_who_types_the_address_sees_the_proposal(town: Town, visitor: Visitor, address: str) -> None:
    """It needs a pass, which no address holds."""
    _ground, path = await put_forward(town)
    assert (await visitor.open(path.removeprefix("/api") + address)).title == "A slide"
