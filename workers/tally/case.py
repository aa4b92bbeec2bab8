"""A case: instance, profile and tie order made ready to count by any rule.

Projects stand in the tie order, so that of several that are level the one with the lowest index comes first. The lot
is drawn from a public seed before the count and stays the same throughout it, so that the increments of Add1 differ
in money only. The default order (lower cost, more votes, lot) is the one equalshares.net advises.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, Self

import numpy as np
from msgspec import Struct

from schema.outcome import TieBroken
from schema.rules import Criterion, TieOrder
from workers.tally.instance import LIMIT, Columns, Instance, Ints, Profile, Project, Rows


def lot(seed: str, project: str) -> int:
    """The place of a project in the lot, lowest first: SHA-256 over seed, NUL and project id as a big-endian number."""
    return int.from_bytes(sha256(f"{seed}\0{project}".encode()).digest())


class Case(Struct, frozen=True):
    """What is counted. All lists and rows go by the index of a project in `projects`, which is its place among equals.

    `votes`: how many voters (by weight) give it points; `scores`: how many points. `ballots`: a row of project
    indices for each distinct ballot; `supporters`: a row of ballot indices for each project, both with their points.
    `weights`: the voters of each distinct ballot; `voters`: all of them, blank ballots included.
    """

    budget: int
    projects: tuple[Project, ...]
    order: TieOrder
    votes: list[int]
    scores: list[int]
    ballots: Rows
    supporters: Rows
    weights: Ints
    voters: int

    @classmethod
    def of(cls, instance: Instance, profile: Profile, order: TieOrder) -> Self:
        """Prepare a count; `ValueError` if a ballot names a project outside the instance, or sums grow too large."""
        index = {project.id: number for number, project in enumerate(instance.projects)}
        if unknown := [name for name in profile.ids if name not in index]:
            raise ValueError(f"A ballot names {min(unknown)!r}, which is no project of this pot.")
        rows, size = profile.ballots, len(instance.projects)
        heads = np.repeat(profile.weights, np.diff(rows.starts))
        points = heads if rows.points is None else heads * rows.points
        if max(_sum(points), _sum(profile.weights)) >= LIMIT:
            raise ValueError(f"The ballots weigh too much to count with: stay below {LIMIT} points in all.")
        named = [index[name] for name in profile.ids]
        votes = _sums(rows.columns, heads, named, size)
        scores = votes if rows.points is None else _sums(rows.columns, points, named, size)
        places = sorted(
            range(size),
            key=lambda i: [_measure(order, each, instance.projects[i], votes[i]) for each in order.criteria],
        )
        place = {number: position for position, number in enumerate(places)}
        columns = np.array([place[number] for number in named], np.int32)[rows.columns]
        return cls(
            instance.budget,
            tuple(instance.projects[number] for number in places),
            order,
            [votes[number] for number in places],
            [scores[number] for number in places],
            Rows(rows.starts, columns, rows.points),
            _turned(rows, columns, size),
            profile.weights,
            profile.voters,
        )

    def tie(self, level: Iterable[int]) -> tuple[TieBroken, ...]:
        """How the tie order chose the first of these projects; empty where there is only one."""
        places = sorted(level)
        tied = [self.projects[place] for place in places]
        if len(tied) < 2:
            return ()
        criterion, _ = self.deciding(places[0], places[1])
        return (TieBroken(tuple(project.id for project in tied), tied[0].id, criterion),)

    def deciding(self, one: int, other: int, further: int = 0) -> tuple[Criterion, bool]:
        """What puts one of two projects first in the tie order; and whether `one`, if it had `further` more votes."""
        for criterion in self.order.criteria:
            mine = _measure(self.order, criterion, self.projects[one], self.votes[one] + further)
            theirs = _measure(self.order, criterion, self.projects[other], self.votes[other])
            if mine != theirs:
                return criterion, mine < theirs
        raise AssertionError("The last criterion tells any two projects apart.")


def _measure(order: TieOrder, criterion: Criterion, project: Project, votes: int) -> Any:
    """How a criterion sees a project, as a number or as a text: what comes first is lowest."""
    match criterion:
        case "lower_cost":
            return project.cost
        case "more_votes":
            return -votes
        case "id":
            return project.id
        case "lot":
            return lot(order.seed, project.id)


def _sum(numbers: Ints) -> float:
    """A sum that cannot wrap round."""
    return float(numbers.sum(dtype=np.float64))


def _sums(columns: Columns, amounts: Ints, named: Sequence[int], size: int) -> list[int]:
    """The sum of `amounts` for each project; exact, since none of them reaches the limit of a float."""
    sums = [0] * size
    for number, total in zip(named, np.bincount(columns, amounts, len(named)).tolist(), strict=True):
        sums[number] = int(total)
    return sums


def _turned(rows: Rows, columns: Columns, size: int) -> Rows:
    """For each column the rows that hold it, with the points they give it there."""
    # Sorting small unsigned numbers is a radix sort: linear.
    order = np.argsort(columns.astype(np.uint16 if size < 2**16 else np.int32), kind="stable")
    holders = np.repeat(np.arange(len(rows), dtype=np.int32), np.diff(rows.starts))[order]
    starts = np.concatenate(([0], np.cumsum(np.bincount(columns, minlength=size), dtype=np.int64)))
    return Rows(starts, holders, None if rows.points is None else rows.points[order])
