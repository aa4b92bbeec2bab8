"""One run: voters come, there is trouble, an officer closes, the round is counted, and all of it is checked."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path
from random import Random

import asyncpg
import msgspec

from schema.local.folder import opened, temporary_folder
from service.rehearsal.wire import Wire
from tests.faults.checker import Finding, check, settled
from tests.faults.house import House
from tests.faults.house import house as another_house
from tests.faults.log import Log
from tests.faults.recorder import Recorder
from tests.faults.rounds import Round, open_round

LINES = 400
CROWD = 48
"""Connections of all voters to one service process; voters who vote at the same time where there is a rush."""


class NotHere(Exception):
    """This machine does not let us make that trouble."""


class Scene:
    """Where trouble is made. ``over`` is set when nobody votes any more, at ``ends_at`` (monotonic).

    ``healed``: seconds from the end of a cause until the house was well.
    """

    def __init__(self, house: House, at: Round, log: Log, chance: Random, seconds: float) -> None:
        self.house, self.round, self.log, self.chance = house, at, log, chance
        self.over = asyncio.Event()
        self.ends_at = time.monotonic() + seconds
        self.seconds = seconds
        self.healed = 0.0

    async def moment(self) -> None:
        """Wait until a random instant in the first three quarters of the time there is."""
        await asyncio.sleep(self.chance.uniform(0.05, 0.75) * self.seconds)

    async def heal(self) -> None:
        """The cause is gone: wait until the house is well, and note how long that took."""
        gone = time.monotonic()
        await self.house.await_well()
        self.healed = max(self.healed, time.monotonic() - gone)

    async def rest(self) -> None:
        """Wait until nobody votes any more."""
        await self.over.wait()


Act = Callable[[Scene], Coroutine[None, None, None]]


class Result(msgspec.Struct, frozen=True):
    """What came of one run, with the longest times in seconds.

    ``answered``: until a voter had an answer; ``closed``: until an officer knew that a round was closed; ``settled``:
    until all was counted; ``healed``: from the end of a cause until the house was well.
    """

    rounds: int
    sent: int
    acknowledged: int
    refused: int
    unknown: int
    answered: float
    closed: float
    settled: float
    findings: list[Finding]
    healed: float = 0.0

    def __add__(self, other: "Result") -> "Result":
        return Result(
            self.rounds + other.rounds,
            self.sent + other.sent,
            self.acknowledged + other.acknowledged,
            self.refused + other.refused,
            self.unknown + other.unknown,
            max(self.answered, other.answered),
            max(self.closed, other.closed),
            max(self.settled, other.settled),
            self.findings + other.findings,
            max(self.healed, other.healed),
        )


Play = Callable[[House, Random, float, float], Coroutine[None, None, Result]]
"""One run in a house, drawn from this chance, so many seconds long, with so many ballots a second."""


def voting(act: Act) -> Play:
    """A round with one kind of trouble; the house is well again afterwards."""

    async def play(house: House, chance: Random, seconds: float, rate: float) -> Result:
        log = Log()
        await house.await_well()
        at = await _opened(house, int(seconds * rate * 0.5) + 30, 3600)
        async with _wires(house) as wires:
            recorder, scene = Recorder(at, log, wires, chance), Scene(house, at, log, chance, seconds)
            trouble = asyncio.create_task(act(scene))
            coming = asyncio.create_task(recorder.come(rate, scene.over))
            await asyncio.sleep(seconds * chance.uniform(0.7, 0.95))
            await recorder.close(chance.randrange(2))
            await asyncio.sleep(max(scene.ends_at - time.monotonic(), 0))
            scene.over.set()
            failed = (await asyncio.gather(trouble, return_exceptions=True))[0]
            await coming
        await house.await_well()
        found = await result(house, at, log)
        if failed is not None:
            found.findings.append(Finding("fault", f"{type(failed).__name__}: {failed}"))
        return msgspec.structs.replace(found, healed=round(scene.healed, 1))

    return play


def rush(closers: tuple[int, ...], timeline: bool = False) -> Play:
    """Short rounds one after the other: a crowd votes as fast as it is answered, and the close comes at any instant.

    ``closers``: the services through which officers close, at once; with ``timeline`` the clock does at that time too.
    """

    async def play(house: House, chance: Random, seconds: float, rate: float) -> Result:
        await house.await_well()
        end, total = time.monotonic() + seconds, None
        while total is None or time.monotonic() < end:
            one = await result(house, *await short_round(house, chance, closers, timeline))
            total = one if total is None else total + one
        return total

    return play


async def short_round(
    house: House, chance: Random, closers: tuple[int, ...], timeline: bool = False
) -> tuple[Round, Log]:
    """A round of a second at most that a crowd votes in and that is closed meanwhile."""
    log, open_for = Log(), chance.uniform(0.2, 1.0)
    at = await _opened(house, 300, open_for + 0.3 if timeline else 3600)
    over = asyncio.Event()
    async with _wires(house) as wires:
        recorder = Recorder(at, log, wires, chance)
        with log.trouble():  # a crowd may be told that the house is busy
            crowd = asyncio.create_task(recorder.crowd(CROWD, over))
            await asyncio.sleep(max(at.due_at - time.time() + chance.gauss(0, 0.05), 0) if timeline else open_for)
            await recorder.close(*closers)
            await asyncio.sleep(0.1)
            over.set()
            await crowd
    return at, log


def on_small_disk(act: Act) -> Play:
    """The same in a house of its own whose Postgres lies on a disk of 256 MB. Raises AssertionError if it cannot."""

    async def play(house: House, chance: Random, seconds: float, rate: float) -> Result:
        with temporary_folder() as folder, ExitStack() as stack:
            folder.chmod(0o711)
            with opened(folder / "data") as data:
                disk = data.part("postgres")
            options = f"size=256m,mode=700,uid={disk.stat().st_uid}"
            if trouble := await _run("mount", "-t", "tmpfs", "-o", options, "tmpfs", disk):
                assert os.geteuid() != 0, f"the small disk cannot be mounted: {trouble}"
                raise NotHere(trouble)
            small = await asyncio.to_thread(stack.enter_context, another_house(folder))
            try:
                return await voting(act)(small, chance, seconds, rate)
            finally:
                await asyncio.to_thread(stack.close)
                assert not await _run("umount", disk)

    return play


async def _run(*command: str | Path) -> str:
    """What a command complains of; nothing when it did what it should."""
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    complaint = (await process.communicate())[1].decode().strip()
    return complaint if process.returncode else ""


async def _opened(house: House, voters: int, seconds: float) -> Round:
    db = await connected(house)
    try:
        return await open_round(db, house.urls[0], voters, seconds)
    finally:
        await db.close()


@asynccontextmanager
async def _wires(house: House) -> AsyncIterator[tuple[Wire, ...]]:
    async with AsyncExitStack() as stack:
        yield tuple([await stack.enter_async_context(Wire(url, LINES)) for url in house.urls])


async def result(house: House, at: Round, log: Log) -> Result:
    """Wait until the round is counted, and check it."""
    db = await connected(house)
    began = time.time()
    try:
        await settled(db, at, log)
        took = time.time() - began
        with house.redis() as redis:
            findings = await check(db, redis, at, log)
    finally:
        await db.close()
    outcomes = [one.outcome for one in log.tries]
    return Result(
        rounds=1,
        sent=len(outcomes),
        acknowledged=sum(one.status == 201 for one in log.tries),
        refused=outcomes.count("refused"),
        unknown=outcomes.count("unknown"),
        answered=round(max((one.answered_at - one.sent_at for one in log.tries if one.status), default=0.0), 2),
        closed=round(max((one.answered_at - one.sent_at for one in log.closes if one.status == 200), default=0.0), 2),
        settled=round(took, 1),
        findings=findings,
    )


async def connected(house: House) -> asyncpg.Connection:
    """A connection of the harness' own, past the proxy."""
    return await asyncpg.connect(house.database_url)
