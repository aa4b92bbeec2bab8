"""Agreement with pabutools to the last project, and the points where its definitions differ, an example for each.

Definitions: Rey, Schmidt and Maly, The (Computational) Social Choice Take on Indivisible Participatory Budgeting, 2023
(greedy); Peters, Pierczynski and Skowron, Proportional Participatory Budgeting with Additive Utilities, NeurIPS 2021
(equal shares); Los, Christoff and Grossi, Proportional Budget Allocations: Towards a Systematization, IJCAI 2022
(Phragmén); Aziz, Lee and Talmon, Proportionally Representative Participatory Budgeting, AAMAS 2018 (maximin support).
"""

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from random import Random
from typing import Any

import pabutools.election as pb
import pytest
from pabutools import rules

from schema.rules import EqualShares, GreedyByVotes, MaximinSupport, Rule, SequentialPhragmen, TieOrder
from tests.pabulib import some_elections
from tests.tally.agreement import ADD1, ONE_PASS, counts_the_same, reads_the_same
from tests.tally.examples import cast, pot
from tests.tally.oracle import Election, Elsewhere, exact_burdens, funded, pabutools_reads
from tests.tally.slow import given_to, slowly, votes_of
from workers.tally import Instance, Profile, Project, count

NUMBER = 10_000
"""How many random profiles each rule is tried on."""
CHUNK = 500
FEW = 100
"""How many of them the float solver of maximin support is tried on: it takes a process for each load."""

# The solver's modelling language will change one day.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:pabutools", "ignore::DeprecationWarning:pulp")

BY_ID = TieOrder("a seed", ("id",))
ORDERS = (
    BY_ID,
    TieOrder("a seed", ("lower_cost", "more_votes", "id")),
    TieOrder("a seed", ("more_votes", "lot")),
)
RULES: dict[str, tuple[Rule, int]] = {
    "greedy by votes": (GreedyByVotes(), 1),
    "greedy by votes per cost": (GreedyByVotes(per_cost=True), 1),
    "greedy by points": (GreedyByVotes(), 3),
    "greedy by points per cost": (GreedyByVotes(per_cost=True), 3),
    "equal shares": (EqualShares(), 1),
    "equal shares, cardinality": (EqualShares("cardinality"), 1),
    "equal shares, additive": (EqualShares("additive"), 3),
    "equal shares, cost utility of points": (EqualShares(), 3),
    "equal shares, then votes": (EqualShares(completion="votes"), 1),
    "equal shares, then Phragmén": (EqualShares(completion="phragmen"), 1),
    "Add1": (EqualShares(step=1), 1),
    "Add1, cardinality": (EqualShares("cardinality", step=1), 1),
    "Add1, additive": (EqualShares("additive", step=1), 3),
    "Add1 until exhaustive": (EqualShares(step=1, until="exhaustive"), 1),
    "Add1 until exhaustive, cardinality": (EqualShares("cardinality", step=1, until="exhaustive"), 1),
    "Add1 until exhaustive, additive": (EqualShares("additive", step=1, until="exhaustive"), 3),
    "Add1 by 3": (EqualShares(step=3), 1),
    "Add1, then votes": (EqualShares(step=1, completion="votes"), 1),
    "Add1, then points": (EqualShares("additive", step=1, completion="votes"), 3),
    "Add1, then Phragmén": (EqualShares(step=1, completion="phragmen"), 1),
    "Add1, compared": (EqualShares(step=1, comparison=True), 1),
    "Add1, compared with points": (EqualShares(step=1, comparison=True), 3),
    "Phragmén": (SequentialPhragmen(), 1),
    "Phragmén, passing over": (SequentialPhragmen(misfit="skip"), 1),
    "maximin support": (MaximinSupport(), 1),
    "maximin support, passing over": (MaximinSupport(misfit="skip"), 1),
    "greedy by votes, in part": (GreedyByVotes(partial_percent=40), 1),
    "equal shares, then votes in part": (EqualShares(completion="votes", partial_percent=40), 1),
    "Add1, then Phragmén in part": (EqualShares(step=1, completion="phragmen", partial_percent=40), 1),
    "Phragmén, in part": (SequentialPhragmen("stop", 40), 1),
    "Phragmén, passing over or in part": (SequentialPhragmen("skip", 40), 1),
    "maximin support, in part": (MaximinSupport("stop", 40), 1),
    "maximin support, passing over or in part": (MaximinSupport("skip", 40), 1),
}
Ballots = list[dict[str, int]]


