"""What an outcome can be asked: is it feasible, exhaustive, proportional (EJR+ up to any project), priceable?

Every answer is exact and takes polynomial time. One that is no comes with a witness to check it by. Money is in minor
units; `Exact` amounts are fractions as text. n is the number of voters (by weight, blank ballots included), b the pot.
"""

from collections.abc import Collection, Sequence
from fractions import Fraction
from math import lcm
from typing import Literal

import numpy as np
from msgspec import Struct

from schema.outcome import Exact, FundedByLoad, FundedByShares, Outcome, exact
from schema.rules import Utility
from workers.tally.case import Case
from workers.tally.instance import Ints


class Overspent(Struct, frozen=True, tag="overspent"):
    """The funded projects cost more than the pot."""

    cost: int
    budget: int


class RoomLeft(Struct, frozen=True, tag="room_left"):
    """A project that is not funded, though it costs no more than what is `left` in the pot."""

    project: str
    votes: int
    cost: int
    left: int


class Underserved(Struct, frozen=True, tag="underserved"):
    """Voters who support a project that is not funded, and get too little out of those that are.

    They hold `money` of the pot together. That entitles one of them at least to more utility than `entitled`; but even
    if the project were added, none of them would get more than `reach`. `entitled` is null for a project that costs
    nothing: no amount would be enough.
    """

    project: str
    cost: int
    voters: int
    money: Exact
    entitled: Exact | None
    reach: int


class WronglyPaid(Struct, frozen=True, tag="wrongly_paid"):
    """A project whose supporters pay `paid` together, and not what is `due`: its cost if it is funded, or nothing."""

    project: str
    due: int
    paid: Exact


class Overdrawn(Struct, frozen=True, tag="overdrawn"):
    """Voters who each pay `paid` in all, and have no more than `share`; or who pay less than nothing for a project."""

    voters: int
    share: Exact
    paid: Exact


class Unspent(Struct, frozen=True, tag="unspent"):
    """A project that is not funded, though its supporters have `held` left together, more than it costs."""

    project: str
    cost: int
    voters: int
    held: Exact


Witness = Overspent | RoomLeft | Underserved | WronglyPaid | Overdrawn | Unspent
Axiom = Literal["feasibility", "exhaustiveness", "ejr_plus_up_to_any_project", "priceability"]


class Verdict(Struct, frozen=True):
    """Whether an outcome has a property; `witness` is what shows that it has not."""

    axiom: Axiom
    holds: bool
    witness: Witness | None = None


class Prices(Struct, frozen=True):
    """A price system: who pays how much for what. Amounts are whole numbers of 1/`scale` minor units.

    `share`: what each voter has. `payments`: by the index of a project, what each voter behind the ballots in
    `case.supporters.row(index)` pays for it, in that order; nobody else pays for it.
    """

    scale: int
    share: int
    payments: dict[int, Sequence[int]]


def axioms(case: Case, outcome: Outcome, utility: Utility = "cost") -> tuple[Verdict, ...]:
    """Ask an outcome for everything; for priceability only if its explanations tell who paid (see `prices`)."""
    own = prices(case, outcome, utility)
    return (
        feasibility(case, outcome),
        exhaustiveness(case, outcome),
        ejr_plus(case, outcome, utility),
        *(() if own is None else (priceability(case, outcome, own),)),
    )


def feasibility(case: Case, outcome: Outcome) -> Verdict:
    """Whether the funded projects together cost at most b; with a reserve from outside the pot they may cost more."""
    cost = _cost(case, outcome)
    return _verdict("feasibility", None if cost <= case.budget else Overspent(cost, case.budget))


def exhaustiveness(case: Case, outcome: Outcome) -> Verdict:
    """Whether no project that is not funded could be paid with what is left: with or without supporters.

    Source: Aziz, Lee and Talmon, Proportionally Representative Participatory Budgeting, AAMAS 2018. The witness is the
    one with the most votes. Where a project is funded in part nothing is left, and only a free one would fit.
    """
    left = 0 if outcome.partly else case.budget - _cost(case, outcome)
    fitting = [index for index in _unfunded(case, outcome) if case.projects[index].cost <= left]
    index = max(fitting, key=case.votes.__getitem__, default=None)
    if index is None:
        return _verdict("exhaustiveness", None)
    project = case.projects[index]
    return _verdict("exhaustiveness", RoomLeft(project.id, case.votes[index], project.cost, left))


