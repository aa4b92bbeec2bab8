"""The supervisor keeps children running, lets nobody outlive it, and passes on what they say."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from schema.local.console import console
from schema.local.supervisor import Child, Supervisor
from schema.local.trouble import NotReady
from tests.house.conftest import eventually, gone, python

SLEEPER = (sys.executable, "-I", "-S", "-c", "import time; print('awake', flush=True); time.sleep(60)")
BAD = (sys.executable, "-I", "-S", "-c", "raise SystemExit('no such lane')")


class Heard(list[tuple[str, str]]):
    """What was said, as pairs of name and line."""

    def __call__(self, name: str, line: str) -> None:
        self.append((name, line))


@pytest.fixture
def heard() -> Heard:
    """An ear."""
    return Heard()


@pytest.fixture
def keeper(heard: Heard) -> Iterator[Supervisor]:
    """A supervisor with one child called sleeper."""
    with Supervisor(heard) as supervisor:
        supervisor.start(Child("sleeper", SLEEPER))
        eventually(lambda: ("sleeper", "awake") in heard)
        yield supervisor


def test_a_killed_child_is_started_again(keeper: Supervisor, heard: Heard) -> None:
    """A child that is killed is back within a second, under a new number, and one line says why."""
    before = keeper.pids["sleeper"]
    os.kill(before, signal.SIGKILL)
    eventually(lambda: keeper.pid("sleeper") not in (before, None), 2)
    assert ("byalag", "sleeper ended by SIGKILL; again in 0.2 s") in heard
    assert keeper.restarts("sleeper") == 1


def test_a_child_that_keeps_falling_is_given_more_time(heard: Heard) -> None:
    """Each fall doubles the pause, and who waits for the child is told what it said."""
    with Supervisor(heard) as supervisor:
        supervisor.start(Child("bad", BAD))
        with pytest.raises(NotReady, match="no such lane"):
            supervisor.await_ready("bad", lambda: False)
    assert [line for name, line in heard if name == "byalag"] == [
        f"bad ended with code 1; again in {pause} s" for pause in (0.2, 0.4, 0.8)
    ]


def test_a_stopped_child_stays_down_until_it_is_started(keeper: Supervisor) -> None:
    """Stopping one child is not undone by the watch, and starting it again works."""
    keeper.stop("sleeper")
    time.sleep(0.5)
    assert keeper.pids == {}
    keeper.start(Child("sleeper", SLEEPER))
    assert list(keeper.pids) == ["sleeper"]


def test_lower_ranks_end_first(heard: Heard) -> None:
    """The service ends before the workers do."""
    wait = "trap 'echo bye; exit' TERM; echo on; while :; do sleep 0.01; done"
    with Supervisor(heard) as supervisor:
        for name, rank in (("worker", 1), ("service", 0)):
            supervisor.start(Child(name, ("/bin/sh", "-c", wait), rank=rank))
        eventually(lambda: len(heard) == 2)
    assert heard[2:] == [("service", "bye"), ("worker", "bye")]


def test_a_child_that_ignores_the_signal_is_killed(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the time of grace a child is killed, with the rest of its group."""
    monkeypatch.setattr("schema.local.supervisor.GRACE", 0.3)
    deaf = "trap '' TERM; sleep 60 & echo $!; wait"
    with Supervisor(heard) as supervisor:
        supervisor.start(Child("deaf", ("/bin/sh", "-c", deaf)))
        eventually(lambda: bool(heard))
        pids = [supervisor.pid("deaf"), int(heard[0][1])]
    eventually(lambda: gone(*pids))


KEEPER = f"""
import time
from schema.local.supervisor import Child, Supervisor
with Supervisor() as supervisor:
    supervisor.start(Child("sleeper", {SLEEPER!r}))
    print(supervisor.pids["sleeper"], flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other kernels do not tell a child that its parent died")
def test_no_child_outlives_a_killed_supervisor() -> None:
    """After kill -9 of the supervisor the kernel ends its children."""
    keeper = python(KEEPER)
    assert keeper.stdout
    pid = int(keeper.stdout.readline())
    keeper.kill()
    keeper.communicate()
    eventually(lambda: gone(pid))


def test_lines_bear_names(tmp_path: Path) -> None:
    """Every line bears the name of who said it, and a file gets no colour."""
    with (tmp_path / "log").open("w") as file:
        console(file)("service", "open")
    assert (tmp_path / "log").read_text() == "service  | open\n"
