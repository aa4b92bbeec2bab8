"""``byalag bench soak``: whether a process grows while it works."""

import os
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from schema.local.figures import keep, to_json
from service.bench.crowd import Crowd
from service.bench.place import close_place
from service.bench.read import LANES, SNAPSHOT
from service.bench.standing import Standing, at, standing

VOTERS = 4_000
CONNECTIONS = 16
LAP = 60.0
SAMPLE = 2.0
WARM = 0.25
"""Seconds of casting into one round; seconds between two looks at the memory; the part of the time in which what is
kept for good is looked up for the first time.
"""

PAGE = os.sysconf("SC_PAGE_SIZE")


class Memory(msgspec.Struct, frozen=True):
    """What a process holds (MB) at a moment (seconds from the start)."""

    at: float
    held: float


@click.command()
@click.option("--minutes", type=click.FloatRange(min=0.1), default=20.0, show_default=True, help="How long.")
@click.option("--rate", type=click.FloatRange(min=1), default=300.0, show_default=True, help="Ballots a second.")
@to_json
def soak(minutes: float, rate: float, target: Path | None) -> None:
    """Cast, judge, close and count, one round after the other, and watch how much memory each process holds.

    A slope is a straight line through what was seen after the first quarter, in which caches fill.
    """
    seen: dict[str, list[Memory]] = {}
    accepted = 0
    laps = max(1, round(minutes * 60 / LAP))
    began = time.monotonic()
    with (
        standing(VOTERS, LANES) as house,
        click.progressbar(range(laps), label="Soaking", file=sys.stderr) as progress,
    ):
        for _ in progress:
            accepted += _lap(house, minutes * 60 / laps, rate, seen, began)
    figures = {name: _figures(seen[name]) for name in seen}
    click.echo(f"{accepted:,} ballots accepted in {minutes:g} minutes.")
    click.echo(f"{'process':10} {'first MB':>9} {'last MB':>9} {'slope MB/h':>11} {'%/h':>7}")
    for name, (first, last, slope) in figures.items():
        click.echo(f"{name:10} {first:9.1f} {last:9.1f} {slope:+11.2f} {100 * slope / last:+7.1f}")
    keep(target, {"accepted": accepted, "figures": figures, "seen": seen})


def _lap(house: Standing, seconds: float, rate: float, seen: dict[str, list[Memory]], began: float) -> int:
    """A round from its first ballot to its outcome; how many ballots were accepted."""
    place = house.another_place(VOTERS)
    end = time.monotonic() + seconds
    with Crowd(house, place).load("cast", CONNECTIONS, seconds, rate) as rows:
        while time.monotonic() < end:
            for name, pid in house.pids.items():
                seen.setdefault(name, []).append(Memory(time.monotonic() - began, _held(pid)))
            time.sleep(SAMPLE)
    at(house.servers, lambda db: close_place(db, place))
    while not house.asked(SNAPSHOT, place.round_id):
        time.sleep(0.1)
    return rows[0].statuses.get(201, 0)


def _held(pid: int) -> float:
    """MB that a process holds in memory."""
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * PAGE / 1e6


def _figures(seen: Sequence[Memory]) -> tuple[float, float, float]:
    """MB at the end of the warm-up and at the end of all, and the slope between them in MB an hour."""
    steady = seen[int(len(seen) * WARM) :]
    slope = statistics.linear_regression([one.at for one in steady], [one.held for one in steady]).slope
    return steady[0].held, steady[-1].held, slope * 3600
