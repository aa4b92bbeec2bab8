"""A house to measure: servers in a temporary folder, a round in voting, one service process, and what else it needs."""

import asyncio
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import click
import msgspec

from schema.keys import Keys
from schema.local.folder import temporary_folder
from schema.local.place import Place, open_place
from schema.local.servers import Servers, servers
from schema.migrate import apply_migrations

MASTER_KEY = bytes(range(32))
BYALAG = (sys.executable, "-m", "schema.cli")


class Standing(msgspec.Struct, frozen=True):
    """Where the house is. ``pid`` is the service's."""

    folder: Path
    servers: Servers
    place: Place
    port: int
    pid: int

    def asked(self, sql: str, *values: object) -> Any:
        """One value from the database, as its owner sees it."""

        async def ask() -> Any:
            db = await asyncpg.connect(self.servers.database_url)
            try:
                return await db.fetchval(sql, *values)
            finally:
                await db.close()

        return asyncio.run(ask())


@contextmanager
def standing(voters: int, others: Sequence[Sequence[str]] = ()) -> Iterator[Standing]:
    """Bring up a house with so many voters, and the ``byalag`` commands that run beside its service."""
    with ExitStack() as stack:
        folder = stack.enter_context(temporary_folder())
        ground = stack.enter_context(servers(folder, say=lambda *_: None))
        place = asyncio.run(_prepared(ground, voters))
        port = _free_port()
        environment = {
            **os.environ,
            "DATABASE_URL": ground.database_url,
            "REDIS_URL": ground.redis_url,
            "BYALAG_MASTER_KEY": MASTER_KEY.hex(),
            "BYALAG_PUBLIC_URL": f"http://127.0.0.1:{port}",
        }
        for other in others:
            stack.enter_context(_running((*BYALAG, *other), environment))
        service = (sys.executable, "-m", "service.bench.server", str(port))
        process = stack.enter_context(_running(service, environment))
        _await_ready(process, port)
        yield Standing(folder, ground, place, port, process.pid)


async def _prepared(ground: Servers, voters: int) -> Place:
    db = await asyncpg.connect(ground.database_url)
    try:
        await apply_migrations(db)
    finally:
        await db.close()
    return await open_place(ground.database_url, Keys(MASTER_KEY), voters)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _running(command: Sequence[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _await_ready(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + 60
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > end:
            raise click.ClickException("The service did not start.")
        time.sleep(0.05)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
