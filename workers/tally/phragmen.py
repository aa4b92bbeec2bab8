"""Phragmén's sequential method, and the completion of equal shares by it.

Source: Brill, Freeman, Janson and Lackner, Phragmén's Voting Methods and Justified Representation, Mathematical
Programming 203, 2024 (AAAI 2017); for projects of unequal cost: Los, Christoff and Grossi, Proportional Budget
Allocations: Towards a Systematization, IJCAI 2022. A voter's load is what she has paid so far. A project that is
bought brings all its supporters to one load, (its cost + the loads they had) / their number; the project for which
that is least comes next.

Support is approval: a ballot supports a project or not, and points beyond the first say nothing here. A project
without supporters is never bought. (pabutools 1.2.3 gives such a project an infinite load and buys it when nothing
else remains; the papers let supporters pay, and there are none.) One that costs more than the whole pot never takes
part. Of projects whose turn comes at the same load all must fit, or the count ends there ("stop"): some supporters
could pay then, and the pot cannot. Partial funding, which no paper has, gives what is left to the first project of
which that is so, as greedy does.
"""

from collections.abc import Collection
from fractions import Fraction
from math import gcd, inf, lcm
from operator import mul
from typing import Any, Protocol

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from schema.outcome import (
    CostsMoreThanPot,
    Explanation,
    FundedByLoad,
    FundedInPart,
    LoadTooHigh,
    Outcome,
    TieBroken,
    exact,
)
from schema.rules import Misfit, SequentialPhragmen
from workers.tally.case import Case

Floats = NDArray[np.float64]


class Paid(Struct, frozen=True):
    """What each voter has paid when Phragmén's method sets out: what the method of equal shares took from her.

    `emptied`, one for each distinct ballot: she has paid her whole `share`. The others have paid `payments[p]` for
    each project `p` on their ballot (0 for one that is not funded); with `per_point` for each point they gave it.
    """

    share: Fraction
    payments: list[Fraction]
    emptied: NDArray[np.bool_]
    per_point: bool = False


class Turn(Struct, frozen=True):
    """A project whose turn came at `load`, with `left` in the pot just then."""

    project: int
    load: Fraction
    left: int


class Race(Struct, frozen=True):
    """Which projects were funded, and which did not fit, in the order of their turns; ties as they were broken.

    `partly`: the one that did not fit and got what was left, if there is one. `waiting`: the load that a project would
    have come to next, for each whose turn had not come at the end.
    """

    funded: list[Turn]
    partly: list[Turn]
    misfits: list[Turn]
    ties: list[TieBroken]
    waiting: dict[int, Fraction]


def sequential_phragmen(case: Case, rule: SequentialPhragmen) -> Outcome:
    """Phragmén's sequential method (see above): fund by least load until one does not fit, or while any fits."""
    return told(case, race(case, _Loads(case, None), (), case.budget, rule.misfit, rule.partial_percent))


def complete_by_loads(case: Case, funded: Collection[int], left: int, paid: Paid, partial_percent: int = 0) -> Race:
    """Spend what equal shares `left` by Phragmén's method, passing over what does not fit; `funded` are out.

    Voters start from the loads that equal shares gave them, which is to say with the money they still hold, and go on
    earning at the same pace. Source: Peters and Skowron, Proportionality and the Limits of Welfarism, EC 2020;
    Lackner and Skowron, Multi-Winner Voting with Approval Preferences, 2023, rule 11. There each starting load is
    minus the money held: the same but for a constant. A project that costs nothing is bought at once, and no load
    changes.
    """
    return race(case, _Loads(case, paid), funded, left, "skip", partial_percent)


class Loads(Protocol):
    """What a race asks of the loads of voters; projects by index."""

    def nearest(self, rivals: list[int]) -> list[int]:
        """Those of the `rivals`, in their order, that may come next: the least loads are among them."""

    def of(self, project: int) -> Fraction:
        """The load to which buying it now would bring a voter."""

    def rise(self, project: int, load: Fraction) -> None:
        """It is bought, at `load`."""


