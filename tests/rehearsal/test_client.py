"""The client settles every doubt by asking again with the same key."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from service.rehearsal import client as module
from service.rehearsal.client import Client, Refused
from service.rehearsal.wire import NoAnswer, Wire

POT = UUID(int=1)
ACCEPTED = (
    b'{"receipt":{"origin":"","round_id":"00000000-0000-0000-0000-000000000001","pot_id":'
    b'"00000000-0000-0000-0000-000000000001","commitment":"","accepted_at":"","key_id":"","signature":""},"revision":1}'
)
BROKEN, BUSY, YES = b"", b"HTTP/1.1 503 Busy\r\nretry-after: 0\r\ncontent-length: 0\r\n\r\n", ACCEPTED
NO = b'{"type":"/problems/stale","detail":"Look at your ballot."}'


@contextlib.asynccontextmanager
async def scripted(*answers: bytes) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server that gives these answers, one for each request, and its address and what it was asked."""
    left, heard = list(answers), list[bytes]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError):
            while left:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
                heard.append(head + await reader.readexactly(length))
                answer = left.pop(0)
                if answer == BROKEN:
                    break
                writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", heard


def answer(status: int, body: bytes) -> bytes:
    """A whole answer."""
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body)


async def test_a_cast_without_an_answer_is_sent_again_with_its_key() -> None:
    """A broken line and a busy house are the same to a voter: send the same again."""
    async with scripted(BROKEN, BUSY, answer(201, YES)) as (url, heard), Wire(url, 1) as wire:
        client = Client(wire)
        accepted = await client.cast("pass", POT, (1, 2), 0, "a-key-of-mine")
    assert accepted.revision == 1
    assert client.resent == 2
    assert len(set(heard)) == 1
    assert b"idempotency-key: a-key-of-mine" in heard[0]


async def test_a_withdrawal_without_an_answer_is_sent_again_with_its_key() -> None:
    """As a ballot is."""
    async with scripted(BROKEN, answer(201, YES)) as (url, heard), Wire(url, 1) as wire:
        assert (await Client(wire).withdraw("pass", POT, 1, "a-key-of-mine")).revision == 1
    assert len(heard) == 2
    assert len(set(heard)) == 1
    assert b'{"base_revision":1}' in heard[0]


async def test_a_refusal_is_told_and_not_repeated() -> None:
    """What the house says no to is not sent again."""
    async with scripted(answer(409, NO)) as (url, heard), Wire(url, 1) as wire:
        with pytest.raises(Refused, match="Look at your ballot") as refused:
            await Client(wire).cast("pass", POT, (), 0, "a-key-of-mine")
    assert (refused.value.status, refused.value.code) == (409, "stale")
    assert len(heard) == 1


async def test_one_connection_serves_many_requests() -> None:
    """Connections stay open between requests."""
    async with scripted(answer(200, b"[]"), answer(200, b"[]")) as (url, heard), Wire(url, 1) as wire:
        client = Client(wire)
        assert [await client.keys(), await client.keys()] == [{}, {}]
    assert len(heard) == 2


async def test_a_house_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Patience ends, with a sentence that names the address."""
    monkeypatch.setattr(module, "FIRST_PATIENCE", 0.0)
    async with Wire("http://127.0.0.1:1", 1) as wire:
        with pytest.raises(NoAnswer, match=r"127\.0\.0\.1:1 does not answer"):
            await Client(wire).keys()
