"""``byalag up``: the whole house from one command, and its end."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from schema.events import LANES
from schema.local.leftover import command_line
from schema.local.trouble import PortTaken
from schema.local.up import running
from tests.house.conftest import ROOT, gone

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="counts processes in /proc")

BYALAG = [sys.executable, "-m", "schema.cli"]
BARE = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}


class Up:
    """A ``byalag up`` that says it is up. ``children`` are the processes that it started."""

    def __init__(self, process: subprocess.Popen[str], data: Path) -> None:
        self.process, self.data = process, data
        assert process.stderr
        said: list[str] = []
        for line in process.stderr:
            said.append(line)
            if "Ctrl-C stops everything" in line:
                break
        found = re.search(r"up at (\S+),", "".join(said))
        assert found, "".join(said)
        self.url = found[1]
        self.children = [int(file.parent.name) for file in Path("/proc").glob("[0-9]*/stat") if self._mine(file)]

    def _mine(self, stat: Path) -> bool:
        try:
            return int(stat.read_text().rpartition(")")[2].split()[1]) == self.process.pid
        except OSError:
            return False


@pytest.fixture(scope="module")
def house(parent: Path) -> Iterator[Up]:
    """A house that stands until the last test of this file ends it."""
    data = parent / "house"
    command = [*BYALAG, "up", "--data", str(data), "--port", "0"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=BARE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    try:
        yield Up(process, data)
    finally:
        process.kill()
        process.communicate()


def test_it_answers(house: Up) -> None:
    """When it says that it is up, it is."""
    with urllib.request.urlopen(f"{house.url}/health/ready") as answer:
        assert answer.status == 200


def test_it_has_one_worker_a_lane(house: Up) -> None:
    """Two servers, a service, a clock, and a worker for every lane run under one supervisor."""
    found = " ".join(command_line(pid) for pid in house.children)
    assert [found.count(f"--lane {lane}") for lane in LANES] == [1] * len(LANES)
    assert len(house.children) == len(LANES) + 4


def test_a_second_terminal_acts_on_the_same_house(house: Up) -> None:
    """In another terminal a command needs no settings: the first officer is made in the house that runs."""
    command = [*BYALAG, "staff", "add", "dagny", "--municipality", "Solna"]
    environment = {**BARE, "BYALAG_FOLDER": str(house.data)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("Officer dagny: ")


def test_a_second_house_in_the_folder_is_refused(house: Up) -> None:
    """A second run on the same folder ends with code 2 and one line that names the first."""
    command = [*BYALAG, "up", "--data", str(house.data), "--port", "0"]
    done = subprocess.run(command, cwd=ROOT, env=BARE, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        f"Error: the data folder {house.data} is in use by process {house.process.pid}: "
        "stop that one, or name another with --data"
    ]


def test_it_stops_cleanly_on_sigterm(house: Up) -> None:
    """On SIGTERM everything ends, in order, with exit code 0."""
    house.process.send_signal(signal.SIGTERM)
    house.process.communicate(timeout=30)
    assert house.process.returncode == 0
    assert gone(*house.children)
    assert not (house.data / "house.json").exists()


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    """A port that another program holds is refused before anything starts."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=f":{port} "), running(tmp_path, port=port):
            pass
