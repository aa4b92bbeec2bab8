"""Phragmén's sequential method, and the completion of equal shares by it."""

from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pabutools.election import Instance as TheirInstance
from pabutools.election import parse_pabulib
from pabutools.rules import sequential_phragmen as their_phragmen

from schema.outcome import CostsMoreThanPot, FundedByLoad, FundedInPart, LoadTooHigh, TieBroken
from schema.pb import read_pb
from schema.rules import SequentialPhragmen
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
from workers.tally.case import Case
from workers.tally.instance import Instance, Profile, Project
from workers.tally.phragmen import Paid, complete_by_loads, sequential_phragmen

STOP, SKIP = SequentialPhragmen(), SequentialPhragmen("skip")
rules = st.sampled_from([STOP, SKIP])


def slow(left: int, costs: Costs, ballots: list[str], stops: bool, loads: list[Fraction]) -> tuple[Turns, Turns]:
    """Voter by voter, from the definition: turns (project, load, what was left) of the funded and of the misfits."""
    rivals = sorted(name for name in costs if any(name in ballot for ballot in ballots))
    funded: Turns = []
    misfits: Turns = []
    while rivals:
        at = {}
        for name in rivals:
            brought = [load for load, ballot in zip(loads, ballots, strict=True) if name in ballot]
            at[name] = (costs[name] + sum(brought)) / Fraction(len(brought))
        level = [name for name in rivals if at[name] == min(at.values())]
        too_dear = [name for name in level if costs[name] > left]
        if too_dear:
            misfits += [(name, at[name], left) for name in too_dear]
            if stops:
                break
            rivals = [name for name in rivals if name not in too_dear]
            continue
        first = level[0]
        funded.append((first, at[first], left))
        left -= costs[first]
        rivals.remove(first)
        if costs[first]:
            loads = [at[first] if first in ballot else load for load, ballot in zip(loads, ballots, strict=True)]
    return funded, misfits


def test_a_committee_from_the_literature() -> None:
    """The loads of the example with eight voters that goes with Lackner and Skowron's book: 1/5, 1/3, 29/60."""
    outcome = sequential_phragmen(case(3, dict.fromkeys("abcd", 1), "cd cd cd ab ab ac ac bd"), STOP)
    assert turns(outcome) == [("c", Fraction(1, 5), 3), ("b", Fraction(1, 3), 2), ("d", Fraction(29, 60), 1)]


def test_the_reasons_by_hand() -> None:
    """Four voters, four projects: each reason with its numbers."""
    outcome = sequential_phragmen(case(10, {"a": 4, "b": 3, "c": 8, "d": 11, "e": 1}, "abc ab a bcd -"), STOP)
    # b costs each of three voters 1; a then (4 + 1 + 1 + 0) / 3; c would come to (8 + 2 + 1) / 2, but only 3 is left.
    assert outcome.explanations == (
        FundedByLoad("b", 1, 3, 3, "1", 10),
        FundedByLoad("a", 2, 3, 4, "2", 7),
        LoadTooHigh("c", 2, 8, "11/2", 3, None),
        CostsMoreThanPot("d", 1, 11, 10),
        LoadTooHigh("e", 0, 1, None, 3, None),
    )
    assert (outcome.funded, outcome.spent, outcome.budget, outcome.ties) == (("b", "a"), 7, 10, ())


def test_stopping_and_skipping() -> None:
    """The first that does not fit ends the count, or is passed over and changes no load."""
    election = case(10, {"a": 6, "b": 6, "c": 3}, "a a a b b c")
    assert sequential_phragmen(election, STOP).explanations == (
        FundedByLoad("a", 1, 3, 6, "2", 10),
        LoadTooHigh("b", 2, 6, "3", 4, None),
        LoadTooHigh("c", 1, 3, "3", 4, "b"),
    )
    assert sequential_phragmen(election, SKIP).explanations == (
        FundedByLoad("a", 1, 3, 6, "2", 10),
        FundedByLoad("c", 2, 1, 3, "3", 4),
        LoadTooHigh("b", 2, 6, "3", 4, None),
    )


