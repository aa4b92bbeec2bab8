"""Where a rehearsal takes place: a house of its own on this machine, with an officer, or one that is already there."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import click
import msgspec

from schema.local.console import Say, console
from schema.local.folder import temporary_folder
from schema.local.up import House, running


class Login(msgspec.Struct, frozen=True):
    """An officer's name and password."""

    name: str
    password: str


class Stage(msgspec.Struct, frozen=True):
    """A house to rehearse in, with two officers of a municipality. ``house`` is None when it is not ours to end."""

    url: str
    officer: Login
    second: Login
    house: House | None = None


@contextmanager
def own_stage(data: Path | None, host: str, port: int, officers: tuple[str, str], municipality: str) -> Iterator[Stage]:
    """Start a house, make two officers, and end the house with the context. Raises a Trouble.

    Nobody is limited in it, because the whole town comes from one address. Without ``data`` its folder is a temporary
    one. What its processes say goes to ``house.log`` in the folder.
    """
    with ExitStack() as stack:
        folder = data or stack.enter_context(temporary_folder())
        say = log_to(folder, stack)
        for name in ("DATABASE_URL", "REDIS_URL"):
            if os.environ.get(name):
                click.echo(f"Using the server that {name} names.")
        click.echo("Starting the house: servers, service, workers and clock ... ", nl=False)
        began = time.monotonic()
        house = stack.enter_context(running(folder, host, port, say=say, limits="off"))
        first, second = (login_for(house, officer, municipality) for officer in officers)
        click.echo(f"{time.monotonic() - began:.1f} s")
        yield Stage(house.url, first, second, house)


def stay() -> None:
    """Keep the house up until Ctrl-C."""
    click.echo("\nThe house stays up until Ctrl-C.")
    with suppress(KeyboardInterrupt):
        threading.Event().wait()
    click.echo("\nStopping the house.")


def log_to(folder: Path, stack: ExitStack) -> Say:
    """A ``Say`` that writes to ``house.log`` in a data folder, once the house holds that folder."""
    write: Say | None = None

    def say(name: str, line: str) -> None:
        nonlocal write
        if write is None and (folder / "lock").exists():
            write = console(stack.enter_context((folder / "house.log").open("a", encoding="utf-8")))
        if write:
            write(name, line)

    return say


def login_for(house: House, officer: str, municipality: str) -> Login:
    """Make an officer the way a person would, with ``byalag staff add``, and take the password that it shows."""
    command = [sys.executable, "-m", "schema.cli", "staff", "add", officer, "--municipality", municipality]
    done = subprocess.run(command, env=house.environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise click.ClickException(f"The officer {officer} could not be made: {done.stderr.strip()}")
    return Login(officer, done.stdout.strip().rpartition(": ")[2])
