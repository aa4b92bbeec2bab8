"""``byalag bench tally``: how long counting takes, beside pabutools if it is there, and at sizes no city has had."""

import gc
import importlib.util
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal, ParamSpec, TypeVar

import click
import msgspec
import numpy as np

from schema.local.figures import keep, to_json
from schema.pb import CENTS
from schema.rules import EqualShares, GreedyByVotes, Rule, SequentialPhragmen, TieOrder
from workers.tally import Instance, Profile, count
from workers.tally.reading import read_election

P = ParamSpec("P")
T = TypeVar("T")
What = Literal["read", "greedy", "phragmen", "one pass", "add1", "add1 published"]

ORDER = TieOrder("byalag", ("id",))  # as pabutools breaks ties unless told otherwise
RULES: dict[What, Rule] = {
    "greedy": GreedyByVotes(),
    "phragmen": SequentialPhragmen(),
    "one pass": EqualShares(),
    "add1": EqualShares(step=CENTS, until="exhaustive"),  # where pabutools' fast way stops
    "add1 published": EqualShares(step=CENTS),
}
INSTANCES = (
    "Poland_Swiecie_2023",
    "Poland_Wieliczka_2023_Green_Budget",
    "Poland_Warszawa_2023_Ursynow",
    "Poland_Lodz_2022",
    "Poland_Warszawa_2026",
    "Hungary_Budapest_2024",
)
SLOW = {("Poland_Warszawa_2023_Ursynow", "add1"), ("Poland_Warszawa_2026", "add1")}
"""What pabutools needs minutes and gigabytes for: only with --full."""
ENDLESS = {("Hungary_Budapest_2024", "add1")}
"""22,002 increments of 1 HUF: days."""
ENOUGH = 30.0
"""Seconds after which a measurement is not repeated."""
SHORT = 0.02
"""Seconds that a measurement lasts at least."""


class Timing(msgspec.Struct, frozen=True):
    """Medians in seconds, and the largest memory (resident set, MB) of a process that did nothing else.

    `theirs`, `their_memory`: pabutools', null where it did not count. In its process ours counted as well, in turn.
    """

    instance: str
    what: What
    voters: int
    projects: int
    distinct: int
    ours: float
    memory: float
    theirs: float | None = None
    their_memory: float | None = None

    @property
    def ratio(self) -> float | None:
        """How many times faster ours is."""
        return self.theirs / self.ours if self.theirs is not None else None


class Size(msgspec.Struct, frozen=True):
    """A generated round: seconds for each step on one core, and the largest memory (resident set, MB)."""

    voters: int
    distinct: int
    megabytes: float
    read: float
    one_pass: float
    add1: float
    increments: int
    memory: float


class Disagreement(Exception):
    """Ours and pabutools do not fund the same projects."""


@click.command()
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    envvar="BYALAG_DATA",
    help="Folder of real elections (.pb files), in itself or in folders inside.  [default: BYALAG_DATA]",
)
@click.option("--runs", type=click.IntRange(1), default=3, show_default=True, help="Runs of which the median is taken.")
@click.option(
    "--full/--quick", default=False, help="Also what takes pabutools minutes; with --size 10,000,000 ballots."
)
@click.option("--size", is_flag=True, help="Count generated rounds of 10,000 ballots and more, and time the start.")
@to_json
def tally(data: Path | None, runs: int, full: bool, size: bool, target: Path | None) -> None:
    """Time the tally: six real elections beside pabutools, or generated rounds with --size.

    Both count the same rule exactly, in turn in one process, and must fund the same projects. Kernels are loaded
    beforehand: --size times the start. A measurement of more than 30 seconds is not repeated.
    """
    if size:
        figures: dict[str, object] = {"sizes": sizes(full, runs), "start": starts()}
    else:
        if data is None:
            raise click.UsageError("Where are the real elections? Name their folder with --data or BYALAG_DATA.")
        figures = beside(data, full, runs)
    keep(target, figures)


# Beside pabutools


