"""A door between a client and a server's Unix socket that can be slow to open: it stalls, cuts, and loses replies."""

import asyncio
import contextlib
import threading
from pathlib import Path
from random import Random
from typing import Literal, Self

Way = Literal["question", "reply"]
WAYS: tuple[Way, ...] = ("question", "reply")


class Proxy:
    """Listens on a free port of this machine, in a thread of its own. All methods may be called from any thread.

    ``lose``: the share of replies that vanish, each with its connection, after the server did what was asked.
    """

    def __init__(self, target: Path) -> None:
        self._target = target
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._flowing = {way: asyncio.Event() for way in WAYS}
        self._writers: set[asyncio.StreamWriter] = set()
        self._chance = Random()
        self.port = 0
        self.lose = 0.0

    def __enter__(self) -> Self:
        self._thread.start()
        self._run(self._listen())
        self.flow()
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def stall(self, *ways: Way) -> None:
        """Let nothing through on these ways, and forget nothing: it arrives when things flow again."""
        for way in ways:
            self._loop.call_soon_threadsafe(self._flowing[way].clear)

    def flow(self) -> None:
        """Let everything through."""
        for event in self._flowing.values():
            self._loop.call_soon_threadsafe(event.set)

    def cut(self) -> None:
        """End every connection that there is."""
        self._loop.call_soon_threadsafe(self._cut_all)

    def _run(self, work: object) -> None:
        assert asyncio.iscoroutine(work)
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def _cut_all(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=1024)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _end(self) -> None:
        self._server.close()
        pending = asyncio.all_tasks() - {asyncio.current_task()}
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection until either side ends it."""
        with contextlib.suppress(OSError, asyncio.CancelledError):
            self._writers.add(writer)
            try:
                inner_reader, inner_writer = await asyncio.open_unix_connection(self._target)
            except OSError:
                writer.transport.abort()
                self._writers.discard(writer)
                return
            self._writers.add(inner_writer)
            ends = [
                asyncio.ensure_future(self._carry(reader, inner_writer, "question")),
                asyncio.ensure_future(self._carry(inner_reader, writer, "reply")),
            ]
            try:
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for end in ends:
                    end.cancel()
                await asyncio.gather(*ends, return_exceptions=True)
                for side in (writer, inner_writer):
                    self._writers.discard(side)
                    side.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: Way) -> None:
        while data := await reader.read(1 << 16):
            await self._flowing[way].wait()
            if way == "reply" and self._chance.random() < self.lose:
                return
            writer.write(data)
            await writer.drain()
