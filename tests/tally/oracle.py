"""What pabutools funds: a library by other people, asked in its own words, to agree with to the last project.

Where its definitions differ from ours by design it is told ours, mostly by what it is given to count; each of those
points has a minimal example in `test_agreement`. It counts in whatever unit it is given.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from importlib import import_module
from itertools import chain, combinations
from math import inf
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pabutools.election as pb
from pabutools.rules import (
    BudgetAllocation,
    completion_by_rule_combination,
    exhaustion_by_budget_increase,
    greedy_utilitarian_welfare,
    maximin_support,
    method_of_equal_shares,
    popularity_comparison,
    sequential_phragmen,
)
from pabutools.tiebreaking import TieBreakingRule

from schema.rules import EqualShares, GreedyByVotes, MaximinSupport, Rule, SequentialPhragmen, TieOrder
from workers.tally.case import lot
from workers.tally.instance import Instance, Project

Ballots = Sequence[Mapping[str, int]]


class Elsewhere(Exception):
    """A rule, or a variant of one, that pabutools does not have."""


class PointsTimesCost(pb.AdditiveSatisfaction):  # type: ignore[misc]  # pabutools has no types
    """Points times cost: greedy divides by the cost, so that it goes by the points."""

    def __init__(self, instance: Any, profile: Any, ballot: Any) -> None:
        super().__init__(instance, profile, ballot, lambda _i, _p, b, project, _v: b.get(project, 0) * project.cost)


class Election:
    """An election as pabutools holds it. `grouped`: identical ballots together (a multiprofile)."""

    def __init__(self, instance: Instance, ballots: Ballots, order: TieOrder, grouped: bool = False) -> None:
        self.projects = {project.id: pb.Project(project.id, project.cost) for project in instance.projects}
        self.budget, self.grouped = instance.budget, grouped
        self.ballots = [{name: given for name, given in ballot.items() if given > 0} for ballot in ballots]
        self.pointed = any(given != 1 for ballot in self.ballots for given in ballot.values())
        self.votes = dict.fromkeys(self.projects, 0)
        for name in chain.from_iterable(self.ballots):
            self.votes[name] += 1
        self.ties = TieBreakingRule(partial(self._place, order))

    def _place(self, order: TieOrder, _instance: Any, _profile: Any, project: Any) -> list[Any]:
        said = {
            "lower_cost": project.cost,
            "more_votes": -self.votes[project.name],
            "id": project.name,
            "lot": lot(order.seed, project.name),
        }
        return [said[criterion] for criterion in order.criteria]

    def instance(self, wanted: bool = False) -> Any:
        """All projects, or those that are wanted: with a vote, and no dearer than the pot."""
        listed = (p for p in self.projects.values() if not wanted or (self.votes[p.name] and p.cost <= self.budget))
        return pb.Instance(listed, budget_limit=self.budget)

    def profile(self, pointed: bool) -> Any:
        """The ballots, as approvals or with points."""
        if pointed:
            lists = (pb.CardinalBallot({self.projects[n]: given for n, given in b.items()}) for b in self.ballots)
            profile = pb.CardinalProfile(lists)
        else:
            profile = pb.ApprovalProfile(pb.ApprovalBallot(self.projects[name] for name in b) for b in self.ballots)
        return profile.as_multiprofile() if self.grouped else profile


def funded(election: Election, rule: Rule) -> list[str]:
    """The ids of the projects that pabutools funds, in its order; `Elsewhere` for a rule that it does not have."""
    if rule.partial_percent:
        raise Elsewhere
    match rule:
        case GreedyByVotes():
            allocation = greedy(election, rule)
        case EqualShares():
            allocation = equal_shares(election, rule)
        case SequentialPhragmen(misfit="stop"):
            allocation = sequential_phragmen(
                election.instance(wanted=True), election.profile(pointed=False), tie_breaking=election.ties
            )
        case MaximinSupport(misfit="skip"):
            # No multiprofiles here.
            election.grouped = False
            allocation = maximin_support(
                election.instance(wanted=True), election.profile(pointed=False), tie_breaking=election.ties
            )
        case _:
            raise Elsewhere
    return [project.name for project in allocation]


def greedy(election: Election, rule: GreedyByVotes) -> Any:
    """Greedy by satisfaction per cost: by votes (or points) with satisfaction that grows with the cost."""
    if rule != GreedyByVotes(per_cost=rule.per_cost):
        raise Elsewhere
    sat = {
        (False, False): pb.Cost_Sat,
        (False, True): pb.Cardinality_Sat,
        (True, False): PointsTimesCost,
        (True, True): pb.Additive_Cardinal_Sat,
    }[election.pointed, rule.per_cost]
    return greedy_utilitarian_welfare(
        election.instance(), election.profile(election.pointed), sat_class=sat, tie_breaking=election.ties
    )


def equal_shares(election: Election, rule: EqualShares) -> Any:
    """The method of equal shares, with increments one way or the other, completion and comparison."""
    profile = election.profile(election.pointed or rule.utility == "additive")
    params = {
        "sat_class": {
            "cost": pb.Cost_Sat,
            "cardinality": pb.Cardinality_Sat,
            "additive": pb.Additive_Cardinal_Sat,
        }[rule.utility],
        "tie_breaking": election.ties,
    }
    wanted = election.instance(wanted=True)
    enough = min(pb.total_cost(wanted), election.budget)

    def shares(_instance: Any, profile: Any, initial_budget_allocation: Any = (), resoluteness: bool = True) -> Any:
        """Whatever the instance, only wanted projects run; what costs nothing is no utility by cost, but funded."""
        free = [p for p in wanted if p.cost == 0] if rule.utility == "cost" else []
        start = BudgetAllocation([*initial_budget_allocation, *free])
        if rule.step and rule.until == "overspending":
            return exhaustion_by_budget_increase(
                wanted,
                profile,
                method_of_equal_shares,
                dict(params),
                start,
                exhaustive_stop=False,
                budget_step=rule.step * profile.num_ballots(),
                # Its own bound knows nothing of the step. With a share that pays for all there is, or for the whole
                # pot, nothing changes any more unless it overspends.
                budget_bound=max(election.budget, profile.num_ballots() * (enough + rule.step)),
            )
        return method_of_equal_shares(
            wanted,
            profile,
            initial_budget_allocation=start,
            voter_budget_increment=rule.step or None,
            **params,
        )

    def by_votes(instance: Any, profile: Any, initial_budget_allocation: Any = (), resoluteness: bool = True) -> Any:
        """Greedy by votes, or by points where ballots give them, on what is left."""
        sat = PointsTimesCost if election.pointed else pb.Cost_Sat
        return greedy_utilitarian_welfare(
            instance,
            profile,
            sat_class=sat,
            initial_budget_allocation=initial_budget_allocation,
            tie_breaking=election.ties,
        )

    if rule.completion == "phragmen":
        raise Elsewhere

    def completed(instance: Any, profile: Any, initial_budget_allocation: Any = ()) -> Any:
        if rule.completion == "none":
            return shares(instance, profile, initial_budget_allocation)
        return completion_by_rule_combination(
            instance, profile, [shares, by_votes], initial_budget_allocation=initial_budget_allocation
        )

    if not rule.comparison:
        return completed(election.instance(), profile)
    # Both where as many prefer one as the other: then equal shares stand, which are named first.
    return popularity_comparison(election.instance(), profile, pb.Cost_Sat, [completed, by_votes])[0]


def pabutools_reads(path: Path) -> tuple[Instance, Ballots]:
    """A `.pb` file as pabutools reads it; amounts in hundredths, ranked ballots with a point for the last place."""
    read, profile = pb.parse_pabulib(str(path))
    projects = [Project(project.name, whole(project.cost * 100)) for project in sorted(read)]
    if isinstance(profile, pb.OrdinalProfile):
        ballots = [{p.name: len(ballot) - place for place, p in enumerate(ballot)} for ballot in profile]
    elif isinstance(profile, pb.CardinalProfile):
        ballots = [{p.name: whole(given) for p, given in ballot.items()} for ballot in profile]
    else:
        ballots = [{p.name: 1 for p in ballot} for ballot in profile]
    return Instance(whole(read.budget_limit * 100), tuple(projects)), ballots


def whole(amount: Any) -> int:
    """A whole amount as an integer."""
    assert amount.denominator == 1
    return int(amount)


@contextmanager
def exact_burdens() -> Iterator[None]:
    """Give the maximin support of pabutools exact loads in place of its solver's floats, and many times faster."""
    with patch.object(import_module("pabutools.rules.maximin_support"), "_compute_optimal_load", least_burden):
        yield


def least_burden(projects: Any, profile: Any) -> Fraction | float:
    """The solver's answer without rounding: the largest cost per supporter of any part of the projects."""
    if any(not any(project in ballot for ballot in profile) for project in projects):
        return inf
    supporters = {p: {i for i, ballot in enumerate(profile) if p in ballot} for p in projects}
    parts = chain.from_iterable(combinations(projects, size) for size in range(1, len(projects) + 1))
    return max(Fraction(sum(p.cost for p in part), len(set().union(*(supporters[p] for p in part)))) for part in parts)
