"""Every kind of trouble: small functions that make it at random and return when it is over, and one table."""

import asyncio
import gzip
import os
import signal
import time
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import asyncpg
import httpx
import msgspec
from redis import RedisError

from schema.events import LANES
from service.rehearsal.chaos import children
from service.rehearsal.wire import NoAnswer, Wire
from tests.faults.house import SERVICES, until
from tests.faults.launch import POINTS
from tests.faults.rounds import poison, rubbish
from tests.faults.run import Act, Play, Scene, connected, on_small_disk, rush, voting

CASTING = [point for point, (where, _, _) in POINTS.items() if where.startswith("service")]
"""The points on a ballot's way into the box."""


class Fault(msgspec.Struct, frozen=True):
    """A row of the table. ``holds``: the promises that it puts to the test; the checker looks at all of them always."""

    does: str
    play: Play
    holds: str


async def nothing(scene: Scene) -> None:
    """No trouble at all."""


async def kill_service(scene: Scene) -> None:
    """kill -9 one service process after another."""
    while not scene.over.is_set():
        await asyncio.sleep(scene.chance.uniform(0.5, 2.5))
        with scene.log.trouble():
            scene.house.kill(scene.chance.choice(SERVICES))
            await scene.heal()


def kill_at(*points: str) -> Act:
    """A fault: one service process dies at one of these points, is started again, and dies again."""

    async def act(scene: Scene) -> None:
        name, times = scene.chance.choice(SERVICES), len(points) * scene.chance.randrange(15, 40)
        with scene.log.trouble():
            await asyncio.to_thread(scene.house.start, name, *(f"{point}@{times}" for point in points))
            await scene.rest()
            await asyncio.to_thread(scene.house.start, name)
            await scene.heal()

    return act


async def deploy(scene: Scene) -> None:
    """SIGTERM to one service process after the other, each started again: a deploy under load, with open streams."""
    await scene.moment()
    for name, url in zip(SERVICES, scene.house.urls, strict=True):
        with scene.log.trouble():
            async with (
                httpx.AsyncClient(trust_env=False) as client,
                client.stream("GET", f"{url}/rounds/{scene.round.id}/hints") as listening,
            ):
                assert listening.status_code == 200
                began = time.monotonic()
                await asyncio.to_thread(scene.house.start, name)
                assert time.monotonic() - began < 25, "it did not end in time"
            await scene.heal()


async def kill_workers(scene: Scene) -> None:
    """kill -9 any worker with its fork, or the clock, again and again."""
    with scene.log.trouble():
        while not scene.over.is_set():
            await asyncio.sleep(scene.chance.uniform(0.2, 1.0))
            await asyncio.to_thread(scene.house.kill, scene.chance.choice(("judge", "judge", *LANES, "clock")))


async def kill_forks(scene: Scene) -> None:
    """kill -9 what a worker forked, and let the worker live."""
    with scene.log.trouble():
        while not scene.over.is_set():
            worker = scene.house.pid(scene.chance.choice(("judge", "judge", "count")))
            for fork in await asyncio.to_thread(children, worker) if worker else ():
                with suppress(ProcessLookupError):
                    os.kill(fork, signal.SIGKILL)
            await asyncio.sleep(scene.chance.uniform(0.05, 0.3))


async def kill_effects(scene: Scene) -> None:
    """Workers' forks die between claiming and committing, around the effect; and workers with a bell in hand."""
    with scene.log.trouble():
        for lane in ("judge", "sequence", "count"):
            times = [f"{point}@{scene.chance.randrange(3, 6)}" for point in ("before-effect", "after-effect")]
            await asyncio.to_thread(scene.house.start, lane, *times, "bell-taken@5")
        await scene.rest()
        for lane in ("judge", "sequence", "count"):
            await asyncio.to_thread(scene.house.start, lane)


