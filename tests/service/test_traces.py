"""Traces of casts: truncated, hashed with a key of the day, to the hour, gone after a day, and no trouble."""

from uuid import UUID

import asyncpg
import pytest
from msgspec.structs import replace

from schema.settings import Settings
from service.house import House
from service.traces import MOST, Cast, device_of, network_of, trace_of
from tests.builders import KEYS, tag
from tests.service.channels import ask
from tests.town import Ground, Town, Voter, open_town
from workers.clock import Clock

SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile/15E148 Safari"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36"
ROUND, OTHER = UUID(int=1), UUID(int=2)
KEY = bytes(32)


def house_of(town: Town) -> House:
    """The house that the service of a town runs."""
    house: House = town.client.app.state.house
    return house


async def cast_from_somewhere(voter: Voter, key: str = "a-ballot-1", agent: str = SAFARI) -> int:
    """Cast over a socket that has an address, 127.0.0.1, which the test's own client has not; answers the status."""
    headers = {
        "Authorization": f"Bearer {voter.token}",
        "Idempotency-Key": key,
        "Content-Type": "application/json",
        "User-Agent": agent,
    }
    town = voter.ground.town
    body = b'{"choices":[1],"base_revision":0}'
    with town.client.portal() as portal:
        answer = portal.call(ask, town.client.app, "POST", voter.path, headers, body)
        portal.call(house_of(town).traces.write)
    return answer.status


async def traced(ground: Ground) -> Voter:
    """Amina, after she cast a ballot that left a trace."""
    voter = await ground.voter("AMINA-1")
    assert await cast_from_somewhere(voter) == 201
    return voter


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("192.0.2.77", bytes((192, 0, 2))),
        ("::ffff:192.0.2.77", bytes((192, 0, 2))),
        ("2001:db8:1:2:3:4:5:6", bytes.fromhex("20010db80001")),
        ("testclient", None),
        ("", None),
    ],
)
def test_an_address_is_cut_off(host: str, network: bytes | None) -> None:
    """Of IPv4 three bytes are looked at, of IPv6 six; what is no address leaves no trace."""
    assert network_of(host) == network


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (SAFARI, "phone safari"),
        (CHROME, "desktop chrome"),
        (f"{CHROME} Edg/131.0.0.0", "desktop edge"),
        ("Mozilla/5.0 (Linux; Android 14; SM-X710) AppleWebKit/537.36 Chrome/131.0 Safari/537.36", "tablet chrome"),
        ("Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0", "phone firefox"),
        ("", "desktop other"),
        ("curl/8.10.1", "desktop other"),
    ],
)
def test_a_device_is_a_kind_and_a_family(agent: str, device: str) -> None:
    """No version, no model and no system is looked at."""
    assert device_of(agent) == device


def test_neighbours_share_a_trace_and_rounds_do_not() -> None:
    """Two addresses of one network look alike in a round; the same address looks different in another round."""
    here = trace_of(KEY, Cast(ROUND, tag("Amina"), "192.0.2.1", SAFARI))
    there = trace_of(KEY, Cast(ROUND, tag("Amina"), "192.0.2.254", SAFARI))
    assert here == there
    elsewhere = trace_of(KEY, Cast(OTHER, tag("Amina"), "192.0.2.1", SAFARI))
    assert here is not None
    assert elsewhere is not None
    assert {here.network, here.device} & {elsewhere.network, elsewhere.device} == set()


def test_another_day_has_another_trace() -> None:
    """With another key nothing of a trace is as it was."""
    cast = Cast(ROUND, tag("Amina"), "192.0.2.1", SAFARI)
    one, other = trace_of(KEY, cast), trace_of(b"\1" * 32, cast)
    assert one is not None
    assert other is not None
    assert {one.network, one.device} & {other.network, other.device} == set()


