"""What must not change an outcome, and what every outcome promises, by any rule."""

from fractions import Fraction
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from schema.outcome import FundedInPart, FundedWithReserve
from schema.rules import EqualShares, GreedyByVotes, Rule
from tests.tally.examples import ORDER, Election, elections, pot, profile_of, rules, steady
from tests.tally.slow import in_tie_order
from workers.tally import Instance, Profile, Project, count


@steady
@given(elections(), rules, st.randoms(use_true_random=False))
def test_the_order_of_ballots_and_projects_says_nothing(election: Election, rule: Rule, random: Random) -> None:
    """The same ballots and projects in another order give the same bytes."""
    instance, ballots = election
    shuffled = replace(instance, projects=tuple(random.sample(instance.projects, len(instance.projects))))
    mixed = [dict(random.sample(list(ballot.items()), len(ballot))) for ballot in random.sample(ballots, len(ballots))]
    before = count(instance, profile_of(ballots), rule, ORDER)
    after = count(shuffled, profile_of(mixed), rule, ORDER)
    assert msgspec.json.encode(before) == msgspec.json.encode(after)


@steady
@given(elections(unlike=True), rules)
def test_names_say_nothing(election: Election, rule: Rule) -> None:
    """Where no tie gets as far as the lot, the same happens to projects with other names, for the same reasons."""
    instance, ballots = election
    other = dict(zip("abcdef", "UZWVYX", strict=True))
    renamed = replace(instance, projects=tuple(Project(other[p.id], p.cost) for p in instance.projects))
    elsewhere = rule
    if isinstance(rule, GreedyByVotes):
        elsewhere = replace(rule, exclusive=tuple(tuple(map(other.__getitem__, names)) for names in rule.exclusive))
    before = count(instance, profile_of(ballots), rule, ORDER)
    after = count(
        renamed, profile_of([{other[p]: n for p, n in ballot.items()} for ballot in ballots]), elsewhere, ORDER
    )
    # No other capital stands in an outcome.
    names_back = str.maketrans({new: old for old, new in other.items()})
    assert msgspec.json.encode(before).decode() == msgspec.json.encode(after).decode().translate(names_back)


@steady
@given(elections(), rules, st.randoms(use_true_random=False))
def test_splitting_a_group_says_nothing(election: Election, rule: Rule, random: Random) -> None:
    """Voters with the same ballot counted one by one, their choices in any order, fare as they do in a group."""
    instance, ballots = election
    rows = [dict(random.sample(list(ballot.items()), len(ballot))) for ballot in ballots]
    single = Profile.of_groups((list(row), list(row.values()), 1) for row in rows)
    assert count(instance, profile_of(ballots), rule, ORDER) == count(instance, single, rule, ORDER)


@steady
@given(elections(), rules)
def test_the_unit_of_money_says_nothing(election: Election, rule: Rule) -> None:
    """Pot, costs and increments doubled give the same projects by the same increments and ties."""
    instance, ballots = election
    doubled = Instance(instance.budget * 2, tuple(Project(p.id, p.cost * 2) for p in instance.projects))
    stronger = replace(rule, step=rule.step * 2) if isinstance(rule, EqualShares) else rule
    before = count(instance, profile_of(ballots), rule, ORDER)
    after = count(doubled, profile_of(ballots), stronger, ORDER)
    assert (before.funded, before.partly, before.spent * 2) == (after.funded, after.partly, after.spent)
    assert before.ties == after.ties
    increments = [None if outcome.shares is None else outcome.shares.increments for outcome in (before, after)]
    assert increments[0] == increments[1]
    assert [type(fact) for fact in before.explanations] == [type(fact) for fact in after.explanations]


@steady
@given(elections(), rules)
def test_the_pot_is_never_overspent(election: Election, rule: Rule) -> None:
    """What the pot gives is what the funded projects cost, less what a reserve pays, and never more than there is."""
    instance, ballots = election
    outcome = count(instance, profile_of(ballots), rule, ORDER)
    costs = {project.id: project.cost for project in instance.projects}
    reserve = sum(fact.reserve for fact in outcome.explanations if isinstance(fact, FundedWithReserve))
    grant = sum(fact.left for fact in outcome.explanations if isinstance(fact, FundedInPart))
    assert outcome.spent == sum(costs[name] for name in outcome.funded) - reserve + grant
    assert outcome.spent <= outcome.budget == instance.budget


@steady
@given(elections(), rules)
def test_every_project_is_explained_once(election: Election, rule: Rule) -> None:
    """Funded projects first, in that order, then the one funded in part, the others as the rule ranks them.

    That is by score (by score per cost where the rule goes by that), and in the tie order where they are level.
    """
    instance, ballots = election
    outcome = count(instance, profile_of(ballots), rule, ORDER)
    first = [*outcome.funded, *([outcome.partly] if outcome.partly else [])]
    per_cost = isinstance(rule, GreedyByVotes) and rule.per_cost

    def merit(project: Project) -> tuple[bool, Fraction]:
        score = sum(ballot.get(project.id, 0) for ballot in ballots)
        return per_cost and not project.cost, Fraction(score, project.cost if per_cost and project.cost else 1)

    rest = [project for project in in_tie_order(instance, ballots, ORDER) if project.id not in first]
    rest.sort(key=merit, reverse=True)
    assert [fact.project for fact in outcome.explanations] == first + [project.id for project in rest]


@steady
@given(elections(), rules)
def test_votes_and_costs_are_as_cast_and_declared(election: Election, rule: Rule) -> None:
    """Every explanation has the supporters and the cost of its project."""
    instance, ballots = election
    costs = {project.id: project.cost for project in instance.projects}
    for fact in count(instance, profile_of(ballots), rule, ORDER).explanations:
        supporters = sum(fact.project in ballot for ballot in ballots)
        assert (fact.votes, fact.cost) == (supporters, costs[fact.project])


def test_a_ballot_for_an_unknown_project_is_refused() -> None:
    """A ballot that names a project outside the pot is an error, not a silent drop."""
    with pytest.raises(ValueError, match="'z', which is no project of this pot"):
        count(pot(10, a=4), Profile.of(["az"]), GreedyByVotes(), ORDER)


def test_an_id_is_used_once() -> None:
    """Two projects with one id are refused."""
    with pytest.raises(ValueError, match="share an id"):
        Instance(10, (Project("a", 4), Project("a", 5)))


def test_amounts_are_not_below_zero() -> None:
    """A negative cost is refused."""
    with pytest.raises(ValueError, match="below zero"):
        pot(10, a=-1)
