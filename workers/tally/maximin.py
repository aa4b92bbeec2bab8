"""The maximin support method.

Source: Sánchez-Fernández, Fernández-García, Fisteus and Brill, The maximin support method: an extension of the
D'Hondt method to approval-based multiwinner elections, Mathematical Programming 203, 2024; for projects of unequal
cost: Aziz, Lee and Talmon, Proportionally Representative Participatory Budgeting: Axioms and Algorithms, AAMAS 2018.
Supporters of the funded projects pay for them, and may share all costs anew whenever one is added, so that the
largest load of a voter is as small as can be; the project with which that is least comes next.

By the theorem of Hall the least largest load is that of the group worst off: the maximum, over sets of the projects,
of their cost divided by the number of voters who support any of them.

Support is approval, as for Phragmén's method, and so is what counts as a misfit and who takes part. (pabutools 1.2.3
solves a linear program in floats for each candidate, and takes the wrong project where loads differ by 1 in 10**9;
it always passes over what does not fit, and funds projects without supporters at the end.)
"""

from collections import deque
from fractions import Fraction
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from schema.outcome import Outcome
from schema.rules import MaximinSupport
from workers.tally.case import Case
from workers.tally.compiled import at_hand, compiled
from workers.tally.instance import Columns, Ints
from workers.tally.phragmen import Floats, race, told

REMEMBERED = 8
"""So many groups of projects are looked at before voters are asked who pays what."""


def maximin_support(case: Case, rule: MaximinSupport) -> Outcome:
    """Maximin support (see above): fund by least largest load until one does not fit, or while any fits."""
    return told(case, race(case, _Shared(case), (), case.budget, rule.misfit, rule.partial_percent))


class _Group(Struct, frozen=True):
    """Projects by what they cost together, and their supporters by number and by ballot."""

    cost: int
    heads: int
    voters: NDArray[np.bool_]