def chance_election(name: str, number: int) -> tuple[Instance, Ballots, TieOrder]:
    """A small election full of ties: three costs at most, now and then 0 or more than the pot; blank ballots too."""
    chance = Random(f"{name} {number}")
    costs = [chance.randint(chance.random() > 0.1, 6) for _ in range(3)]
    projects = tuple(Project(str(n), chance.choice(costs)) for n in range(7, 7 + chance.randint(3, 7)))
    instance = Instance(chance.randint(chance.choice((0, 4)), 14), projects)
    liking, most = chance.random(), RULES[name][1]
    ballots = [
        {project.id: chance.randint(1, most) for project in projects if chance.random() < liking}
        for _ in range(chance.randint(1, 8))
    ]
    return instance, ballots, ORDERS[number % len(ORDERS)]


def disagreements(name: str, numbers: range) -> tuple[int, list[str]]:
    """In how many elections there was a tie, and where ours is not what the witnesses fund."""
    rule = RULES[name][0]
    ties, found = 0, []
    for number in numbers:
        instance, ballots, order = chance_election(name, number)
        outcome = count(instance, Profile.of_points(ballots), rule, order)
        ties += bool(outcome.ties)
        said = {}
        try:
            with exact_burdens():
                said["pabutools"] = funded(Election(instance, ballots, order, grouped=number % 2 == 0), rule)
        except Elsewhere:
            pass
        if not said or number % 10 == 0:
            said["slowly"] = slowly(instance, ballots, rule, order)
        for witness, names in said.items():
            ordered = witness == "slowly" or not loses_order(rule, instance, ballots, names)
            if not same(given_to(outcome), names, instance, ordered):
                found.append(f"{number}: {witness} {names}, ours {outcome.funded}: {instance} {ballots}")
    return ties, found


def same(one: list[str], other: list[str], instance: Instance, ordered: bool) -> bool:
    """Whether both fund the same projects, in the same order as far as they cost anything."""
    free = {project.id for project in instance.projects if project.cost == 0}
    in_order = [[name for name in names if name not in free] for names in (one, other)]
    return sorted(one) == sorted(other) and (not ordered or in_order[0] == in_order[1])


def loses_order(rule: Rule, instance: Instance, ballots: Ballots, names: list[str]) -> bool:
    """Whether pabutools' order of funding is another: by name, or that of increments after all has been funded."""
    if isinstance(rule, EqualShares) and rule.step:
        running = (p.id for p in instance.projects if p.cost <= instance.budget and votes_of(p.id, ballots))
        return set(running) <= set(names)
    return isinstance(rule, SequentialPhragmen)


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    """A process for each core."""
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        yield pool


@pytest.mark.parametrize("name", RULES)
def test_random_profiles_give_the_same_projects(pool: ProcessPoolExecutor, name: str) -> None:
    """On small random profiles, every sixth or more with ties, we and the witnesses agree to the last project."""
    chunks = [range(start, min(start + CHUNK, NUMBER)) for start in range(0, NUMBER, CHUNK)]
    results = list(pool.map(disagreements, [name] * len(chunks), chunks))
    assert [line for _, lines in results for line in lines] == []
    assert sum(ties for ties, _ in results) > NUMBER / 6


SMALL = 20_000
"""Bytes of the real elections that are counted here; `tests.tally.agreement` counts all."""


