"""What is counted: an instance (pot and projects) and a profile (the ballots). Money is in minor units.

Ballots are kept in arrays: row after row in one long `columns`, with `starts` to tell where each begins. Memory grows
with the distinct ballots, not with the voters.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, chain
from typing import Self

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Columns = NDArray[np.int32]
LIMIT = 2**53
"""Sums stay below this, so that a float holds each of them exactly."""


class Project(Struct, frozen=True):
    """A project on the ballot. `categories`: those it belongs to, which a rule may cap."""

    id: str
    cost: int
    categories: tuple[str, ...] = ()


class Instance(Struct, frozen=True):
    """A pot and the projects that compete for it; `ValueError` for amounts below zero or an id used twice."""

    budget: int
    projects: tuple[Project, ...]

    def __post_init__(self) -> None:
        amounts = (self.budget, *(project.cost for project in self.projects))
        if min(amounts) < 0:
            raise ValueError("An amount is below zero: give the pot and every project an amount of at least 0.")
        if max(amounts) >= LIMIT:
            raise ValueError(f"An amount is too large to count with: stay below {LIMIT}.")
        if len({project.id for project in self.projects}) < len(self.projects):
            raise ValueError("Two projects share an id: give each its own.")


class Rows(Struct, frozen=True):
    """Lists of numbers end to end: row `i` is `columns[starts[i]:starts[i + 1]]`, with `points` beside it.

    `points` is None where each is 1.
    """

    starts: Ints
    columns: Columns
    points: Ints | None = None

    def row(self, index: int) -> Columns:
        """The columns of one row."""
        return self.columns[self.starts[index] : self.starts[index + 1]]

    def points_of(self, index: int) -> Ints:
        """The points of one row, beside its columns."""
        part = slice(self.starts[index], self.starts[index + 1])
        return np.ones(part.stop - part.start, np.int64) if self.points is None else self.points[part]

    def __len__(self) -> int:
        return len(self.starts) - 1


class Profile(Struct, frozen=True):
    """The distinct ballots of a pot, in any order.

    `ids`: every project that a ballot may name; `ballots`: a row of columns into `ids` for each, none of them twice,
    each with at least one point; `weights`: how many voters cast exactly this ballot, or what they weigh together. A
    blank ballot is an empty row: its voters count.
    """

    ids: tuple[str, ...]
    ballots: Rows
    weights: Ints

    @classmethod
    def of(cls, ballots: Iterable[Iterable[str]]) -> Self:
        """Group approval ballots, each given as the ids of the projects it names; order says nothing."""
        groups = Counter(frozenset(choices) for choices in ballots)
        return cls.of_groups((sorted(choices), None, voters) for choices, voters in groups.items())

    @classmethod
    def of_points(cls, ballots: Iterable[Mapping[str, int]]) -> Self:
        """Group ballots that give points, each as project id -> points; without points there is no support."""
        groups = Counter(frozenset((name, given) for name, given in ballot.items() if given > 0) for ballot in ballots)
        rows = ((sorted(pairs), voters) for pairs, voters in groups.items())
        return cls.of_groups(([name for name, _ in row], [given for _, given in row], n) for row, n in rows)

    @classmethod
    def of_groups(cls, groups: Iterable[tuple[Sequence[str], Sequence[int] | None, int]]) -> Self:
        """Distinct ballots as (ids, points of each or None where every one gives 1, voters)."""
        listed = list(groups)
        ids = tuple(sorted({name for names, _, _ in listed for name in names}))
        column = {name: index for index, name in enumerate(ids)}
        starts = np.fromiter(accumulate((len(names) for names, _, _ in listed), initial=0), np.int64)
        columns = np.fromiter((column[name] for names, _, _ in listed for name in names), np.int32)
        pointed = any(given is not None for _, given, _ in listed)
        points = chain.from_iterable(given if given is not None else [1] * len(names) for names, given, _ in listed)
        return cls(
            ids,
            Rows(starts, columns, np.fromiter(points, np.int64) if pointed else None),
            np.fromiter((voters for _, _, voters in listed), np.int64, len(listed)),
        )

    @property
    def voters(self) -> int:
        """How many ballots were cast, blank ones included (or what they weigh)."""
        return int(self.weights.sum())
