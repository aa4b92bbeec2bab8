"""Servers of a run that was killed: found by their pid file, made sure of, and stopped before the next start."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from schema.local.trouble import NotReady

PATIENCE = 30.0  # seconds for a server to write its data and end


def command_line(pid: int) -> str:
    """What a process was started as; empty when there is no such process, or only its corpse."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            return ""
    else:
        asked = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
        return subprocess.run(asked, stdout=subprocess.PIPE, text=True, check=False).stdout.strip()


def stop_left_over(pid_file: Path, mark: str, how: signal.Signals) -> bool:
    """Stop the server that ``pid_file`` names if its command line holds ``mark``. Returns whether there was one.

    A pid file whose number belongs to another process by now is removed, since the server would believe it.
    """
    try:
        pid = int(pid_file.read_text(encoding="utf-8").split()[0])
    except (FileNotFoundError, ValueError, IndexError):
        return False
    found = command_line(pid)
    if found and mark not in found:
        pid_file.unlink()
    if mark not in found:
        return False
    _end(pid, mark, how)
    return True


def _end(pid: int, mark: str, how: signal.Signals) -> None:
    for farewell in (how, signal.SIGKILL):
        try:
            os.kill(pid, farewell)
        except ProcessLookupError:
            return
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if mark not in command_line(pid):
                return
            time.sleep(0.02)
    raise NotReady(f"process {pid}, left over from an earlier run,", "it does not end, not even by SIGKILL")
