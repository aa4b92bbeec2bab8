"""Real servers in throwaway folders. Nothing here is imitated; what is slow is shared by a whole module."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest
from redis import RedisError

from schema.local.folder import temporary_folder
from schema.local.leftover import command_line

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def parent() -> Iterator[Path]:
    """A folder through which the servers' account can walk, also when we are root."""
    with temporary_folder() as folder:
        folder.chmod(0o711)
        yield folder


def python(code: str, *arguments: object) -> subprocess.Popen[str]:
    """Run Python code as a process of its own that can import the house."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(
        command, cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def gone(*pids: int | None) -> bool:
    """Whether all of these processes have ended (a corpse has)."""
    return not any(command_line(pid) for pid in pids if pid)


def eventually(true: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until something is so; a server that does not answer yet counts as not so."""
    end = time.monotonic() + seconds
    while True:
        with suppress(OSError, asyncpg.PostgresError, RedisError):
            if true():
                return
        assert time.monotonic() < end, "it did not become so"
        time.sleep(0.02)


def ask(url: str, question: str) -> object:
    """The answer of a database to one query."""

    async def answer() -> object:
        db = await asyncpg.connect(url)
        try:
            return await db.fetchval(question)
        finally:
            await db.close()

    return asyncio.run(answer())
