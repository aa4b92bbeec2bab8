"""Limits per caller: the law of a bucket, here and in Redis; what is refused; and what goes on without Redis."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from httpx import Response
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis

from schema.errors import TooFast
from schema.passes import open_pass
from schema.settings import Settings
from service import limits
from service.limits import (
    CASTING,
    MOST,
    OFFICER_ADDRESS,
    OFFICER_NAME,
    PREFIX,
    PROPOSING,
    REPORTING,
    SECOND,
    SIGNING_IN,
    UNTOLD,
    Buckets,
    Limit,
    Limits,
)
from service.people import counted_address
from tests.builders import ADDRESS, KEYS, MASTER_KEY
from tests.pages.visitor import Visitor
from tests.town import PASSWORD, Ground, Town, Voter, moment, open_town

NOWHERE = "redis://127.0.0.1:1/0"
SLOW = Limit("slow", burst=10, seconds=3600)
"""No token comes back while a test runs."""

QUICK = Limit("quick", burst=3, seconds=0.02)
PROPOSAL = {"title": "A slide", "about": "For the small ones.", "author_name": "Amina", "language": "en"}


@asynccontextmanager
async def processes(redis_url: str, count: int) -> AsyncIterator[list[Limits]]:
    """The limits of several processes of one house."""
    opened = [Limits(redis_url, KEYS, True) for _ in range(count)]
    tasks = [asyncio.create_task(each.serve()) for each in opened]
    try:
        yield opened
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for each in opened:
            await each.close()


@asynccontextmanager
async def silent_redis() -> AsyncIterator[str]:
    """The address of a server that takes connections and never answers."""

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    async with server:
        yield f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0"


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Redis may take its time, so that a busy machine does not look like a Redis that is away."""
    monkeypatch.setattr(limits, "ANSWER_SECONDS", 30.0)


def taken(buckets: Buckets, limit: Limit, key: str, now: int) -> bool:
    """Whether there was a token."""
    try:
        buckets.take(limit, key, now)
    except TooFast:
        return False
    return True


async def asked(asking: Limits, limit: Limit, caller: str) -> bool:
    """Whether there was a token."""
    try:
        await asking.ask(limit, caller)
    except TooFast:
        return False
    return True


bursts = st.builds(Limit, st.just("any"), st.integers(1, 5), st.sampled_from([0.5, 1, 5]))
gaps = st.lists(st.integers(0, 3 * SECOND) | st.just(0), max_size=60)


@given(bursts, gaps)
def test_no_window_holds_more_than_the_burst_and_what_came_back(limit: Limit, pauses: list[int]) -> None:
    """From any token to any later one: at most burst + elapsed / seconds were taken."""
    buckets, now, times = Buckets(), 0, []
    for pause in pauses:
        now += pause
        if taken(buckets, limit, "caller", now):
            times.append(now)
    for first, begin in enumerate(times):
        for last, end in enumerate(times[first:], first):
            assert (last - first + 1 - limit.burst) * limit.token <= end - begin


@given(bursts, gaps)
def test_whoever_waits_as_long_as_was_said_is_not_refused_again(limit: Limit, pauses: list[int]) -> None:
    """The refusal names seconds that are enough, and not a second more than a token takes."""
    buckets, now = Buckets(), 0
    for pause in pauses:
        now += pause
        try:
            buckets.take(limit, "caller", now)
        except TooFast as refusal:
            wait = refusal.facts["seconds"]
            assert isinstance(wait, int)
            assert 1 <= wait < limit.seconds + 1
            now += wait * SECOND
            buckets.take(limit, "caller", now)


def test_an_empty_bucket_does_not_touch_another() -> None:
    """Each caller has a bucket of their own."""
    buckets = Buckets()
    assert [taken(buckets, SLOW, "one", 0) for _ in range(11)] == [True] * 10 + [False]
    assert taken(buckets, SLOW, "other", 0)


