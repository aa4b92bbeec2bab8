"""The maximin support method."""

from fractions import Fraction
from itertools import combinations
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pabutools.rules import maximin_support as their_maximin

from schema.outcome import CostsMoreThanPot, FundedByLoad, LoadTooHigh, TieBroken
from schema.pb import read_pb
from schema.rules import MaximinSupport, SequentialPhragmen
from tests.pabulib import election
from tests.tally.loads import (
    BY_ID,
    Costs,
    Election,
    Turns,
    by_chance,
    case,
    elections,
    scrambled,
    spent,
    steady,
    theirs,
    turns,
)
from workers.tally import maximin
from workers.tally.case import Case
from workers.tally.instance import Instance, Profile, Project
from workers.tally.maximin import maximin_support
from workers.tally.phragmen import sequential_phragmen

STOP, SKIP = MaximinSupport(), MaximinSupport("skip")
rules = st.sampled_from([STOP, SKIP])


def largest(projects: list[str], costs: Costs, ballots: list[str]) -> Fraction:
    """The least largest load, as the worst of all sets of projects has it."""
    return max(
        Fraction(sum(costs[name] for name in group), sum(bool(set(group) & set(ballot)) for ballot in ballots))
        for size in range(1, len(projects) + 1)
        for group in combinations(projects, size)
    )


def slow(election: Election, stops: bool) -> Turns:
    """By the definition: turns (project, load, what was left) of the funded."""
    left, costs, ballots = election
    rivals = sorted(name for name, cost in costs.items() if cost <= left and any(name in b for b in ballots))
    funded: Turns = []
    while rivals:
        at = {name: largest([*(turn[0] for turn in funded), name], costs, ballots) for name in rivals}
        level = [name for name in rivals if at[name] == min(at.values())]
        too_dear = [name for name in level if costs[name] > left]
        if too_dear and stops:
            break
        rivals = [name for name in rivals if name not in too_dear]
        for name in [name for name in level if name not in too_dear][:1]:
            funded.append((name, at[name], left))
            left -= costs[name]
            rivals.remove(name)
    return funded


def test_the_reasons_by_hand() -> None:
    """Four voters, five projects: each reason with its numbers."""
    outcome = maximin_support(case(10, {"a": 4, "b": 3, "c": 8, "d": 11, "e": 1}, "abc ab a bcd -"), STOP)
    # b costs each of three voters 1. With a, four voters share 7; with c too they would share 15, but only 3 is left.
    assert outcome.explanations == (
        FundedByLoad("b", 1, 3, 3, "1", 10),
        FundedByLoad("a", 2, 3, 4, "7/4", 7),
        LoadTooHigh("c", 2, 8, "4", 3, None),
        CostsMoreThanPot("d", 1, 11, 10),
        LoadTooHigh("e", 0, 1, None, 3, None),
    )
    assert (outcome.funded, outcome.spent, outcome.budget, outcome.ties) == (("b", "a"), 7, 10, ())


def test_loads_are_shared_anew() -> None:
    """Voters who paid for a first project leave it to others once they have another to pay: Phragmén's never do."""
    election = case(6, {"a": 2, "b": 2, "c": 2}, "ab ab a a b b c c c")
    assert turns(maximin_support(election, STOP)) == [
        ("a", Fraction(1, 2), 6),
        ("b", Fraction(2, 3), 4),
        ("c", Fraction(2, 3), 2),
    ]
    assert turns(sequential_phragmen(election, SequentialPhragmen())) == [
        ("a", Fraction(1, 2), 6),
        ("c", Fraction(2, 3), 4),
        ("b", Fraction(3, 4), 2),
    ]


def test_stopping_and_skipping() -> None:
    """The first that does not fit ends the count, or is passed over."""
    election = case(10, {"a": 6, "b": 6, "c": 3}, "a a a b b c")
    assert maximin_support(election, STOP).explanations == (
        FundedByLoad("a", 1, 3, 6, "2", 10),
        LoadTooHigh("b", 2, 6, "3", 4, None),
        LoadTooHigh("c", 1, 3, "3", 4, "b"),
    )
    assert maximin_support(election, SKIP).explanations == (
        FundedByLoad("a", 1, 3, 6, "2", 10),
        FundedByLoad("c", 2, 1, 3, "3", 4),
        LoadTooHigh("b", 2, 6, "3", 4, None),
    )


def test_ties_are_told() -> None:
    """Of level projects the tie order takes the first, and the outcome says so."""
    outcome = maximin_support(case(4, {"b": 2, "a": 2, "c": 2}, "a b c"), SKIP)
    assert outcome.funded == ("a", "b")
    assert outcome.ties == (TieBroken(("a", "b", "c"), "a", "id"), TieBroken(("b", "c"), "b", "id"))


def test_no_votes() -> None:
    """Where every ballot is blank, or there is none, nothing is funded."""
    assert maximin_support(case(4, {"a": 0}, "- -"), SKIP).funded == ()
    assert maximin_support(case(4, {"a": 0}, ""), SKIP).funded == ()


def test_amounts_beyond_machine_words() -> None:
    """Costs times voters may pass 2**63, and a load that is less by 1 in 2**52 still comes first."""
    costs = {"a": 2**52 - 2, "b": 2**51 + 1, "c": 2**51}
    outcome = maximin_support(case(2**53 - 1, costs, "ab ab ac ac ac bc bc"), STOP)
    assert turns(outcome) == slow((2**53 - 1, costs, ["ab", "ab", "ac", "ac", "ac", "bc", "bc"]), True)
    assert len(outcome.funded) == 3


