"""How hopeless it is to guess a letter code: computed from the limits themselves, and the limits held to it."""

import asyncio
from fractions import Fraction

from httpx import Response

from schema.codes import ALPHABET, LENGTH, new_code
from schema.errors import TooFast
from schema.settings import Settings
from service import limits
from service.limits import SIGNING_IN, WRONG_ADDRESS, WRONG_ROUND, Limit, Limits
from tests.builders import ADDRESS, MASTER_KEY
from tests.pages.visitor import Visitor
from tests.service.test_limits import NOWHERE, processes, too_fast
from tests.town import Town, open_town

MONTH = 30 * 24 * 3600
CODES = 1_500_000
"""Living codes of one round: one for each person of the largest register."""

ADDRESSES = 100_000
"""From which an attacker may come. An IPv6 network of 64 bits is one."""

PROCESSES = 64
"""Of the service, none of which knows what the others did while Redis is away."""

HOPELESS = Fraction(1, 10**9)


def guesses(limit: Limit, cost: int = 1) -> Fraction:
    """The most that a bucket lets through in a month: it begins full, and once more as much may be owed at the end."""
    token = Fraction(limit.token, 1_000_000) * cost
    return (2 * Fraction(limit.depth, 1_000_000) + MONTH) / token


def accepted(tries: Fraction) -> Fraction:
    """How many of so many different guesses are expected to be the code of a letter."""
    return tries * Fraction(CODES, len(ALPHABET) ** LENGTH)


def test_in_a_month_no_guess_is_expected_to_be_accepted() -> None:
    """Below 1e-9 by the round's limit, from however many addresses; and by the addresses' own, without that one."""
    by_round, by_address = accepted(guesses(WRONG_ROUND)), accepted(ADDRESSES * guesses(WRONG_ADDRESS))
    print(f"\nby round {float(by_round):.2e}, by address {float(by_address):.2e}")  # noqa: T201 - read with -s
    assert by_round < HOPELESS
    assert by_address < HOPELESS


def test_nor_while_redis_is_away() -> None:
    """Each process counts by itself then, and a wrong code counts there as if all of them had let one through."""
    assert accepted(PROCESSES * guesses(WRONG_ROUND, WRONG_ROUND.alone)) < HOPELESS


def test_the_limit_on_attempts_alone_would_not_do() -> None:
    """Two attempts a second from each address are for a library full of people: wrong codes need their own limits."""
    attempts = ADDRESSES * (SIGNING_IN.burst + Fraction(MONTH) / Fraction(SIGNING_IN.seconds))
    assert accepted(attempts) > 100 * HOPELESS


async def guess(town: Town, round_id: str, code: str | None = None) -> Response:
    """Try to sign in, with a code that nobody has unless one is given."""
    return await town.client.post(f"/api/rounds/{round_id}/sign-in", json={"code": code or new_code()})


async def test_wrong_codes_of_an_address_come_to_an_end_and_a_right_one_with_them(town: Town) -> None:
    """As many as the bucket holds are looked at; from then on none is, whatever it is."""
    ground = await town.draw_round()
    answers = [(await guess(town, ground.id)).status_code for _ in range(WRONG_ADDRESS.burst + 1)]
    assert answers == [401] * WRONG_ADDRESS.burst + [429]
    assert too_fast(await guess(town, ground.id, town.codes["AMINA-1"]))


async def test_right_and_mistyped_codes_owe_nothing(town: Town) -> None:
    """A hundred people of one library sign in, and each of them mistypes first."""
    ground = await town.draw_round()
    for _ in range(WRONG_ADDRESS.burst + 5):
        assert (await guess(town, ground.id, "0000-0000-0000-0000-1")).json()["type"] == "/problems/mistyped-code"
        assert (await guess(town, ground.id, town.codes["AMINA-1"])).status_code == 200


async def test_a_round_under_guesses_looks_at_no_code_and_says_why(town: Town) -> None:
    """Whoever comes from another address is told that others guess, and when to come again; other rounds go on."""
    ground, other = await town.draw_round(), await town.draw_round(register=None)
    here: Limits = town.client.app.state.house.limits
    over = limits._now() + WRONG_ROUND.depth + 60 * limits.SECOND
    here._rounds.learn(limits._name(WRONG_ROUND, ground.id.replace("-", "")), over)
    refused = await guess(town, ground.id, town.codes["AMINA-1"])
    assert (refused.status_code, refused.json()["type"]) == (429, "/problems/guessing")
    assert refused.headers["retry-after"] == str(refused.json()["facts"]["seconds"])
    assert (await guess(town, other.id, town.codes["AMINA-1"])).status_code == 200


async def test_the_page_keeps_the_code_of_who_came_while_others_guessed(town: Town) -> None:
    """The form comes back with the code in it, and says that it was not looked at."""
    ground = await town.open_round()
    visitor = Visitor(town.client)
    await visitor.open(f"/rounds/{ground.id}/sign-in")
    here: Limits = town.client.app.state.house.limits
    over = limits._now() + WRONG_ROUND.depth + 60 * limits.SECOND
    here._rounds.learn(limits._name(WRONG_ROUND, ground.id.replace("-", "")), over)
    seen = await visitor.press("Go on", code=town.codes["AMINA-1"])
    assert seen.status == 429
    assert "none is looked at just now" in seen.alert
    assert town.codes["AMINA-1"] in seen.html


async def test_what_one_process_saw_guessed_is_owed_at_all_of_them(redis_url: str) -> None:
    """A wrong code is told to Redis, and the next one is refused wherever it comes."""
    few = Limit("few", burst=3, seconds=3600)
    async with processes(redis_url, 2) as (here, there):
        for _ in range(few.burst):
            await here.refuse_guessers(few, "caller")
            here.owe(few, "caller")
        for _ in range(1000):
            if not await looks(there, few):
                break
            await asyncio.sleep(0.01)
        assert not await looks(there, few)


async def looks(asking: Limits, limit: Limit) -> bool:
    """Whether another guess of the caller would be looked at."""
    try:
        await asking.refuse_guessers(limit, "caller")
    except TooFast:
        return False
    return True


async def test_a_crowd_of_addresses_does_not_make_a_round_forgotten() -> None:
    """More addresses than a process remembers owe something, and what the round owes still stands."""
    async with processes(NOWHERE, 1) as (here,):
        here.owe(WRONG_ROUND, "round")
        owed = here._rounds._full_at.copy()
        for number in range(limits.MOST + 10):
            here.owe(WRONG_ADDRESS, f"address {number}")
        assert len(here._buckets) <= limits.MOST
        assert here._rounds._full_at == owed


async def test_without_redis_a_process_lets_through_its_part_of_the_guesses() -> None:
    """Closed for guessing: each counts for as many as there may be processes."""
    async with processes(NOWHERE, 1) as (here,):
        let_through = 0
        while await looks(here, WRONG_ROUND):
            here.owe(WRONG_ROUND, "caller")
            let_through += 1
    assert 0 < let_through < WRONG_ROUND.burst / WRONG_ROUND.alone + 60


async def test_without_redis_a_right_code_signs_in(database_url: str) -> None:
    """Closed for guessing is not closed for voting."""
    async with open_town(Settings(database_url, NOWHERE, MASTER_KEY, ADDRESS)) as town:
        ground = await town.open_round()
        wrong = await asyncio.gather(*(guess(town, ground.id) for _ in range(3)))
        assert {answer.status_code for answer in wrong} == {401}
        assert (await (await ground.voter("AMINA-1")).cast(1)).status_code == 201