def test_a_process_forgets_full_buckets_before_it_remembers_too_many() -> None:
    """Memory has an end, and who emptied a bucket is not the one who is forgotten."""
    buckets = Buckets()
    for _ in range(SLOW.burst):
        buckets.take(SLOW, "greedy", 0)
    for number in range(2 * MOST):
        buckets.take(QUICK, f"caller {number}", number)
    assert len(buckets) <= MOST
    assert not taken(buckets, SLOW, "greedy", 2 * MOST)


async def test_two_processes_share_one_bucket(redis_url: str, patient: None) -> None:
    """Many at once at two processes get what one bucket holds, and not a token more."""
    async with processes(redis_url, 2) as pair:
        got = await asyncio.gather(*(asked(pair[number % 2], SLOW, "caller") for number in range(40)))
    assert sum(got) == SLOW.burst


async def test_the_shared_bucket_obeys_the_same_law(redis_url: str, patient: None) -> None:
    """With tokens that come back by Redis' clock: at most burst + elapsed / seconds."""
    async with processes(redis_url, 2) as pair:
        began, got = time.monotonic(), 0
        for _ in range(20):
            got += sum(await asyncio.gather(*(asked(each, QUICK, "caller") for each in pair * 4)))
            await asyncio.sleep(QUICK.seconds / 2)
        elapsed = time.monotonic() - began
    assert QUICK.burst < got <= QUICK.burst + elapsed / QUICK.seconds


async def test_what_one_process_let_through_empties_the_bucket_of_the_other(
    redis: Redis, redis_url: str, patient: None
) -> None:
    """Taking does not wait for Redis, and what was taken is charged soon after."""
    async with processes(redis_url, 2) as (here, there):
        for _ in range(SLOW.burst):
            here.take(SLOW, "caller")
        await settled(redis, 1)
        with pytest.raises(TooFast):
            await there.ask(SLOW, "caller")


async def test_a_process_that_only_takes_learns_what_another_one_charged(redis_url: str, patient: None) -> None:
    """The answer of Redis empties the bucket here, long before this process took a burst by itself."""
    async with processes(redis_url, 2) as (here, there):
        for _ in range(SLOW.burst):
            await here.ask(SLOW, "caller")
        got = []
        for _ in range(SLOW.burst):
            got.append(took(there, SLOW, "caller"))
            if not got[-1]:
                break
            await asyncio.sleep(2 * limits.PAUSE)
    assert (got[0], got[-1]) == (True, False)


def took(taking: Limits, limit: Limit, caller: str) -> bool:
    """Whether there was a token in the bucket of this process."""
    try:
        taking.take(limit, caller)
    except TooFast:
        return False
    return True


async def test_a_full_bucket_is_forgotten_by_redis(redis: Redis, redis_url: str, patient: None) -> None:
    """A key lives as long as its bucket takes to fill."""
    async with processes(redis_url, 1) as (here,):
        await here.ask(SLOW, "caller")
    (key,) = redis.keys(f"{PREFIX}*")
    assert 0 < redis.pttl(key) <= SLOW.seconds * 1000


async def test_a_clock_put_back_in_redis_locks_nobody_out_for_long(redis: Redis, redis_url: str, patient: None) -> None:
    """A bucket that seems to fill in a year is taken for one that owes no more than it holds."""
    async with processes(redis_url, 1) as (here,):
        await here.ask(QUICK, "caller")
        redis.set(here._key(limits._name(QUICK, "caller")), (int(time.time()) + 31_536_000) * SECOND)
        with pytest.raises(TooFast) as refused:
            await here.ask(QUICK, "caller")
    assert refused.value.facts["seconds"] == 1


