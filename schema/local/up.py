"""``byalag up``: the whole house on one machine, until Ctrl-C."""

import os
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import click
import msgspec

from schema.events import LANES
from schema.local.console import Say, console
from schema.local.folder import default_folder, master_key
from schema.local.neighbour import announced
from schema.local.servers import Servers, servers
from schema.local.supervisor import Child, Supervisor
from schema.local.trouble import NotReady, PortTaken
from schema.settings import read_master_key

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # whatever proxy the environment names
BYALAG = (sys.executable, "-m", "schema.cli")


class House(msgspec.Struct, frozen=True):
    """A running house. ``supervisor`` knows the children ``service``, ``clock`` and one per lane by these names.

    ``environment`` is what they were started with: with it another process can act on the same house.
    """

    url: str
    servers: Servers
    supervisor: Supervisor
    environment: dict[str, str]


@contextmanager
def running(
    data: Path,
    host: str = "127.0.0.1",
    port: int = 0,
    lanes: Sequence[str] = LANES,
    say: Say | None = None,
    limits: str = "on",
) -> Iterator[House]:
    """Bring up servers, schema, keys and every process; wait until the service is ready; end all of it afterwards.

    DATABASE_URL and REDIS_URL are used where they are set. Port 0 is a free one. ``limits`` is BYALAG_LIMITS where that
    is not set. Raises a Trouble.
    """
    say = console() if say is None else say
    port = free_port(host, port)
    given = {name: os.environ.get(name) for name in ("DATABASE_URL", "REDIS_URL")}
    for name in (name for name, url in given.items() if url):
        say("byalag", f"using the server that {name} names")
    with servers(data, given["DATABASE_URL"], given["REDIS_URL"], say) as grounds, Supervisor(say) as supervisor:
        url = f"http://{_reachable(host)}:{port}"
        environment = {
            **os.environ,
            "DATABASE_URL": grounds.database_url,
            "REDIS_URL": grounds.redis_url,
            "BYALAG_MASTER_KEY": _named_master_key() or master_key(data),
            "BYALAG_PUBLIC_URL": os.environ.get("BYALAG_PUBLIC_URL") or url,
            "BYALAG_HEADS": os.environ.get("BYALAG_HEADS") or str((data / "heads").absolute()),
            "BYALAG_LIMITS": os.environ.get("BYALAG_LIMITS") or limits,
            "PYTHONUNBUFFERED": "1",
        }
        environment.pop("BYALAG_MASTER_KEY_FILE", None)  # what it holds is in BYALAG_MASTER_KEY now
        for command, what in ((("migrate",), "the database schema"), (("keys", "init"), "the keys")):
            _prepare(command, what, environment, say)
        for child in _children(host, port, lanes, environment):
            supervisor.start(child)
        supervisor.await_ready("service", lambda: ready(url), 120)
        with announced(data, environment):
            yield House(url, grounds, supervisor, environment)


def _children(host: str, port: int, lanes: Sequence[str], environment: dict[str, str]) -> Iterator[Child]:
    """The service stops first, so that nobody is answered by half a house."""
    yield Child("service", (*BYALAG, "service", "--host", host, "--port", str(port)), environment)
    for lane in lanes:
        yield Child(lane, (*BYALAG, "workers", "--lane", lane), environment, rank=1)
    yield Child("clock", (*BYALAG, "clock"), environment, rank=1)


def _named_master_key() -> str:
    """The master key that the environment names, or nothing when it names none."""
    named = any(os.environ.get(name) for name in ("BYALAG_MASTER_KEY", "BYALAG_MASTER_KEY_FILE"))
    return read_master_key(os.environ) if named else ""


def _prepare(command: tuple[str, ...], what: str, environment: dict[str, str], say: Say) -> None:
    done = subprocess.run(
        [*BYALAG, *command], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        raise NotReady(what, done.stdout)
    for line in done.stdout.splitlines():
        say(command[0], line)


def free_port(host: str = "127.0.0.1", port: int = 0) -> int:
    """The port, or a free one for 0. Raises PortTaken now rather than in a child's log later."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as fault:
            raise PortTaken(host, port, fault.strerror or str(fault)) from None
        number: int = probe.getsockname()[1]
        return number


def _reachable(host: str) -> str:
    """The name under which this machine reaches what listens on ``host``."""
    if host in ("0.0.0.0", "::"):  # noqa: S104 - asked, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def ready(url: str) -> bool:
    """Whether a service says that it is ready."""
    try:
        with DIRECT.open(f"{url}/health/ready", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _command(data: Path | None) -> str:
    """How the person calls us: after ``python3 -m schema`` there may be no ``byalag`` on their path."""
    called = "byalag" if Path(sys.argv[0]).name == "byalag" else "python3 -m schema"
    return f"BYALAG_FOLDER={data} {called}" if data else called


@click.command()
@click.option("--data", type=click.Path(path_type=Path), help="Data folder.  [default: BYALAG_FOLDER, or .byalag]")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8400, show_default=True, help="Port to listen on; 0 for a free one.")
@click.option("--lanes", default=",".join(LANES), show_default=True, help="Kinds of work to run here, one worker each.")
def up(data: Path | None, host: str, port: int, lanes: str) -> None:
    """Start everything on this machine, and stop it on Ctrl-C."""
    say = console()
    folder = data or default_folder()
    with (
        suppress(KeyboardInterrupt),
        running(folder, host, port, [lane for lane in lanes.split(",") if lane], say) as house,
    ):
        say("byalag", f"Byalag is up at {house.url}, with its data in {folder.absolute()}")
        say("byalag", f"The first officer gets a password by: {_command(data)} staff add NAME --municipality PLACE")
        say("byalag", "Ctrl-C stops everything")
        threading.Event().wait()
    say("byalag", "stopped")