def test_the_first_that_does_not_fit_gets_a_part() -> None:
    """Of the 4 that are left b, which costs 6, gets all, where 60 % is enough; at 70 % it ends the count, or not."""
    election = case(10, {"a": 6, "b": 6, "c": 3}, "a a a b b c")
    outcome = sequential_phragmen(election, SequentialPhragmen("skip", 60))
    assert (outcome.funded, outcome.partly, outcome.spent) == (("a",), "b", 10)
    assert outcome.explanations[1:] == (
        FundedInPart("b", votes=2, score=2, cost=6, left=4),
        LoadTooHigh("c", 1, 3, "3", 0, "b"),
    )
    assert outcome == sequential_phragmen(election, SequentialPhragmen("stop", 60))
    for rule in (STOP, SKIP):
        plain = sequential_phragmen(election, rule)
        assert sequential_phragmen(election, SequentialPhragmen(rule.misfit, 70)) == plain


def test_only_the_first_that_does_not_fit_gets_a_part() -> None:
    """b is passed over for want of a half; c, of which more than a half is left, does not fit either, and gets none."""
    outcome = sequential_phragmen(case(10, {"a": 7, "b": 9, "c": 4}, "a a a b b b c"), SequentialPhragmen("skip", 50))
    assert (outcome.funded, outcome.partly) == (("a",), None)


def test_the_tie_order_says_who_gets_a_part() -> None:
    """b and c come at the same load and do not fit: the first of them gets what is left, and that was a tie."""
    outcome = sequential_phragmen(case(5, {"a": 3, "b": 4, "c": 4}, "a a b c"), SequentialPhragmen("stop", 50))
    assert outcome.partly == "b"
    assert outcome.ties == (TieBroken(("b", "c"), "b", "id"),)


def test_a_level_project_that_does_not_fit_ends_the_count() -> None:
    """When its supporters could pay, the count ends, though the tie order would take another that fits."""
    outcome = sequential_phragmen(case(5, {"a": 2, "b": 4, "c": 3}, "a b b c c c"), STOP)
    assert outcome.funded == ("c",)
    assert outcome.explanations[1:] == (LoadTooHigh("b", 2, 4, "2", 2, None), LoadTooHigh("a", 1, 2, "2", 2, "b"))


def test_ties_are_told() -> None:
    """Of level projects the tie order takes the first, and the outcome says so."""
    outcome = sequential_phragmen(case(4, {"b": 2, "a": 2, "c": 2}, "a b c"), SKIP)
    assert outcome.funded == ("a", "b")
    assert outcome.ties == (TieBroken(("a", "b", "c"), "a", "id"), TieBroken(("b", "c"), "b", "id"))


def test_what_costs_nothing_comes_first() -> None:
    """A project that costs nothing is funded if anyone supports it."""
    outcome = sequential_phragmen(case(0, {"a": 0, "b": 0, "c": 1}, "a ac"), STOP)
    assert outcome.explanations == (
        FundedByLoad("a", 1, 2, 0, "0", 0),
        CostsMoreThanPot("c", 1, 1, 0),
        LoadTooHigh("b", 0, 0, None, 0, None),
    )


def test_points_beyond_the_first_say_nothing() -> None:
    """Ten points for a project support it as one does; they only put it first among those not funded."""
    projects = (Project("a", 2), Project("b", 2))
    profile = Profile.of_points([{"a": 1}, {"b": 10}])
    outcome = sequential_phragmen(Case.of(Instance(3, projects), profile, BY_ID), SKIP)
    assert outcome.explanations == (FundedByLoad("a", 1, 1, 2, "2", 3), LoadTooHigh("b", 1, 2, "2", 1, None))


def test_amounts_that_floats_cannot_tell_apart() -> None:
    """A load that is less by 1 in 2**52 comes first, and is no tie."""
    outcome = sequential_phragmen(case(2**53 - 1, {"a": 2**52 + 1, "b": 2**52}, "a a a b b b"), STOP)
    assert (outcome.funded, outcome.ties) == (("b",), ())