async def test_redis_sees_neither_tag_nor_address_nor_name(town: Town, redis: Redis) -> None:
    """P7: every key and value of the limits is a keyed hash or a time."""
    ground = await town.open_round()
    amina = await ground.voter("AMINA-1")
    for base in range(UNTOLD + 1):
        await amina.cast(1, base=base)
    keys = await settled(redis, 4)  # the officer's address and name, the resident's address, the voter's tag
    assert {len(key) for key in keys} == {len(PREFIX) + 32}
    stored = repr([(key, redis.get(key)) for key in keys]).lower()
    secrets = [amina.tag.hex(), repr(amina.tag)[2:-1].lower(), "testclient", "127.0.0.1", "dagny"]
    assert [secret for secret in secrets if secret in stored] == []


async def test_who_casts_once_or_twice_leaves_no_mark_in_redis(town: Town, redis: Redis) -> None:
    """P7: when most voters cast is told to nobody. Björn, who goes on and on, is told of, and Amina is not with him."""
    ground = await town.open_round()
    amina, bjorn = await ground.voter("AMINA-1"), await ground.voter("BJORN-2")
    await amina.cast(1)
    for base in range(UNTOLD + 1):
        await bjorn.cast(1, base=base)
    await settled(redis, 4)


async def settled(redis: Redis, count: int) -> list[bytes]:
    """The keys of the limits, once there are so many."""
    for _ in range(1000):
        keys = [key for key in redis.keys(f"{PREFIX}*") if isinstance(key, bytes)]
        if len(keys) == count:
            return keys
        await asyncio.sleep(0.01)
    raise AssertionError(f"not {count} keys but {len(keys)}")


@pytest.mark.parametrize("url", [NOWHERE, "silent"])
async def test_without_redis_guesses_are_limited_by_each_process(url: str) -> None:
    """Guessing is never without limits, whether Redis refuses or says nothing."""
    async with silent_redis() as silent, processes(silent if url == "silent" else url, 1) as (here,):
        got = await asyncio.gather(*(asked(here, SLOW, "caller") for _ in range(30)))
    assert sum(got) == SLOW.burst


async def test_a_redis_that_comes_back_is_asked_again(redis_url: str, patient: None) -> None:
    """What this process charged meanwhile is known here, and the rest comes from the shared bucket."""
    async with processes(NOWHERE, 1) as (away,):
        assert await asked(away, SLOW, "caller")
        await away.close()
        again = Limits(redis_url, KEYS, True)
        got = [await asked(again, SLOW, "caller") for _ in range(SLOW.burst + 1)]
        await again.close()
    assert got == [True] * SLOW.burst + [False]


def empty(town: Town, limit: Limit, caller: str) -> None:
    """Leave no token in a bucket for an hour."""
    here: Limits = town.client.app.state.house.limits
    here._buckets.learn(limits._name(limit, caller), limits._now() + limit.depth + 3600 * SECOND)


def too_fast(answer: Response) -> bool:
    """Whether this was refused, and the header and the body say the same seconds."""
    if answer.status_code != 429:
        return False
    problem = answer.json()
    assert problem["type"] == "/problems/too-fast"
    assert answer.headers["retry-after"] == str(problem["facts"]["seconds"])
    return True


async def test_casting_goes_on_without_redis_and_is_limited(database_url: str) -> None:
    """P10: without Redis ballots are accepted, up to the limit of each process."""
    async with open_town(Settings(database_url, NOWHERE, MASTER_KEY, ADDRESS)) as town:
        amina = await (await town.open_round()).voter("AMINA-1")
        answers = [await amina.cast(1, base=base) for base in range(CASTING.burst)]
        assert {answer.status_code for answer in answers} == {201}
        while (answer := await amina.cast(1, base=answers[-1].json()["revision"])).status_code == 201:
            answers.append(answer)
        assert too_fast(answer)


