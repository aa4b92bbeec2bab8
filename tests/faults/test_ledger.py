"""Workers of the ledger die at every point of their way: no head is signed twice for one size, and no leaf is lost."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import httpx
import pytest
from msgspec.structs import replace
from redis import Redis

from schema.checkpoint import Head, origin_of, read_checkpoint
from schema.doorbell import queue_name, ring
from schema.events import Lane
from schema.local.up import free_port
from schema.settings import Settings
from tests.builders import House, cast, published, voting
from tests.faults.checker import root_of
from tests.faults.rounds import open_round
from tests.workers.processes import HOME, command, eventually
from tests.workers.receiver import receiving


@contextmanager
def doomed(settings: Settings, lane: Lane, point: str) -> Iterator[None]:
    """A worker whose forks die by kill -9 whenever they come to this point."""
    environment = {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "BYALAG_MASTER_KEY": settings.master_key.hex(),
        "BYALAG_HEADS": str(settings.heads or ""),
    }
    words = [sys.executable, "-m", "tests.faults.launch", f"{point}@1", "--", "workers", "--lane", lane]
    process = subprocess.Popen(words, cwd=HOME, env=environment)
    try:
        yield
    finally:
        process.kill()
        process.wait()


async def until_it_died(redis: Redis, lane: Lane) -> None:
    """Ring, and wait until the bell is given up: RQ tries one again whose fork was killed, and then no more."""
    ring(redis, lane)

    async def given_up() -> bool:
        return bool(redis.zcard(f"rq:failed:{queue_name(lane)}"))

    await eventually(given_up)


async def heads(db: asyncpg.Connection, settings: Settings, house: House) -> list[Head]:
    """Every head that was ever signed and committed, as signed, the smallest first."""
    rows = await db.fetch("select note from box.checkpoint where round_id = $1 order by size", house.round_id)
    origin = origin_of(settings.public_url, house.round_id)
    publics = [key.public_key for key in await published(db, "checkpoints")]
    return [read_checkpoint(row["note"], origin, publics) for row in rows]


async def leaves(db: asyncpg.Connection, house: House) -> list[str]:
    """The commitments (hex) in the order of their leaves."""
    rows = await db.fetch("select commitment from box.leaf where round_id = $1 order by position", house.round_id)
    return [row["commitment"].hex() for row in rows]


async def nothing_waits(db: asyncpg.Connection, lane: Lane) -> bool:
    """Whether a lane is empty."""
    empty: bool = await db.fetchval("select not exists (select from post.outbox where lane = $1)", lane)
    return empty


@pytest.mark.parametrize(
    ("point", "committed"),
    [
        ("before-effect", False),
        ("before-leaves", False),
        ("after-tiles", False),
        ("after-head", False),
        ("after-effect", False),
        ("batch-committed", True),
    ],
)
async def test_a_sequencer_that_dies(
    db: asyncpg.Connection, settings: Settings, redis: Redis, point: str, committed: bool
) -> None:
    """P1, P5: killed again and again at this point, then replaced: each ballot has one leaf, each size one head.

    Before the commit nothing of it is there; after it, all of it is, and the events are gone with it.
    """
    house = await voting(db)
    for base in range(5):
        await cast(db, house, "Amina", base % 3 + 1, base=base)
    with doomed(settings, "sequence", point):
        await until_it_died(redis, "sequence")
    sizes = [head.size for head in await heads(db, settings, house)]
    assert (sizes, await nothing_waits(db, "sequence")) == (([0, 5], True) if committed else ([], False))
    await cast(db, house, "Björn", 1)
    with command(settings, "workers", "--lane", "sequence"):
        ring(redis, "sequence")
        await eventually(lambda: nothing_waits(db, "sequence"))
    found, signed = await leaves(db, house), await heads(db, settings, house)
    kept = [row["commitment"].hex() for row in await db.fetch("select commitment from box.ballot")]
    assert sorted(found) == sorted(kept)
    assert [head.size for head in signed] == ([0, 5, 6] if committed else [0, 6])
    assert [head.root for head in signed] == [root_of(found[: head.size]) for head in signed]


@pytest.mark.parametrize("point", ["before-effect", "head-drafted", "before-note", "after-effect", "batch-committed"])
async def test_a_spreader_that_dies(
    db: asyncpg.Connection, settings: Settings, redis: Redis, point: str, tmp_path: Path
) -> None:
    """P5: wherever it dies, the folder holds every head once the next worker has come."""
    settings = replace(settings, heads=tmp_path / "heads")
    house = await voting(db)
    await cast(db, house, "Amina", 1)
    with command(settings, "workers", "--lane", "sequence"):
        ring(redis, "sequence")
        await eventually(lambda: nothing_waits(db, "sequence"))
    with doomed(settings, "spread", point):
        await until_it_died(redis, "spread")
    with command(settings, "workers", "--lane", "spread"):
        ring(redis, "spread")
        await eventually(lambda: nothing_waits(db, "spread"))
    rows = await db.fetch("select size, note from box.checkpoint where round_id = $1 order by size", house.round_id)
    signed = {str(row["size"]): row["note"] for row in rows}
    home = tmp_path / "heads" / str(house.round_id)
    assert {name: (home / name).read_text() for name in os.listdir(home)} == signed | {"latest": signed["1"]}


async def test_a_ballot_is_published_within_a_minute(
    db: asyncpg.Connection, settings: Settings, redis: Redis, tmp_path: Path
) -> None:
    """P5: from its 201, a service, a clock and two workers bring it into a head, and that head abroad, within 60 s."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    settings = replace(settings, heads=tmp_path / "heads", public_url=url)
    at = await open_round(db, url, voters=1)
    pot, (tag,) = at.pots[0], at.tags
    headers = {"Authorization": f"Bearer {at.sealed(pot, tag)}", "Idempotency-Key": "one-ballot-of-Amina"}
    async with receiving() as receiver, httpx.AsyncClient(base_url=url) as client:
        await db.execute(
            "insert into box.head_webhook (municipality_id, address)"
            " select municipality_id, $2 from box.round where id = $1",
            at.id,
            receiver.address,
        )
        with (
            command(settings, "service", "--port", str(port)),
            command(settings, "clock"),
            command(settings, "workers", "--lane", "sequence"),
            command(settings, "workers", "--lane", "spread"),
        ):

            async def ready() -> bool:
                try:
                    return (await client.get("/health/ready")).status_code == 200
                except httpx.TransportError:
                    return False

            await eventually(ready)
            body = {"choices": [1], "base_revision": 0}
            answer = await client.post(f"/api/pots/{pot.id}/ballots", json=body, headers=headers)
            accepted = time.monotonic()
            assert answer.status_code == 201
            commitment = answer.json()["receipt"]["commitment"]

            async def included() -> bool:
                return bool((await client.get(f"/api/receipts/{commitment}")).json()["status"] == "included")

            async def abroad() -> bool:
                sizes = [post.text.split("\n")[1] for post in receiver.posts]
                return "1" in sizes and await asyncio.to_thread((tmp_path / "heads" / str(at.id) / "1").exists)

            await eventually(included, 60)
            await eventually(abroad, 60)
            assert time.monotonic() - accepted < 60