@steady
@given(elections(), rules)
def test_turns_are_those_of_the_definition(election: Election, rule: SequentialPhragmen) -> None:
    """Projects, loads and what was left agree with a count voter by voter."""
    outcome = sequential_phragmen(case(*election), rule)
    budget, costs, ballots = election
    rivals = {name: cost for name, cost in costs.items() if cost <= budget}
    funded, misfits = slow(budget, rivals, ballots, rule.misfit == "stop", [Fraction(0)] * len(ballots))
    assert turns(outcome) == funded
    told = {fact.project: fact for fact in outcome.explanations if isinstance(fact, LoadTooHigh)}
    for number, (name, load, left) in enumerate(misfits):
        ended_at = misfits[0][0] if number and rule.misfit == "stop" else None
        assert (told[name].load, told[name].left, told[name].ended_at) == (str(load), left, ended_at)


@steady
@given(elections(), rules)
def test_the_pot_is_not_overspent(election: Election, rule: SequentialPhragmen) -> None:
    """What is funded costs what the outcome says, and no more than the pot."""
    outcome = sequential_phragmen(case(*election), rule)
    assert outcome.spent == spent(outcome, election[1]) <= outcome.budget


@steady
@given(elections(), rules)
def test_every_project_is_explained_once(election: Election, rule: SequentialPhragmen) -> None:
    """Funded projects come first, in order of funding; all others follow."""
    outcome = sequential_phragmen(case(*election), rule)
    told = [fact.project for fact in outcome.explanations]
    assert tuple(told[: len(outcome.funded)]) == outcome.funded
    assert sorted(told) == sorted(election[1])


@steady
@given(elections(), rules)
def test_supporters_pay_each_project_in_full(election: Election, rule: SequentialPhragmen) -> None:
    """From one load to the next voters pay only for projects they support, never less than nothing, its cost in all."""
    _, costs, ballots = election
    loads = [Fraction(0)] * len(ballots)
    for name, load, _ in turns(sequential_phragmen(case(*election), rule)):
        payments = [load - loads[voter] for voter, ballot in enumerate(ballots) if name in ballot]
        assert min(payments) >= 0
        assert sum(payments) == costs[name]
        loads = [load if name in ballot else before for before, ballot in zip(loads, ballots, strict=True)]


@steady
@given(elections())
def test_nobody_else_could_have_paid_before(election: Election) -> None:
    """When a project is funded, the supporters of no other one have earned more than it costs."""
    budget, costs, ballots = election
    loads = [Fraction(0)] * len(ballots)
    rivals = {name for name, cost in costs.items() if cost <= budget}
    for name, load, _ in turns(sequential_phragmen(case(*election), STOP)):
        for other in rivals:
            assert sum(load - before for before, b in zip(loads, ballots, strict=True) if other in b) <= costs[other]
        rivals.remove(name)
        loads = [load if name in ballot else before for before, ballot in zip(loads, ballots, strict=True)]


@steady
@given(elections(), rules, st.randoms(use_true_random=False))
def test_order_says_nothing(election: Election, rule: SequentialPhragmen, random: Random) -> None:
    """Projects and ballots in another order give the same outcome."""
    again = scrambled(election, random)
    assert sequential_phragmen(case(*again), rule) == sequential_phragmen(case(*election), rule)


@steady
@given(elections(), rules)
def test_splitting_groups_says_nothing(election: Election, rule: SequentialPhragmen) -> None:
    """Voters one by one fare as voters grouped by ballot."""
    budget, costs, ballots = election
    instance = Instance(budget, tuple(Project(name, cost) for name, cost in costs.items()))
    single = Profile.of_groups((list(ballot), None, 1) for ballot in ballots)
    assert sequential_phragmen(Case.of(instance, single, BY_ID), rule) == sequential_phragmen(case(*election), rule)


