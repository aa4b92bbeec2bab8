"""Hints that turnout has moved, for whoever looks at a round's page while voting is open (server-sent events).

A hint says nothing: whoever gets one reads the page again, and whoever gets none does so now and then. One look at the
database every few seconds answers for all who listen in this process, so many telephones cost it no more than one.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import suppress
from uuid import UUID

from schema.errors import Unavailable
from service.room import Room
from service.store import ballots
from service.store.ballots import Turnout

PAUSE = 10.0
LONGEST = 600.0
"""Seconds between looks, and before a stream ends and its browser opens another, so that none is forgotten."""

MOST = 128
"""Streams of one process, beside the connections that it keeps for requests."""

RETRY, MOVED, STILL_HERE = b"retry: 5000\n\n", b"data:\n\n", b":\n\n"


class Hints:
    """Those who listen to one service process."""

    def __init__(self, box: Room) -> None:
        self._box = box
        self._listening: Counter[UUID] = Counter()
        self._turnout: dict[UUID, list[Turnout]] = {}
        self._looked = asyncio.Event()
        self._closed = False

    @property
    def has_room(self) -> bool:
        """Whether one more may listen."""
        return not self._closed and self._listening.total() < MOST

    async def serve(self) -> None:
        """Look now and then, until cancelled."""
        while True:
            await asyncio.sleep(PAUSE)
            await self.look()

    async def look(self) -> None:
        """Look at the rounds that somebody listens for, and wake everybody."""
        with suppress(Unavailable):
            self._turnout = {round_id: await self._read(round_id) for round_id in list(self._listening)}
        self._wake()

    async def listen(self, round_id: UUID) -> AsyncGenerator[bytes]:
        """A stream for one browser: after each look a hint if turnout has moved, or a sign of life."""
        self._listening[round_id] += 1
        try:
            yield RETRY
            before = self._turnout.get(round_id) or await self._read(round_id)
            ends_at = asyncio.get_running_loop().time() + LONGEST
            while not self._closed and asyncio.get_running_loop().time() < ends_at:
                await self._looked.wait()
                now = self._turnout.get(round_id, before)
                yield STILL_HERE if now == before else MOVED
                before = now
        finally:
            self._listening -= Counter([round_id])

    def close(self) -> None:
        """End all streams: a process that is told to stop waits for what it still sends."""
        self._closed = True
        self._wake()

    def _wake(self) -> None:
        self._looked.set()
        self._looked = asyncio.Event()

    async def _read(self, round_id: UUID) -> list[Turnout]:
        async with self._box.enter() as db:
            return await ballots.turnout(db, round_id)
