"""Where the bytes of a register lie: in a file, or behind the address of another service."""

import asyncio
import http.client
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from schema.errors import SourceFailed
from schema.faults import Fault
from service.languages import marked
from service.sources.rows import PIECE, Column, CsvRows, JsonRows, Reader, Source, read_rows

SECONDS = 30.0
"""How long a service may keep silent."""
ALL_SECONDS = 3600.0
ALL_BYTES = 1024 * 1024 * 1024
"""How long all of its answer may take, and how long it may be."""

_JSON = ("application/x-ndjson", "application/jsonl", "application/json-lines", "application/x-jsonlines")
_ENDINGS = ("jsonl", "ndjson")
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def file_rows(file: Path, names: Mapping[Column, str]) -> Source:
    """The rows of a file on this machine: JSON lines if it is called so, else CSV. Raises Malformed."""
    return read_rows(_pieces_of(file), _reader(file.suffix.removeprefix(".") in _ENDINGS, names))


async def _pieces_of(file: Path) -> AsyncIterator[bytes]:
    with file.open("rb") as opened:  # in a command of its own: nobody else waits
        while piece := opened.read(PIECE):
            yield piece


async def http_rows(address: str, token: str, names: Mapping[Column, str]) -> Source:
    """The rows that a service answers to GET, CSV or JSON lines as it says. Raises Malformed and SourceFailed.

    No redirect is followed: it leads where nobody said, and the token would go along.
    """
    connection = _connection(address)
    try:
        with await asyncio.to_thread(_asked, connection, address, token) as answer:
            _refuse_unfit(answer)
            ending = urlsplit(address).path.rpartition(".")[2]
            json = answer.headers.get_content_type() in _JSON or ending in _ENDINGS
            async for batch in read_rows(_pieces_from(answer), _reader(json, names)):
                yield batch
    except (OSError, http.client.HTTPException) as error:
        raise SourceFailed(
            fault=Fault("it was not reached, or broke off ({kind})", kind=type(error).__name__)
        ) from None
    finally:
        connection.close()


def _connection(address: str) -> http.client.HTTPConnection:
    parts = urlsplit(address)
    try:
        port = parts.port
    except ValueError:
        raise SourceFailed(fault=marked("its address has no real port")) from None
    if parts.scheme == "https" and parts.hostname:
        secure = ssl.create_default_context()
        return http.client.HTTPSConnection(parts.hostname, port, timeout=SECONDS, context=secure)
    if parts.scheme == "http" and parts.hostname in _LOOPBACK:
        return http.client.HTTPConnection(parts.hostname, port, timeout=SECONDS)
    raise SourceFailed(fault=marked("its address must begin with https://, since a register and a token go over it"))


def _asked(connection: http.client.HTTPConnection, address: str, token: str) -> http.client.HTTPResponse:
    parts = urlsplit(address)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"Accept": f"text/csv, {', '.join(_JSON)}", "User-Agent": "byalag"}
    connection.request("GET", target, headers=headers | ({"Authorization": f"Bearer {token}"} if token else {}))
    return connection.getresponse()


def _refuse_unfit(answer: http.client.HTTPResponse) -> None:
    if answer.status != 200:
        raise SourceFailed(fault=Fault("it answered {status}", status=answer.status))
    if answer.length is None and not answer.chunked:
        # Half a register would look like a whole one, and the other half would leave.
        raise SourceFailed(fault=marked("it does not say where its answer ends"))


async def _pieces_from(answer: http.client.HTTPResponse) -> AsyncIterator[bytes]:
    until = time.monotonic() + ALL_SECONDS
    size = 0
    while piece := await asyncio.to_thread(answer.read1, PIECE):
        size += len(piece)
        if size > ALL_BYTES:
            raise SourceFailed(fault=Fault("its answer is longer than {limit} bytes", limit=ALL_BYTES))
        if time.monotonic() > until:
            raise SourceFailed(fault=Fault("its answer takes longer than {seconds} s", seconds=round(ALL_SECONDS)))
        yield piece
    if answer.length:
        raise SourceFailed(fault=marked("its answer broke off"))


def _reader(json: bool, names: Mapping[Column, str]) -> Reader:
    return JsonRows(names) if json else CsvRows(names)
