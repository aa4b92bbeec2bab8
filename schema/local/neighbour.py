"""The settings of a house that runs on this machine, so that a command in a second terminal acts on the same one."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec

from schema.local.leftover import command_line

SHARED = ("DATABASE_URL", "REDIS_URL", "BYALAG_MASTER_KEY", "BYALAG_PUBLIC_URL", "BYALAG_HEADS")


class Notice(msgspec.Struct, frozen=True):
    """Which process runs a house, and with what settings."""

    pid: int
    settings: dict[str, str]


@contextmanager
def announced(data: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """Leave the settings in the data folder, readable to its owner only, for as long as the context lasts."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)  # it may be the first file, when the servers are given
    file = data / "house.json"
    file.unlink(missing_ok=True)  # of a run that was killed; its mode is not ours to trust
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as draft:
        draft.write(msgspec.json.encode(Notice(os.getpid(), {name: environment[name] for name in SHARED})))
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def neighbour(data: Path) -> dict[str, str]:
    """The settings of the house that runs in ``data``; empty when none does, or when we may not know."""
    try:
        notice = msgspec.json.decode((data / "house.json").read_bytes(), type=Notice)
    except (OSError, msgspec.DecodeError):
        return {}
    return notice.settings if command_line(notice.pid) else {}
