"""The method of equal shares, for approval ballots with cost utilities.

Sources: Peters and Skowron, Proportionality and the Limits of Welfarism, EC 2020; Peters, Pierczynski and Skowron,
Proportional Participatory Budgeting with Additive Utilities, NeurIPS 2021 (definition of rho-affordable).
Add1 as Wieliczka, Swiecie and Assen published it: increments go on until one overspends, and are not stopped by an
outcome that happens to be exhaustive. Completion and comparison as described on equalshares.net.

Everything is exact: a voter's money is a whole number over one common denominator.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import gcd
from typing import Self

from msgspec import Struct
from msgspec.structs import replace

from schema.outcome import (
    Comparison,
    CostsMoreThanPot,
    Explanation,
    FundedByCompletion,
    FundedByShares,
    Outcome,
    Shares,
    SupportersShort,
    TieBroken,
    exact,
)
from schema.rules import EqualShares, TieOrder
from workers.tally.greedy import greedy_by_votes, take_by_votes
from workers.tally.instance import Instance, Profile, Project, Support
from workers.tally.ties import TieBreak


class Purses:
    """What the voters behind each distinct ballot still have: one amount per ballot, all over one denominator."""

    def __init__(self, profile: Profile, share: Fraction) -> None:
        self._voters = [ballot.voters for ballot in profile.ballots]
        self._money = [share.numerator] * len(self._voters)
        self._scale = share.denominator

    def held(self, groups: Iterable[int]) -> Fraction:
        """What the voters of these groups have together."""
        return Fraction(sum(self._money[group] * self._voters[group] for group in groups), self._scale)

    def payment(self, cost: int, groups: Sequence[int]) -> Fraction | None:
        """The least amount that pays `cost` if each voter gives it, or all they have where that is less.

        None if they cannot pay it together. The poorest give all they have until the rest can share equally.
        """
        due, rich = cost * self._scale, sum(self._voters[group] for group in groups)
        for group in sorted(groups, key=self._money.__getitem__):
            if self._money[group] * rich >= due:
                return Fraction(due, rich * self._scale)
            due -= self._money[group] * self._voters[group]
            rich -= self._voters[group]
        return None

    def charge(self, payment: Fraction, groups: Iterable[int]) -> None:
        """Take `payment` from each voter of these groups, or all they have where that is less."""
        factor = payment.denominator // gcd(payment.denominator, self._scale)
        if factor > 1:
            self._scale *= factor
            self._money = [amount * factor for amount in self._money]
        owed = payment.numerator * (self._scale // payment.denominator)
        for group in groups:
            self._money[group] = max(0, self._money[group] - owed)


class Case(Struct, frozen=True):
    """What every run of one count shares. `candidates`: the projects that have votes and fit into the whole pot."""

    instance: Instance
    profile: Profile
    support: Support
    ties: TieBreak
    candidates: tuple[Project, ...]

    @classmethod
    def of(cls, instance: Instance, profile: Profile, order: TieOrder) -> Self:
        """Prepare a count."""
        support = Support.of(instance, profile)
        candidates = tuple(p for p in instance.projects if support.votes[p.id] and p.cost <= instance.budget)
        return cls(instance, profile, support, TieBreak(order, instance.projects, support.votes), candidates)


class Run(Struct, frozen=True):
    """One run of the method, from one starting share to the point where nothing more can be paid.

    `purchases`: the projects that were paid for, in that order, each with its rho.
    """

    share: Fraction
    purses: Purses
    purchases: tuple[tuple[Project, Fraction], ...]
    ties: tuple[TieBroken, ...]


def equal_shares(instance: Instance, profile: Profile, rule: EqualShares, order: TieOrder) -> Outcome:
    """Count by equal shares with the increments, completion and comparison that `rule` declares; ties by `order`.

    A project without votes is never funded by shares, and one that costs more than the pot never runs. A project
    that costs nothing is funded before all others if it has a vote.
    """
    case = Case.of(instance, profile, order)
    run, increments = add1(case, rule.step)
    outcome = explain(case, run, increments, rule.fill)
    return compare(case, outcome, greedy_by_votes(instance, profile, order)) if rule.comparison else outcome


def add1(case: Case, step: int) -> tuple[Run, int]:
    """Raise every voter's share by `step` until the outcome overspends; the last run that did not, and its number.

    Ends as well when every candidate is funded, since more money then changes nothing.
    """
    voters = case.profile.voters
    share = Fraction(case.instance.budget, voters) if voters else Fraction(0)
    kept, increments = spend(case, share), 0
    assert kept is not None  # without increments the voters hold no more than the pot
    while step and len(kept.purchases) < len(case.candidates):
        trial = spend(case, kept.share + step)
        if trial is None:
            break
        kept, increments = trial, increments + 1
    return kept, increments


def spend(case: Case, share: Fraction) -> Run | None:
    """Fund the project of lowest rho, charge its supporters, repeat; None as soon as the pot is overspent."""
    purses = Purses(case.profile, share)
    # No project starts below 1/votes, and within a run rho only rises: old values are lower bounds.
    bounds = {
        project: Fraction(1 if project.cost else 0, case.support.votes[project.id]) for project in case.candidates
    }
    purchases: list[tuple[Project, Fraction]] = []
    ties: list[TieBroken] = []
    left = case.instance.budget
    while tied := cheapest(case, purses, bounds):
        project, broken = case.ties.choose(tied)
        rho = bounds.pop(project)
        left -= project.cost
        if left < 0:
            return None
        ties += broken
        purchases.append((project, rho))
        purses.charge(rho * project.cost, case.support.groups[project.id])
    return Run(share, purses, tuple(purchases), tuple(ties))


def cheapest(case: Case, purses: Purses, bounds: dict[Project, Fraction]) -> list[Project]:
    """The projects of lowest rho; empty when none can be paid.

    Brings `bounds` up to date as far as it has to look, and drops what can no longer be paid.
    """
    best: Fraction | None = None
    tied: list[Project] = []
    for project in sorted(bounds, key=bounds.__getitem__):
        if best is not None and bounds[project] > best:
            break
        payment = purses.payment(project.cost, case.support.groups[project.id])
        if payment is None:
            del bounds[project]
            continue
        rho = bounds[project] = payment / project.cost if project.cost else Fraction(0)
        if best is None or rho < best:
            best, tied = rho, [project]
        elif rho == best:
            tied.append(project)
    return tied


def explain(case: Case, run: Run, increments: int, fill: bool) -> Outcome:
    """Turn the last run into an outcome; with `fill`, what it left is first spent greedily by votes."""
    votes, budget = case.support.votes, case.instance.budget
    paid = [project for project, _ in run.purchases]
    left = budget - sum(project.cost for project in paid)
    rest = sorted(
        (project for project in case.instance.projects if project not in paid),
        key=lambda project: (-votes[project.id], case.ties.place(project)),
    )
    looks, broken = take_by_votes(rest if fill else (), left, votes, case.ties)
    taken = [look for look in looks if look.fits]
    passed = {look.project: look.left for look in looks if not look.fits}
    funded = (*paid, *(look.project for look in taken))
    return Outcome(
        funded=tuple(project.id for project in funded),
        spent=sum(project.cost for project in funded),
        budget=budget,
        explanations=(
            *(
                FundedByShares(p.id, position, votes[p.id], p.cost, exact(rho), exact(rho * p.cost))
                for position, (p, rho) in enumerate(run.purchases, 1)
            ),
            *(
                FundedByCompletion(look.project.id, position, votes[look.project.id], look.project.cost, look.left)
                for position, look in enumerate(taken, len(paid) + 1)
            ),
            *(why_not(case, run, project, passed.get(project)) for project in rest if project not in funded),
        ),
        ties=(*run.ties, *broken),
        shares=Shares(increments, exact(run.share)),
    )


def why_not(case: Case, run: Run, project: Project, left: int | None) -> Explanation:
    """Why a project is not funded; `left` is what the completion had for it, None without one."""
    votes = case.support.votes[project.id]
    if project.cost > case.instance.budget:
        return CostsMoreThanPot(project.id, votes, project.cost, case.instance.budget)
    held = run.purses.held(case.support.groups[project.id])
    return SupportersShort(project.id, votes, project.cost, exact(held), exact(project.cost - held), left)


def compare(case: Case, shares: Outcome, greedy: Outcome) -> Outcome:
    """The comparison step of Wieliczka: the greedy outcome if strictly more voters get more cost utility from it."""
    gain = {project.id: project.cost * (project.id in greedy.funded) for project in case.instance.projects}
    loss = {project.id: project.cost * (project.id in shares.funded) for project in case.instance.projects}
    prefer_greedy = prefer_shares = 0
    for ballot in case.profile.ballots:
        difference = sum(gain[choice] - loss[choice] for choice in ballot.choices)
        prefer_greedy += ballot.voters * (difference > 0)
        prefer_shares += ballot.voters * (difference < 0)
    assert shares.shares is not None
    comparison = Comparison(prefer_greedy, prefer_shares, replaced=prefer_greedy > prefer_shares)
    return replace(greedy if comparison.replaced else shares, shares=replace(shares.shares, comparison=comparison))
