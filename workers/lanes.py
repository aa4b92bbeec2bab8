"""Lanes: one RQ worker per lane, listening on exactly one queue.

With two queues RQ takes a job by BLPOP, and one taken by a worker that dies is in no list any more (STACK R1). A bell
that is lost anyway is rung again by the clock; what counts lies in Postgres.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
import structlog
from redis import RedisError
from rq import Worker
from rq.job import Job
from rq.serializers import JSONSerializer

from schema.database import AWAY, Role, connect
from schema.doorbell import ANSWER, connect_redis, queue_name
from schema.events import Lane
from schema.heads import NotAsPublished, refuse_other_database
from schema.keys import Keys
from schema.logs import configure_logs
from schema.settings import Settings, read_settings
from workers.claim import drain
from workers.door import act
from workers.keys import refuse_without_keys

ROLES: dict[Lane, Role] = {
    "roll": "byalag_registrar",
    "judge": "byalag_worker",
    "sequence": "byalag_worker",
    "spread": "byalag_worker",
    "count": "byalag_worker",
    "compare": "byalag_worker",
    "civic": "byalag_worker",
}
HANDS: dict[Lane, int] = {"judge": 2}
"""Over how many connections at once a lane is worked off, if not one: while Postgres writes, the next are judged."""
BINDING: frozenset[Lane] = frozenset({"roll", "sequence", "count"})
"""Lanes that sign or publish what cannot be taken back: they touch no database that lacks a published head."""
ANSWER_SECONDS = 10.0
"""After this time a job ends and leaves the rest to the next bell, so that a worker told to stop does so soon."""

log = structlog.get_logger("workers")


class NotABell(Exception):
    """A job that is not ours lay in a lane's queue."""


class Bell(Job):
    """A job that can do one thing. RQ would import whatever function, callback or address a job in Redis names."""

    @property
    def func(self) -> Callable[[Lane], None]:
        """The one function there is. Raises NotABell when the job names another."""
        if self.func_name != ANSWER:
            raise NotABell
        return answer

    def restore(self, raw_data: Any) -> None:
        """Read the job from Redis, without anything else that it may name."""
        super().restore(raw_data)
        self._success_callback_name = self._failure_callback_name = self._stopped_callback_name = None
        self.webhooks = []


class LaneWorker(Worker):
    """An RQ worker that forks for each bell and, when Redis was away, is back five seconds after it at the latest."""

    job_class = Bell
    max_connection_wait_time = 5.0


def listen(lane: Lane) -> None:
    """Answer the bells of one lane until SIGTERM, which waits for the job under way. Raises KeysError before it begins.

    Also ends, with SystemExit, when Redis goes away at a moment that RQ does not survive: the supervisor starts anew.
    Raises NotAsPublished when the lane may not touch this database.
    """
    configure_logs()  # before RQ makes its own handlers
    settings = read_settings()
    asyncio.run(_look(lane, settings))
    try:
        worker = LaneWorker(
            [queue_name(lane)],
            connection=connect_redis(settings.redis_url),
            serializer=JSONSerializer,
            worker_ttl=30,
            maintenance_interval=15,
            job_monitoring_interval=5,
            log_job_description=False,
        )
        log.info("listening", lane=lane)
        worker.work(logging_level="WARNING")
    except RedisError as error:
        log.warning("redis is away", lane=lane, fault=type(error).__name__)
        raise SystemExit(1) from None


async def _look(lane: Lane, settings: Settings) -> None:
    """Refuse the wrong keys or database at once, and not only at the first bell. One that is away is looked at then."""
    try:
        db = await connect(settings.database_url, ROLES[lane])
        try:
            await refuse_without_keys(db, Keys(settings.master_key), lane)
            if lane in BINDING:
                await refuse_other_database(db, settings.heads)
        finally:
            await db.close(timeout=5)
    except (*AWAY, asyncpg.PostgresError) as error:
        log.warning("postgres is away", lane=lane, fault=type(error).__name__)


def answer(lane: Lane) -> None:
    """The one job: act on what waits in a lane. RQ calls it in a process of its own, forked without a connection."""
    asyncio.run(_answer(lane, read_settings()))


async def _answer(lane: Lane, settings: Settings) -> None:
    keys = Keys(settings.master_key)

    async def hand() -> None:
        db = await connect(settings.database_url, ROLES[lane])
        try:
            if lane in BINDING:
                await refuse_other_database(db, settings.heads)
            await drain(
                db, lane, lambda db, batch: act(db, keys, settings.box_url, batch, settings.heads), ANSWER_SECONDS
            )
        finally:
            await db.close(timeout=5)

    try:
        await asyncio.gather(*(hand() for _ in range(HANDS.get(lane, 1))))
    except AWAY as error:  # not a failed job: the clock tells again as soon as Postgres is back
        log.warning("postgres is away", lane=lane, fault=type(error).__name__)
    except NotAsPublished as error:  # restored while we run; the events stay for the right one
        log.error("refused", lane=lane, why=str(error))
