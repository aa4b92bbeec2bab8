"""The house under test: two service processes, a worker for each lane, the clock, and both servers, each with its pid.

``service-1`` speaks to the servers themselves; ``service-2``, the workers and the clock go through proxies.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg
from redis import Redis

from schema.doorbell import connect_redis
from schema.events import LANES
from schema.local.console import console
from schema.local.postgres import SOCKET
from schema.local.servers import Servers, servers
from schema.local.supervisor import Child, Supervisor
from schema.local.up import BYALAG, free_port, ready
from service.rehearsal.chaos import children
from tests.builders import MASTER_KEY
from tests.faults.proxy import Proxy

ROOT = Path(__file__).parents[2]
LAUNCH = (sys.executable, "-m", "tests.faults.launch")
SERVICES = ("service-1", "service-2")


class House:
    """A running house. ``store`` and ``bells`` are proxies of Postgres and Redis; ``said`` is what workers say."""

    def __init__(self, folder: Path, grounds: Servers, supervisor: Supervisor, store: Proxy, bells: Proxy) -> None:
        assert grounds.supervisor
        self.folder, self.grounds, self.supervisor = folder, grounds, supervisor
        self.store, self.bells = store, bells
        self.ports = [free_port() for _ in SERVICES]
        self.urls = [f"http://127.0.0.1:{port}" for port in self.ports]
        self.servers = grounds.supervisor
        self._started: set[str] = set()
        self.said: deque[tuple[str, str]] = deque(maxlen=10_000)

    def start(self, name: str, *breaks: str) -> None:
        """Start a process of the house anew; ``breaks`` are names of the launcher's, for what is to break in it."""
        if name in self._started:
            self.supervisor.stop(name)
        self._started.add(name)
        begin = (*LAUNCH, *breaks, "--") if breaks else BYALAG
        self.supervisor.start(
            Child(name, (*begin, *self._command(name)), self._environment(name), rank=self._rank(name))
        )

    @staticmethod
    def _rank(name: str) -> int:
        return 0 if name in SERVICES else 1

    def _command(self, name: str) -> tuple[str, ...]:
        if name in SERVICES:
            return ("service", "--port", str(self.ports[SERVICES.index(name)]))
        return ("clock",) if name == "clock" else ("workers", "--lane", name)

    def _environment(self, name: str) -> dict[str, str]:
        near = name == SERVICES[0]
        return {
            **os.environ,
            "DATABASE_URL": self.database_url if near else _through(self.store, "postgresql://byalag@", "/byalag"),
            "REDIS_URL": self.grounds.redis_url if near else _through(self.bells, "redis://", "/0"),
            "BYALAG_MASTER_KEY": MASTER_KEY.hex(),
            "BYALAG_PUBLIC_URL": self.urls[0],
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": str(ROOT),
        }

    @property
    def database_url(self) -> str:
        """Where the harness itself looks: past the proxy."""
        return self.grounds.database_url

    def redis(self) -> Redis:
        """A client of the harness itself."""
        return connect_redis(self.grounds.redis_url)

    def pid(self, name: str) -> int | None:
        """The process id of a process or a server, None while it is down."""
        return (self.servers if name in ("postgres", "redis") else self.supervisor).pid(name)

    def kill(self, name: str, how: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to a process; kill -9 also to what it forked."""
        if pid := self.pid(name):
            for each in (pid, *(children(pid) if how == signal.SIGKILL else ())):
                with suppress(ProcessLookupError):
                    os.kill(each, how)

    @contextmanager
    def down(self, name: str) -> Iterator[None]:
        """kill -9 a server, and keep it down while the context lasts."""
        child = self.servers._runs[name].child
        self.kill(name)
        self.servers.stop(name)
        try:
            yield
        finally:
            self.servers.start(child)

    def well(self) -> bool:
        """Whether both services say that they are ready, and Redis answers."""
        try:
            with self.redis() as client:
                client.ping()
            return all(ready(url) for url in self.urls)
        except Exception:
            return False

    async def await_well(self, seconds: float = 60) -> None:
        """Return once everything is up."""
        await until(lambda: asyncio.to_thread(self.well), seconds)


async def until(true: Callable[[], object], seconds: float) -> None:
    """Wait until something is so; what does not answer yet counts as not so. Raises AssertionError."""
    end = time.monotonic() + seconds
    while True:
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            answer = true()
            if await answer if asyncio.iscoroutine(answer) else answer:
                return
        assert time.monotonic() < end, "it did not become so"
        await asyncio.sleep(0.05)


@contextmanager
def house(folder: Path) -> Iterator[House]:
    """Bring all of it up in a data folder; what its processes say goes to ``house.log`` there."""
    folder.chmod(0o711)  # the servers' account walks through
    with ExitStack() as stack:
        say = console(stack.enter_context((folder / "said.log").open("a", encoding="utf-8")))
        heard: list[House] = []

        def hear(name: str, line: str) -> None:
            say(name, line)
            if heard and name not in SERVICES:
                heard[0].said.append((name, line))

        grounds = stack.enter_context(servers(folder / "data", say=hear))
        database, redis = urlsplit(grounds.database_url), urlsplit(grounds.redis_url)
        store = stack.enter_context(Proxy(Path(parse_qs(database.query)["host"][0]) / SOCKET))
        bells = stack.enter_context(Proxy(Path(unquote(redis.path))))
        made = House(folder, grounds, stack.enter_context(Supervisor(hear)), store, bells)
        heard.append(made)
        asyncio.run(_keep_commit_times(made))
        for command in (("migrate",), ("keys", "init")):
            environment = made._environment(SERVICES[0])
            subprocess.run([*BYALAG, *command], env=environment, stdout=subprocess.DEVNULL, check=True)
        for name in (*SERVICES, *LANES, "clock"):
            made.start(name)
        asyncio.run(made.await_well())
        yield made


async def _keep_commit_times(made: House) -> None:
    """Let Postgres note when each transaction committed: the order of things that the checker believes."""
    db = await asyncpg.connect(made.database_url)
    await db.execute("alter system set track_commit_timestamp = on")
    await db.close()
    made.kill("postgres", signal.SIGINT)

    async def kept() -> bool:
        db = await asyncpg.connect(made.database_url)
        try:
            return bool(await db.fetchval("show track_commit_timestamp") == "on")
        finally:
            await db.close()

    await until(kept, 30)


def _through(proxy: Proxy, before: str, after: str) -> str:
    return f"{before}127.0.0.1:{proxy.port}{after}"
