"""Child processes that are kept running: prefixed logs, restart with backoff, an orderly end.

One thread starts, watches and restarts all of them. It has to be one that lives as long as the supervisor, because
the kernel ties a child's leash to the thread that started it.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import IO, Self

import msgspec

from schema.local.account import Account
from schema.local.console import Say, console
from schema.local.trouble import NotReady

FIRST_PAUSE, LAST_PAUSE = 0.2, 5.0  # seconds between a child's end and its next start
SETTLED = 3.0  # seconds after which a child counts as well again
GRACE = 25.0  # seconds between the stop signal and SIGKILL; the service lets requests end for 20
TICK = 0.05  # seconds


class Child(msgspec.Struct, frozen=True):
    """A process to keep running. ``env`` is its whole environment (None: ours). Lower ``rank`` stops earlier.

    With ``log`` its output goes to that file instead of the console.
    """

    name: str
    argv: tuple[str, ...]
    env: dict[str, str] | None = None
    account: Account | None = None
    log: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    rank: int = 0


class _Run:
    """What the supervisor knows of one child."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self.process: subprocess.Popen[bytes] | None = None
        self.relay: threading.Thread | None = None
        self.tail: deque[str] = deque(maxlen=20)
        self.wanted = True
        self.started_at = self.due_at = time.monotonic()
        self.pause = FIRST_PAUSE / 2  # doubled before its first use
        self.restarts = 0


class Supervisor:
    """Use as a context: children end with it, lower ranks first. All methods may be called from any thread."""

    def __init__(self, say: Say | None = None) -> None:
        self._say = console() if say is None else say
        self._runs: dict[str, _Run] = {}
        self._changed = threading.Condition()
        self._over = False
        self._watcher = threading.Thread(target=self._watch, name="supervisor", daemon=True)

    def __enter__(self) -> Self:
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        for rank in sorted({run.child.rank for run in self._runs.values()}):
            self.stop(*(name for name, run in self._runs.items() if run.child.rank == rank))
        with self._changed:
            self._over = True
            self._changed.notify_all()
        self._watcher.join()

    def start(self, child: Child) -> None:
        """Start a child, or one that was stopped again, and keep it running."""
        with self._changed:
            run = self._runs[child.name] = _Run(child)
            self._changed.notify_all()
            self._changed.wait_for(lambda: run.process is not None or run.restarts > 0)

    def stop(self, *names: str) -> None:
        """End these children together and keep them ended: the stop signal, GRACE seconds, then SIGKILL."""
        with self._changed:
            runs = [self._runs[name] for name in names]
            for run in runs:
                run.wanted = False
                if run.process and run.process.poll() is None:
                    run.process.send_signal(run.child.stop_signal)
            self._changed.notify_all()
            if not self._changed.wait_for(lambda: all(run.process is None for run in runs), GRACE):
                for run in runs:
                    _kill(run.process)
                self._changed.wait_for(lambda: all(run.process is None for run in runs))
        for run in runs:
            if run.relay:
                run.relay.join(1)  # its last lines; a grandchild that still holds the pipe is not waited for

    def pid(self, name: str) -> int | None:
        """The child's process id, None while it is down."""
        with self._changed:
            process = self._runs[name].process
            return process.pid if process and process.poll() is None else None

    def restarts(self, name: str) -> int:
        """How often the child ended unasked."""
        return self._runs[name].restarts

    @property
    def pids(self) -> dict[str, int]:
        """The process ids of all children that are up, by name."""
        return {name: pid for name in list(self._runs) if (pid := self.pid(name))}

    def await_ready(self, name: str, ready: Callable[[], bool], seconds: float = 60) -> None:
        """Return once ``ready`` says so. Raises NotReady after ``seconds``, or when the child fell three times."""
        end = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > end or self.restarts(name) >= 3:
                raise NotReady(name, self._tail(name))
            time.sleep(0.01)

    def _tail(self, name: str) -> str:
        run = self._runs[name]
        if run.child.log:
            return "\n".join(run.child.log.read_text(encoding="utf-8", errors="replace").splitlines()[-20:])
        return "\n".join(run.tail)

    def _watch(self) -> None:
        with self._changed:
            while not self._over:
                for run in self._runs.values():
                    self._tend(run)
                self._changed.notify_all()
                self._changed.wait(TICK)

    def _tend(self, run: _Run) -> None:
        """Bury a child that ended, start one that is due."""
        if run.process and (code := run.process.poll()) is not None:
            run.process = None
            if run.wanted:
                self._again(run, _how(code))
        if not run.process and run.wanted and time.monotonic() >= run.due_at:
            try:
                self._spawn(run)
            except OSError as fault:  # no memory, no process left, no disk: the same cure as for a death
                self._again(run, f"before it began ({fault})")

    def _again(self, run: _Run, how: str) -> None:
        now = time.monotonic()
        run.pause = FIRST_PAUSE if now - run.started_at > SETTLED else min(run.pause * 2, LAST_PAUSE)
        run.due_at, run.restarts = now + run.pause, run.restarts + 1
        self._say("byalag", f"{run.child.name} ended {how}; again in {run.pause:.1f} s")

    def _spawn(self, run: _Run) -> None:
        child, run.started_at = run.child, time.monotonic()
        with contextlib.ExitStack() as files:
            run.process = subprocess.Popen(
                leashed(child),
                env=child.env,
                stdin=subprocess.DEVNULL,
                stdout=files.enter_context(child.log.open("ab")) if child.log else subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        if run.process.stdout:
            run.relay = threading.Thread(target=self._relay, args=(run, run.process.stdout), daemon=True)
            run.relay.start()

    def _relay(self, run: _Run, lines: IO[bytes]) -> None:
        with lines:
            for raw in lines:
                line = raw.decode(errors="replace").rstrip()
                run.tail.append(line)
                self._say(run.child.name, line)


def leashed(child: Child) -> list[str]:
    """The command that becomes the child's once it is tied to this process and no longer root."""
    account = f"{child.account.uid}:{child.account.gid}" if child.account else "-"
    leash = str(Path(__file__).with_name("leash.py"))
    return [sys.executable, "-I", "-S", leash, str(os.getpid()), str(int(child.stop_signal)), account, *child.argv]


def _kill(process: subprocess.Popen[bytes] | None) -> None:
    """SIGKILL to a child and all that is left of its group."""
    if process:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _how(code: int) -> str:
    return f"by {signal.Signals(-code).name}" if code < 0 else f"with code {code}"
