"""Services, workers and clocks as processes of their own, as the supervisor starts them."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from schema.settings import Settings

HOME = Path(__file__).parents[2]


@contextmanager
def command(settings: Settings, name: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a service, workers or a clock by its command until the block ends; warnings are errors there as well."""
    environment = {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "BYALAG_MASTER_KEY": settings.master_key.hex(),
        "BYALAG_PUBLIC_URL": settings.public_url,
        "BYALAG_LIMITS": "on" if settings.limits else "off",
        "BYALAG_HEADS": str(settings.heads or ""),
    }
    room = "service.cli.serving" if name == "service" else "workers.cli"
    code = f"from {room} import {name}; {name}()"
    process = subprocess.Popen([sys.executable, "-W", "error", "-c", code, *arguments], cwd=HOME, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def eventually(true: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not await true():
        assert time.monotonic() < end, "it did not become so"
        await asyncio.sleep(0.05)


async def ended(process: subprocess.Popen[bytes], seconds: float = 15) -> int:
    """The exit code of a process that is about to end."""
    return await asyncio.to_thread(process.wait, seconds)
