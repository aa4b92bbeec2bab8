"""``python -m tests.faults.launch NAME… -- COMMAND…``: run a command of the house with something broken in it.

A name of POINTS, with ``@N``, kills the process about every Nth time that it comes to that point. A name of
CHANGES changes how it works: mostly by a mistake that the harness must find. The product has no switch for either.
"""

import asyncio
import functools
import importlib
import os
import random
import re
import signal
import sys
from collections.abc import Callable, Collection
from typing import Any

import asyncpg

from schema.cli import main
from schema.database import pool
from schema.events import LANES, Lane
from schema.queries import Db
from workers.store.outbox import Row

POINTS: dict[str, tuple[str, str, str]] = {
    "mid-body": ("service.reading", "read_body", "before"),
    "before-transaction": ("service.store.ballots", "cast_ballots", "before"),
    "after-insert": ("service.store.ballots", "cast_ballots", "during"),
    "before-commit": ("service.store.ballots", "cast_ballots", "uncommitted"),
    "after-commit": ("service.store.ballots", "cast_ballots", "after"),
    "before-response": ("service.verbs.ballots", "cast_ballot", "after"),
    "bell-taken": ("rq.queue.Queue", "dequeue_any", "returned"),
    "before-effect": ("workers.lanes", "act", "before"),
    "after-effect": ("workers.lanes", "act", "after"),
    "before-leaves": ("workers.store.ledger", "insert_leaves", "before"),
    "after-tiles": ("workers.store.ledger", "write_tiles", "after"),
    "after-head": ("workers.store.ledger", "insert_checkpoint", "after"),
    "batch-committed": ("workers.claim", "_batch", "after"),
    "head-drafted": ("schema.heads", "_draft", "returned"),
    "before-note": ("workers.spread", "_note", "before"),
}
"""Where a process dies: before or after it calls a function (by module and name), during the call, when a function that
is no coroutine has returned, or when what the function wrote is not committed. To move a point, change its line."""

CAST = ("service.store.ballots", "cast_ballots", "box.cast_ballots")
"""Where a ballot goes to the database: module, query, and SQL function."""


def end_here() -> None:
    """kill -9 of this process by itself."""
    os.kill(os.getpid(), signal.SIGKILL)


def arm(name: str, times: int) -> None:
    """Let this process die about every ``times``-th time that it comes to a point; what it forks draws anew."""
    where, function, when = POINTS[name]
    owner = find(where)
    original = getattr(owner, function)

    def due() -> bool:
        return random.random() * times < 1

    @functools.wraps(original)
    async def deadly(*values: Any) -> Any:
        if not due():
            return await original(*values)
        if when == "before":
            end_here()
        if when == "uncommitted":
            await values[0].execute("begin")
        call = asyncio.ensure_future(original(*values))
        if when == "during":
            await asyncio.sleep(0)  # it is on its way now, and nobody will hear the answer
            end_here()
        answer = await call
        end_here()
        return answer

    @functools.wraps(original)
    def deadly_return(*values: Any, **named: Any) -> Any:
        answer = original(*values, **named)
        if answer is not None and due():
            end_here()
        return answer

    setattr(owner, function, deadly_return if when == "returned" else deadly)


def find(path: str) -> Any:
    """A module, or a class in one."""
    try:
        return importlib.import_module(path)
    except ModuleNotFoundError:
        module, _, name = path.rpartition(".")
        return getattr(importlib.import_module(module), name)


def _replace(path: str, name: str, other: object) -> None:
    setattr(find(path), name, other)


def answer_early() -> None:
    """A ballot is acknowledged at once and committed a moment later."""
    module = importlib.import_module(CAST[0])
    original = getattr(module, CAST[1])
    rooms: list[asyncpg.Pool] = []
    commits: set[asyncio.Task[None]] = set()

    async def commit(room: asyncpg.Pool, db: Any) -> None:
        await asyncio.sleep(0.05)
        await db.execute("commit")
        await room.release(db)

    async def cast_early(_: Db, *values: object) -> object:
        if not rooms:
            rooms.append(await pool(os.environ["DATABASE_URL"], "byalag_box"))
        db = await rooms[0].acquire(timeout=5)
        await db.execute("begin")
        answer: object = await original(db, *values)
        task = asyncio.create_task(commit(rooms[0], db))
        commits.add(task)
        task.add_done_callback(commits.discard)
        return answer

    setattr(module, CAST[1], cast_early)