def ejr_plus(case: Case, outcome: Outcome, utility: Utility = "cost") -> Verdict:
    """Extended justified representation plus, up to any project, for additive utilities.

    Source: Brill and Peters, Robust and Verifiable Proportionality Axioms for Multiwinner Voting, EC 2023, here for
    any additive utility. With u_i(p) the utility of voter i for project p (0 if she does not support it) and u_i(W)
    her sum over the funded projects W, the outcome fails if there are a project p outside W and a group S of voters
    with u_i(p) > 0 such that

        u_i(W) + u_i(p)  <=  b/n * sum(u_j(p) for j in S) / cost(p)    for every i in S.

    The right side is what the group's part of the pot buys at p's price per unit of utility. With cost utilities it is
    the group's part of the pot, |S| b/n. With cardinality and equal costs this is EJR+ of committee elections.
    The method of equal shares never fails: before the first of S has less left than u_i(p) cost(p) / sum(u_j(p)),
    everything was bought at that price or lower, so that she got more for her money than the right side less u_i(p).

    Of all groups whose members get at most some amount the largest claims most, so that one pass over the supporters
    of each project in the order of u_i(W) + u_i(p) decides. The witness is the largest group that was found.
    """
    gained = utilities(case, outcome.funded, utility)
    found = [_underserved(case, index, gained, utility) for index in _unfunded(case, outcome)]
    witness = max((group for group in found if group), key=lambda group: group.voters, default=None)
    return _verdict("ejr_plus_up_to_any_project", witness)


def priceability(case: Case, outcome: Outcome, system: Prices) -> Verdict:
    """Whether this price system explains the outcome; another one may, even where this one does not.

    Sources: Peters and Skowron, Proportionality and the Limits of Welfarism, EC 2020; Peters, Pierczynski and Skowron,
    Proportional Participatory Budgeting with Additive Utilities, NeurIPS 2021. Each voter pays only for projects she
    supports, at most her share in all; a funded project is paid its cost, any other nothing; and the supporters of a
    project that is not funded have no more left together than it costs. (One that costs more than b is no alternative
    to anything, and is left out.)
    """
    spent = [0] * len(case.ballots)
    for index, payments in system.payments.items():
        for ballot, payment in zip(case.supporters.row(index).tolist(), payments, strict=True):
            spent[ballot] += payment
    return _verdict(
        "priceability",
        _overdrawn(case, system, spent)
        or _wrongly_paid(case, outcome, system)
        or _unspent(case, outcome, system, spent),
    )


def prices(case: Case, outcome: Outcome, utility: Utility = "cost") -> Prices | None:
    """The price system in an outcome's own explanations; None if they hold none.

    Equal shares: each voter has the last share and pays as `FundedByShares` says; what a completion funds, nobody
    pays; none if the comparison step put another outcome in its place. Sequential Phragmen: each voter has the last
    load and pays what brings her to the load of each project.
    """
    if outcome.shares is not None:
        if outcome.shares.comparison is not None and outcome.shares.comparison.replaced:
            return None
        return _prices_of_shares(case, outcome, Fraction(outcome.shares.share), utility)
    return _prices_of_loads(case, outcome)


def utilities(case: Case, funded: Collection[str], utility: Utility = "cost") -> Ints:
    """What each voter behind a distinct ballot gets out of the funded projects, in the order of `case.ballots`.

    `ValueError` if an id is no project of the case.
    """
    worth = [project.cost if utility == "cost" else 1 for project in case.projects]
    return amounts(case, funded, worth, case.ballots.points if utility == "additive" else None)


def amounts(case: Case, funded: Collection[str], worth: Sequence[int], points: Ints | None = None) -> Ints:
    """The sum over the funded projects on each distinct ballot of what each is `worth` (times its points there).

    `worth` goes by the index of a project; `ValueError` if an id is no project of the case.
    """
    if unknown := set(funded).difference(project.id for project in case.projects):
        raise ValueError(f"The outcome funds {min(unknown)!r}, which is no project of this pot.")
    taken = [value * (project.id in funded) for value, project in zip(worth, case.projects, strict=True)]
    gains = np.array(taken, np.int64)[case.ballots.columns]
    sums: Ints = np.concatenate((np.zeros(1, np.int64), np.cumsum(gains if points is None else gains * points)))
    return sums[case.ballots.starts[1:]] - sums[case.ballots.starts[:-1]]


def _underserved(case: Case, index: int, gained: Ints, utility: Utility) -> Underserved | None:
    """The largest group of supporters of a project that EJR+ finds underserved."""
    project, ballots = case.projects[index], case.supporters.row(index)
    if utility == "cost" and not project.cost:  # a free project adds nothing to a cost utility
        return None
    points = case.supporters.points_of(index) if utility == "additive" else np.ones(len(ballots), np.int64)
    price = 1 if utility == "cost" else project.cost
    reach = gained[ballots] + (project.cost if utility == "cost" else points)
    order = np.argsort(reach, kind="stable")
    reach, heads = reach[order], np.cumsum(case.weights[ballots][order])
    claims = np.cumsum((case.weights[ballots] * points)[order])
    # Floats only strike out what is far from true; whole numbers decide the rest, the largest group first.
    near = reach * float(price * case.voters) <= claims * float(case.budget) * (1 + 2**-40)
    for last in np.flatnonzero(near)[::-1].tolist():
        most, claim, voters = int(reach[last]), int(claims[last]), int(heads[last])
        if most * price * case.voters <= case.budget * claim:
            money = exact(Fraction(case.budget * voters, case.voters))
            entitled = exact(Fraction(case.budget * claim, case.voters * price)) if price else None
            return Underserved(project.id, project.cost, voters, money, entitled, most)
    return None


