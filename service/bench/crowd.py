"""The voters of a measured house: loads that go on where the last one ended, and what came back as rows of a table."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

import msgspec

from schema.local.figures import percentile
from service.bench.load import Answers, Load, What
from service.bench.place import PROJECTS, Place
from service.bench.standing import Standing

EXPECTED = frozenset({200, 201, 202, 304})
TICKS = os.sysconf("SC_CLK_TCK")


class Row(msgspec.Struct, frozen=True):
    """One measurement: requests offered per second (0: as many as were answered) and answered; latencies in
    milliseconds, of pgbench the mean; processor time of the service in microseconds per answer.
    """

    what: str
    connections: int
    offered: int
    per_second: float
    p50: float
    p99: float
    cpu: float
    statuses: dict[int, int]


def table(rows: Sequence[Row]) -> Iterator[str]:
    """The figures as lines."""
    yield (
        f"{'what':22} {'connections':>11} {'offered/s':>9} {'answered/s':>10} {'p50 ms':>8} {'p99 ms':>8} {'CPU us':>7}"
    )
    for row in rows:
        others = {status: count for status, count in row.statuses.items() if status not in EXPECTED}
        yield (
            f"{row.what:22} {row.connections:11} {row.offered or '':>9} {row.per_second:10,.0f} {row.p50:8.1f}"
            f" {row.p99:8.1f} {row.cpu:7.0f}  {', '.join(f'{count} x {status}' for status, count in others.items())}"
        )


class Crowd:
    """The voters, and the service that they meet. ``accepted``: casts of theirs that were acknowledged."""

    def __init__(self, house: Standing, place: Place) -> None:
        self._house = house
        self._place = place
        self._revisions = [0] * len(place.passes)
        self.accepted = 0

    def measure(self, what: What, connections: int, seconds: float, rate: float = 0) -> Row:
        """Put a load on the service, and wait for its end."""
        with self.load(what, connections, seconds, rate) as rows:
            pass
        return rows[0]

    def read(self, name: str, path: str, connections: int, seconds: float, etag: str = "") -> Row:
        """Let everybody read one address, and say how that went under this name."""
        with self.load("read", connections, seconds, path=path, etag=etag) as rows:
            pass
        return msgspec.structs.replace(rows[0], what=name)

    @contextmanager
    def load(
        self, what: What, connections: int, seconds: float, rate: float = 0, path: str = "", etag: str = ""
    ) -> Iterator[list[Row]]:
        """A load that goes on beside what is done here; its row is there once the block has ended."""
        place, rows = self._place, list[Row]()
        load = Load(
            what=what,
            port=self._house.port,
            pot_id=str(place.pot_id),
            passes=place.passes,
            revisions=self._revisions,
            projects=PROJECTS,
            connections=connections,
            seconds=seconds,
            rate=rate,
            path=path,
            etag=etag,
        )
        before = self._cpu()
        command = [sys.executable, "-m", "service.bench.load"]
        with TemporaryFile() as said:  # not a pipe: it would hold up the load until somebody reads
            with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=said) as process:
                assert process.stdin
                process.stdin.write(msgspec.msgpack.encode(load))
                process.stdin.close()
                yield rows
            said.seek(0)
            answers = msgspec.msgpack.decode(said.read(), type=Answers)
        self._revisions = answers.revisions
        self.accepted += answers.statuses.get(201, 0)
        count = len(answers.latencies)
        rows.append(
            Row(
                what=what,
                connections=connections,
                offered=round(rate),
                per_second=count / answers.seconds,
                p50=percentile(answers.latencies, 0.5) * 1000,
                p99=percentile(answers.latencies, 0.99) * 1000,
                cpu=(self._cpu() - before) * 1e6 / count,
                statuses=answers.statuses,
            )
        )

    def _cpu(self) -> float:
        """Seconds of processor time that the service has used."""
        service = self._house.pids["service"]
        fields = Path(f"/proc/{service}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS
