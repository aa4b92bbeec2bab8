"""Real servers, once for the whole run; a fresh database for each test, copied from one that was migrated once."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count
from urllib.parse import urlsplit

import asyncpg
import pytest
from redis import Redis

from schema.database import connect
from schema.doorbell import connect_redis
from schema.gateways import MailGateway, TextGateway
from schema.local.folder import temporary_folder
from schema.local.servers import Servers, servers
from schema.logs import configure_logs
from schema.migrate import apply_migrations
from schema.noted import HOUSE
from schema.settings import Settings
from service.languages import ORIGINAL, speak
from service.verbs.keys import make_keys
from tests.builders import ADDRESS, KEYS, MASTER_KEY
from tests.gateways import Post, Texts, mail_server, text_server
from tests.town import Town, open_town
from workers.sequence_audit import sequence_entries

TEMPLATE = "byalag_template"
NUMBERS = count(1)


def database(url: str, name: str) -> str:
    """The URL of another database on the same server."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()


async def migrate_template(url: str) -> None:
    """Make the database that all others are copied from, with keys, and nothing left to tell."""
    admin = await asyncpg.connect(url)
    await admin.execute(f"create database {TEMPLATE}")
    await admin.close()
    db = await asyncpg.connect(database(url, TEMPLATE))
    await apply_migrations(db)
    await make_keys(db, KEYS)
    registrar = await connect(database(url, TEMPLATE), "byalag_registrar")
    await sequence_entries(registrar, KEYS, ADDRESS, [HOUSE])
    await registrar.close()
    await db.execute("delete from post.outbox")
    await db.close()


@pytest.fixture(scope="session", autouse=True)
def logs() -> None:
    """Logs as in production: structlog's own would print the values of local variables."""
    configure_logs()


@pytest.fixture(autouse=True)
def tongue() -> None:
    """Each test begins in English and UTC, whatever the one before it on this core spoke."""
    speak(ORIGINAL)


@pytest.fixture(scope="session")
def ground() -> Iterator[Servers]:
    """A Postgres and a Redis of this test run, with durability as in production."""
    with temporary_folder() as folder, servers(folder, say=lambda *_: None) as started:
        asyncio.run(migrate_template(started.database_url))
        yield started


@asynccontextmanager
async def new_database(ground: Servers, template: str) -> AsyncIterator[str]:
    """The URL of a database copied from another, which is dropped afterwards."""
    name = f"byalag_test_{next(NUMBERS)}"
    admin = await asyncpg.connect(ground.database_url)
    await admin.execute(f"create database {name} template {template}")
    yield database(ground.database_url, name)
    await admin.execute(f"drop database {name} with (force)")
    await admin.close()


@pytest.fixture
async def database_url(ground: Servers) -> AsyncIterator[str]:
    """A migrated database of this test, empty but for its keys."""
    async with new_database(ground, TEMPLATE) as url:
        yield url


@pytest.fixture
def redis_url(ground: Servers) -> str:
    """An empty Redis."""
    with connect_redis(ground.redis_url) as client:
        client.flushdb()
    return ground.redis_url


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    """A client of the empty Redis."""
    with connect_redis(redis_url) as client:
        yield client


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the database's owner, to arrange and to look."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest.fixture
async def worker(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection as the workers of the box have it."""
    connection = await connect(database_url, "byalag_worker")
    yield connection
    await connection.close()


@pytest.fixture
async def registrar(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection as the worker of the roll has it."""
    connection = await connect(database_url, "byalag_registrar")
    yield connection
    await connection.close()


@pytest.fixture
def settings(database_url: str, redis_url: str) -> Settings:
    """What a process of this test's house would read."""
    return Settings(database_url, redis_url, MASTER_KEY, "http://127.0.0.1:8400")


@pytest.fixture
async def town(database_url: str, redis_url: str) -> AsyncIterator[Town]:
    """The service in this process, on this test's database, with nobody in it yet."""
    async with open_town(Settings(database_url, redis_url, MASTER_KEY, ADDRESS)) as opened:
        yield opened


@pytest.fixture
async def crowded_town(database_url: str, redis_url: str) -> AsyncIterator[Town]:
    """A town where hundreds come from one address, and nobody is limited."""
    settings = Settings(database_url, redis_url, MASTER_KEY, ADDRESS, limits=False)
    async with open_town(settings) as opened:
        yield opened


@pytest.fixture
def post() -> Iterator[tuple[Post, MailGateway]]:
    """A mail server."""
    with mail_server() as there:
        yield there


@pytest.fixture
def texts() -> Iterator[tuple[Texts, TextGateway]]:
    """An SMS gateway."""
    with text_server() as there:
        yield there


@pytest.fixture
async def reachable(
    database_url: str, redis_url: str, post: tuple[Post, MailGateway], texts: tuple[Texts, TextGateway]
) -> AsyncIterator[Town]:
    """A town that sends codes by e-mail and SMS."""
    settings = Settings(database_url, redis_url, MASTER_KEY, ADDRESS, mail=post[1], texts=texts[1])
    async with open_town(settings) as opened:
        yield opened
