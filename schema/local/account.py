"""Stepping down from root: servers run as an account that exists and may do nothing else."""

import contextlib
import os
import pwd
import subprocess
from pathlib import Path

import msgspec

from schema.local.trouble import NoAccount


class Account(msgspec.Struct, frozen=True):
    """A Unix account."""

    name: str
    uid: int
    gid: int


def servant() -> Account | None:
    """Who the servers run as: None (ourselves) unless we are root; then 'postgres' or else 'nobody'."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(name, entry.pw_uid, entry.pw_gid)
    raise NoAccount


def run(account: Account | None, *argv: str | Path, text: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run one command to its end as ``account``, with ``text`` on its input; output and errors come back together."""
    return subprocess.run(
        argv,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        cwd="/",
        input=text,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def reaches(account: Account, path: Path) -> bool:
    """Whether ``account`` can walk to ``path`` and into it or run it. The kernel answers, not a guess from modes."""
    return run(account, "/bin/sh", "-c", 'test -x "$1"', "sh", path).returncode == 0