@steady
@given(elections(), rules)
def test_the_unit_of_money_says_nothing(election: Election, rule: SequentialPhragmen) -> None:
    """With pot and costs doubled the same projects are funded, at twice the loads."""
    budget, costs, ballots = election
    double = sequential_phragmen(case(2 * budget, {name: 2 * cost for name, cost in costs.items()}, ballots), rule)
    twice = [(name, 2 * load, 2 * left) for name, load, left in turns(sequential_phragmen(case(*election), rule))]
    assert turns(double) == twice


@steady
@given(elections(), rules, st.integers(2, 50))
def test_more_voters_of_each_kind_say_nothing(election: Election, rule: SequentialPhragmen, times: int) -> None:
    """A ballot that weighs for many voters divides the loads, and nothing else."""
    budget, costs, ballots = election
    weighty = sequential_phragmen(case(budget, costs, ballots * times), rule)
    shared = [(name, load / times, left) for name, load, left in turns(sequential_phragmen(case(*election), rule))]
    assert turns(weighty) == shared


def test_pabutools_agrees_on_elections_by_chance() -> None:
    """2,500 small elections, most with ties: the same projects, stopping at the first misfit."""
    for seed in range(2500):
        election = by_chance(seed)
        outcome = sequential_phragmen(case(*election), STOP)
        assert (seed, sorted(outcome.funded)) == (seed, theirs(their_phragmen, election))


@pytest.mark.parametrize(
    "name",
    [
        "Poland_Swiecie_2023",
        "Poland_Wieliczka_2023_Green_Budget",
        "Netherlands_Assen_2024",
        "Poland_Warszawa_2019_Brodno-Podgrodzie",
    ],
)
def test_pabutools_agrees_on_real_elections(name: str) -> None:
    """The same projects for real elections of moderate size."""
    path = election(name)
    file = read_pb(path.read_bytes())
    instance = Instance(file.budget, tuple(Project(project.id, project.cost) for project in file.projects))
    outcome = sequential_phragmen(Case.of(instance, Profile.of(v.choices for v in file.voters), BY_ID), STOP)
    same, profile = parse_pabulib(str(path))
    wanted = {project for ballot in profile for project in ballot}
    supported = TheirInstance([project for project in same if project in wanted], same.budget_limit)
    assert sorted(outcome.funded) == [p.name for p in their_phragmen(supported, profile.as_multiprofile())]


def test_pabutools_funds_what_nobody_supports() -> None:
    """There a project without supporters has an infinite load and comes last; the papers let supporters pay."""
    election = (2, {"a": 1, "b": 1}, ["a"])
    assert theirs(their_phragmen, election, unsupported=True) == ["a", "b"]
    assert sequential_phragmen(case(*election), SKIP).funded == ("a",)


def completed(election: Case, funded: str, left: int, paid: Paid) -> Turns:
    """The turns of the projects that a completion funds."""
    index = [number for number, project in enumerate(election.projects) if project.id in funded]
    ran = complete_by_loads(election, index, left, paid)
    return [(election.projects[turn.project].id, turn.load, turn.left) for turn in ran.funded]


def paid_by(election: Case, share: Fraction, payments: dict[str, Fraction], emptied: str) -> Paid:
    """What the voters have paid; `emptied` are ballots as words."""
    rows = [election.ballots.row(index) for index in range(len(election.ballots))]
    words = ["".join(sorted(election.projects[column].id for column in row)) for row in rows]
    return Paid(
        share,
        [payments.get(project.id, Fraction(0)) for project in election.projects],
        np.array([word in emptied.split() for word in words], np.bool_),
    )


def test_a_completion_from_the_literature() -> None:
    """After equal shares for c and a, the same example funds d, when its supporters have earned 1/40 more."""
    election = case(3, dict.fromkeys("abcd", 1), "cd cd cd ab ab ac ac bd")
    paid = paid_by(election, Fraction(3, 8), {"c": Fraction(1, 5), "a": Fraction(13, 40)}, "ac")
    assert completed(election, "ca", 1, paid) == [("d", Fraction(3, 8) + Fraction(1, 40), 1)]


