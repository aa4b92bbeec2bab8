"""The officers' page of where signed heads go."""

import re
from pathlib import Path

import pytest

from service.pages.words.heads import FAULTS, head_fault
from tests.pages.visitor import Visitor
from tests.town import PASSWORD, Town
from tests.workers.receiver import receiving

PAGE = "/officer/webhooks"
GOOD = "https://observers.example/heads"


async def test_an_officer_adds_and_removes_an_address(town: Town, dagny: Visitor) -> None:
    """Each leads back to the page, which says what was done."""
    await dagny.open(PAGE)
    added = await dagny.press("Add the address", webhook=GOOD)
    assert "Heads are posted there from now on." in added.text
    assert added.page.all("h2")[0].text == GOOD
    gone = await dagny.press("Remove it")
    assert "Nothing is posted there any more." in gone.text
    assert "No address is named yet." in gone.text


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://observers.example/", "must begin with https://"),
        ("https://dagny:secret@observers.example/", "a name or a password"),
    ],
)
async def test_what_nothing_can_be_posted_to_is_told_and_kept(dagny: Visitor, address: str, words: str) -> None:
    """The form comes back with what was typed, and says what to do."""
    await dagny.open(PAGE)
    seen = await dagny.press("Add the address", webhook=address)
    assert seen.status in {400, 422}
    assert words in seen.alert
    assert next(each["value"] for each in seen.page.all("input") if each["id"] == "webhook") == address


async def test_an_address_is_named_once(dagny: Visitor) -> None:
    """A second time it is refused, and nothing is lost."""
    await dagny.open(PAGE)
    await dagny.press("Add the address", webhook=GOOD)
    seen = await dagny.press("Add the address", webhook=GOOD)
    assert seen.status == 409
    assert "like this already" in seen.alert


async def test_where_heads_came_is_said_with_the_time(town: Town, dagny: Visitor) -> None:
    """For each ledger, by the name of its round."""
    await town.open_round()
    async with receiving() as receiver:
        await dagny.open(PAGE)
        await dagny.press("Add the address", webhook=receiver.address)
        await town.work("sequence", "roll", "spread")
        seen = await dagny.open(PAGE)
    assert "gets the heads" in seen.text
    assert re.search(r"Our street 2026 Its head of 0 entries came there on \d+ \w+ \d{4}, \d\d:\d\d", seen.text)
    assert re.search(r"The log of changes Its head of \d+ entries came there on", seen.text)


async def test_how_often_it_failed_is_said_with_the_reason(town: Town, dagny: Visitor) -> None:
    """And when it is tried again; after a test that fails as well, once more."""
    await town.open_round()
    async with receiving() as receiver:
        receiver.answer = b"HTTP/1.1 503 Busy\r\n\r\n"
        await dagny.open(PAGE)
        await dagny.press("Add the address", webhook=receiver.address)
        await town.work("sequence", "spread")
        seen = await dagny.open(PAGE)
        assert "It answered 503, which is no yes. It failed 1 time. It is tried again on" in seen.text
        await dagny.press("Test now")
        await town.work("spread")
        assert "It failed 2 times in a row." in (await dagny.open(PAGE)).text


async def test_a_test_posts_the_newest_heads_once_more(town: Town, dagny: Visitor) -> None:
    """Also where they came before; until it is done the page says that it is under way."""
    await town.open_round()
    await town.work("sequence", "roll", "spread")
    async with receiving() as receiver:
        await dagny.open(PAGE)
        await dagny.press("Add the address", webhook=receiver.address)
        await town.work("roll", "spread")
        before = len(receiver.posts)
        seen = await dagny.press("Test now")
        assert "The newest heads are posted there once more." in seen.text
        assert "being tried" in seen.text
        await town.work("spread")
        after = receiver.posts[before:]
        assert {post.text for post in after} == {post.text for post in receiver.posts[:before]}
        assert "gets the heads" in (await dagny.open(PAGE)).text


async def test_an_auditor_reads_and_changes_nothing(town: Town, visitor: Visitor) -> None:
    """She sees no form that she may not send."""
    await town.hire()
    await town.act("POST", "/api/head-webhooks", json={"address": GOOD})
    await town.hire("Ansgar", roles=["auditor"])
    await visitor.open("/officer")
    await visitor.press("Sign in", name="Ansgar", password=PASSWORD)
    seen = await visitor.open(PAGE)
    assert GOOD in seen.text
    assert seen.buttons == []


async def test_another_municipality_neither_tries_nor_removes(town: Town, visitor: Visitor) -> None:
    """For them there is no such webhook."""
    await town.hire()
    made = await town.act("POST", "/api/head-webhooks", json={"address": GOOD})
    await town.hire("Egil", "Brf Linden")
    await visitor.open("/officer")
    await visitor.press("Sign in", name="Egil", password=PASSWORD)
    assert GOOD not in (await visitor.open(PAGE)).text
    for act in ("trial", "removal"):
        assert (await visitor.send(f"{PAGE}/{made['id']}/{act}", [])).status == 404
    (row,) = (await town.act("GET", "/api/head-webhooks"))["webhooks"]
    assert (row["address"], row["tried_at"]) == (GOOD, None)


def test_every_fault_of_the_workers_has_words() -> None:
    """What they write down is English of theirs; the page says it in sentences of its own."""
    workers = Path(__file__).parents[2] / "workers"
    webhook, spread = (workers / "webhook.py").read_text(), (workers / "spread.py").read_text()
    for known in FAULTS:
        assert known.replace("5 s", "{SECONDS:.0f} s") in webhook + spread
    for fault in ("answered 503", "not reached (TimeoutError)", "not written (PermissionError)", *FAULTS):
        assert head_fault(fault) != fault
