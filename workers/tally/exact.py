"""One run of equal shares in exact arithmetic.

A voter's money is the share less what she paid, or nothing once she has given all she had. So the whole state is one
rational number for each funded project, its price (what a supporter pays per point), and all sums over voters are
whole numbers times these prices. Prices are kept as whole numbers over one common denominator. Floats, each within a
known distance of the exact amount, only sort voters into those who give all and those who share alike; whoever is too
close to call is compared exactly.
"""

from collections.abc import Callable, Iterable
from fractions import Fraction
from math import gcd
from operator import mul
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workers.tally.case import Case
from workers.tally.compiled import Kernel, compiled
from workers.tally.instance import Columns, Ints

Kinds = NDArray[np.uint8]
Numbers = NDArray[Any]

RICH, POOR, CLOSE, GONE = range(4)  # even: shares alike, as far as is known


def sort_supporters(
    members: Numbers,
    points: Numbers | None,
    weights: Numbers,
    money: Numbers,
    cost: float,
    least: float,
    doubt: float,
    kinds: Numbers,
    found: Numbers,
) -> None:
    """Sort a project's supporters into those who share alike (0), give all (1), or are too close to call (2).

    `money`: what each voter has, within `doubt` of the exact amount, and below zero (3) if she gave all before.
    `least`: the payment per point is no lower; 0 if nothing is known. Into `found` go the points of all who share
    alike or may, and the number of those too close to call.
    """
    eps = 2.3e-16
    count = len(members)
    x = least
    error = 4 * eps * least
    while True:
        gave = 0.0
        rich = 0.0
        for k in range(count):
            u = 1.0 if points is None else float(points[k])
            w = float(weights[members[k]])
            b = max(money[members[k]], 0.0)
            gave += w * min(b, x * u)
            rich += w * u if b > x * u else 0.0
        if rich <= 0:
            break
        error = eps * (count + 8) * cost / rich
        gap = (cost - gave) / rich
        if gap <= error:
            break
        x += gap
    close = 0
    sharing = 0
    for k in range(count):
        u = 1.0 if points is None else float(points[k])
        b = money[members[k]]
        band = 4 * error * u + 2 * doubt
        kinds[k] = 3 if b < 0 else (1 if b < x * u - band else (0 if b > x * u + band else 2))
        if kinds[k] == 0 or kinds[k] == 2:
            sharing += weights[members[k]] if points is None else weights[members[k]] * points[k]
        close += 1 if kinds[k] == 2 else 0
    found[0] = sharing
    found[1] = close


def charge(
    members: Numbers,
    points: Numbers | None,
    kinds: Numbers,
    price: float,
    money: Numbers,
) -> None:
    """Take the price per point from those who share alike, and all they have from the others."""
    for k in range(len(members)):
        g = members[k]
        u = 1.0 if points is None else float(points[k])
        # Nothing left, and a rounding just below nothing, are not told apart by floats.
        money[g] = -1.0 if kinds[k] == 1 or kinds[k] == 3 else max(money[g] - price * u, 0.0)


def gather(
    members: Numbers,
    kinds: Numbers,
    wanted: int,
    weights: Numbers,
    starts: Numbers,
    columns: Numbers,
    points: Numbers | None,
    stages: Numbers,
    paid: Numbers,
) -> int:
    """The weight of the members of the kind wanted, and into `paid`, by stage, the points they paid for together."""
    weight = 0
    for k in range(len(members)):
        if kinds[k] == wanted:
            g = members[k]
            w = weights[g]
            weight += w
            for e in range(starts[g], starts[g + 1]):
                stage = stages[columns[e]]
                if stage >= 0:
                    paid[stage] += w if points is None else w * points[e]
    return weight


