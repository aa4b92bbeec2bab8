"""Heads abroad: all of them in the folder, the newest at every webhook, and nobody waits for who is slow or away."""

import asyncio
import ipaddress
import logging
import os
import ssl
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from schema.checkpoint import origin_of, read_checkpoint
from schema.database import connect
from schema.events import HeadSigned
from schema.settings import Settings
from tests.builders import ADDRESS, KEYS, House, cast, municipality, published, voting, waiting
from tests.workers.receiver import Receiver, receiving
from workers.clock import Clock
from workers.door import act


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Somebody who takes heads."""
    async with receiving() as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of heads that nobody has made yet."""
    return tmp_path / "heads"


async def sequence(db: asyncpg.Connection, worker: asyncpg.Connection, house: House, ballots: int = 1) -> None:
    """Amina changes her mind so often, and one more head is signed."""
    last = await db.fetchval("select coalesce(max(revision), 0) from box.ballot where round_id = $1", house.round_id)
    for base in range(last, last + ballots):
        await cast(db, house, "Amina", base % 3 + 1, base=base)
    await act(worker, KEYS, ADDRESS, await waiting(db, "sequence"))
    await db.execute("delete from post.outbox where lane = 'sequence'")


async def spread(db: asyncpg.Connection, worker: asyncpg.Connection, folder: Path | None = None) -> None:
    """Do what waits to be spread, as a worker does: in one transaction with the events."""
    async with worker.transaction():
        await act(worker, KEYS, ADDRESS, await waiting(db, "spread"), folder)
    await db.execute("delete from post.outbox where lane = 'spread'")


async def webhook(db: asyncpg.Connection, municipality_id: UUID, address: str) -> UUID:
    """An officer names an address."""
    made: UUID = await db.fetchval(
        "insert into box.head_webhook (municipality_id, address) values ($1, $2) returning id", municipality_id, address
    )
    return made


async def fault(db: asyncpg.Connection, webhook_id: UUID | None) -> str | None:
    """What went wrong last at a webhook, or at the folder."""
    found: str | None = await db.fetchval(
        "select fault from box.head_delivery where webhook_id is not distinct from $1", webhook_id
    )
    return found


async def notes(db: asyncpg.Connection, house: House) -> dict[str, str]:
    """Every head of a round as it was signed, by its size."""
    rows = await db.fetch("select size, note from box.checkpoint where round_id = $1", house.round_id)
    return {str(row["size"]): row["note"] for row in rows}


def kept(folder: Path, house: House) -> dict[str, str]:
    """Every file of a round, by name."""
    return {file.name: file.read_text() for file in (folder / str(house.round_id)).iterdir()}