def race(case: Case, loads: Loads, funded: Collection[int], left: int, misfit: Misfit, partial_percent: int) -> Race:
    """Let projects come by least load, and fund each that fits into `left`; those `funded` already do not take part.

    Neither do those that cost more than the whole pot or have no supporter.
    """

    def enough(index: int) -> bool:
        """Whether what is left is a part of the cost that is given."""
        return 0 < partial_percent * case.projects[index].cost <= 100 * left

    every = range(len(case.projects))
    rivals = [i for i in every if i not in funded and case.projects[i].cost <= case.budget and case.votes[i]]
    ran = Race([], [], [], [], {})
    while rivals:
        turns = {index: loads.of(index) for index in loads.nearest(rivals)}
        least = min(turns.values())
        level = [index for index, load in turns.items() if load == least]
        gone = misfits = [index for index in level if case.projects[index].cost > left]
        in_part = bool(misfits) and not ran.misfits and enough(misfits[0])
        if in_part:
            ran.ties.extend(case.tie(filter(enough, misfits)))
        if in_part or (misfits and misfit == "stop"):
            (ran.partly if in_part else ran.misfits).append(Turn(misfits[0], least, left))
            ran.waiting.update((index, loads.of(index)) for index in rivals if index != misfits[0])
            break
        ran.misfits.extend(Turn(index, least, left) for index in misfits)
        if fitting := [index for index in level if index not in misfits]:
            ran.ties.extend(case.tie(fitting))
            ran.funded.append(Turn(fitting[0], least, left))
            left -= case.projects[fitting[0]].cost
            loads.rise(fitting[0], least)
            gone = [*misfits, fitting[0]]
        rivals = [index for index in rivals if index not in gone]
    return ran


def told(case: Case, ran: Race) -> Outcome:
    """The outcome of a race by loads, with the reason for each project."""
    reasons: dict[int, Explanation] = {}
    for position, turn in enumerate(ran.funded, 1):
        project, votes = case.projects[turn.project], case.votes[turn.project]
        reasons[turn.project] = FundedByLoad(project.id, position, votes, project.cost, exact(turn.load), turn.left)
    spent = sum(case.projects[index].cost for index in reasons)
    for turn in ran.partly:
        project, votes = case.projects[turn.project], case.votes[turn.project]
        reasons[turn.project] = FundedInPart(project.id, votes, case.scores[turn.project], project.cost, turn.left)
        spent += turn.left
    refused: dict[int, tuple[Fraction, int, str | None]] = {t.project: (t.load, t.left, None) for t in ran.misfits}
    if ran.waiting:
        ended_at = case.projects[(ran.partly or ran.misfits)[0].project].id
        refused |= {index: (load, case.budget - spent, ended_at) for index, load in ran.waiting.items()}
    others = [index for index in range(len(case.projects)) if index not in reasons]
    for index in sorted(others, key=lambda index: (-case.scores[index], index)):
        project, votes = case.projects[index], case.votes[index]
        if project.cost > case.budget:
            reasons[index] = CostsMoreThanPot(project.id, votes, project.cost, case.budget)
        elif index in refused:
            load, left, ended = refused[index]
            reasons[index] = LoadTooHigh(project.id, votes, project.cost, exact(load), left, ended)
        else:
            reasons[index] = LoadTooHigh(project.id, votes, project.cost, None, case.budget - spent, None)
    return Outcome(
        funded=tuple(case.projects[turn.project].id for turn in ran.funded),
        spent=spent,
        budget=case.budget,
        explanations=tuple(reasons.values()),
        ties=tuple(ran.ties),
        partly=next((case.projects[turn.project].id for turn in ran.partly), None),
    )