async def test_casting_too_fast_leaves_the_ballot_that_stands(town: Town) -> None:
    """Amina is told when to come again, nothing is changed, and Björn is not held up."""
    ground = await town.open_round()
    amina, bjorn = await ground.voter("AMINA-1"), await ground.voter("BJORN-2")
    await amina.cast(1)
    empty(town, CASTING, amina.tag.hex())
    assert too_fast(await amina.cast(2, base=1))
    assert (await amina.ballot()).json()["choices"] == [1]
    assert (await bjorn.cast(1)).status_code == 201


async def test_taking_back_and_casting_have_one_limit(town: Town) -> None:
    """Who casts too fast cannot go on by taking back, and the ballot stands."""
    amina = await (await town.open_round()).voter("AMINA-1")
    await amina.cast(1)
    empty(town, CASTING, amina.tag.hex())
    assert too_fast(await amina.withdraw(1))
    assert (await amina.ballot()).json()["withdrawn"] is False


async def test_guessing_codes_is_limited_by_address(town: Town) -> None:
    """A burst of wrong codes is answered, and soon none is."""
    path = f"/api/rounds/{(await town.draw_round()).id}/sign-in"
    for _ in range(SIGNING_IN.burst):
        assert (await town.client.post(path, json={"code": "0" * 16})).status_code == 401
    while (answer := await town.client.post(path, json={"code": "0" * 16})).status_code == 401:
        pass
    assert too_fast(answer)


async def guess(town: Town, name: str, password: str = "a guess") -> Response:
    """Try to sign in as an officer."""
    return await town.client.post("/api/officer/sessions", json={"name": name, "password": password})


async def test_guessing_passwords_is_limited_by_address(town: Town) -> None:
    """Whatever names are tried, known or not."""
    await town.hire("Dagny")
    empty(town, OFFICER_ADDRESS, "testclient")
    assert too_fast(await guess(town, "Dagny", PASSWORD))
    assert too_fast(await guess(town, "Nobody"))


async def test_a_limit_on_one_name_does_not_lock_others(town: Town) -> None:
    """Dagny's name was guessed at too often, in any spelling; Elin signs in."""
    await town.hire("Dagny")
    await town.hire("Elin")
    empty(town, OFFICER_NAME, "dagny")
    assert too_fast(await guess(town, "Dagny", PASSWORD))
    assert too_fast(await guess(town, "DAGNY"))
    assert (await guess(town, "Elin", PASSWORD)).status_code == 201


async def test_a_name_that_nobody_has_is_limited_as_well(town: Town) -> None:
    """The limit does not tell who works here."""
    empty(town, OFFICER_NAME, "nobody")
    assert too_fast(await guess(town, "Nobody"))


async def proposing(town: Town) -> Ground:
    """A round that takes proposals."""
    ground = await town.draw_round(proposing_at=moment(timedelta(hours=-1)), voting_at=moment(timedelta(hours=2)))
    await ground.officer("POST", "announcement")
    return ground


async def test_proposing_and_supporting_are_limited_by_member(town: Town) -> None:
    """Every change to the debate is refused to Amina, and Björn's is taken."""
    ground = await proposing(town)
    amina, bjorn = await ground.voter("AMINA-1"), await ground.voter("BJORN-2")
    path = f"/api/rounds/{ground.id}/proposals"
    made = (await town.client.post(path, json=PROPOSAL, headers=amina.civic)).json()
    empty(town, PROPOSING, member(town, amina))
    own = f"/api/proposals/{made['id']}"
    for verb, where, body in (
        ("POST", path, PROPOSAL),
        ("PUT", f"{own}?revision=1", PROPOSAL),
        ("DELETE", own, None),
        ("PUT", f"{own}/support", None),
        ("DELETE", f"{own}/support", None),
    ):
        assert too_fast(await town.client.request(verb, where, json=body, headers=amina.civic)), (verb, where)
    assert (await town.client.post(path, json=PROPOSAL, headers=bjorn.civic)).status_code == 201


