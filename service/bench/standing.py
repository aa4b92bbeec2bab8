"""A house to measure: servers in a temporary folder, a round in voting, one service process, and what else it needs."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import msgspec

from schema.keys import Keys
from schema.local.folder import temporary_folder
from schema.local.servers import Servers, servers
from schema.local.supervisor import Child, Supervisor
from schema.local.up import BYALAG, free_port, ready
from schema.migrate import apply_migrations
from service.bench.place import Place, open_place
from service.verbs.keys import make_keys, open_signer

T = TypeVar("T")

MASTER_KEY = bytes(range(32))


class Standing(msgspec.Struct, frozen=True):
    """Where the house is. ``pids``: of the service and of the commands that run beside it, by name."""

    folder: Path
    servers: Servers
    place: Place
    port: int
    pids: dict[str, int]

    @property
    def url(self) -> str:
        """The service's address."""
        return f"http://127.0.0.1:{self.port}"

    def asked(self, sql: str, *values: object) -> Any:
        """One value from the database, as its owner sees it."""
        return at(self.servers, lambda db: db.fetchval(sql, *values))

    def another_place(self, voters: int) -> Place:
        """A further round in voting."""
        return at(self.servers, lambda db: _place(db, self.url, voters))


def at(ground: Servers, act: Callable[[asyncpg.Connection], Awaitable[T]]) -> T:
    """Do something with a connection of the database's owner."""

    async def acted() -> T:
        db = await asyncpg.connect(ground.database_url)
        try:
            return await act(db)
        finally:
            await db.close()

    return asyncio.run(acted())


async def _place(db: asyncpg.Connection, url: str, voters: int) -> Place:
    return await open_place(db, await open_signer(db, Keys(MASTER_KEY), "passes"), url, voters)


@contextmanager
def standing(voters: int, others: Sequence[Sequence[str]] = ()) -> Iterator[Standing]:
    """Bring up a house with so many voters, and the ``byalag`` commands that run beside its service.

    A command goes by its last word: a worker by its lane.
    What its processes say goes to files: reading it here would cost what is measured.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(temporary_folder())
        ground = stack.enter_context(servers(folder, say=lambda *_: None))
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        at(ground, apply_migrations)
        at(ground, lambda db: make_keys(db, Keys(MASTER_KEY)))
        place = at(ground, lambda db: _place(db, url, voters))
        environment = {
            **os.environ,
            "DATABASE_URL": ground.database_url,
            "REDIS_URL": ground.redis_url,
            "BYALAG_MASTER_KEY": MASTER_KEY.hex(),
            "BYALAG_PUBLIC_URL": url,
        }
        supervisor = stack.enter_context(Supervisor(lambda *_: None))
        service = (sys.executable, "-m", "service.bench.server", str(port))
        commands = {"service": service, **{other[-1]: (*BYALAG, *other) for other in others}}
        for name, command in commands.items():
            supervisor.start(Child(name, command, environment, log=folder / f"{name}.log"))
        supervisor.await_ready("service", lambda: ready(url))
        yield Standing(folder, ground, place, port, {name: supervisor.pid(name) or 0 for name in commands})