def _overdrawn(case: Case, system: Prices, spent: list[int]) -> Overdrawn | None:
    """The first ballot whose voters pay more than they have, or less than nothing for a project."""
    share = exact(Fraction(system.share, system.scale))
    for ballot, paid in enumerate(spent):
        if paid > system.share:
            return Overdrawn(int(case.weights[ballot]), share, exact(Fraction(paid, system.scale)))
    for index, payments in system.payments.items():
        for ballot, paid in zip(case.supporters.row(index).tolist(), payments, strict=True):
            if paid < 0:
                return Overdrawn(int(case.weights[ballot]), share, exact(Fraction(paid, system.scale)))
    return None


def _wrongly_paid(case: Case, outcome: Outcome, system: Prices) -> WronglyPaid | None:
    """The first project in the tie order that is not paid what is due."""
    weights, funded = case.weights.tolist(), set(outcome.funded)
    for index, project in enumerate(case.projects):
        due = project.cost if project.id in funded else 0
        payments = system.payments.get(index)
        paid = _sum(weights, case.supporters.row(index).tolist(), payments) if payments else 0
        if paid != due * system.scale:
            return WronglyPaid(project.id, due, exact(Fraction(paid, system.scale)))
    return None


def _unspent(case: Case, outcome: Outcome, system: Prices, spent: list[int]) -> Unspent | None:
    """The first project in the tie order that its supporters could still pay, with money to spare."""
    weights = case.weights.tolist()
    for index in _unfunded(case, outcome):
        project, row = case.projects[index], case.supporters.row(index).tolist()
        held = _sum(weights, row, [system.share - spent[ballot] for ballot in row])
        if held > project.cost * system.scale and project.cost <= case.budget:
            return Unspent(project.id, project.cost, case.votes[index], exact(Fraction(held, system.scale)))
    return None


def _sum(weights: list[int], row: list[int], amounts: Sequence[int]) -> int:
    """What the voters behind these ballots come to, each with the amount beside her ballot."""
    return sum(weights[ballot] * amount for ballot, amount in zip(row, amounts, strict=True))


def _prices_of_shares(case: Case, outcome: Outcome, share: Fraction, utility: Utility) -> Prices:
    """Each supporter pays the payment (for each of her points if additive), or all that she still has."""
    facts = {fact.project: Fraction(fact.payment) for fact in outcome.explanations if isinstance(fact, FundedByShares)}
    scale, place = lcm(share.denominator, *(amount.denominator for amount in facts.values())), _places(case)
    left, payments = [int(share * scale)] * len(case.ballots), dict[int, Sequence[int]]()
    for project, amount in facts.items():
        due, row = int(amount * scale), case.supporters.row(place[project]).tolist()
        points = case.supporters.points_of(place[project]).tolist() if utility == "additive" else [1] * len(row)
        payments[place[project]] = [min(left[ballot], due * given) for ballot, given in zip(row, points, strict=True)]
        for ballot, payment in zip(row, payments[place[project]], strict=True):
            left[ballot] -= payment
    return Prices(scale, int(share * scale), payments)


def _prices_of_loads(case: Case, outcome: Outcome) -> Prices | None:
    """Each supporter is brought to the same load; None if that does not pay the costs: loads were shared otherwise."""
    facts = {fact.project: Fraction(fact.load) for fact in outcome.explanations if isinstance(fact, FundedByLoad)}
    if not facts:
        return None
    scale, place = lcm(*(load.denominator for load in facts.values())), _places(case)
    loads, weights, payments = [0] * len(case.ballots), case.weights.tolist(), dict[int, Sequence[int]]()
    for project, amount in facts.items():
        load, row = int(amount * scale), case.supporters.row(place[project]).tolist()
        payments[place[project]] = [load - loads[ballot] for ballot in row]
        if _sum(weights, row, payments[place[project]]) != case.projects[place[project]].cost * scale:
            return None
        for ballot in row:
            loads[ballot] = load
    return Prices(scale, max(int(load * scale) for load in facts.values()), payments)


def _verdict(axiom: Axiom, witness: Witness | None) -> Verdict:
    return Verdict(axiom, witness is None, witness)


def _places(case: Case) -> dict[str, int]:
    return {project.id: index for index, project in enumerate(case.projects)}


def _cost(case: Case, outcome: Outcome) -> int:
    funded = set(outcome.funded)
    return sum(project.cost for project in case.projects if project.id in funded)


def _unfunded(case: Case, outcome: Outcome) -> list[int]:
    funded = set(outcome.funded)
    return [index for index, project in enumerate(case.projects) if project.id not in funded]