async def test_arguing_is_limited_by_member_and_reporting_by_address(town: Town) -> None:
    """Nobody fills a debate, and nobody counts up what is reported."""
    ground = await proposing(town)
    amina, bjorn = await ground.voter("AMINA-1"), await ground.voter("BJORN-2")
    made = (await town.client.post(f"/api/rounds/{ground.id}/proposals", json=PROPOSAL, headers=amina.civic)).json()
    there, key = f"/api/proposals/{made['id']}", {"Idempotency-Key": "sent-once"}
    said = {"side": "for", "words": "Yes.", "author_name": "Amina", "language": "en"}
    empty(town, PROPOSING, member(town, amina))
    assert too_fast(await town.client.post(f"{there}/arguments", json=said, headers=amina.civic | key))
    argued = await town.client.post(f"{there}/arguments", json=said, headers=bjorn.civic | key)
    assert argued.status_code == 201
    own = f"/api/arguments/{argued.json()['id']}"
    assert too_fast(await town.client.delete(own, headers=amina.civic))
    empty(town, REPORTING, "testclient")
    for each in (there, own):
        assert too_fast(await town.client.post(f"{each}/reports", json={"ground": "hate"}))


def member(town: Town, voter: Voter) -> str:
    """The pseudonym in the pass for the debate."""
    token = voter.civic["Authorization"].removeprefix("Bearer ")
    return open_pass(token, town.ring.issuer, "civic", time.time()).tag


async def test_limits_can_be_off_for_a_rehearsal(crowded_town: Town) -> None:
    """A whole town signs in from one address."""
    ground = await crowded_town.open_round()
    for limit, caller in ((SIGNING_IN, "testclient"), (OFFICER_ADDRESS, "testclient"), (OFFICER_NAME, "dagny")):
        empty(crowded_town, limit, caller)
    amina = await ground.voter("AMINA-1")
    empty(crowded_town, CASTING, amina.tag.hex())
    assert (await amina.cast(1)).status_code == 201
    assert (await guess(crowded_town, "Dagny", PASSWORD)).status_code == 201


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_an_ipv6_caller_is_counted_by_the_network_that_is_theirs(host: str, counted: str) -> None:
    """Whoever has one address of a /64 has them all; an IPv4 address is one caller, in either dress."""
    assert counted_address(host) == counted


async def test_the_sign_in_page_keeps_the_code_that_came_too_fast(town: Town) -> None:
    """The form comes back, says how long to wait, and pressing again will do."""
    ground = await town.open_round()
    visitor = Visitor(town.client)
    await visitor.open(f"/rounds/{ground.id}/sign-in")
    empty(town, SIGNING_IN, "testclient")
    seen = await visitor.press("Go on", code=town.codes["AMINA-1"])
    assert (seen.status, "retry-after" in seen.headers) == (429, True)
    assert "Wait 3 60" in seen.alert
    assert town.codes["AMINA-1"] in seen.html


async def test_the_ballot_page_keeps_the_choices_that_came_too_fast(town: Town) -> None:
    """The ballot is shown again as it was sent."""
    ground = await town.open_round()
    visitor = Visitor(town.client)
    await visitor.open(f"/rounds/{ground.id}/sign-in")
    await visitor.press("Go on", code=town.codes["AMINA-1"])
    await visitor.press("Open the ballot")
    empty(town, CASTING, (await ground.voter("AMINA-1")).tag.hex())
    seen = await visitor.cast(ticks=[2])
    assert (seen.status, "retry-after" in seen.headers) == (429, True)
    assert seen.checked() == ["2"]


async def test_the_officers_page_says_how_long_to_wait(town: Town) -> None:
    """The form comes back with the name, never with the password."""
    visitor = Visitor(town.client)
    await visitor.open("/officer")
    empty(town, OFFICER_NAME, "dagny")
    seen = await visitor.press("Sign in", name="Dagny", password=PASSWORD)
    assert (seen.status, "retry-after" in seen.headers) == (429, True)
    assert "Dagny" in seen.html
    assert PASSWORD not in seen.html