def test_another_completion_from_the_literature() -> None:
    """The example with twelve voters: after a come b, c and d, with 1/96, 37/384 and 7/24 earned beyond the share."""
    election = case(4, dict.fromkeys("abcdefg", 1), "ab ab ab ac ac ac ad ad bcf e f g")
    paid = paid_by(election, Fraction(1, 3), {"a": Fraction(1, 8)}, "")
    earned = [(name, load - Fraction(1, 3)) for name, load, _ in completed(election, "a", 3, paid)]
    assert earned == [("b", Fraction(1, 96)), ("c", Fraction(37, 384)), ("d", Fraction(7, 24))]


def test_a_completion_passes_over_what_does_not_fit() -> None:
    """What remains is spent on the next project that fits; the other is told of, with its load."""
    election = case(10, {"a": 6, "b": 6, "c": 3}, "a a a b b c")
    paid = paid_by(election, Fraction(5, 3), {}, "")
    ran = complete_by_loads(election, [0], 4, paid)
    assert [(turn.project, turn.left) for turn in ran.funded] == [(2, 4)]
    assert [(turn.project, turn.load, turn.left) for turn in ran.misfits] == [(1, Fraction(3), 4)]


Bought = tuple[list[str], list[Fraction], Fraction, dict[str, Fraction], list[bool]]


def slow_shares(budget: int, costs: Costs, ballots: list[str], points: bool) -> Bought:
    """Equal shares voter by voter, for cost utilities or for points (as many as the letter's place from the end)."""
    share = Fraction(budget, max(len(ballots), 1))
    money = [share] * len(ballots)
    payments: dict[str, Fraction] = {}
    emptied = [share == 0] * len(ballots)
    while True:
        offers = []
        for name, cost in costs.items():
            worth = [(ord("g") - ord(name)) * (name in ballot) if points else int(name in ballot) for ballot in ballots]
            if name in payments or sum(m for m, w in zip(money, worth, strict=True) if w) < cost or not any(worth):
                continue
            # Payment for each point: all that the poorest have, and the rest alike.
            rho = Fraction(0)
            poor: set[int] = set()
            while True:
                rest = sum(w for voter, w in enumerate(worth) if voter not in poor)
                rho = (cost - sum(money[voter] for voter in poor)) / Fraction(rest) if rest else rho
                more = {v for v, w in enumerate(worth) if w and v not in poor and money[v] < rho * w}
                if not more:
                    break
                poor |= more
            offers.append((rho if points else rho / max(cost, 1), name, rho, worth))
        if not offers:
            return list(payments), money, share, payments, emptied
        _, name, rho, worth = min(offers)
        payments[name] = rho
        for voter, each in enumerate(worth):
            if each:
                emptied[voter] |= money[voter] <= rho * each
                money[voter] = max(Fraction(0), money[voter] - rho * each)


@steady
@given(elections(), st.booleans())
def test_completions_are_those_of_the_definition(election: Election, points: bool) -> None:
    """From the money that equal shares leave, turns agree with a count voter by voter that starts in debt to nobody."""
    budget, costs, ballots = election
    instance = Instance(budget, tuple(Project(name, cost) for name, cost in costs.items()))
    rows = [(list(ballot), [ord("g") - ord(name) for name in ballot], 1) for ballot in ballots]
    mine = Case.of(instance, Profile.of_groups(rows), BY_ID)
    funded, money, share, payments, emptied = slow_shares(budget, costs, ballots, points)
    each = [payments.get(project.id, Fraction(0)) for project in mine.projects]
    paid = Paid(share, each, np.array(emptied, np.bool_), points)
    left = budget - sum(costs[name] for name in funded)
    others = {name: cost for name, cost in costs.items() if name not in funded and cost <= budget}
    after, _ = slow(left, others, ballots, False, [share - purse for purse in money])
    assert completed(mine, "".join(funded), left, paid) == after