def beside(data: Path, full: bool, runs: int) -> dict[str, object]:
    """Measure the six instances and print a table; figures for JSON."""
    paths = {path.stem: path for path in sorted(data.rglob("*.pb")) if path.stem in INSTANCES}
    for name in INSTANCES:
        if name not in paths:
            click.echo(f"{name} is not in {data}: left out.", err=True)
    installed = importlib.util.find_spec("pabutools") is not None
    if not installed:
        click.echo("pabutools is not installed: only our figures.", err=True)
    whats: tuple[What, ...] = ("read", *RULES)
    jobs = [(paths[name], what) for name in INSTANCES if name in paths for what in whats]
    timings = []
    with bar(jobs, lambda job: f"{job[0].stem}, {job[1]}") as waiting:
        for path, what in waiting:
            timing = fresh(measure, path, what, runs)
            if installed and comparable(path.stem, what, full):
                both = fresh(measure_both, path, what, runs)
                timing = msgspec.structs.replace(both, memory=timing.memory)
            timings.append(timing)
    ratios = {what: [t.ratio for t in timings if t.what == what and t.ratio is not None] for what in whats}
    medians = {what: statistics.median(found) for what, found in ratios.items() if found}
    click.echo("\n".join(as_table(timings, medians)))
    return {"timings": timings, "median_ratios": medians}


def comparable(name: str, what: What, full: bool) -> bool:
    """Whether pabutools counts that as well, in the time there is."""
    job = (name, what)
    return what != "add1 published" and job not in ENDLESS and (full or job not in SLOW)


def as_table(timings: Sequence[Timing], medians: dict[What, float]) -> Iterator[str]:
    """The figures as lines."""
    width = max(map(len, INSTANCES))
    yield f"{'instance':{width}}  {'voters':>6} {'proj.':>5} {'distinct':>8}  {'what':14}" + (
        f" {'pabutools':>11} {'MB':>6} {'byalag':>11} {'MB':>5} {'ratio':>8}"
    )
    for t in timings:
        yield f"{t.instance:{width}}  {t.voters:6} {t.projects:5} {t.distinct:8}  {t.what:14}" + (
            f" {seconds(t.theirs):>11} {whole(t.their_memory):>6} {seconds(t.ours):>11} {whole(t.memory):>5}"
            f" {whole(t.ratio):>8}"
        )
    for what, median in medians.items():
        yield f"Median ratio, {what}: {median:,.0f}"


def seconds(time: float | None) -> str:
    """Seconds to four digits after the point, where they matter."""
    return "-" if time is None else f"{time:.4f}"


def whole(number: float | None) -> str:
    """A number without what comes after the point."""
    return "-" if number is None else f"{number:,.0f}"


def measure(path: Path, what: What, runs: int) -> Timing:
    """Measure ours alone."""
    return timed(path, what, runs, None)


def measure_both(path: Path, what: What, runs: int) -> Timing:
    """Measure ours and pabutools in turn; `Disagreement` unless they fund the same."""
    theirs = pabutools_reads(path) if what == "read" else pabutools_counts(path, what)
    return timed(path, what, runs, theirs)


def timed(path: Path, what: What, runs: int, theirs: Callable[[], object] | None) -> Timing:
    """Measure ours, and `theirs` in turn if there is one.

    Our first run is not counted: it loads the kernels, also where for one small count alone it would not pay to.
    """
    if importlib.util.find_spec("numba"):
        import_module("numba")
    instance, profile = read(path)
    ours: Callable[[], object] = partial(read, path) if what == "read" else partial(our_count, instance, profile, what)
    expected = ours()
    our_times: list[float] = []
    their_times: list[float] = []
    gc.collect()
    gc.freeze()  # so that neither sweeps up after the other
    for _ in range(runs):
        our_times.append(clocked(ours)[0])
        if theirs and sum(their_times) < ENOUGH:
            spent, got = clocked(theirs)
            their_times.append(spent)
            if what != "read" and got != expected:
                raise Disagreement(f"{path.stem}, {what}: pabutools funds {got}, ours {expected}.")
    return Timing(
        path.stem,
        what,
        profile.voters,
        len(instance.projects),
        len(profile.weights),
        statistics.median(our_times),
        peak(),
        statistics.median(their_times) if theirs else None,
        peak() if theirs else None,
    )


