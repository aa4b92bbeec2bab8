"""Agreement with pabutools on every real election at hand: `python -m tests.tally.agreement [NAME ...]`, an hour.

Each file is read by both and counted by both, from what pabutools read. The table shows the seconds of both together;
a dash is what takes too long. The exit code is 1 if anything differs.
"""

import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from schema.rules import EqualShares, GreedyByVotes, Rule, SequentialPhragmen, TieOrder
from tests.pabulib import elections
from tests.tally.oracle import Ballots, Election, funded, pabutools_reads
from workers.tally import Instance, Profile, count
from workers.tally.reading import read_election

LONG = 20.0
"""Seconds for Add1; the others may take ten times as long."""
STEP = 100
ORDER = TieOrder("agreement", ("lower_cost", "more_votes", "id"))
ONE_PASS: dict[str, Rule] = {
    "greedy": GreedyByVotes(),
    "per cost": GreedyByVotes(per_cost=True),
    "shares": EqualShares(),
    "cardinality": EqualShares("cardinality"),
    "additive": EqualShares("additive"),
    "shares, votes": EqualShares(completion="votes"),
    "Phragmén": SequentialPhragmen(),
}
ADD1: dict[str, Rule] = {
    "Add1 until exhaustive": EqualShares(step=STEP, until="exhaustive"),
    "Add1": EqualShares(step=STEP),
}
NAMES = ("reading", *ONE_PASS, *ADD1)


def grouped(profile: Profile) -> Counter[frozenset[tuple[str, int]]]:
    """How many voters cast each ballot, as points of projects."""
    rows = (
        (profile.ballots.row(i).tolist(), profile.ballots.points_of(i).tolist()) for i in range(len(profile.ballots))
    )
    names = (frozenset((profile.ids[c], given) for c, given in zip(*row, strict=True)) for row in rows)
    return Counter(dict(zip(names, profile.weights.tolist(), strict=True)))


def reads_the_same(path: Path, instance: Instance, ballots: Ballots) -> bool:
    """Whether we read from a file the pot, the projects and the ballots that pabutools reads.

    But for projects that were withdrawn after the vote: pabutools keeps them, with a cost that no pot pays.
    """
    ours = read_election(path.read_bytes())
    gone = ours.head.withdrawn
    listed = sorted((project.id, project.cost) for project in ours.instance.projects)
    running = [{choice: given for choice, given in ballot.items() if choice not in gone} for ballot in ballots]
    return (
        ours.instance.budget == instance.budget
        and listed == [(project.id, project.cost) for project in instance.projects if project.id not in gone]
        and grouped(ours.profile) == grouped(Profile.of_points(running))
    )


def counts_the_same(instance: Instance, ballots: Ballots, rule: Rule) -> bool:
    """Whether both fund the same projects."""
    theirs = funded(Election(instance, ballots, ORDER, grouped=True), rule)
    return sorted(theirs) == sorted(count(instance, Profile.of_points(ballots), rule, ORDER).funded)


def judge(path: Path, answer: Connection) -> None:
    """Send, one name after another, whether we agree on a file and the seconds that it took to find out."""
    instance, ballots = pabutools_reads(path)
    for name in NAMES:
        start = time.perf_counter()
        if name == "reading":
            same = reads_the_same(path, instance, ballots)
        else:
            same = counts_the_same(instance, ballots, (ONE_PASS | ADD1)[name])
        answer.send((same, time.perf_counter() - start))


def cells(path: Path) -> Iterator[str]:
    """For each name seconds or DIFFERS; a dash once a count has taken too long."""
    context = get_context("forkserver")
    mine, its = context.Pipe(duplex=False)
    process = context.Process(target=judge, args=(path, its))
    process.start()
    its.close()
    for number, name in enumerate(NAMES):
        if not mine.poll(LONG if name in ADD1 else 10 * LONG):
            yield from ["-"] * (len(NAMES) - number)
            break
        try:
            same, spent = mine.recv()
        except EOFError:
            yield from ["FAILED"] * (len(NAMES) - number)
            break
        yield f"{spent:.2f}" if same else "DIFFERS"
    process.kill()
    process.join()


def main(names: Sequence[str]) -> int:
    """Print the table; 1 if anything differs or failed."""
    paths = [path for path in elections() if not names or path.stem in names]
    get_context("forkserver").set_forkserver_preload(["tests.tally.oracle", "workers.tally.reading"])
    widths = [max(len(name), 8) for name in NAMES]
    wrong = False
    rows = ((path.stem, *cells(path)) for path in paths)
    for first, *rest in chain([("file", *NAMES)], rows):
        row = " ".join(f"{cell:>{width}}" for cell, width in zip(rest, widths, strict=True))
        sys.stdout.write(f"{first:70} {row}\n")
        sys.stdout.flush()
        wrong = wrong or bool({"DIFFERS", "FAILED"} & set(rest))
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