async def test_an_accepted_ballot_leaves_a_trace(town: Town, db: asyncpg.Connection) -> None:
    """To the hour, of eight bytes each, under the key of the day; the key itself is not in the database."""
    voter = await traced(await town.open_round())
    row = await db.fetchrow("select t.*, hour = date_trunc('hour', clock_timestamp()) as this_hour from box.trace t")
    key = await db.fetchrow("select * from box.trace_key")
    assert row is not None
    assert key is not None
    assert (row["tag"], row["this_hour"]) == (voter.tag, True)
    opened = KEYS.open_trace_key(key["day"], key["wrapped"])
    assert opened not in key["wrapped"]
    expected = trace_of(opened, Cast(UUID(voter.ground.id), voter.tag, "127.0.0.9", SAFARI))
    assert expected is not None
    assert (row["network"], row["device"]) == (expected.network, expected.device)


async def test_a_refused_or_repeated_ballot_leaves_none(town: Town, db: asyncpg.Connection) -> None:
    """Only what was accepted, once."""
    voter = await traced(await town.open_round())
    assert await cast_from_somewhere(voter, agent=CHROME) == 200
    assert await cast_from_somewhere(voter, key="a-ballot-2", agent=CHROME) == 409
    assert await db.fetchval("select count(*) from box.trace") == 1


async def test_nothing_is_finer_than_an_hour(db: asyncpg.Connection, town: Town) -> None:
    """The table refuses a time with minutes."""
    await traced(await town.open_round())
    with pytest.raises(asyncpg.CheckViolationError, match="trace_to_the_hour"):
        await db.execute("update box.trace set hour = hour + interval '1 minute'")


@pytest.mark.parametrize(("hours", "left"), [(23, 1), (24, 0)])
async def test_after_a_day_a_trace_is_gone(
    town: Town, db: asyncpg.Connection, worker: asyncpg.Connection, settings: Settings, hours: int, left: int
) -> None:
    """The clock takes away whatever began 24 hours ago or before."""
    await traced(await town.open_round())
    await db.execute("update box.trace set hour = hour - make_interval(hours => $1)", hours)
    await Clock(settings).tick(worker)
    assert await db.fetchval("select count(*) from box.trace") == left


async def test_a_key_is_gone_when_its_day_is_over(
    town: Town, db: asyncpg.Connection, worker: asyncpg.Connection, settings: Settings
) -> None:
    """And the next ballot is traced under another one, which all processes share."""
    ground = await town.open_round()
    voter = await traced(ground)
    first = await db.fetchval("select wrapped from box.trace_key")
    await Clock(settings).tick(worker)
    assert await db.fetchval("select count(*) from box.trace_key") == 1
    await db.execute("update box.trace_key set day = day - 1")
    await Clock(settings).tick(worker)
    assert await db.fetchval("select count(*) from box.trace_key") == 0
    cast = Cast(UUID(ground.id), voter.tag, "192.0.2.1", SAFARI)
    async with open_town(town.settings) as other:
        for place in (town, other):
            house_of(place).traces.note(cast)
            with place.client.portal() as portal:
                portal.call(house_of(place).traces.write)
    assert await db.fetchval("select array_agg(wrapped <> $1) from box.trace_key", first) == [True]
    assert await db.fetchval("select count(distinct network) from box.trace") == 2


async def test_traces_can_be_off(town: Town, db: asyncpg.Connection) -> None:
    """By a setting."""
    async with open_town(replace(town.settings, traces=False)) as quiet:
        await traced(await quiet.open_round())
    assert await db.fetchval("select count(*) from box.ballot") == 1
    assert await db.fetchval("select count(*) from box.trace") == 0


async def test_a_lost_trace_is_no_lost_ballot(town: Town, db: asyncpg.Connection) -> None:
    """When traces cannot be written, ballots are accepted as ever, and nothing piles up."""
    await db.execute("alter table box.trace rename to away")
    await traced(await town.open_round())
    assert await db.fetchval("select count(*) from box.ballot") == 1
    traces = house_of(town).traces
    for _ in range(MOST + 1):
        traces.note(Cast(ROUND, tag("Amina"), "192.0.2.1", SAFARI))
    assert len(traces._gathered) == MOST
    traces._gathered.clear()