@steady
@given(elections(), rules)
def test_turns_are_those_of_the_definition(election: Election, rule: MaximinSupport) -> None:
    """Projects, loads and what was left agree with the worst of all sets of projects."""
    assert turns(maximin_support(case(*election), rule)) == slow(election, rule.misfit == "stop")


@steady
@given(elections(), rules)
def test_what_did_not_come_in_is_told_with_its_load(election: Election, rule: MaximinSupport) -> None:
    """A project that waits at the end would have come to the worst load of a set it is in."""
    _, costs, ballots = election
    outcome = maximin_support(case(*election), rule)
    for fact in outcome.explanations:
        if isinstance(fact, LoadTooHigh) and fact.load and fact.left == outcome.budget - outcome.spent:
            assert Fraction(fact.load) == largest([*outcome.funded, fact.project], costs, ballots)


@steady
@given(elections(), rules)
def test_the_pot_is_not_overspent(election: Election, rule: MaximinSupport) -> None:
    """What is funded costs what the outcome says, and no more than the pot."""
    outcome = maximin_support(case(*election), rule)
    assert outcome.spent == spent(outcome, election[1]) <= outcome.budget
    assert sorted(fact.project for fact in outcome.explanations) == sorted(election[1])


@steady
@given(elections(), rules, st.randoms(use_true_random=False))
def test_order_says_nothing(election: Election, rule: MaximinSupport, random: Random) -> None:
    """Projects and ballots in another order give the same outcome."""
    assert maximin_support(case(*scrambled(election, random)), rule) == maximin_support(case(*election), rule)


@steady
@given(elections(), rules)
def test_splitting_groups_says_nothing(election: Election, rule: MaximinSupport) -> None:
    """Voters one by one fare as voters grouped by ballot."""
    budget, costs, ballots = election
    instance = Instance(budget, tuple(Project(name, cost) for name, cost in costs.items()))
    single = Profile.of_groups((list(ballot), None, 1) for ballot in ballots)
    assert maximin_support(Case.of(instance, single, BY_ID), rule) == maximin_support(case(*election), rule)


@steady
@given(elections(), rules)
def test_the_unit_of_money_says_nothing(election: Election, rule: MaximinSupport) -> None:
    """With pot and costs doubled the same projects are funded, at twice the loads."""
    budget, costs, ballots = election
    double = maximin_support(case(2 * budget, {name: 2 * cost for name, cost in costs.items()}, ballots), rule)
    twice = [(name, 2 * load, 2 * left) for name, load, left in turns(maximin_support(case(*election), rule))]
    assert turns(double) == twice


@steady
@given(elections(), rules, st.randoms(use_true_random=False))
def test_a_guess_decides_nothing(election: Election, rule: MaximinSupport, random: Random) -> None:
    """Whatever payments the flow starts from, the outcome is the same."""
    plain = maximin_support(case(*election), rule)
    with pytest.MonkeyPatch.context() as patch:
        share = maximin._Shared._share

        def misled(self: Any, projects: Any, load: Any, paid: Any) -> Any:
            return share(self, projects, load, np.array([random.choice([0, 0.4, 3, 10**6]) for _ in paid], np.float64))

        patch.setattr(maximin._Shared, "_share", misled)
        assert maximin_support(case(*election), rule) == plain


def test_compiled_and_plain_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel gives the same outcome as machine code and as it stands."""
    random = Random(1)
    names = "abcdefghijkl"
    ballots = ["".join(random.sample(names, random.randint(0, 5))) for _ in range(60)]
    election = case(4000, {name: random.randint(1, 1000) for name in names}, ballots)
    outcomes = []
    for at_hand in (True, False):
        monkeypatch.setattr(maximin, "at_hand", lambda at_hand=at_hand: at_hand)
        outcomes.append(maximin_support(election, SKIP))
    assert outcomes[0] == outcomes[1]
    assert len(outcomes[0].funded) > 5


def test_a_real_election() -> None:
    """Swiecie: loads never fall, and each is that of some set of the projects funded by then: a fraction of voters."""
    file = read_pb(election("Poland_Swiecie_2023").read_bytes())
    instance = Instance(file.budget, tuple(Project(project.id, project.cost) for project in file.projects))
    outcome = maximin_support(Case.of(instance, Profile.of(v.choices for v in file.voters), BY_ID), STOP)
    loads = [load for _, load, _ in turns(outcome)]
    assert loads == sorted(loads)
    assert max(load.denominator for load in loads) <= len(file.voters)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_pabutools_agrees_on_elections_by_chance() -> None:
    """60 small elections, ties among them: the same projects in the same order, passing over what does not fit."""
    for seed in range(60):
        outcome = maximin_support(case(*by_chance(seed)), SKIP)
        assert (seed, list(outcome.funded)) == (seed, theirs(their_maximin, by_chance(seed)))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_pabutools_does_not_see_small_differences() -> None:
    """Its floats take two loads for level that differ by 1 in 1,000,000,000, and then the wrong project."""
    election = (10**9 + 1, {"a": 10**9 + 1, "b": 10**9}, ["a", "b"])
    assert theirs(their_maximin, election) == ["a"]
    assert maximin_support(case(*election), SKIP).funded == ("b",)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_pabutools_funds_what_nobody_supports() -> None:
    """There a project without supporters has an infinite load and comes last; by the definition nobody pays it."""
    election = (2, {"a": 1, "b": 1}, ["a"])
    assert theirs(their_maximin, election, unsupported=True) == ["a", "b"]
    assert maximin_support(case(*election), SKIP).funded == ("a",)
