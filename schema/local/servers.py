"""The two servers a house stands on: our own, or those whose addresses are given."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from schema.local import postgres, redis
from schema.local.console import Say
from schema.local.folder import opened, sockets
from schema.local.supervisor import Supervisor


class Servers(msgspec.Struct, frozen=True):
    """Addresses of a Postgres and a Redis that answer."""

    database_url: str
    redis_url: str
    supervisor: Supervisor | None = None

    @property
    def postgres_pid(self) -> int | None:
        """The postmaster's process id now (a killed one is restarted); None when it is not ours."""
        return self._pid(postgres.NAME)

    @property
    def redis_pid(self) -> int | None:
        """Valkey's process id now (a killed one is restarted); None when it is not ours."""
        return self._pid(redis.NAME)

    def _pid(self, name: str) -> int | None:
        return self.supervisor.pids.get(name) if self.supervisor else None


@contextmanager
def servers(
    data: Path, database_url: str | None = None, redis_url: str | None = None, say: Say | None = None
) -> Iterator[Servers]:
    """Bring up what is not given, in the data folder, until the context ends. Raises a Trouble.

    The addresses stay the same when a server dies and is started again.
    """
    with ExitStack() as stack:
        if database_url and redis_url:
            yield Servers(database_url, redis_url)
            return
        folder = stack.enter_context(opened(data))
        doors = stack.enter_context(sockets(folder, postgres.SOCKET))
        supervisor = stack.enter_context(Supervisor(say))
        yield Servers(
            database_url or postgres.start(folder, doors, supervisor),
            redis_url or redis.start(folder, doors, supervisor),
            supervisor,
        )