async def test_signing_tells(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """The event is committed with the head."""
    house = await voting(db)
    await sequence(db, worker, house)
    assert {event for _, event in await waiting(db, "spread")} == {HeadSigned(house.round_id)}


async def test_every_head_is_in_the_folder(db: asyncpg.Connection, worker: asyncpg.Connection, folder: Path) -> None:
    """Under its size, and the newest also as latest."""
    house = await voting(db)
    for ballots in (0, 1, 3):
        await sequence(db, worker, house, ballots)
        await spread(db, worker, folder)
    signed = await notes(db, house)
    assert list(signed) == ["0", "1", "4"]
    assert kept(folder, house) == signed | {"latest": signed["4"]}


async def test_a_folder_that_was_named_late_gets_all(
    db: asyncpg.Connection, worker: asyncpg.Connection, folder: Path
) -> None:
    """With the next head those before it come as well."""
    house = await voting(db)
    for _ in range(3):
        await sequence(db, worker, house)
        await spread(db, worker)
    await sequence(db, worker, house)
    await spread(db, worker, folder)
    assert kept(folder, house).keys() == {"0", "1", "2", "3", "4", "latest"}


@pytest.mark.parametrize("name", ["1", "latest"])
async def test_another_head_in_the_folder_stays(
    db: asyncpg.Connection,
    worker: asyncpg.Connection,
    folder: Path,
    name: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is never written over: there is an alarm in the log, and the officers see it."""
    house = await voting(db)
    await sequence(db, worker, house, 0)
    await spread(db, worker, folder)
    other = (await notes(db, house))["0"].replace("\n0\n", "\n1\n")
    (folder / str(house.round_id) / name).write_text(other)
    before = kept(folder, house)
    await sequence(db, worker, house)
    with caplog.at_level(logging.ERROR, "spread"):
        await spread(db, worker, folder)
    assert kept(folder, house) == before
    assert any("another head was published" in record.getMessage() for record in caplog.records)
    assert await fault(db, None) == "it has another head of this ledger"


async def test_a_folder_that_cannot_be_written_holds_up_nothing(
    db: asyncpg.Connection, worker: asyncpg.Connection, folder: Path, receiver: Receiver
) -> None:
    """The webhooks get the head all the same, and the folder gets it later."""
    house = await voting(db)
    await webhook(db, house.municipality_id, receiver.address)
    os.close(os.open(folder, os.O_CREAT))  # a file where the folder should be
    await sequence(db, worker, house)
    await spread(db, worker, folder)
    assert len(receiver.posts) == 1
    assert await fault(db, None) == "not written (NotADirectoryError)"
    os.unlink(folder)
    await db.execute("update box.head_delivery set due_at = now() - interval '1 s' where due_at is not null")
    await sequence(db, worker, house)
    await spread(db, worker, folder)
    assert kept(folder, house).keys() == {"0", "1", "2", "latest"}


async def test_a_webhook_gets_the_newest_head(
    db: asyncpg.Connection, worker: asyncpg.Connection, receiver: Receiver
) -> None:
    """As plain text, with our signature; the older ones follow from it and are not sent."""
    house = await voting(db)
    await webhook(db, house.municipality_id, receiver.address)
    for _ in range(3):
        await sequence(db, worker, house)
    await spread(db, worker)
    (post,) = receiver.posts
    assert post.line == "POST /heads?of=us HTTP/1.1"
    assert post.headers["content-type"] == "text/plain; charset=utf-8"
    assert receiver.address.partition("//")[2].startswith(post.headers["host"])
    origin = origin_of(ADDRESS, house.round_id)
    assert read_checkpoint(post.text, origin, [key.public_key for key in await published(db, "checkpoints")]).size == 3


async def test_nothing_is_sent_twice(db: asyncpg.Connection, worker: asyncpg.Connection, receiver: Receiver) -> None:
    """A webhook that took a head is not sent it again, however often it is told."""
    house = await voting(db)
    await webhook(db, house.municipality_id, receiver.address)
    await sequence(db, worker, house)
    await spread(db, worker)
    for _ in range(2):
        await act(worker, KEYS, ADDRESS, [(1, HeadSigned(house.round_id))])
    assert len(receiver.posts) == 1


async def test_a_new_webhook_gets_what_there_is(
    db: asyncpg.Connection, worker: asyncpg.Connection, receiver: Receiver
) -> None:
    """Also of a round in which nothing happens any more."""
    house = await voting(db)
    await sequence(db, worker, house)
    await spread(db, worker)
    await webhook(db, house.municipality_id, receiver.address)
    await spread(db, worker)
    assert [post.text for post in receiver.posts] == [(await notes(db, house))["1"]]


async def test_another_municipality_gets_nothing(
    db: asyncpg.Connection, worker: asyncpg.Connection, receiver: Receiver
) -> None:
    """Its webhook is for its own rounds."""
    await webhook(db, await municipality(db, "Brf Linden"), receiver.address)
    await sequence(db, worker, await voting(db))
    await spread(db, worker)
    assert receiver.posts == []


@pytest.mark.parametrize(
    ("answer", "pause", "said"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\nthanks", 0, None),
        (b"HTTP/1.0 500 Internal Server Error\r\n\r\n", 0, "answered 500"),
        (b"220 mail.example ESMTP\r\n", 0, "what it answered is not HTTP"),
        (b"", 0, "what it answered is not HTTP"),
        (b"x" * 100_000, 0, "what it answered is not HTTP"),
        (b"HTTP/1.1 200 OK\r\n\r\n", 0.1, "no answer within 0 s"),
    ],
    ids=["yes", "no", "mail", "nothing", "endless", "slow"],
)
async def test_what_an_answer_means(
    db: asyncpg.Connection,
    worker: asyncpg.Connection,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    answer: bytes,
    pause: float,
    said: str | None,
) -> None:
    """2xx in time is a yes; a server that sends bit by bit does not stretch the time."""
    monkeypatch.setattr("workers.webhook.SECONDS", 0.3)
    house = await voting(db)
    place = await webhook(db, house.municipality_id, receiver.address)
    receiver.answer, receiver.pause = answer, pause
    await sequence(db, worker, house)
    await spread(db, worker)
    assert await fault(db, place) == said


async def test_a_redirect_is_not_followed(
    db: asyncpg.Connection, worker: asyncpg.Connection, receiver: Receiver
) -> None:
    """Nobody named the address that it leads to."""
    house = await voting(db)
    place = await webhook(db, house.municipality_id, receiver.address)
    async with receiving() as elsewhere:
        receiver.answer = f"HTTP/1.1 307 Temporary Redirect\r\nLocation: {elsewhere.address}\r\n\r\n".encode()
        await sequence(db, worker, house)
        await spread(db, worker)
    assert (elsewhere.posts, await fault(db, place)) == ([], "answered 307")


async def test_nothing_of_an_answer_is_kept(
    db: asyncpg.Connection, worker: asyncpg.Connection, receiver: Receiver
) -> None:
    """But whether it was a yes: what others say is no business of the box."""
    house = await voting(db)
    await webhook(db, house.municipality_id, receiver.address)
    receiver.answer = b"HTTP/1.1 404 CANARY\r\nX: CANARY\r\n\r\nCANARY"
    await sequence(db, worker, house)
    await spread(db, worker)
    rows = await db.fetch("select d::text from box.head_delivery d")
    assert rows
    assert "CANARY" not in str(rows)


async def test_pauses_grow(
    db: asyncpg.Connection, worker: asyncpg.Connection, settings: Settings, receiver: Receiver
) -> None:
    """A webhook that fails is tried again after 10, 20, 40 seconds and so on, told by the clock, until it is well."""
    house = await voting(db)
    await webhook(db, house.municipality_id, "http://127.0.0.1:1/")
    await sequence(db, worker, house)
    pauses = []
    for _ in range(8):
        await spread(db, worker)
        pauses.append(await db.fetchval("select extract(epoch from due_at - failed_at)::int from box.head_delivery"))
        await db.execute("update box.head_delivery set due_at = now()")
        await Clock(settings).tick(worker)
    assert pauses == [10, 20, 40, 80, 160, 320, 600, 600]
    await db.execute("update box.head_webhook set address = $1", receiver.address)
    await spread(db, worker)
    row = await db.fetchrow("select size, failures, due_at, fault from box.head_delivery")
    assert row is not None
    assert tuple(row) == (1, 0, None, "not reached (ConnectionRefusedError)")


async def test_a_pause_is_kept(
    db: asyncpg.Connection, worker: asyncpg.Connection, settings: Settings, receiver: Receiver
) -> None:
    """Heads that are signed meanwhile do not make the house knock more often, and the clock tells nothing early."""
    house = await voting(db)
    await webhook(db, house.municipality_id, receiver.address)
    receiver.answer = b"HTTP/1.1 503 Busy\r\n\r\n"
    for _ in range(3):
        await sequence(db, worker, house)
        await spread(db, worker)
    await Clock(settings).tick(worker)
    assert (len(receiver.posts), await waiting(db, "spread")) == (1, [])


async def test_two_clocks_tell_once(db: asyncpg.Connection, settings: Settings, database_url: str) -> None:
    """A pause that is over is one event, whoever notices."""
    house = await voting(db)
    await db.execute("delete from post.outbox")
    await db.execute("insert into box.head_delivery (round_id, due_at) values ($1, now())", house.round_id)
    both = [await connect(database_url, "byalag_worker") for _ in range(2)]
    await asyncio.gather(*(Clock(settings).tick(each) for each in both))
    for each in both:
        await each.close()
    assert [event for _, event in await waiting(db, "spread")] == [HeadSigned(house.round_id)]


async def test_whoever_is_slow_holds_up_nobody(
    db: asyncpg.Connection, worker: asyncpg.Connection, settings: Settings, database_url: str, receiver: Receiver
) -> None:
    """While a webhook takes its time, heads are signed, the clock ticks, and its officer can take it away."""
    house = await voting(db)
    place = await webhook(db, house.municipality_id, receiver.address)
    await sequence(db, worker, house)
    receiver.pause = 0.2
    slow = await connect(database_url, "byalag_worker")
    spreading = asyncio.create_task(spread(db, slow))
    await receiver.asked.wait()
    began = time.monotonic()
    other = await asyncpg.connect(database_url)
    await sequence(other, worker, house)
    await Clock(settings).tick(worker)
    await other.execute("delete from box.head_webhook where id = $1", place)
    assert time.monotonic() - began < 2
    assert not spreading.done()
    await spreading
    assert await db.fetchval("select count(*) from box.head_delivery") == 0
    await other.close()
    await slow.close()


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 that signs itself: its file, and a context that serves it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "receiver")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file, secret = folder / "crt.pem", folder / "key.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    secret.write_bytes(private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, secret)
    return file, context


@pytest.mark.parametrize("trusted", [True, False])
async def test_a_certificate_is_looked_at(
    db: asyncpg.Connection,
    worker: asyncpg.Connection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    trusted: bool,
) -> None:
    """Over https a head goes to whom it is meant for, or it does not go."""
    house = await voting(db)
    file, context = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file) if trusted else os.devnull)
    async with receiving(context) as receiver:
        place = await webhook(db, house.municipality_id, receiver.address)
        await sequence(db, worker, house)
        await spread(db, worker)
    expected = (1, None) if trusted else (0, "its certificate is not one to trust")
    assert (len(receiver.posts), await fault(db, place)) == expected
