"""The loop of equal shares at work on a case: its arrays, and the exact answers that it asks for."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, Self

import numpy as np
from msgspec import Struct

from schema.rules import EqualShares
from workers.tally import spending
from workers.tally.case import Case
from workers.tally.compiled import at_hand, compiled
from workers.tally.exact import ExactRun, cheapest
from workers.tally.instance import Ints, Rows

# No currency makes a share grow by so many increments; it keeps their number a whole one for certain.
MOST_INCREMENTS = 2**40
# Stages of runs ahead that are remembered.
MEMORY = 200


class Field(Struct, frozen=True):
    """The projects that take part: those with votes that fit into the pot. All lists go by place in `projects`.

    `free`: what costs nothing and is funded at once. `units`: utility of one point. `supporters`: ballots of each.
    `ranks`: the dense rank of the rate at which all supporters pay in full; `order`: by rank, then tie order.
    """

    free: list[int]
    projects: list[int]
    costs: list[int]
    units: list[int]
    totals: list[int]
    supporters: Rows
    ranks: list[int]
    order: list[int]

    @classmethod
    def of(cls, case: Case, rule: EqualShares) -> Self:
        """The field of a case."""
        running = [i for i, p in enumerate(case.projects) if case.votes[i] and p.cost <= case.budget]
        projects = [i for i in running if case.projects[i].cost]
        costs = [case.projects[i].cost for i in projects]
        additive, by_cost = rule.utility == "additive", rule.utility == "cost"
        totals = [case.scores[i] if additive else case.votes[i] for i in projects]
        # With cost utilities a project's rate is one over its votes.
        rates: list[Fraction | int] = [-t if by_cost else Fraction(c, t) for c, t in zip(costs, totals, strict=True)]
        rank = {rate: number for number, rate in enumerate(sorted(set(rates)))}
        ranks = [rank[rate] for rate in rates]
        return cls(
            [i for i in running if not case.projects[i].cost],
            projects,
            costs,
            costs if by_cost else [1] * len(projects),
            totals,
            _part(case.supporters, projects, additive),
            ranks,
            sorted(range(len(projects)), key=lambda p: (ranks[p], p)),
        )


def _part(rows: Rows, chosen: Sequence[int], pointed: bool) -> Rows:
    """Some of the rows, without their points if these say nothing."""
    if len(chosen) == len(rows):
        return rows if pointed else Rows(rows.starts, rows.columns)
    starts = np.zeros(len(chosen) + 1, np.int64)
    np.cumsum([len(rows.row(i)) for i in chosen], out=starts[1:])
    keep = np.repeat(np.isin(np.arange(len(rows)), chosen), np.diff(rows.starts))
    return Rows(starts, rows.columns[keep], rows.points[keep] if pointed and rows.points is not None else None)


def pays(case: Case, rule: EqualShares) -> bool:
    """Whether there is a compiler, and the count would take longer, interpreted, than it takes to load."""
    large = at_hand() or len(case.ballots.columns) * (40 if rule.step else 1) > 100_000
    return large and compiled(spending.spend) is not spending.spend


class Loop:
    """Runs of equal shares from `share`, with `first` increments at the beginning."""

    def __init__(
        self, case: Case, rule: EqualShares, field: Field, share: Fraction, fast: bool, first: int = 0
    ) -> None:
        self._case, self._rule, self._field, self._share = case, rule, field, share
        self._fast = fast
        self._spend: Callable[..., int] = compiled(spending.spend) if fast else spending.spend
        form: Callable[[Any], Any] = _as_is if fast else _listed
        self._fixed = [form(array) for array in _fixed(case, field)]
        self._arrays = {name: form(array) for name, array in _working(case, field, first).items()}
        self._ties: dict[int, list[int]] = {}

    def increments(self) -> int:
        """How many increments the last run has that does not overspend, before the first that does."""
        self._go(MOST_INCREMENTS, self._rule.until == "exhaustive")
        return int(self._arrays["register"][spending.KEPT])

    def run(self) -> tuple[list[int], list[float], dict[int, list[int]]]:
        """A single run: the purchases, a lower bound of the price of each, and by stage which projects were level."""
        register = self._arrays["register"]
        self._go(int(register[spending.KEPT]) + 1, False)
        ties = dict(self._ties)
        pairs = self._arrays["level"][: int(register[spending.LEVEL])]
        for stage, project in zip(pairs[::2], pairs[1::2], strict=True):
            ties.setdefault(int(stage), []).append(int(project))
        bought = self._bought()
        return bought, [float(self._arrays["price"][project]) for project in bought], ties

    def _bought(self) -> list[int]:
        stage = int(self._arrays["register"][spending.STAGE])
        return [int(project) for project in self._arrays["bought"][:stage]]

    def _go(self, last: int, exhaustive: bool) -> None:
        """Let the loop go on to its end, answering what it asks."""
        if not self._field.projects:  # nothing to buy, and the share may be nothing as well
            self._arrays["register"][spending.KEPT] += 1
            return
        shares = float(self._share), float(self._rule.step), self._case.budget, exhaustive, last
        while self._spend(*self._fixed, *shares, *self._arrays.values()) == spending.UNSURE:
            self._answer()

    def _answer(self) -> None:
        """Say exactly which project comes next in the run that the loop is in."""
        register, field = self._arrays["register"], self._field
        share = self._share + self._rule.step * (int(register[spending.KEPT]) + 1)
        run = ExactRun(self._case, share, self._rule.utility == "additive", self._fast)
        bought = self._bought()
        for place in bought:
            run.fund(field.projects[place], float(self._arrays["price"][place]))
        alive = [place for place, state in enumerate(self._arrays["alive"]) if state == spending.ALIVE]
        found = cheapest(run, [(field.projects[place], field.units[place]) for place in alive])
        if found is None:
            register[spending.ANSWER] = spending.NOTHING_AFFORDABLE
            return
        level, rate = [alive[index] for index in found[0]], found[1]
        chosen = level[0]
        price = float(rate * field.units[chosen])
        for name, value in {
            "price": price * (1 - 1e-15),
            "top": price * (1 + 1e-15),
            "high": float(rate) * (1 + 1e-15),
            "whole": 0,
        }.items():
            self._arrays[name][chosen] = value
        if len(level) > 1:
            self._ties[len(bought)] = level
        register[spending.ANSWER] = chosen


def _as_is(array: Any) -> Any:
    return array


def _listed(array: Any) -> Any:
    """A list, which an interpreter reads faster than an array."""
    return None if array is None else array.tolist()


def _fixed(case: Case, field: Field) -> tuple[Ints | Any, ...]:
    """What the loop reads, in the order of its parameters.

    Where to look is said by unsigned numbers: a signed one might count from the end, and that takes a test each time.
    """
    starts, members, points = field.supporters.starts, field.supporters.columns, field.supporters.points
    return (
        starts,
        members.view(np.uint32),
        points,
        case.weights[members].astype(np.float64),
        case.ballots.starts.view(np.uint64),
        case.ballots.columns.view(np.uint32),
        None if points is None else case.ballots.points,
        np.array(field.projects, np.int64),
        np.array(field.costs, np.int64),
        np.array(field.units, np.float64),
        np.array(field.totals, np.float64),
        np.array(field.ranks, np.int64),
        np.array(field.order, np.int64),
    )


def _working(case: Case, field: Field, first: int) -> dict[str, Any]:
    """What the loop writes, by the names and in the order of its parameters."""
    size, ballots, points = len(field.projects), len(case.weights), field.supporters.points
    most = int(np.diff(field.supporters.starts).max(initial=0))
    memory = min(size, MEMORY) * spending.DISTANCES

    def whole(count: int) -> Ints:
        return np.zeros(count, np.int64)

    return {
        "rough": np.zeros(ballots, np.uint16),
        "paid": np.zeros(ballots),
        "asked": np.zeros(len(case.projects)),
        "doubts": np.zeros(len(case.projects)),
        "ends": whole(size),
        "members": np.zeros(len(field.supporters.columns), np.uint32),
        "voters": np.zeros(len(field.supporters.columns)),
        "given": None if points is None else np.zeros_like(points),
        "looked": np.zeros(most + 1, np.uint64),
        "purses": np.zeros(most),
        "slack": np.zeros(most),
        **{name: whole(size) for name in ("alive", "seen")},
        **{name: np.zeros(size) for name in ("price", "top", "low", "high")},
        "whole": whole(size),
        "bought": whole(size),
        "ceiling": np.zeros(size),
        "full": whole(size),
        "steady": whole(size),
        "steady_ceiling": np.zeros(size),
        "steady_full": whole(size),
        "far_bought": whole(memory),
        "far_low": np.zeros(memory * size),
        **{name: whole(spending.DISTANCES) for name in ("far_stages", "far_until")},
        "level": whole(size * (size + 1) + 2),
        "register": np.array([first - 1, 1, 0, 0, 0, 0, 1, -1, 0, 1], np.int64),
    }
