"""One person comes by letter, by e-mail, by a provider and on paper at the same moment: one ballot counts (P2)."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from httpx import Response

from schema.gateways import MailGateway
from schema.settings import Settings
from tests.builders import ADDRESS, MASTER_KEY
from tests.gateways import Post, code_in
from tests.inspector import parse
from tests.provider import Bank, bank
from tests.service.booths import Booth, open_booth
from tests.service.test_contact_codes import ask, show
from tests.service.test_providers import sign_in
from tests.town import Ground, Voter, open_town

TIMES = 200
PEOPLE = [f"V{number}" for number in range(TIMES)]
REGISTER = "identity,area,birth_year,email\n" + "".join(f"{who},North,1980,{who}@example.se\n" for who in PEOPLE)


@pytest.fixture
async def town(
    database_url: str, redis_url: str, post: tuple[Post, MailGateway]
) -> AsyncIterator[tuple[Ground, Bank, Post]]:
    """An open round, its provider and its mail server. All of them come from one address, so there are no limits."""
    with bank() as provider:
        known = {"bank": provider.provider()}
        settings = Settings(database_url, redis_url, MASTER_KEY, ADDRESS, limits=False, mail=post[1], providers=known)
        async with open_town(settings) as opened:
            yield await opened.open_round(register=REGISTER), provider, post[0]


async def by_letter(ground: Ground, who: str) -> Response:
    """Sign in with the letter's code and cast."""
    return await (await ground.voter(who)).cast(1)


async def by_mail(ground: Ground, who: str, post: Post) -> Response:
    """Ask for a code, read it in the mail, sign in with it and cast."""
    address = f"{who}@example.se"
    assert (await ask(ground, address)).status_code == 202
    passes = (await show(ground, code_in(post.text()), address)).json()
    return await Voter(ground, ground.pot, passes["pots"][0]["token"], passes["civic"]).cast(2)


async def by_provider(ground: Ground, who: str, provider: Bank) -> Response:
    """Sign in with the provider and cast with the pass that the page holds."""
    provider.who = who
    fields = parse((await sign_in(ground)).html).all("input")
    token = next(each["value"] for each in fields if each["name"] == "pass")
    return await Voter(ground, ground.pot, token, "").cast(3)


async def once(ground: Ground, who: str, provider: Bank, post: Post, booth: Booth) -> bool:
    """All four at once; answers whether the person votes on paper. Whoever came second was told so."""
    marked, *cast = await asyncio.gather(
        booth.mark(who), by_letter(ground, who), by_mail(ground, who, post), by_provider(ground, who, provider)
    )
    accepted = [answer for answer in cast if answer.status_code == 201]
    told = {answer.json()["type"] for answer in [marked, *cast] if answer.status_code != 201}
    if marked.status_code == 201:
        assert (accepted, told) == ([], {"/problems/on-paper"}), told
    else:
        assert len(accepted) == 1
        assert told == {"/problems/has-ballot", "/problems/stale"}
    return marked.status_code == 201


async def test_one_counted_ballot_each_time(town: tuple[Ground, Bank, Post]) -> None:
    """Two hundred people do so; two hundred ballots are counted, on paper and online together."""
    ground, provider, post = town
    booth = await open_booth(ground)
    papers = sum([await once(ground, who, provider, post, booth) for who in PEOPLE])
    for number in range(1, papers + 1):
        await booth.key_twice(number, 4)
    await booth.declare(papers)
    assert (await booth.close()).status_code == 200
    sums = (await ground.outcome())["sums"]
    assert (sums["counted"], sums["electors"]) == (TIMES, TIMES)