async def kill_redis(scene: Scene) -> None:
    """kill -9 Redis, and keep it away for 0.2 to 10 seconds."""
    await scene.moment()
    with scene.log.trouble(), scene.house.down("redis"):
        await asyncio.sleep(scene.chance.uniform(0.2, 10))


async def flush_redis(scene: Scene) -> None:
    """FLUSHALL every second."""
    with scene.log.trouble(), scene.house.redis() as redis:
        while not scene.over.is_set():
            with suppress(RedisError):
                await asyncio.to_thread(redis.flushall)
            await asyncio.sleep(1)


async def truncate_redis(scene: Scene) -> None:
    """kill -9 Redis, and cut 1 byte to 1 MB off the end of its file."""
    await scene.moment()
    with scene.log.trouble(), scene.house.down("redis"):
        file = _append_only(scene)
        size = file.stat().st_size
        cut = min(size, scene.chance.choice((1, 7, 100, 1000, 100_000, 1_000_000)))
        os.truncate(file, size - cut)


async def damage_redis(scene: Scene) -> None:
    """kill -9 Redis, and damage its file in the middle: it refuses to start until somebody takes the file away."""
    await scene.moment()
    with scene.log.trouble():
        with scene.house.down("redis"):
            file = _append_only(scene)
            if not (size := file.stat().st_size):
                return
            with file.open("r+b") as damaged:
                damaged.seek(size // 2)
                damaged.write(b"\xff" * min(64, size - size // 2))
            scene.house.said.clear()
        await until(lambda: _said(scene, "byalag", "redis ended with code"), 30)
        with scene.house.down("redis"):  # the operator
            file.unlink()
            (file.parent / "appendonly.aof.manifest").unlink()


def _said(scene: Scene, who: str, words: str) -> bool:
    """Whether the log has such a line."""
    return any(name == who and words in line for name, line in list(scene.house.said))


def _append_only(scene: Scene) -> Path:
    """The newest part of Redis' file."""
    folder = scene.house.folder / "data" / "redis" / "appendonlydir"
    return max(folder.glob("*.incr.aof"), key=lambda file: file.stat().st_mtime)


async def fill_redis(scene: Scene) -> None:
    """Redis may use no memory, and must not evict: every write fails."""
    await scene.moment()
    with scene.log.trouble(), scene.house.redis() as redis:
        await asyncio.to_thread(redis.config_set, "maxmemory", "1mb")
        await asyncio.sleep(scene.chance.uniform(1, 5))
        await asyncio.to_thread(redis.config_set, "maxmemory", "0")


async def kill_postgres(scene: Scene) -> None:
    """kill -9 of all of Postgres, or an immediate shutdown; it is started again at once."""
    await scene.moment()
    with scene.log.trouble():
        await asyncio.to_thread(scene.house.kill, "postgres", scene.chance.choice((signal.SIGKILL, signal.SIGQUIT)))
        await _postgres_back(scene)
        await scene.heal()


async def _postgres_back(scene: Scene) -> None:
    async def answers() -> bool:
        db = await connected(scene.house)
        await db.close()
        return True

    await asyncio.sleep(0.3)
    await until(answers, 60)


async def stop_postgres(scene: Scene) -> None:
    """kill -9 of all of Postgres, which then stays away for 1 to 5 seconds."""
    await scene.moment()
    with scene.log.trouble():
        with scene.house.down("postgres"):
            await asyncio.sleep(scene.chance.uniform(1, 5))
        await scene.heal()


async def lose_replies(scene: Scene) -> None:
    """Postgres does what was asked, and in one of ten cases the reply is lost with its connection."""
    with scene.log.trouble():
        scene.house.store.lose = 0.1
        await scene.rest()
        scene.house.store.lose = 0.0


async def lose_bells(scene: Scene) -> None:
    """Redis does what was asked, and in one of ten cases the reply is lost with its connection."""
    with scene.log.trouble():
        scene.house.bells.lose = 0.1
        await scene.rest()
        scene.house.bells.lose = 0.0


async def part_store(scene: Scene) -> None:
    """Nothing passes between Postgres and service-2, workers and clock, both ways or one way, for 1 to 20 seconds."""
    await _part(scene, "store")


async def part_bells(scene: Scene) -> None:
    """Nothing passes between Redis and service-2, workers and clock, both ways or one way, for 1 to 20 seconds."""
    await _part(scene, "bells")


async def _part(scene: Scene, which: str) -> None:
    proxy = scene.house.store if which == "store" else scene.house.bells
    await scene.moment()
    with scene.log.trouble():
        proxy.stall(*scene.chance.choice((("question",), ("reply",), ("question", "reply"))))
        await asyncio.sleep(scene.chance.choice((1, 2, 4, 8, 20)))
        if scene.chance.random() < 0.5:
            proxy.cut()
        proxy.flow()
        await scene.heal()
        await until(lambda: _few_connections(scene), 15)


async def _few_connections(scene: Scene) -> bool:
    """Whether no pool has left connections behind."""
    db = await connected(scene.house)
    try:
        counts = await db.fetch("select count(*) as many from pg_stat_activity group by application_name")
        return all(row["many"] <= 8 * len(SERVICES) for row in counts)
    finally:
        await db.close()


async def deliver_twice(scene: Scene) -> None:
    """Events are told up to ten times, in any order, also long after their effect."""
    with scene.log.trouble():
        db = await connected(scene.house)
        while not scene.over.is_set():
            await db.execute(
                "insert into post.outbox (lane, event) select lane, event from post.outbox, generate_series(1, 3)"
                " where quarantined_at is null order by random() limit 2000"  # workers that lag shall not drown
            )
            await db.execute(
                "insert into post.outbox (lane, event)"
                " select 'judge', json_build_object("
                "'event', 'BallotsCast', 'round_id', round_id, 'ballot_ids', array[id])::text"
                " from box.ballot where round_id = $1 order by random() limit 300",
                scene.round.id,
            )
            for lane, event, name in (("count", "RoundClosed", "round_id"), ("compare", "PotCounted", "pot_id")):
                table = "box.close" if lane == "count" else "box.snapshot"
                await db.execute(
                    "insert into post.outbox (lane, event)"
                    f" select '{lane}', json_build_object('event', '{event}', '{name}', {name})::text from {table}"
                    " where round_id = $1",
                    scene.round.id,
                )
            await asyncio.sleep(0.5)
        await db.close()


async def put_poison(scene: Scene) -> None:
    """Ballots that no service would take lie in the box, and rubbish in the outbox, among all the others."""
    db = await connected(scene.house)
    told: dict[bytes, str] = {}
    await scene.moment()
    with scene.log.trouble():
        scene.house.said.clear()
        bad = {(999,): "unknown-project", (1, 1): "chosen-twice", (6, 4): "too-costly"}
        for (choices, reason), tag in zip(bad.items(), scene.round.silent, strict=True):
            scene.log.poison[await poison(db, scene.round, choices, tag)] = told[tag] = reason
        texts = await rubbish(db)
        scene.log.rubbish |= texts
        aside = "select count(*) from post.outbox where quarantined_at is not null and event = any($1::text[])"

        async def kept_aside() -> bool:
            return bool(await db.fetchval(aside, sorted(texts)) == len(texts))

        await until(kept_aside, 30)
        await asyncio.gather(*(_is_told(scene, tag, reason) for tag, reason in told.items()))
        await until(lambda: _said(scene, "clock", "quarantined"), 5)
    await db.execute("delete from post.outbox where event = any($1::text[])", sorted(texts))
    await db.close()


async def _is_told(scene: Scene, tag: bytes, reason: str) -> None:
    """P11: the voter sees why a ballot of theirs does not count."""
    pot = scene.round.pots[1]
    async with Wire(scene.house.urls[0], 1) as wire:
        headers = {"authorization": f"Bearer {scene.round.sealed(pot, tag)}"}
        said = msgspec.json.decode((await wire.ask("GET", f"/api/pots/{pot.id}/ballot", headers=headers)).body)
    assert said["judged"], "a poisoned ballot has no verdict"
    assert said["reason"] == reason


async def stop_workers(scene: Scene) -> None:
    """All workers are stopped (SIGSTOP) while people vote, and go on afterwards."""
    stopped = [pid for lane in LANES if (pid := scene.house.pid(lane))]
    with scene.log.trouble():
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        await scene.rest()
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)


async def hold_connections(scene: Scene) -> None:
    """For five seconds nobody can write a ballot: every connection of the services is held by one that waits."""
    await scene.moment()
    db = await connected(scene.house)
    with scene.log.trouble():
        async with db.transaction():
            await db.execute("lock table box.ballot in access exclusive mode")
            await asyncio.sleep(5)
    await db.close()


async def take_connections(scene: Scene) -> None:
    """For five seconds Postgres has no connection left for anybody new, and loses those of the services."""
    await scene.moment()
    taken: list[asyncpg.Connection] = []
    with scene.log.trouble():
        with suppress(asyncpg.TooManyConnectionsError):
            while True:
                taken.append(await connected(scene.house))
        await taken[0].execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'byalag_box'"
        )
        with suppress(asyncpg.TooManyConnectionsError):
            while True:
                taken.append(await connected(scene.house))
        await asyncio.sleep(5)
        for db in taken:
            await db.close()
        await scene.heal()


async def commit_slowly(scene: Scene) -> None:
    """One of ten ballots is committed 50 ms later than the others: transactions overlap in every order."""
    with scene.log.trouble():
        for name in SERVICES:
            await asyncio.to_thread(scene.house.start, name, "slow-commit")
        await scene.rest()
        for name in SERVICES:
            await asyncio.to_thread(scene.house.start, name)
        await scene.heal()


async def fill_disk(scene: Scene) -> None:
    """The disk of Postgres fills up to the last byte, and is freed after some seconds."""
    await scene.moment()
    ballast = scene.house.folder / "data" / "postgres" / "ballast"
    db = await connected(scene.house)
    with scene.log.trouble():
        with suppress(OSError), ballast.open("wb", buffering=0) as file:
            while True:
                file.write(b"\x00" * (1 << 16))
        with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            await db.execute("select pg_switch_wal()")
        await asyncio.sleep(scene.chance.uniform(2, 5))
        ballast.unlink()
        await _postgres_back(scene)
        await scene.heal()
    db.terminate()


async def storm(scene: Scene) -> None:
    """2,000 connections that say nothing, requests that never end, large, deep and packed bodies, all at service-2."""
    await scene.moment()
    port, before = scene.house.ports[1], _memory(scene)
    with scene.log.trouble():
        async with AsyncExitStack() as stack:
            lines: list[asyncio.StreamWriter] = []
            stack.callback(_hang_up, lines)
            for _ in range(2000):
                with suppress(OSError):
                    lines.append((await asyncio.open_connection("127.0.0.1", port))[1])
            for line in lines[::10]:
                line.write(b"POST /api/pots/0/ballots HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\n{")
            await asyncio.gather(*(_throw(scene, kind) for kind in range(4) for _ in range(5)))
            await asyncio.sleep(2)
        await scene.heal()
    assert (after := _memory(scene)) < before * 1.2, f"service-2 grew from {before} to {after} kB"


def _memory(scene: Scene) -> int:
    """What service-2 holds in memory, in kB."""
    status = Path(f"/proc/{scene.house.pid(SERVICES[1])}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0])


def _hang_up(lines: list[asyncio.StreamWriter]) -> None:
    for line in lines:
        line.transport.abort()


async def _throw(scene: Scene, kind: int) -> None:
    """Send a body that nobody honest sends; whatever the answer, it is not a fault of ours."""
    deep = b'{"choices":' + b"[" * 8000 + b"]" * 8000 + b"}"
    bodies = (b"[" + b"1," * 5_000_000 + b"1]", deep, gzip.compress(b"0" * 10_000_000), b"\x00" * 15_000)
    pot, tag = scene.round.pots[0], os.urandom(32)
    headers = {
        "authorization": f"Bearer {scene.round.sealed(pot, tag)}",
        "content-type": "application/json",
        "idempotency-key": tag.hex(),
        **({"content-encoding": "gzip"} if kind == 2 else {}),
    }
    async with Wire(scene.house.urls[1], 1) as wire:
        with suppress(NoAnswer):
            answer = await wire.ask("POST", f"/api/pots/{pot.id}/ballots", bodies[kind], headers)
            assert 400 <= answer.status < 500 or answer.status == 503, answer


FAULTS: dict[str, Fault] = {
    "none": Fault("no trouble", voting(nothing), "all"),
    "F1-random": Fault("kill -9 of services", voting(kill_service), "P1 P4"),
    "F1-points": Fault("kill -9 of a service at any of the points below", voting(kill_at(*CASTING)), "P1 P4"),
    **{
        f"F1-{point}": Fault(f"kill -9 of a service at the point {point}", voting(kill_at(point)), "P1 P4")
        for point in CASTING
    },
    "F2": Fault("SIGTERM restart of services", voting(deploy), "P1 P4"),
    "F3-random": Fault("kill -9 of workers with their forks, and of the clock", voting(kill_workers), "P2"),
    "F3-effect": Fault("kill -9 of workers around their effect, and with a bell in hand", voting(kill_effects), "P2"),
    "F4": Fault("kill -9 of forks", voting(kill_forks), "P2"),
    "F5": Fault("kill -9 of Redis, away 0.2 to 10 s", voting(kill_redis), "P1 P10"),
    "F6": Fault("FLUSHALL every second", voting(flush_redis), "P1 P10"),
    "F7-cut": Fault("Redis' file truncated", voting(truncate_redis), "P1 P10"),
    "F7-damage": Fault("Redis' file damaged in the middle", voting(damage_redis), "P1 P10"),
    "F8": Fault("Redis' memory full", voting(fill_redis), "P1 P10"),
    "F9-kill": Fault("kill -9 or immediate shutdown of Postgres", voting(kill_postgres), "P1 P10"),
    "F9-away": Fault("kill -9 of Postgres, away 1 to 5 s", voting(stop_postgres), "P1 P10"),
    "F12-store": Fault("lost replies of Postgres, to COMMIT as well", voting(lose_replies), "P1 P4"),
    "F12-bells": Fault("lost replies of Redis", voting(lose_bells), "P2 P10"),
    "F13-store": Fault("partition from Postgres, 1 to 20 s", voting(part_store), "P1 P4 P10"),
    "F13-bells": Fault("partition from Redis, 1 to 20 s", voting(part_bells), "P1 P10"),
    "F14": Fault("some commits slow", voting(commit_slowly), "P1 P2"),
    "F15": Fault("disk of Postgres full (needs root, for a mount)", on_small_disk(fill_disk), "P1 P10"),
    "F17": Fault("events told again, in any order", voting(deliver_twice), "P2"),
    "F18": Fault("poison in box and outbox", voting(put_poison), "P2 P11"),
    "F19": Fault("workers stopped", voting(stop_workers), "P1 P2"),
    "F20": Fault("an officer closes on a crowd, many short rounds", rush(closers=(0,)), "P3"),
    "F21": Fault("two officers and the clock close on a crowd at once", rush(closers=(0, 1), timeline=True), "P3"),
    "F22-lock": Fault("every connection held for 5 s", voting(hold_connections), "P10"),
    "F22-limit": Fault("no connection left for 5 s", voting(take_connections), "P10"),
    "F23": Fault("storms", voting(storm), "P1"),
}
