"""Small elections by hand and by chance, and every rule in every variant that decides differently."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from itertools import product
from typing import Literal
from unittest.mock import patch

from hypothesis import settings
from hypothesis import strategies as st

from schema.rules import (
    Completion,
    EqualShares,
    GreedyByVotes,
    MaximinSupport,
    Rule,
    SequentialPhragmen,
    TieOrder,
    Utility,
)
from workers.tally import Instance, Profile, Project

Ballots = Sequence[Mapping[str, int]]
"""Points by project, one mapping per voter."""
Election = tuple[Instance, Ballots]
ORDER = TieOrder("a seed")
UTILITIES: tuple[Utility, ...] = ("cost", "cardinality", "additive")
INCREMENTS: tuple[tuple[int, Literal["overspending", "exhaustive"]], ...] = (
    (0, "overspending"),
    (1, "overspending"),
    (3, "overspending"),
    (1, "exhaustive"),
)
COMPLETIONS: tuple[Completion, ...] = ("none", "votes", "phragmen")
ADD1 = EqualShares(step=1)
# The projects that exclude each other are among those that every instance by chance has.
GREEDY = (
    GreedyByVotes(),
    GreedyByVotes(per_cost=True),
    GreedyByVotes(misfit="stop"),
    GreedyByVotes(threshold=3),
    GreedyByVotes(threshold_percent=30),
    GreedyByVotes(exclusive=(("a", "b"),)),
    GreedyByVotes(partial_percent=40),
    GreedyByVotes(misfit="stop", threshold=2, partial_percent=40, reserve=True),
    GreedyByVotes(True, "stop", 1, 20, (("a", "b"),), 60, reserve=True),
)
SHARES = tuple(
    EqualShares(utility, step, until, completion, comparison)
    for utility, (step, until), completion, comparison in product(UTILITIES, INCREMENTS, COMPLETIONS, (False, True))
)
RULES: tuple[Rule, ...] = (
    *GREEDY,
    *SHARES,
    SequentialPhragmen(),
    SequentialPhragmen(misfit="skip"),
    MaximinSupport(),
    MaximinSupport(misfit="skip"),
    EqualShares(completion="votes", partial_percent=30),
    EqualShares(step=1, completion="phragmen", partial_percent=30),
    SequentialPhragmen("stop", 30),
    SequentialPhragmen("skip", 30),
    MaximinSupport("stop", 30),
    MaximinSupport("skip", 30),
)
steady = settings(deadline=None, max_examples=150)
rules = st.one_of(*map(st.sampled_from, (GREEDY, SHARES, RULES[-10:])))


def pot(budget: int, **costs: int) -> Instance:
    """An instance with projects named by single letters."""
    return Instance(budget, tuple(Project(name, cost) for name, cost in costs.items()))


def cast(ballots: str) -> Profile:
    """A profile from words: "ab ab -" is two ballots for a and b, and a blank one."""
    return Profile.of(word.replace("-", "") for word in ballots.split())


def profile_of(ballots: Ballots) -> Profile:
    """A profile of approval where no ballot gives a project more than one point, and one of points otherwise."""
    approval = all(points == 1 for ballot in ballots for points in ballot.values())
    return Profile.of(ballots) if approval else Profile.of_points(ballots)


@st.composite
def instances(draw: st.DrawFn, unlike: bool = False) -> Instance:
    """Two to six projects; with `unlike` no two cost the same, so that no tie gets as far as the lot."""
    costs = draw(st.lists(st.integers(0, 20), min_size=2, max_size=6, unique=unlike))
    return pot(draw(st.integers(0, 60)), **dict(zip("abcdef", costs, strict=False)))


@st.composite
def elections(draw: st.DrawFn, unlike: bool = False) -> Election:
    """An instance and up to nine ballots, blank ones among them: all of approval, or all of points."""
    instance = draw(instances(unlike))
    names = st.sampled_from([project.id for project in instance.projects])
    points = st.just(1) if draw(st.booleans()) else st.integers(1, 3)
    return instance, draw(st.lists(st.dictionaries(names, points), max_size=9))


@contextmanager
def kernel(machine_code: bool) -> Iterator[None]:
    """Count equal shares by compiled loops, or by the same loops as they stand."""
    # The package holds a function of this name.
    module = import_module("workers.tally.equal_shares")
    with patch.object(module, "pays", lambda case, rule: machine_code):
        yield