class ExactRun:
    """Equal shares from one share onward; `fast` where compiled loops pay."""

    def __init__(self, case: Case, share: Fraction, additive: bool, fast: bool) -> None:
        self._case = case
        self._share = share
        pointed = additive and case.ballots.points is not None
        self._given = case.ballots.points if pointed else None
        self._points_of: Callable[[int], Ints | None] = case.supporters.points_of if pointed else lambda project: None
        self._money = np.full(len(case.weights), float(share))
        self._scale = share.denominator
        self._scaled: list[int] = []
        self._funded: list[int] = []
        self._stages = np.full(len(case.projects), -1, np.int64)
        form: Callable[[Kernel], Kernel] = compiled if fast else lambda kernel: kernel
        self._sort, self._charge, self._gather = form(sort_supporters), form(charge), form(gather)

    @property
    def prices(self) -> dict[int, Fraction]:
        """What was funded, in order, and what a supporter pays for it per point."""
        return {p: Fraction(amount, self._scale) for p, amount in zip(self._funded, self._scaled, strict=True)}

    @property
    def emptied(self) -> NDArray[np.bool_]:
        """For each distinct ballot, whether its voters gave all they had when others gave more."""
        return self._money < 0

    def held(self, project: int) -> tuple[int, int]:
        """What the supporters of a project still have together: a numerator and a denominator, not in lowest terms."""
        members = self._case.supporters.row(project)
        return self._sum(members, (self._money[members] < 0).view(np.uint8), 0), self._scale

    def price(self, project: int) -> Fraction | None:
        """The least payment per point that pays for a project; None if its supporters cannot."""
        found = self._split(project)
        return None if found is None else found[0]

    def fund(self, project: int, least: float = 0.0) -> None:
        """Charge the supporters, who must be able to pay; `least`: a lower bound of the price, if one is known."""
        found = self._split(project, least)
        assert found is not None
        price, kinds = found
        factor = price.denominator // gcd(price.denominator, self._scale)
        if factor > 1:
            self._scale *= factor
            self._scaled = [amount * factor for amount in self._scaled]
        self._scaled.append(price.numerator * (self._scale // price.denominator))
        self._charge(self._case.supporters.row(project), self._points_of(project), kinds, float(price), self._money)
        self._stages[project] = len(self._funded)
        self._funded.append(project)

    def _split(self, project: int, least: float = 0.0) -> tuple[Fraction, Kinds] | None:
        """The price of a project, and of which kind each supporter is."""
        case = self._case
        members, points = case.supporters.row(project), self._points_of(project)
        cost = case.projects[project].cost
        doubt = 4e-16 * float(self._share) * (len(self._funded) + 4)
        kinds, found = np.empty(len(members), np.uint8), np.empty(2, np.int64)
        self._sort(members, points, case.weights, self._money, float(cost), least, doubt, kinds, found)
        sharing, close = found.tolist()
        due = Fraction(cost * self._scale - self._sum(members, kinds, POOR))
        # The poorest of those too close to call first: each may still turn out to give all.
        for amount, k in self._edge(members, points, kinds) if close else ():
            if due <= amount * sharing:
                break
            given = int(case.weights[members[k]]) * (1 if points is None else int(points[k]))
            due -= amount * given
            sharing -= given
            kinds[k] = POOR
        return (due / (self._scale * sharing), kinds) if sharing else None

    def _edge(self, members: Columns, points: Ints | None, kinds: Kinds) -> list[tuple[Fraction, int]]:
        """For those too close to call what they have for each of their points, over the common denominator."""
        edge = []
        for k in np.flatnonzero(kinds == CLOSE).tolist():
            held = self._sum(members[k : k + 1], kinds[k : k + 1], CLOSE)
            given = int(self._case.weights[members[k]]) * (1 if points is None else int(points[k]))
            edge.append((Fraction(held, given), k))
        return sorted(edge)

    def _sum(self, members: Columns, kinds: Kinds, wanted: int) -> int:
        """What the members of one kind have together, over the common denominator; none of them gave all before."""
        case = self._case
        paid = np.zeros(len(self._funded), np.int64)
        weight = self._gather(
            members,
            kinds,
            wanted,
            case.weights,
            case.ballots.starts,
            case.ballots.columns,
            self._given,
            self._stages,
            paid,
        )
        whole = int(weight) * self._share.numerator * (self._scale // self._share.denominator)
        spent: int = sum(map(mul, paid.tolist(), self._scaled))
        return whole - spent


def cheapest(run: ExactRun, offers: Iterable[tuple[int, int]]) -> tuple[list[int], Fraction] | None:
    """Of offers as (project, utility of a point) those of the lowest rate, by place, and that rate.

    The rate is payment per unit of utility. None if no project can be paid.
    """
    best: Fraction | None = None
    level: list[int] = []
    for place, (project, unit) in enumerate(offers):
        price = run.price(project)
        if price is None:
            continue
        rate = price / unit
        if best is None or rate < best:
            best, level = rate, [place]
        elif rate == best:
            level.append(place)
    return None if best is None else (level, best)