def our_count(instance: Instance, profile: Profile, what: What) -> list[str]:
    """What we fund, sorted by id."""
    return sorted(count(instance, profile, RULES[what], ORDER).funded)


def pabutools_reads(path: Path) -> Callable[[], object]:
    """Reading and grouping in pabutools."""
    election = import_module("pabutools.election")

    def read() -> object:
        _, profile = election.parse_pabulib(str(path))
        return profile.as_multiprofile()

    return read


def pabutools_counts(path: Path, what: What) -> Callable[[], object]:
    """A count in pabutools, of ballots that are read and grouped: the ids it funds, sorted."""
    election, rules = import_module("pabutools.election"), import_module("pabutools.rules")
    instance, profile = election.parse_pabulib(str(path))
    grouped = profile.as_multiprofile()
    cost = election.Cost_Sat
    counts: dict[What, Callable[[], Any]] = {
        "greedy": lambda: rules.greedy_utilitarian_welfare(instance, grouped, sat_class=cost),
        "phragmen": lambda: rules.sequential_phragmen(instance, grouped),
        "one pass": lambda: rules.method_of_equal_shares(instance, grouped, sat_class=cost),
        "add1": lambda: rules.method_of_equal_shares(instance, grouped, sat_class=cost, voter_budget_increment=1),
    }
    return lambda: sorted(project.name for project in counts[what]())


# Generated rounds


def sizes(full: bool, runs: int) -> list[Size]:
    """Count rounds of more and more ballots, each in a fresh process, and print a line for each."""
    found = []
    heads = ("ballots", "distinct", "file MB", "read", "one pass", "Add1", "steps", "MB")
    click.echo(" ".join(f"{head:>10}" for head in heads))
    with tempfile.TemporaryDirectory() as folder:
        for voters in (10_000, 100_000, 1_000_000, *((10_000_000,) if full else ())):
            path = Path(folder) / f"{voters}.pb"
            fresh(generate, path, voters)
            size = fresh(measure_size, path, Path(folder) / "10000.pb", runs)
            found.append(size)
            click.echo(
                f"{size.voters:10,} {size.distinct:10,} {size.megabytes:10.1f} {size.read:10.3f} {size.one_pass:10.3f}"
                f" {size.add1:10.3f} {size.increments:10,} {size.memory:10,.0f}"
            )
    return found


def measure_size(path: Path, warm: Path, runs: int) -> Size:
    """Read, count in one pass and with Add1; medians. First a smaller round is counted, to load the kernels."""
    count(*read(warm), RULES["add1 published"], ORDER)
    one_core()
    reads: list[float] = []
    passes: list[float] = []
    add1s: list[float] = []
    for _ in range(runs):
        spent, (instance, profile) = clocked(partial(read, path))
        reads.append(spent)
        passes.append(clocked(partial(count, instance, profile, RULES["one pass"], ORDER))[0])
        spent, outcome = clocked(partial(count, instance, profile, RULES["add1 published"], ORDER))
        add1s.append(spent)
    assert outcome.shares
    return Size(
        voters=profile.voters,
        distinct=len(profile.weights),
        megabytes=path.stat().st_size / 2**20,
        read=statistics.median(reads),
        one_pass=statistics.median(passes),
        add1=statistics.median(add1s),
        increments=outcome.shares.increments,
        memory=peak(),
    )


