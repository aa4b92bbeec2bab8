"""Officers say where heads go, and see how far each place has come."""

import asyncio
from typing import Any

import pytest
from httpx import Response

from schema.events import HeadSigned
from tests.builders import waiting
from tests.town import Ground, Town
from tests.workers.receiver import receiving

PATH = "/api/head-webhooks"
GOOD = "https://observers.example/heads?of=solna"


async def add(town: Town, address: str, token: str | None = None) -> Response:
    """An officer names an address."""
    return await town.client.post(PATH, json={"address": address}, headers=town.badge(token))


async def places(town: Town, token: str | None = None) -> Any:
    """Where heads go, as an officer sees it."""
    return (await town.client.get(PATH, headers=town.badge(token))).json()


async def addresses(town: Town, token: str | None = None) -> list[str]:
    """The webhooks that an officer sees."""
    return [row["address"] for row in (await places(town, token))["webhooks"]]


async def test_an_officer_adds_lists_and_removes(town: Town) -> None:
    """One address after the other."""
    await town.hire()
    made = await add(town, GOOD)
    assert (made.status_code, await addresses(town)) == (201, [GOOD])
    gone = await town.client.delete(f"{PATH}/{made.json()['id']}", headers=town.badge())
    assert (gone.status_code, await addresses(town)) == (204, [])


@pytest.mark.parametrize(
    "address",
    [
        "https://10.1.2.3:8443/",
        "http://127.0.0.1:9000/heads",
        "http://127.8.9.1/",
        "http://[::1]:9000/",
        "http://localhost:9000",
    ],
)
async def test_what_may_be_posted_to(town: Town, address: str) -> None:
    """Any machine over https, and this one itself over http."""
    await town.hire()
    assert (await add(town, address)).status_code == 201


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://observers.example/", "must begin with https://"),
        ("http://127.0.0.1.example/", "must begin with https://"),
        ("http://localhost.example/", "must begin with https://"),
        ("https://dagny:secret@observers.example/", "a name or a password"),
        ("https://dagny@observers.example/", "a name or a password"),
        ("https://:@observers.example/", "a name or a password"),
        ("ftp://observers.example/", "does not begin with https://"),
        ("HTTPS://observers.example/", "does not begin with https://"),
        ("https:///heads", "does not begin with https://"),
        ("observers.example", "does not begin with https://"),
        ("https://observers.example:0/", "does not begin with https://"),
        ("https://observers.example:99999/", "it is not an address"),
        ("https://[::1/", "it is not an address"),
        ("https://observers.example/#heads", "what follows #"),
    ],
)
async def test_what_may_not_be_posted_to(town: Town, address: str, words: str) -> None:
    """It is refused with what is wrong, and not kept."""
    await town.hire()
    answer = await add(town, address)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/bad-address")
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in answer.json()["detail"]
    assert await addresses(town) == []


@pytest.mark.parametrize(
    "address", ["", "https://a b/", "https://a/\r\nX: y", "https://å.example/", "https://" + "a" * 500]
)
async def test_what_is_no_text_of_an_address(town: Town, address: str) -> None:
    """Blanks, line breaks and the like could end up in a request; they are malformed."""
    await town.hire()
    answer = await add(town, address)
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/malformed")


async def test_one_address_is_one_webhook(town: Town) -> None:
    """Naming it again is refused."""
    await town.hire()
    await add(town, GOOD)
    answer = await add(town, GOOD)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/name-taken")


async def test_there_are_ten_at_most(crowded_town: Town) -> None:
    """Also when many are added at once; and one may be put in another's place."""
    await crowded_town.hire()
    answers = await asyncio.gather(*(add(crowded_town, f"{GOOD}&n={number}") for number in range(12)))
    refused = [answer.json()["type"] for answer in answers if answer.status_code != 201]
    assert refused == ["/problems/too-many-webhooks"] * 2
    first = (await places(crowded_town))["webhooks"][0]["id"]
    await crowded_town.client.delete(f"{PATH}/{first}", headers=crowded_town.badge())
    assert (await add(crowded_town, GOOD)).status_code == 201


async def test_a_webhook_is_its_municipalitys(town: Town) -> None:
    """Another municipality's officer neither sees nor removes it, and may name the same address."""
    await town.hire()
    made = await add(town, GOOD)
    other = await town.hire("Egil", "Brf Linden")
    assert await addresses(town, other) == []
    gone = await town.client.delete(f"{PATH}/{made.json()['id']}", headers=town.badge(other))
    assert (gone.status_code, await addresses(town)) == (404, [GOOD])
    assert (await add(town, GOOD, other)).status_code == 201


@pytest.fixture
async def sequenced(crowded_town: Town) -> Ground:
    """A round with one ballot in its ledger, whose heads were told."""
    ground = await crowded_town.open_round()
    await (await ground.voter("AMINA-1")).cast(1)
    await crowded_town.work("sequence", "spread")
    return ground


async def test_a_new_webhook_is_told_at_once(sequenced: Ground, db: Any) -> None:
    """So that the officer sees whether the address was the right one."""
    await add(sequenced.town, GOOD)
    told = {str(event.round_id) for _, event in await waiting(db, "spread") if isinstance(event, HeadSigned)}
    assert told == {sequenced.id, str(await db.fetchval("select municipality_id from box.round"))}


async def test_an_officer_sees_how_far_each_place_is(sequenced: Ground) -> None:
    """The size of the last head, when it came, and what went wrong last."""
    town = sequenced.town
    async with receiving() as receiver:
        await add(town, receiver.address)
        await add(town, "http://127.0.0.1:1/")
        await town.work("spread")
    good, bad = (row["deliveries"][:1] for row in (await places(town))["webhooks"])  # the audit log's is the last
    assert [(row["round_id"], row["size"], row["fault"]) for row in good] == [(sequenced.id, 1, None)]
    assert good[0]["sent_at"]
    assert [(row["size"], row["sent_at"], row["fault"]) for row in bad] == [
        (None, None, "not reached (ConnectionRefusedError)")
    ]
    assert bad[0]["failed_at"] < bad[0]["due_at"]


async def test_a_trial_posts_the_newest_heads_once_more(sequenced: Ground) -> None:
    """Also where they came before, and at once, where it would be tried again only later."""
    town = sequenced.town
    async with receiving() as receiver:
        made = (await add(town, receiver.address)).json()
        receiver.answer = b"HTTP/1.1 500 No\r\n\r\n"
        await town.work("spread")
        receiver.answer = b"HTTP/1.1 204 Yes\r\n\r\n"
        for _ in range(2):
            before = len(receiver.posts)
            answer = await town.client.post(f"{PATH}/{made['id']}/trial", headers=town.badge())
            assert answer.status_code == 202
            await town.work("spread")
            assert len(receiver.posts) == before + 2  # of the round and of the log of changes
    (row,) = (await places(town))["webhooks"]
    assert [(each["failures"], each["sent_at"] > row["tried_at"]) for each in row["deliveries"]] == [(0, True)] * 2


async def test_nothing_of_another_municipality_is_tried(town: Town) -> None:
    """For them there is no such webhook."""
    await town.hire()
    made = (await add(town, GOOD)).json()
    other = await town.hire("Egil", "Brf Linden")
    answer = await town.client.post(f"{PATH}/{made['id']}/trial", headers=town.badge(other))
    assert (answer.status_code, (await places(town))["webhooks"][0]["tried_at"]) == (404, None)
