"""The clock closes what is over and tells again what waits, through the loss of Redis and Postgres."""

import asyncio
import logging
import signal
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from msgspec.structs import replace
from redis import Redis
from rq import Queue

from schema.doorbell import queue_name, ring
from schema.events import LANES, ProposalSubmitted, RoundClosed, RoundScheduled
from schema.settings import Settings
from tests.builders import House, draft, municipality, pot, tag, tell, voting, waiting
from tests.workers.processes import command, ended, eventually
from workers.clock import Clock

NOBODY = UUID(int=0)
CLOCKS = "select pid from pg_stat_activity where application_name = 'byalag_worker' and datname = current_database()"


def bells(redis: Redis) -> list[str]:
    """The lanes for which a bell waits."""
    return [lane for lane in LANES if Queue(queue_name(lane), connection=redis).count]


async def over(db: asyncpg.Connection) -> House:
    """A round that is scheduled, and whose voting ended a second ago."""
    eken = await municipality(db)
    round_id = await draft(db, eken, closes=-1)
    pot_id = await pot(db, round_id, 100)
    await db.execute("insert into box.elector values ($1, $2)", pot_id, tag("Amina"))
    await db.execute("update box.round set announced_at = now(), scheduled_at = now() where id = $1", round_id)
    return House(eken, round_id, pot_id)


async def closes(db: asyncpg.Connection) -> list[tuple[UUID, str]]:
    """Every close: round and cause."""
    return [(row["round_id"], row["cause"]) for row in await db.fetch("select round_id, cause from box.close")]


async def test_closes_what_is_over(
    db: asyncpg.Connection, worker: asyncpg.Connection, settings: Settings, redis: Redis
) -> None:
    """A round whose time is over is closed, its event waits, and ledger, count and roll are told at once."""
    house = await over(db)
    await Clock(settings).tick(worker)
    assert await closes(db) == [(house.round_id, "timeline")]
    assert [event for _, event in await waiting(db, "count")] == [RoundClosed(house.round_id)]
    assert bells(redis) == ["roll", "sequence", "count"]


async def test_leaves_what_is_open(db: asyncpg.Connection, worker: asyncpg.Connection, settings: Settings) -> None:
    """A round that is open, and a draft whose time is over, are not closed."""
    await voting(db)
    await draft(db, await municipality(db, "Brf Linden"), closes=-1)
    await Clock(settings).tick(worker)
    assert await closes(db) == []


async def test_two_clocks(db: asyncpg.Connection, settings: Settings) -> None:
    """Two clocks at once close a round once and leave one event."""
    house = await over(db)
    with command(settings, "clock"), command(settings, "clock"):
        await eventually(lambda: db.fetchval("select count(*) = 1 from box.close"))
        await asyncio.sleep(1.5)
    assert await closes(db) == [(house.round_id, "timeline")]
    assert len(await waiting(db, "count")) == 1


async def test_tells_again(
    db: asyncpg.Connection, worker: asyncpg.Connection, settings: Settings, redis: Redis
) -> None:
    """When Redis has lost a bell, the lane whose event waits for more than a second is told again, and no other."""
    await tell(db, ProposalSubmitted(NOBODY))
    ring(redis, "civic")
    redis.flushall()
    await Clock(settings).tick(worker)
    assert bells(redis) == []
    await db.execute("update post.outbox set waiting_since = waiting_since - interval '1 s'")
    await Clock(settings).tick(worker)
    assert bells(redis) == ["civic"]


async def test_the_ledger_gathers(
    db: asyncpg.Connection, worker: asyncpg.Connection, settings: Settings, redis: Redis
) -> None:
    """What waits for the ledger is told after ten seconds, so that a checkpoint is for many ballots."""
    await tell(db, RoundScheduled(NOBODY))
    await db.execute("update post.outbox set waiting_since = waiting_since - interval '9 s'")
    await Clock(settings).tick(worker)
    assert bells(redis) == []
    await db.execute("update post.outbox set waiting_since = waiting_since - interval '1 s'")
    await Clock(settings).tick(worker)
    assert bells(redis) == ["sequence"]


async def test_quarantined_is_not_told(
    db: asyncpg.Connection, worker: asyncpg.Connection, settings: Settings, redis: Redis
) -> None:
    """What was quarantined is told no more."""
    await tell(db, ProposalSubmitted(NOBODY))
    await db.execute("update post.outbox set quarantined_at = now(), waiting_since = now() - interval '1 min'")
    await Clock(settings).tick(worker)
    assert bells(redis) == []


async def test_complains_once(
    db: asyncpg.Connection, worker: asyncpg.Connection, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """Events that wait for over 30 seconds or were quarantined are one line in the log, and one when it is over."""
    clock = Clock(settings)
    await tell(db, ProposalSubmitted(NOBODY), RoundClosed(NOBODY))
    await db.execute("update post.outbox set waiting_since = now() - interval '1 min'")
    await db.execute("update post.outbox set quarantined_at = now() where lane = 'count'")
    with caplog.at_level(logging.INFO, "clock"):
        await clock.tick(worker)
        await clock.tick(worker)
        await db.execute("delete from post.outbox")
        await clock.tick(worker)
    said = [(record.msg["event"], record.msg.get("what")) for record in caplog.records if isinstance(record.msg, dict)]
    assert said == [("trouble", "civic waits over 30 s, count has 1 quarantined"), ("well again", None)]


async def test_without_redis(
    db: asyncpg.Connection, worker: asyncpg.Connection, settings: Settings, tmp_path: Path
) -> None:
    """A clock without Redis closes rounds all the same."""
    house = await over(db)
    await Clock(replace(settings, redis_url=f"unix://{tmp_path}/none.sock")).tick(worker)
    assert await closes(db) == [(house.round_id, "timeline")]


async def test_postgres_comes_back(db: asyncpg.Connection, settings: Settings) -> None:
    """A clock whose connection is cut goes on with a new one."""
    with command(settings, "clock"):
        await eventually(lambda: db.fetchval(f"select exists ({CLOCKS})"))
        await db.execute(f"select pg_terminate_backend(pid) from ({CLOCKS}) clock")
        house = await over(db)
        await eventually(lambda: db.fetchval("select count(*) = 1 from box.close"))
    assert await closes(db) == [(house.round_id, "timeline")]


@pytest.mark.parametrize("postgres_is_there", [True, False])
async def test_stops(settings: Settings, postgres_is_there: bool, capfd: pytest.CaptureFixture[str]) -> None:
    """SIGTERM ends a clock with code 0, also one that finds no Postgres and has said so."""
    if not postgres_is_there:
        settings = replace(settings, database_url="postgresql://byalag@127.0.0.1:1/byalag")
    with command(settings, "clock") as clock:

        async def well_under_way() -> bool:
            return ("ticking" if postgres_is_there else "trouble") in capfd.readouterr().err

        await eventually(well_under_way)
        clock.send_signal(signal.SIGTERM)
        assert await ended(clock) == 0
