"""Lanes: a real worker process that forks for each bell; Redis may lose everything, and a worker may die."""

import os
import signal
from pathlib import Path

import asyncpg
import pytest
from redis import ConnectionError as RedisAway
from redis import Redis
from rq import Queue
from rq.job import Job
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer

from schema.doorbell import connect_redis, queue_name, ring
from schema.settings import Settings
from tests.builders import House, cast, voting
from tests.workers.processes import command, ended, eventually
from workers.lanes import Bell


async def cast_many(db: asyncpg.Connection, house: House, number: int) -> None:
    """Björn changes his mind again and again."""
    last = await db.fetchval("select coalesce(max(revision), 0) from box.ballot")
    for base in range(last, last + number):
        await cast(db, house, "Björn", base % 3 + 1, base=base)


async def all_judged(db: asyncpg.Connection) -> bool:
    """Whether every ballot has its verdict and no event waits for one."""
    judged: bool = await db.fetchval(
        "select (select count(*) from box.ballot) = (select count(*) from box.verdict)"
        " and not exists (select from post.outbox where lane = 'judge')"
    )
    return judged


def kill_with_forks(pid: int) -> None:
    """kill -9 a worker and what it forked; each fork leads a process group of its own."""
    forks = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    for process in [*map(int, forks), pid]:
        os.kill(process, signal.SIGKILL)


async def test_drains_after_a_ring(db: asyncpg.Connection, settings: Settings, redis: Redis) -> None:
    """One ring, and a worker process judges all that waits; SIGTERM ends it with code 0."""
    await cast_many(db, await voting(db), 20)
    with command(settings, "workers", "--lane", "judge") as worker:
        ring(redis, "judge")
        await eventually(lambda: all_judged(db))
        worker.send_signal(signal.SIGTERM)
        assert await ended(worker) == 0


async def test_second_ring_is_the_first(redis: Redis) -> None:
    """While a bell waits, ringing again adds none."""
    for _ in range(3):
        ring(redis, "judge")
    assert redis.llen(Queue(queue_name("judge"), connection=redis).key) == 1


async def test_ring_without_redis(tmp_path: Path) -> None:
    """Ringing where no Redis is fails at once with Redis' own error, which the caller ignores."""
    with pytest.raises(RedisAway), connect_redis(f"unix://{tmp_path}/none.sock") as nowhere:
        ring(nowhere, "judge")


async def test_runs_nothing_else(db: asyncpg.Connection, settings: Settings, redis: Redis, tmp_path: Path) -> None:
    """A job in Redis that names another function fails, and the function is not called."""
    await cast_many(db, await voting(db), 1)
    queue = Queue(queue_name("judge"), connection=redis, serializer=JSONSerializer)
    queue.enqueue_call("os.mkdir", args=(str(tmp_path / "made"),))
    ring(redis, "judge")
    failed = FailedJobRegistry(queue=queue)
    with command(settings, "workers", "--lane", "judge"):
        ring(redis, "judge")

        async def refused() -> bool:
            return failed.count == 1

        await eventually(refused)
        ring(redis, "judge")
        await eventually(lambda: all_judged(db))
    assert not (tmp_path / "made").exists()


def test_no_callback(redis: Redis) -> None:
    """Callbacks and addresses that a job in Redis names are not read."""
    job = Job.create("workers.lanes.answer", args=["judge"], connection=redis, serializer=JSONSerializer)
    job.save()
    redis.hset(job.key, mapping={"success_callback_name": "os.abort", "webhooks": '[{"url":"http://a","on":"failed"}]'})
    bell = Bell.fetch(job.id, connection=redis, serializer=JSONSerializer)
    assert bell.success_callback is None
    assert bell.webhooks == []


async def test_killed_in_the_middle(db: asyncpg.Connection, settings: Settings, redis: Redis) -> None:
    """A worker and its fork, killed between claim and effect, take nothing with them: the next one judges all."""
    await cast_many(db, await voting(db), 50)
    blocked = "select exists (select from pg_locks where not granted and relation = 'box.verdict'::regclass)"
    with command(settings, "workers", "--lane", "judge") as first:
        async with db.transaction():
            await db.execute("lock table box.verdict in exclusive mode")
            ring(redis, "judge")
            await eventually(lambda: db.fetchval(blocked))
            kill_with_forks(first.pid)
    assert await db.fetchval("select count(*) from post.outbox where lane = 'judge'") == 50
    with command(settings, "workers", "--lane", "judge"):
        ring(redis, "judge")
        await eventually(lambda: all_judged(db))


async def test_redis_flushed_again_and_again(db: asyncpg.Connection, settings: Settings, redis: Redis) -> None:
    """With a clock beside it, a lane is emptied although Redis loses everything ten times meanwhile."""
    house = await voting(db)
    with command(settings, "workers", "--lane", "judge"), command(settings, "clock"):
        for _ in range(10):
            await cast_many(db, house, 20)
            ring(redis, "judge")
            redis.flushall()
        await eventually(lambda: all_judged(db))