class _Shared:
    """The loads of all voters while the funded projects are shared as evenly as can be."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.costs = [project.cost for project in case.projects]
        # Where each entry of a ballot stands among the entries of supporters.
        self.links = np.empty(len(case.ballots.columns), np.int64)
        self.links[np.argsort(case.ballots.columns, kind="stable")] = np.arange(len(self.links))
        # Amounts are costs times voters. Where machine words could not hold them, Python's numbers do.
        wide = 2 * case.budget * max(case.voters, 1) >= 2**63
        self.numbers: type = object if wide else np.int64
        large = at_hand() or len(self.links) > 1000
        self.pay = compiled(_pay) if large and not wide else _pay
        # The largest load so far, and what every ballot pays for each funded project then, nearly; the same for the
        # project that may come next, should it be bought.
        self.largest = Fraction(0)
        self.paid = np.zeros(len(self.links))
        self.next: tuple[int, Floats] | None = None
        self.funded: list[int] = []
        # Groups of funded projects that were worst off with one more, the latest last; and with each project.
        self.groups: deque[_Group] = deque(maxlen=REMEMBERED)
        self.worst: dict[int, list[int]] = {}
        # A load only grows while others are bought: the latest known, and whether it still holds.
        self.bounds = [Fraction(cost, max(votes, 1)) for cost, votes in zip(self.costs, case.votes, strict=True)]
        self.holds = [False] * len(self.costs)

    def nearest(self, rivals: list[int]) -> list[int]:
        """Those of the `rivals` with the least load."""
        limit: Fraction | None = None
        for index in sorted(rivals, key=self.bounds.__getitem__):
            if limit is not None and self.bounds[index] > limit:
                break
            self._look(index, limit)
            if self.holds[index]:
                limit = self.bounds[index]
        return [index for index in rivals if self.holds[index] and self.bounds[index] == limit]

    def of(self, project: int) -> Fraction:
        """The largest load of a voter if it is bought and all is shared anew."""
        self._look(project, None)
        return self.bounds[project]

    def rise(self, project: int, load: Fraction) -> None:
        """It is bought, at `load`."""
        self.funded.append(project)
        self.largest = load
        if self.next is not None and self.next[0] == project:
            self.paid = self.next[1]
        else:
            self.paid, _ = self._share(self.funded, load, self.paid)
        self.next = None
        self.holds = [False] * len(self.costs)
        self._remember(self.worst.get(project, []))

    def _look(self, project: int, limit: Fraction | None) -> None:
        """Find the load of a project; or only that it is above the `limit`.

        From below: while voters cannot pay all projects at a load, the group worst off tells of a higher one. Groups
        that were worst off with others often are with this one as well, and tell much of that at once.
        """
        if self.holds[project]:
            return
        known = (self._with(group, project) for group in self.groups)
        load, paid = max(self.bounds[project], self.largest, *known), self.paid
        while limit is None or load <= limit:
            paid, worst = self._share([*self.funded, project], load, paid)
            if not worst:
                self.holds[project] = True
                self.next = project, paid
                break
            self.worst[project] = worst
            self._remember([index for index in worst if index != project])
            load = self._with(self.groups[-1], project)
        self.bounds[project] = load

    def _remember(self, projects: list[int]) -> None:
        """Keep a group of funded projects; the oldest one gives way."""
        voters = np.zeros(len(self.case.ballots), np.bool_)
        for index in projects:
            voters[self.case.supporters.row(index)] = True
        self.groups.append(_Group(sum(self.costs[i] for i in projects), int(self.case.weights[voters].sum()), voters))

    def _with(self, group: "_Group", project: int) -> Fraction:
        """The load of a group with one more project: no sharing brings all of their supporters below it."""
        row = self.case.supporters.row(project)
        more = int(self.case.weights[row[~group.voters[row]]].sum())
        return Fraction(group.cost + self.costs[project], group.heads + more)

    def _share(self, projects: list[int], load: Fraction, paid: Floats) -> tuple[Floats, list[int]]:
        """Let the supporters pay these projects, with no load above `load`, much as in `paid`.

        Return what each entry of supporters pays, nearly; and the projects for which it is exactly too little.
        """
        case, unit = self.case, load.denominator
        unpaid: NDArray[Any] = np.zeros(len(self.costs), self.numbers)
        unpaid[projects] = [self.costs[index] * unit for index in projects]
        purses: NDArray[Any] = case.weights.astype(self.numbers) * load.numerator
        flow: NDArray[Any] = np.zeros(len(self.links), self.numbers)
        short = self.pay(
            case.supporters.starts,
            case.supporters.columns,
            case.ballots.starts,
            case.ballots.columns,
            self.links,
            np.array(projects),
            unpaid,
            purses,
            paid * float(unit),
            flow,
        )
        return flow.astype(np.float64) / float(unit), np.flatnonzero(short).tolist()


def _pay(  # noqa: PLR0912, PLR0915  # a kernel stands alone
    starts: Ints,
    supporters: Columns,
    rows: Ints,
    columns: Columns,
    links: Ints,
    projects: Ints,
    unpaid: Ints,
    purses: Ints,
    guess: Floats,
    flow: Ints,
) -> NDArray[np.bool_]:
    """Pay `projects` from the `purses` of ballots: a largest flow, as by Dinic, that starts from a `guess`.

    Projects to supporters are rows `starts` of `supporters`, with `flow` beside; ballots to projects `rows` of
    `columns`, with `links` to the entries of supporters. What is left `unpaid` and in the purses stays there. Return
    for each project whether it is among the worst off: their supporters' purses are empty, and pay for nothing else.
    """
    for project in projects:
        for entry in range(starts[project], starts[project + 1]):
            amount = min(int(guess[entry] + 0.5), unpaid[project], purses[supporters[entry]])
            flow[entry] = amount
            unpaid[project] -= amount
            purses[supporters[entry]] -= amount
    # What rounding left unpaid is little: any purse will do, and few of the projects are left for the search.
    for project in projects:
        for entry in range(starts[project], starts[project + 1]):
            if unpaid[project] == 0:
                break
            amount = min(unpaid[project], purses[supporters[entry]])
            flow[entry] += amount
            unpaid[project] -= amount
            purses[supporters[entry]] -= amount
    path = np.zeros(len(unpaid), np.int64)
    freed = np.zeros(len(unpaid), np.int64)
    queue = np.zeros(len(unpaid), np.int64)
    crowd = np.zeros(len(purses), np.int64)
    while True:
        # How many steps away from an unpaid project: projects ask supporters, who ask to be freed of others they pay.
        steps = np.full(len(unpaid), -1)
        paces = np.full(len(purses), -1)
        waiting = 0
        for project in projects:
            if unpaid[project] > 0:
                steps[project] = 0
                queue[waiting] = project
                waiting += 1
        done = 0
        asked = 0
        solvent = False
        while done < waiting and not solvent:
            fresh = asked
            layer = waiting
            while done < layer:
                project = queue[done]
                done += 1
                for entry in range(starts[project], starts[project + 1]):
                    ballot = supporters[entry]
                    if paces[ballot] < 0:
                        paces[ballot] = steps[project] + 1
                        crowd[asked] = ballot
                        asked += 1
                        solvent = solvent or purses[ballot] > 0
            while fresh < asked and not solvent:
                ballot = crowd[fresh]
                fresh += 1
                for place in range(rows[ballot], rows[ballot + 1]):
                    project = columns[place]
                    if steps[project] < 0 and flow[links[place]] > 0:
                        steps[project] = paces[ballot] + 1
                        queue[waiting] = project
                        waiting += 1
        if not solvent:
            return steps >= 0
        # Along shortest ways only, and never twice into a way without end.
        arcs = starts[:-1].copy()
        turns = rows[:-1].copy()
        for source in projects:
            depth = 0
            path[0] = source
            while unpaid[source] > 0 and depth >= 0:
                project = path[depth]
                while arcs[project] < starts[project + 1] and paces[supporters[arcs[project]]] != steps[project] + 1:
                    arcs[project] += 1
                if arcs[project] == starts[project + 1]:
                    steps[project] = -2
                    depth -= 1
                    continue
                ballot = supporters[arcs[project]]
                if purses[ballot] > 0:
                    amount = min(unpaid[source], purses[ballot])
                    for step in range(depth):
                        amount = min(amount, flow[freed[step]])
                    for step in range(depth):
                        flow[freed[step]] -= amount
                    for step in range(depth + 1):
                        flow[arcs[path[step]]] += amount
                    unpaid[source] -= amount
                    purses[ballot] -= amount
                    depth = 0
                    continue
                while turns[ballot] < rows[ballot + 1] and (
                    steps[columns[turns[ballot]]] != paces[ballot] + 1 or flow[links[turns[ballot]]] == 0
                ):
                    turns[ballot] += 1
                if turns[ballot] == rows[ballot + 1]:
                    paces[ballot] = -2
                else:
                    freed[depth] = links[turns[ballot]]
                    depth += 1
                    path[depth] = columns[turns[ballot]]
