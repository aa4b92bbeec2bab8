"""The doorbell: after a commit the workers are told, by a task of its own and never by a request.

RQ is synchronous and may wait for a Redis that is gone, so ringing happens in a thread, once per lane however many
commits there were meanwhile. A ring that fails is forgotten: the clock tells again what the outbox still holds.
"""

import asyncio

import redis
import structlog

from schema.doorbell import connect_redis, ring
from schema.events import Lane

PAUSE = 0.2
"""Seconds between rings: a worker's job costs more than what it does for one ballot, so ballots share jobs."""

log = structlog.get_logger("doorbell")


class Doorbell:
    """Rings lanes in the background of one service process."""

    def __init__(self, redis_url: str) -> None:
        self._redis = connect_redis(redis_url)
        self._wanted: set[Lane] = set()
        self._changed = asyncio.Event()
        self._working = True

    def ring(self, lane: Lane) -> None:
        """Tell a lane soon. Never waits and never fails."""
        self._wanted.add(lane)
        self._changed.set()

    async def serve(self) -> None:
        """Ring until cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            lanes, self._wanted = self._wanted, set()
            await asyncio.to_thread(self._ring_all, sorted(lanes))
            await asyncio.sleep(PAUSE)

    def _ring_all(self, lanes: list[Lane]) -> None:
        try:
            for lane in lanes:
                ring(self._redis, lane)
        except redis.RedisError as error:
            if self._working:
                log.warning("redis is away; the clock will tell the workers", error=type(error).__name__)
            self._working = False
        else:
            self._working = True
