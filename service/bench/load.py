"""A load: virtual voters in a process of their own. ``python -m service.bench.load`` reads a Load and writes Answers.

Closed loop: every connection sends its next request when it has its answer. Open loop: requests are sent by the clock,
and their time counts from the moment that was due, so that a server which falls behind cannot hide it.
"""

import asyncio
import sys
import time
from collections import deque
from typing import Literal, cast

import msgspec
import uvloop

What = Literal["look", "bare", "trusting", "cast", "read"]


class Load(msgspec.Struct, frozen=True):
    """What to send. ``rate`` in requests per second makes it an open loop; 0 is a closed one.

    Voters take turns, one request of each at a time; ``revisions`` says at which one each voter's ballot is. ``path``
    is what is read, and ``etag`` names the copy that readers have already.
    """

    what: What
    port: int
    pot_id: str
    passes: list[str]
    revisions: list[int]
    projects: int
    connections: int
    seconds: float
    rate: float
    path: str = ""
    etag: str = ""


class Answers(msgspec.Struct, frozen=True):
    """How many of each status, the seconds it took, the latencies in order (seconds), and the voters' revisions."""

    statuses: dict[int, int]
    seconds: float
    latencies: list[float]
    revisions: list[int]


def request(load: Load, voter: int, revision: int) -> bytes:
    """What a voter sends next."""
    if load.what == "read":
        known = f"if-none-match: {load.etag}\r\n" if load.etag else ""
        return f"GET {load.path} HTTP/1.1\r\nhost: 127.0.0.1:{load.port}\r\n{known}\r\n".encode()
    headers = f"host: 127.0.0.1:{load.port}\r\nauthorization: Bearer {load.passes[voter]}\r\n"
    if load.what == "look":
        return f"GET /api/pots/{load.pot_id}/ballot HTTP/1.1\r\n{headers}\r\n".encode()
    beside = {"bare": "/bare", "trusting": f"/trusting/{load.pot_id}"}
    path = beside.get(load.what) or f"/api/pots/{load.pot_id}/ballots"
    choices = sorted({(voter * 7 + number * 11 + revision) % load.projects + 1 for number in range(5)})
    body = f'{{"choices":[{",".join(map(str, choices))}],"base_revision":{revision}}}'
    form = f"content-type: application/json\r\nidempotency-key: {voter:08d}-{revision:06d}\r\n"
    return f"POST {path} HTTP/1.1\r\n{headers}{form}content-length: {len(body)}\r\n\r\n{body}".encode()


class _Connection(asyncio.Protocol):
    """One connection: sends a voter's request, reads the answer, and is free again."""

    def __init__(self, crowd: "_Crowd") -> None:
        self._crowd = crowd
        self._got = b""
        self._voter = -1
        self._due = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._crowd.free(self)

    def send(self, voter: int, due: float) -> None:
        """Send a voter's request that was due at a moment of ``time.perf_counter``."""
        self._voter, self._due = voter, due
        self._transport.write(self._crowd.request(voter))

    def data_received(self, data: bytes) -> None:
        self._got += data
        head = self._got.find(b"\r\n\r\n")
        if head < 0:
            return
        lower = self._got[:head].lower()
        place = lower.find(b"content-length:")
        length = int(lower[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
        if len(self._got) >= head + 4 + length:
            status = int(self._got[9:12])
            self._got = b""
            self._crowd.answered(self._voter, status, time.perf_counter() - self._due)
            self._crowd.free(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._crowd.lost()


class _Crowd:
    """All connections together. Over when its time is, and every answer is there."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._voters = deque(range(len(load.passes)))
        self._revisions = load.revisions.copy()
        self._free: deque[_Connection] = deque()
        self._due: deque[float] = deque()
        self._under_way = 0
        self._over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._statuses: dict[int, int] = {}
        self._latencies: list[float] = []

    async def run(self) -> Answers:
        """Put the load on."""
        loop = asyncio.get_running_loop()
        began = time.perf_counter()
        self._end = began + self._load.seconds
        for _ in range(self._load.connections):
            await loop.create_connection(lambda: _Connection(self), "127.0.0.1", self._load.port)
        if self._load.rate:
            await self._pace(began)
        await self._over
        return Answers(self._statuses, time.perf_counter() - began, sorted(self._latencies), self._revisions)

    async def _pace(self, began: float) -> None:
        sent = 0
        while (now := time.perf_counter()) < self._end:
            while (due := began + sent / self._load.rate) <= now:
                self._due.append(due)
                sent += 1
            while self._due and self._free:
                self._send(self._free.popleft(), self._due.popleft())  # in turn: a server hangs up on who is idle
            await asyncio.sleep(0.0005)
        self._finish()

    def request(self, voter: int) -> bytes:
        """What a voter sends next."""
        return request(self._load, voter, self._revisions[voter])

    def free(self, connection: _Connection) -> None:
        """A connection can take a request."""
        if time.perf_counter() >= self._end:
            self._finish()
        elif not self._load.rate:
            self._send(connection, time.perf_counter())
        elif self._due:
            self._send(connection, self._due.popleft())
        else:
            self._free.append(connection)

    def _send(self, connection: _Connection, due: float) -> None:
        self._under_way += 1
        connection.send(self._voters.popleft(), due)

    def answered(self, voter: int, status: int, seconds: float) -> None:
        """Note an answer."""
        self._under_way -= 1
        self._voters.append(voter)
        self._revisions[voter] += status == 201
        self._statuses[status] = self._statuses.get(status, 0) + 1
        self._latencies.append(seconds)

    def _finish(self) -> None:
        if not self._under_way and not self._over.done():
            self._over.set_result(None)

    def lost(self) -> None:
        """A connection ended: nothing that is measured here does that."""
        if not self._over.done():
            self._over.set_exception(ConnectionError("the server ended a connection"))


def main() -> None:
    """Read a Load from standard input, put it on the server, write the Answers."""
    load = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Load)

    async def run() -> Answers:
        return await _Crowd(load).run()

    sys.stdout.buffer.write(msgspec.msgpack.encode(uvloop.run(run())))


if __name__ == "__main__":
    main()
