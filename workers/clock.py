"""The clock: it says that time has passed. It closes rounds that are over, tells lanes again what still waits, forgets
traces that are a day old and drafts whose debate is over, and says when a place that could not be given a head is to be
tried again.

Everything it does may be done twice or by two clocks; nothing is lost while it is away.
"""

import asyncio
import signal
from collections.abc import Sequence

import asyncpg
import structlog
from redis import Redis, RedisError

from schema.database import AWAY, connect
from schema.doorbell import connect_redis, ring
from schema.events import Lane
from schema.heads import refuse_other_database
from schema.logs import configure_logs
from schema.settings import Settings, read_settings
from workers.store import drafts, ledger, outbox, rounds, traces
from workers.store.outbox import Backlog

TICK = 1.0
TELL_AGAIN = 1.0
GATHER = 10.0
LATE = 30.0
"""Seconds: between ticks, until an event is told again, until its waiting is a line in the log.

What waits for the ledger is told by the clock alone, and gathers for longer: many ballots share a checkpoint, and the
order of leaves says little about the order of ballots.
"""

log = structlog.get_logger("clock")


def run_clock() -> None:
    """Tick until SIGTERM or SIGINT."""
    configure_logs()
    asyncio.run(_run(read_settings()))


async def _run(settings: Settings) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await Clock(settings).serve(stopped)


class Clock:
    """One clock. What it has to say about a subject it says once, until it changes."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._redis: Redis = connect_redis(settings.redis_url)
        self._said: dict[str, str | None] = {}

    async def serve(self, stopped: asyncio.Event) -> None:
        """Tick once a second, through every absence of Postgres and Redis, until ``stopped``.

        Raises NotAsPublished at a database that lacks a published head: what comes back may be another than went.
        """
        log.info("ticking")
        while not stopped.is_set():
            try:
                db = await connect(self._settings.database_url, "byalag_worker", seconds=5)
                try:
                    await refuse_other_database(db, self._settings.heads)
                    await self._tick_on(db, stopped)
                finally:
                    await db.close(timeout=1)
            except (*AWAY, asyncpg.PostgresError) as error:
                self._say("postgres", type(error).__name__)
                await _pause(stopped)

    async def _tick_on(self, db: asyncpg.Connection, stopped: asyncio.Event) -> None:
        while not stopped.is_set():
            await self.tick(db)
            self._say("postgres", None)
            await _pause(stopped)

    async def tick(self, db: asyncpg.Connection) -> None:
        """Close what is over, forget what is old, tell again what waits, and say what waits too long.

        Raises what Postgres raises.
        """
        for round_id in await rounds.due_rounds(db):
            if await rounds.close_round(db, round_id) == "closed":
                log.info("round closed", round_id=str(round_id))
                await self._ring(["sequence", "count", "roll"])
        await traces.forget(db)
        await drafts.forget(db)
        await ledger.tell_due(db)
        backlog = await outbox.backlog(db)
        await self._ring([row.lane for row in backlog if row.waiting and row.seconds >= _patience(row.lane)])
        self._say("lanes", _complaint(backlog))

    async def _ring(self, lanes: Sequence[Lane]) -> None:
        try:
            for lane in lanes:
                await asyncio.to_thread(ring, self._redis, lane)
        except RedisError as error:
            self._say("redis", type(error).__name__)
        else:
            if lanes:
                self._say("redis", None)

    def _say(self, subject: str, trouble: str | None) -> None:
        if self._said.get(subject) != trouble:
            self._said[subject] = trouble
            if trouble:
                log.warning("trouble", subject=subject, what=trouble)
            else:
                log.info("well again", subject=subject)


def _patience(lane: Lane) -> float:
    return GATHER if lane == "sequence" else TELL_AGAIN


def _complaint(backlog: Sequence[Backlog]) -> str | None:
    """What the log must know of the lanes: in which ones something waits too long or was quarantined."""
    late = [f"{row.lane} waits over {LATE:.0f} s" for row in backlog if row.waiting and row.seconds > LATE]
    aside = [f"{row.lane} has {row.quarantined} quarantined" for row in backlog if row.quarantined]
    return ", ".join(late + aside) or None


async def _pause(stopped: asyncio.Event) -> None:
    """One tick's time, or less when the clock is stopped."""
    try:
        await asyncio.wait_for(stopped.wait(), TICK)
    except TimeoutError:
        return