def lock_the_row() -> None:
    """A cast holds the round's row FOR KEY SHARE, which a close does not wait for, and not the round's lock."""
    asyncio.run(_write_unlocked())
    texts = importlib.import_module(CAST[0]).SQL.texts
    texts[CAST[1]] = texts[CAST[1]].replace(CAST[2], f"{CAST[2]}_unlocked")


async def _write_unlocked() -> None:
    db = await asyncpg.connect(os.environ["DATABASE_URL"])
    async with db.transaction():
        await db.execute("select pg_advisory_xact_lock(4711)")
        text: str = await db.fetchval("select pg_get_functiondef($1::regproc)", CAST[2])
        text = text.replace(f"{CAST[2]}(", f"{CAST[2]}_unlocked(", 1)
        text, done = re.subn(
            r"box\.lock_round\(true, (\w+)\)",
            r"(select r from box.round r where r.id = \1 for key share)",
            text,
        )
        assert done == 1, "the lock is taken in another way now"
        await db.execute(text)
    await db.close()


def listen_twice() -> None:
    """A worker listens on a second queue beside its own, so RQ takes jobs by BLPOP."""
    lanes: Any = importlib.import_module("workers.lanes")
    original = lanes.LaneWorker
    lanes.LaneWorker = lambda names, **named: original([*names, f"{names[0]}-urgent"], **named)


def read_by_cursor() -> None:
    """The outbox is read on from the last number seen: what commits later under a smaller one is passed over."""

    async def claim_batch(db: Db, lane: Lane, size: int, without: Collection[int]) -> list[Row]:
        last = await db.fetchval("select last from public.cursor where lane = $1 for update", lane)
        rows = await db.fetch(
            "delete from post.outbox where id in (select id from post.outbox where lane = $1 and id > $2"
            " and quarantined_at is null order by id limit $3) returning id, event",
            lane,
            last,
            size,
        )
        if rows:
            await db.execute("update public.cursor set last = $2 where lane = $1", lane, max(row["id"] for row in rows))
        return sorted((Row(row["id"], row["event"]) for row in rows), key=lambda row: row.id)

    asyncio.run(_write_cursors())
    _replace("workers.store.outbox", "claim_batch", claim_batch)


async def _write_cursors() -> None:
    db = await asyncpg.connect(os.environ["DATABASE_URL"])
    await db.execute(
        "create table if not exists public.cursor (lane text primary key, last bigint not null);"
        "grant select, update on public.cursor to byalag_worker, byalag_registrar"
    )
    await db.execute("insert into public.cursor select unnest($1::text[]), 0 on conflict do nothing", LANES)
    await db.close()


def take_a_range() -> None:
    """A batch is all between two numbers: what commits after the reading and before the removing goes unread."""

    async def claim_batch(db: Db, lane: Lane, size: int, without: Collection[int]) -> list[Row]:
        rows = await db.fetch(
            "select id, event from post.outbox where lane = $1 and quarantined_at is null and id <> all($2::bigint[])"
            " order by id limit $3",
            lane,
            sorted(without),
            size,
        )
        if rows:
            await asyncio.sleep(0.02)  # as long as an effect takes
            await db.execute(
                "delete from post.outbox where lane = $1 and id between $2 and $3", lane, rows[0]["id"], rows[-1]["id"]
            )
        return [Row(row["id"], row["event"]) for row in rows]

    _replace("workers.store.outbox", "claim_batch", claim_batch)


def commit_slowly() -> None:
    """Every third batch is committed 0.1 s later than the others. This is no mistake: a database may be slow."""
    module = importlib.import_module(CAST[0])
    original = getattr(module, CAST[1])

    async def cast_slowly(db: Any, *values: object) -> object:
        if random.random() * 3 > 1:
            return await original(db, *values)
        async with db.transaction():
            answer: object = await original(db, *values)
            await asyncio.sleep(0.1)
        return answer

    setattr(module, CAST[1], cast_slowly)


CHANGES: dict[str, Callable[[], None]] = {
    "answer-early": answer_early,
    "key-share": lock_the_row,
    "two-queues": listen_twice,
    "cursor": read_by_cursor,
    "id-range": take_a_range,
    "slow-commit": commit_slowly,
}


def launch(*arguments: str) -> None:
    """Break what is named before ``--``, then be the command that is named after it."""
    end = arguments.index("--")
    for name in arguments[:end]:
        point, _, times = name.partition("@")
        if point in POINTS:
            arm(point, int(times))
        else:
            CHANGES[point]()
    sys.argv = ["byalag", *arguments[end + 1 :]]
    main()


if __name__ == "__main__":
    launch(*sys.argv[1:])
