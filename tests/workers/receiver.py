"""Somebody who takes heads: a small server that writes down what is posted to it, and answers as it was told."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

YES = b"HTTP/1.1 204 No Content\r\n\r\n"


class Post(msgspec.Struct, frozen=True):
    """What was posted: its first line, its headers by their names in small letters, and its text."""

    line: str
    headers: dict[str, str]
    text: str


class Receiver:
    """Whoever listens at ``address``. ``answer`` is sent at once, or with ``pause`` seconds before each byte of it."""

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.asked = asyncio.Event()
        self.answer = YES
        self.pause = 0.0
        self.address = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:-1])}
            text = (await reader.readexactly(int(headers["content-length"]))).decode()
            self.posts.append(Post(head[0], headers, text))
            self.asked.set()
            bit = 1 if self.pause else len(self.answer) or 1
            for place in range(0, len(self.answer), bit):
                await asyncio.sleep(self.pause)
                writer.write(self.answer[place : place + bit])
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass  # whoever asked has gone
        finally:
            writer.close()


@asynccontextmanager
async def receiving(context: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """A receiver on a port of its own; with ``context`` it speaks https."""
    made = Receiver()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0, ssl=context)
    made.address = f"{'https' if context else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}/heads?of=us"
    try:
        yield made
    finally:
        server.close()
