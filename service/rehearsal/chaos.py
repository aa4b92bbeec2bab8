"""Trouble on purpose: workers die by SIGKILL and Redis forgets everything, again and again, while people vote."""

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from random import Random

from redis import RedisError

from schema.doorbell import connect_redis
from schema.events import LANES
from schema.local.up import House

KILL_SECONDS = 5.0
FLUSH_SECONDS = 7.0


class Chaos:
    """Trouble for one house; counts what it did."""

    def __init__(self, house: House, chance: Random) -> None:
        self._house = house
        self._chance = chance
        self._redis = connect_redis(house.servers.redis_url)
        self.kills = self.flushes = 0

    @contextlib.asynccontextmanager
    async def reigns(self) -> AsyncIterator[None]:
        """Make trouble until the context ends."""
        tasks = [
            asyncio.create_task(_every(KILL_SECONDS, self._kill)),
            asyncio.create_task(_every(FLUSH_SECONDS, self._flush)),
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _kill(self) -> None:
        """SIGKILL one worker, and the process in which it does its job."""
        up = self._house.supervisor.pids
        worker = up.get(self._chance.choice(LANES))
        if worker is None:  # still down since the last time
            return
        for pid in (worker, *await asyncio.to_thread(children, worker)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.kills += 1

    async def _flush(self) -> None:
        with contextlib.suppress(RedisError):
            await asyncio.to_thread(self._redis.flushall)
            self.flushes += 1


async def _every(seconds: float, act: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        await act()


def children(parent: int) -> list[int]:
    """The process ids of a process's children."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], stdout=subprocess.PIPE, text=True, check=True).stdout
    pairs = (line.split() for line in listed.splitlines())
    return [int(pid) for pid, above in pairs if int(above) == parent]