@pytest.mark.parametrize("name", ["reading", *ONE_PASS, "Add1 until exhaustive"])
def test_small_real_elections_give_the_same(name: str) -> None:
    """Small real files are read as pabutools reads them, and by every rule the same projects are funded."""
    for path in some_elections(SMALL if name in ONE_PASS else SMALL // 4):
        instance, ballots = pabutools_reads(path)
        if name == "reading":
            assert reads_the_same(path, instance, ballots), path.stem
        else:
            assert counts_the_same(instance, ballots, (ONE_PASS | ADD1)[name]), path.stem


def test_the_solver_itself_gives_the_same_projects() -> None:
    """Maximin support agrees as well where pabutools solves its programs by floats, if the numbers are small."""
    name = "maximin support, passing over"
    for number in range(FEW):
        instance, ballots, order = chance_election(name, number)
        outcome = count(instance, Profile.of_points(ballots), RULES[name][0], order)
        assert list(outcome.funded) == funded(Election(instance, ballots, order), RULES[name][0])


# Where they differ. Each example is counted by pabutools as it comes, without what the oracle puts right.


def theirs(instance: Instance, ballots: str) -> tuple[Any, Any]:
    """An instance and approval ballots of single letters as pabutools holds them."""
    election = Election(instance, [dict.fromkeys(word.strip("-"), 1) for word in ballots.split()], BY_ID)
    return election.instance(), election.profile(pointed=False)


def ids(allocation: Any) -> list[str]:
    """The ids of what pabutools funds."""
    return [project.name for project in allocation]


def ours(instance: Instance, ballots: str, rule: Rule) -> list[str]:
    """The ids of what we fund."""
    return list(count(instance, cast(ballots), rule, BY_ID).funded)


def test_what_costs_nothing_is_no_utility_by_cost() -> None:
    """pabutools leaves out of equal shares what costs nothing, if utility is cost; by the definition no supporter has
    to pay, and it is affordable at rho 0."""
    instance, ballots = pot(5, a=0, b=5), "ab ab"
    assert ids(rules.method_of_equal_shares(*theirs(instance, ballots), pb.Cost_Sat)) == ["b"]
    assert ids(rules.method_of_equal_shares(*theirs(instance, ballots), pb.Cardinality_Sat)) == ["a", "b"]
    assert ours(instance, ballots, EqualShares()) == ["a", "b"]


def test_what_costs_nothing_is_last_by_votes() -> None:
    """pabutools' greedy by votes comes last to what costs nothing, with however many votes; it funds the same."""
    instance, ballots = pot(10, a=0, b=5, c=5), "a a b"
    assert ids(rules.greedy_utilitarian_welfare(*theirs(instance, ballots), pb.Cost_Sat)) == ["b", "a", "c"]
    assert ours(instance, ballots, GreedyByVotes()) == ["a", "b", "c"]


def test_a_project_dearer_than_the_pot_ends_add1() -> None:
    """In pabutools a project that no outcome can hold runs in Add1, and overspends; an instance holds only projects
    that cost no more than the pot (Rey, Schmidt and Maly 2023)."""
    instance, ballots = pot(10, a=11, b=5), "a a a a b"
    shares = rules.method_of_equal_shares(*theirs(instance, ballots), pb.Cost_Sat, voter_budget_increment=1)
    assert ids(shares) == []
    assert ours(instance, ballots, EqualShares(step=1)) == ["b"]


def test_add1_may_go_on_past_an_exhaustive_outcome() -> None:
    """With increments built in, pabutools stops as soon as nothing else fits; cities go on until one overspends."""
    instance, ballots = pot(9, a=6, b=4), "ab -"
    shares = rules.method_of_equal_shares(*theirs(instance, ballots), pb.Cost_Sat, voter_budget_increment=1)
    assert ids(shares) == ["b"] == ours(instance, ballots, EqualShares(step=1, until="exhaustive"))
    assert ours(instance, ballots, EqualShares(step=1)) == ["a"]


def test_exhaustive_is_said_of_projects_with_votes() -> None:
    """An outcome that leaves room for a project without votes only is exhaustive for pabutools' built-in increments,
    as for us; for its increments from outside it is not, and they go on."""
    instance, ballots = pot(6, a=5, b=6, c=1), "bc -"
    outside = rules.exhaustion_by_budget_increase(
        *theirs(instance, ballots), rules.method_of_equal_shares, {"sat_class": pb.Cost_Sat}, budget_step=2
    )
    built_in = rules.method_of_equal_shares(*theirs(instance, ballots), pb.Cost_Sat, voter_budget_increment=1)
    assert ids(outside) == ["b"]
    assert ids(built_in) == ["c"] == ours(instance, ballots, EqualShares(step=1, until="exhaustive"))


def test_increments_from_outside_have_a_bound() -> None:
    """pabutools makes no increment that brings the money to more than the pot times voters + 1; by the definition
    only the outcome ends them."""
    instance, ballots = pot(10, a=6), "a -"
    shares = rules.exhaustion_by_budget_increase(
        *theirs(instance, ballots),
        rules.method_of_equal_shares,
        {"sat_class": pb.Cost_Sat},
        exhaustive_stop=False,
        budget_step=2 * 20,
    )
    assert ids(shares) == []
    assert ours(instance, ballots, EqualShares(step=20)) == ["a"]


def test_increments_end_once_all_is_funded() -> None:
    """pabutools' increments from outside go on to their bound when every project has been funded; that changes no
    more than the order, here for the sake of a voter with enough for two."""
    instance, ballots = pot(13, a=5, b=5, c=3), "b ab a c a"
    shares = rules.exhaustion_by_budget_increase(
        *theirs(instance, ballots),
        rules.method_of_equal_shares,
        {"sat_class": pb.Cardinality_Sat},
        exhaustive_stop=False,
        budget_step=5,
    )
    assert ids(shares) == ["a", "b", "c"]
    assert ours(instance, ballots, EqualShares("cardinality", step=1)) == ["a", "c", "b"]


def test_increments_from_outside_change_what_they_are_given() -> None:
    """pabutools writes into the dictionary of parameters, so that it cannot be used twice."""
    given = {"sat_class": pb.Cost_Sat}
    rules.exhaustion_by_budget_increase(*theirs(pot(1, a=1), "a"), rules.method_of_equal_shares, given)
    assert sorted(given) == ["initial_budget_allocation", "resoluteness", "sat_class"]


def test_without_a_supporter_nobody_pays() -> None:
    """pabutools' rules by loads fund a project without votes once nothing else is left: an infinite load is as good as
    another. By the definitions supporters buy a project, and this one has none."""
    instance, ballots = pot(10, a=5, b=5), "a"
    assert ids(rules.sequential_phragmen(*theirs(instance, ballots))) == ["a", "b"]
    assert ids(rules.maximin_support(*theirs(instance, ballots))) == ["a", "b"]
    assert ours(instance, ballots, SequentialPhragmen()) == ["a"] == ours(instance, ballots, MaximinSupport())


def test_phragmen_is_told_by_name() -> None:
    """pabutools sorts the outcome of Phragmén's method; ours comes in order of funding."""
    instance, ballots = pot(5, a=3, b=2), "b b a"
    assert ids(rules.sequential_phragmen(*theirs(instance, ballots))) == ["a", "b"]
    assert ours(instance, ballots, SequentialPhragmen()) == ["b", "a"]


def test_loads_are_rounded_to_eight_digits() -> None:
    """pabutools reads loads from a solver's output, in which 100000002 is as little as 100000001; by the definition
    the lesser load comes first, here that of b."""
    instance, ballots = pot(150_000_000, a=100_000_002, b=100_000_001), "a b"
    assert ids(rules.maximin_support(*theirs(instance, ballots))) == ["a"]
    assert ours(instance, ballots, MaximinSupport()) == ["b"]


def test_the_last_place_is_worth_nothing() -> None:
    """pabutools' Borda points of a ranking of one project are 0, so that it ties with a project nobody ranks; cities
    give the last place one point."""
    instance = pot(1, a=1, b=1)
    election = Election(instance, [], BY_ID)
    profile = pb.OrdinalProfile([pb.OrdinalBallot([election.projects["b"]])])
    borda = rules.greedy_utilitarian_welfare(election.instance(), profile, pb.Additive_Borda_Sat, is_sat_additive=True)
    assert ids(borda) == ["a"]
    assert count(instance, Profile.of_points([{"b": 1}]), GreedyByVotes(), BY_ID).funded == ("b",)


def test_borda_agrees_with_one_more_place() -> None:
    """With a place for nothing at the end of each ranking, pabutools' Borda points are ours, and so is the outcome."""
    for number in range(200):
        instance, ballots, order = chance_election("greedy by points per cost", number)
        rankings = [sorted(ballot, key=lambda name: (ballot[name], name)) for ballot in ballots]
        election = Election(instance, [], order)
        places = [[*(election.projects[name] for name in ranking), pb.Project("nothing", 0)] for ranking in rankings]
        borda = rules.greedy_utilitarian_welfare(
            election.instance(),
            pb.OrdinalProfile(map(pb.OrdinalBallot, places)),
            pb.Additive_Borda_Sat,
            is_sat_additive=True,
        )
        points = [{name: len(ranking) - place for place, name in enumerate(ranking)} for ranking in rankings]
        outcome = count(instance, Profile.of_points(points), GreedyByVotes(per_cost=True), BY_ID)
        assert same(list(outcome.funded), ids(borda), instance, ordered=True)


def test_equal_ballots_are_not_all_found() -> None:
    """pabutools takes ballots with the same points for different ones if they name the projects in another order; the
    outcome is the same, slower."""
    a, b = pb.Project("a", 1), pb.Project("b", 1)
    profile = pb.CardinalProfile([pb.CardinalBallot({a: 1, b: 2}), pb.CardinalBallot({b: 2, a: 1})])
    assert len(profile.as_multiprofile()) == 2
    assert len(Profile.of_points([{"a": 1, "b": 2}, {"b": 2, "a": 1}]).weights) == 1
