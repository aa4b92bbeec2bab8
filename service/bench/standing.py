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

T = TypeVar("T")

MASTER_KEY = bytes(range(32))


class Standing(msgspec.Struct, frozen=True):
    """Where the house is. ``pid`` is the service's."""

    folder: Path
    servers: Servers
    place: Place
    port: int
    pid: int

    def asked(self, sql: str, *values: object) -> Any:
        """One value from the database, as its owner sees it."""
        return at(self.servers, lambda db: db.fetchval(sql, *values))

    def another_place(self, voters: int) -> Place:
        """A further round in voting."""
        return at(self.servers, lambda db: open_place(db, Keys(MASTER_KEY), voters))


def at(ground: Servers, act: Callable[[asyncpg.Connection], Awaitable[T]]) -> T:
    """Do something with a connection of the database's owner."""

    async def acted() -> T:
        db = await asyncpg.connect(ground.database_url)
        try:
            return await act(db)
        finally:
            await db.close()

    return asyncio.run(acted())


@contextmanager
def standing(voters: int, others: Sequence[Sequence[str]] = ()) -> Iterator[Standing]:
    """Bring up a house with so many voters, and the ``byalag`` commands that run beside its service.

    What its processes say goes to files: reading it here would cost what is measured.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(temporary_folder())
        ground = stack.enter_context(servers(folder, say=lambda *_: None))
        at(ground, apply_migrations)
        place = at(ground, lambda db: open_place(db, Keys(MASTER_KEY), voters))
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        environment = {
            **os.environ,
            "DATABASE_URL": ground.database_url,
            "REDIS_URL": ground.redis_url,
            "BYALAG_MASTER_KEY": MASTER_KEY.hex(),
            "BYALAG_PUBLIC_URL": url,
        }
        supervisor = stack.enter_context(Supervisor(lambda *_: None))
        service = (sys.executable, "-m", "service.bench.server", str(port))
        for name, command in (("service", service), *((other[0], (*BYALAG, *other)) for other in others)):
            supervisor.start(Child(name, command, environment, log=folder / f"{name}.log"))
        supervisor.await_ready("service", lambda: ready(url))
        pid = supervisor.pid("service")
        assert pid
        yield Standing(folder, ground, place, port, pid)