class _Loads:
    """The loads of all voters.

    A voter's load is the one at which a project of hers was bought last, or still the one she started from. So the
    loads that the supporters of a project bring along are few exact amounts, each times a whole number of voters.
    """

    def __init__(self, case: Case, paid: Paid | None) -> None:
        self.case = case
        self.paid = paid
        self.weights = case.weights.astype(np.float64)
        # Exact, all over `scale`: the payments voters set out with (a whole share, or by project), and what each
        # purchase came to; for each ballot which was its last, 0 before any.
        payments = [] if paid is None else [paid.share, *paid.payments]
        self.scale = lcm(*(payment.denominator for payment in payments))
        self.payments = [payment.numerator * (self.scale // payment.denominator) for payment in payments]
        self.purchases = [0]
        self.last = np.zeros(len(case.ballots), np.int64)
        # The nearest floats.
        self.near = np.zeros(1)
        self.start = None if paid is None else _start(case, paid)
        # Sums of floats that are not negative stay within this factor, twice over, of the exact ones.
        self.margin = 1 + (len(case.ballots) + len(case.projects) + 8) * 2**-50
        # A project's load only grows while others are bought: the latest known, and at which purchase.
        self.bounds = [project.cost / max(votes, 1) for project, votes in zip(case.projects, case.votes, strict=True)]
        self.known = [-1] * len(case.projects)
        self.counts: dict[int, NDArray[Any]] = {}

    def nearest(self, rivals: list[int]) -> list[int]:
        """Those of the `rivals` that may come next, as far as floats can tell."""
        limit = inf
        for index in sorted(rivals, key=self.bounds.__getitem__):
            if self.bounds[index] > limit:
                break
            self._look(index)
            limit = min(limit, self.bounds[index] * self.margin)
        return [index for index in rivals if self.bounds[index] <= limit]

    def _look(self, index: int) -> None:
        """Bring what is known of a project up to date."""
        if self.known[index] == len(self.purchases):
            return
        supporters = self.case.supporters.row(index)
        last, weights = self.last.take(supporters), self.weights.take(supporters)
        self.counts[index] = np.bincount(last, weights, len(self.near))
        total = self.counts[index].dot(self.near)
        if self.start is not None:
            total += np.sum(weights * np.where(last, 0, self.start.take(supporters)))
        self.bounds[index] = float(self.case.projects[index].cost + total) / self.case.votes[index]
        self.known[index] = len(self.purchases)

    def of(self, index: int) -> Fraction:
        """The load to which a project would bring its supporters."""
        self._look(index)
        counts = map(int, self.counts[index].tolist())
        brought = self.case.projects[index].cost * self.scale + sum(map(mul, counts, self.purchases))
        if self.paid is not None:
            brought += sum(map(mul, self._unmoved(index, self.paid), self.payments))
        return Fraction(brought, self.scale * self.case.votes[index])

    def rise(self, index: int, load: Fraction) -> None:
        """A project is bought: its supporters come to `load`, unless there was nothing to pay."""
        if self.case.projects[index].cost == 0:
            return
        finer = load.denominator // gcd(load.denominator, self.scale)
        self.scale *= finer
        self.payments = [amount * finer for amount in self.payments]
        self.purchases = [amount * finer for amount in self.purchases]
        self.purchases.append(load.numerator * (self.scale // load.denominator))
        self.near = np.append(self.near, float(load))
        self.last[self.case.supporters.row(index)] = len(self.purchases) - 1

    def _unmoved(self, index: int, paid: Paid) -> list[int]:
        """How often each of `payments` was made by those supporters of a project who have bought nothing since."""
        case = self.case
        ballots = case.supporters.row(index)
        ballots = ballots[self.last[ballots] == 0]
        emptied = int(case.weights[ballots[paid.emptied[ballots]]].sum())
        ballots = ballots[~paid.emptied[ballots]]
        lengths = case.ballots.starts[ballots + 1] - case.ballots.starts[ballots]
        ends = np.cumsum(lengths)
        entries = np.arange(lengths.sum()) + np.repeat(case.ballots.starts[ballots] - ends + lengths, lengths)
        given = np.repeat(self.weights[ballots], lengths)
        if paid.per_point and case.ballots.points is not None:
            given *= case.ballots.points[entries]
        counts = np.bincount(case.ballots.columns[entries], given, len(case.projects)).tolist()
        return [emptied, *map(int, counts)]


def _start(case: Case, paid: Paid) -> Floats:
    """What each distinct ballot has paid, as floats."""
    payments = np.array([float(payment) for payment in paid.payments])[case.ballots.columns]
    if paid.per_point and case.ballots.points is not None:
        payments *= case.ballots.points
    # A running sum would lose precision; a blank ballot has no entry of its own to add up.
    owners = np.repeat(np.arange(len(case.ballots)), np.diff(case.ballots.starts))
    return np.where(paid.emptied, float(paid.share), np.bincount(owners, payments, len(case.ballots)))
