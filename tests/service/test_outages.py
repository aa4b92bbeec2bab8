"""P10: the loss of Redis costs delay only; the loss of Postgres costs availability only, and never a false 201."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import asyncpg
from redis import Redis

from schema.doorbell import queue_name
from schema.settings import Settings
from tests.builders import ADDRESS, MASTER_KEY
from tests.town import Town, open_town
from tests.workers.processes import eventually


@asynccontextmanager
async def postgres_away(town: Town) -> AsyncIterator[None]:
    """Nobody can connect to this test's database, and who was connected is cut off."""
    here = urlsplit(town.settings.database_url)
    name = here.path.removeprefix("/")
    admin = await asyncpg.connect(here._replace(path="/postgres").geturl())
    await admin.execute(f"alter database {name} allow_connections false")
    await admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", name)
    try:
        yield
    finally:
        await admin.execute(f"alter database {name} allow_connections true")
        await admin.close()


async def test_casting_does_not_need_redis(database_url: str) -> None:
    """P10: without Redis a ballot is accepted as ever, and its event waits in the outbox."""
    settings = Settings(database_url, "redis://127.0.0.1:1/0", MASTER_KEY, ADDRESS)
    async with open_town(settings) as town:
        amina = await (await town.open_round()).voter("AMINA-1")
        assert (await amina.cast(1)).status_code == 201
        await town.work("judge")
        assert (await amina.ballot()).json()["judged"]


async def test_an_accepted_ballot_rings_the_judge(town: Town, redis: Redis) -> None:
    """After the commit a bell is on its way, without the clock."""
    amina = await (await town.open_round()).voter("AMINA-1")
    await amina.cast(1)

    async def rung() -> bool:
        await amina.ballot()  # the service goes on while it is asked
        return bool(redis.llen(f"rq:queue:{queue_name('judge')}") == 1)

    await eventually(rung)


async def test_without_postgres_a_ballot_is_answered_503_and_when_to_try_again(town: Town) -> None:
    """P10: no 201 for what was not committed."""
    amina = await (await town.open_round()).voter("AMINA-1")
    async with postgres_away(town):
        answer = await amina.cast(1)
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
    assert answer.headers["retry-after"] == "1"


async def test_the_same_ballot_is_accepted_once_postgres_is_back(town: Town) -> None:
    """The service heals by itself, and the same key is taken once."""
    amina = await (await town.open_round()).voter("AMINA-1")
    async with postgres_away(town):
        await amina.cast(1, key="the-same-key")
    again = [(await amina.cast(1, key="the-same-key")).status_code for _ in range(2)]
    assert again == [201, 200]


async def test_without_postgres_the_service_says_that_it_is_not_ready(town: Town) -> None:
    """A proxy takes the process out, and does not kill it."""
    async with postgres_away(town):
        assert (await town.client.get("/health/ready")).status_code == 503
        assert (await town.client.get("/health/live")).status_code == 200