def generate(path: Path, voters: int, projects: int = 300) -> None:
    """Write a round such as a large city might have; the same for the same numbers.

    A pot of 200 per voter for projects of five times as much, the dearest a hundred times as dear as the cheapest. Up
    to 8 projects on a ballot, the most popular a hundred times as often as the least, and those of the voter's own of
    20 districts five times as often. Every third voter copies one of 50 lists that go round in the district.
    """
    chance = np.random.Generator(np.random.PCG64(projects))
    sizes = 100 ** chance.random(projects)
    costs = np.ceil(sizes / sizes.sum() * 5 * 200 * voters).astype(int)
    popularity = 100 ** -chance.random(projects)
    district = np.arange(projects) % 20
    chances = popularity * np.where(district == np.arange(20)[:, None], 5, 1)
    steps = np.cumsum(chances, axis=1) / chances.sum(axis=1, keepdims=True)
    lists = np.array([np.searchsorted(row, chance.random((50, 8))) + 1 for row in steps])
    meta = {
        "description": f"A generated round of {voters} ballots",
        "country": "Nowhere",
        "unit": "Generated",
        "instance": "1",
        "num_projects": projects,
        "num_votes": voters,
        "budget": 200 * voters,
        "vote_type": "approval",
        "rule": "equalshares/add1",
        "date_begin": "2026",
        "date_end": "2026",
        "max_length": 8,
    }
    with path.open("w", encoding="utf-8") as file:
        file.writelines(["META\nkey;value\n", *(f"{key};{value}\n" for key, value in meta.items())])
        file.writelines(["PROJECTS\nproject_id;cost\n", *(f"{p};{cost}\n" for p, cost in enumerate(costs, 1))])
        file.write("VOTES\nvoter_id;vote\n")
        voter = 0
        with bar(range(0, voters, 20_000), lambda done: f"{done:,} of {voters:,} ballots written") as chunks:
            for start in chunks:
                size = min(20_000, voters - start)
                draws, lengths = chance.random((size, 8)), (4 + 5 * chance.random(size)).astype(int)
                copied = np.arange(size) % 3 == 0
                lengths[copied] = 6
                for home in range(20):
                    mine = slice(home, None, 20)
                    own = np.searchsorted(steps[home], draws[mine]) + 1
                    draws[mine] = np.where(copied[mine, None], lists[home, (draws[mine, 0] * 50).astype(int)], own)
                for length, row in zip(lengths.tolist(), draws.astype(int).tolist(), strict=True):
                    voter += 1
                    file.write(f"{voter};{','.join(map(str, dict.fromkeys(row[:length])))}\n")


def starts() -> dict[str, float]:
    """Seconds of `byalag tally` as a fresh process, with a small file and with one that needs the kernels; medians."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, voters in (("small", 100), ("with kernels", 100_000)):
            path = Path(folder) / f"{voters}.pb"
            fresh(generate, path, voters)
            command = [sys.executable, "-c", "from schema.cli import main; main()", "tally", str(path)]
            start = partial(subprocess.run, command, check=True, stdout=subprocess.DEVNULL)
            start()
            found[name] = statistics.median(clocked(start)[0] for _ in range(5))
            click.echo(f"byalag tally on {voters:,} ballots, from start to end: {found[name]:.3f} s")
    return found


# Clock, memory, processes


def read(path: Path) -> tuple[Instance, Profile]:
    """Read a file and group its ballots."""
    election = read_election(path.read_bytes())
    return election.instance, election.profile


def fresh(task: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """What a task returns that runs in a process of its own, whose memory nothing else has filled.

    It comes from a server of forks: one that is spawned here would take our own largest memory for its own.
    """
    with ProcessPoolExecutor(1, get_context("forkserver")) as pool:
        return pool.submit(task, *given, **named).result()


def clocked(task: Callable[[], T]) -> tuple[float, T]:
    """The seconds a task takes, with what it returns; a short one is done again until the clock is of use."""
    gc.collect()
    times = 0
    start = now = time.perf_counter()
    while now - start < SHORT:
        got = task()
        times += 1
        now = time.perf_counter()
    return (now - start) / times, got


def peak() -> float:
    """The largest memory that this process has had, in MB."""
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return largest / (2**20 if sys.platform == "darwin" else 2**10)  # bytes there, kilobytes elsewhere


def one_core() -> None:
    """Keep this process to one core, where the system can do that."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


@contextmanager
def bar(items: Sequence[T], label: Callable[[T], str]) -> Iterator[Iterable[T]]:
    """A progress bar on stderr, with the item at hand beside it."""
    with click.progressbar(
        items, file=sys.stderr, show_pos=True, item_show_func=lambda item: "" if item is None else label(item)
    ) as progress:
        yield progress
