"""What must not change an outcome, by any rule."""

import os
import subprocess
import sys
from itertools import chain
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from schema.rules import EqualShares, GreedyByVotes, Rule
from tests.pabulib import HOME
from tests.tally.examples import ORDER, RULES, elections, pot, steady
from workers.tally import Instance, Profile, Project, count
from workers.tally.instance import Ballot

Election = tuple[Instance, list[frozenset[str]]]
rules = st.sampled_from(RULES)


@steady
@given(elections(), rules, st.randoms(use_true_random=False))
def test_the_order_of_ballots_and_projects_says_nothing(election: Election, rule: Rule, random: Random) -> None:
    """The same ballots and projects in another order give the same bytes."""
    instance, ballots = election
    shuffled = replace(instance, projects=tuple(random.sample(instance.projects, len(instance.projects))))
    before = count(instance, Profile.of(ballots), rule, ORDER)
    after = count(shuffled, Profile.of(random.sample(ballots, len(ballots))), rule, ORDER)
    assert msgspec.json.encode(before) == msgspec.json.encode(after)


@steady
@given(elections(unlike=True), rules)
def test_names_say_nothing(election: Election, rule: Rule) -> None:
    """Where no tie gets as far as the lot, projects with other names fare the same."""
    instance, ballots = election
    other = dict(zip("abcdef", "fedcba", strict=True))
    renamed = replace(instance, projects=tuple(Project(other[p.id], p.cost) for p in instance.projects))
    before = count(instance, Profile.of(ballots), rule, ORDER)
    after = count(renamed, Profile.of({other[name] for name in ballot} for ballot in ballots), rule, ORDER)
    assert [other[name] for name in before.funded] == list(after.funded)


@steady
@given(elections(), rules)
def test_splitting_a_group_says_nothing(election: Election, rule: Rule) -> None:
    """Voters with the same ballot counted one by one fare as they do in a group."""
    instance, ballots = election
    grouped = Profile.of(ballots)
    single = Profile(tuple(chain.from_iterable([Ballot(b.choices, 1)] * b.voters for b in grouped.ballots)))
    assert count(instance, grouped, rule, ORDER) == count(instance, single, rule, ORDER)


@steady
@given(elections(), rules)
def test_the_unit_of_money_says_nothing(election: Election, rule: Rule) -> None:
    """Pot, costs and increments doubled give the same projects."""
    instance, ballots = election
    doubled = Instance(instance.budget * 2, tuple(Project(p.id, p.cost * 2) for p in instance.projects))
    stronger = replace(rule, step=rule.step * 2) if isinstance(rule, EqualShares) else rule
    before = count(instance, Profile.of(ballots), rule, ORDER)
    after = count(doubled, Profile.of(ballots), stronger, ORDER)
    assert (before.funded, before.spent * 2) == (after.funded, after.spent)


@steady
@given(elections(), rules)
def test_the_pot_is_never_overspent(election: Election, rule: Rule) -> None:
    """What is funded costs what the outcome says, and no more than the pot."""
    instance, ballots = election
    outcome = count(instance, Profile.of(ballots), rule, ORDER)
    costs = {project.id: project.cost for project in instance.projects}
    assert outcome.spent == sum(costs[name] for name in outcome.funded) <= outcome.budget


@steady
@given(elections(), rules)
def test_every_project_is_explained_once(election: Election, rule: Rule) -> None:
    """Funded projects are explained first, in order of funding; every other one follows."""
    instance, ballots = election
    outcome = count(instance, Profile.of(ballots), rule, ORDER)
    explained = [fact.project for fact in outcome.explanations]
    assert tuple(explained[: len(outcome.funded)]) == outcome.funded
    assert sorted(explained) == sorted(project.id for project in instance.projects)


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


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_the_hash_seed_says_nothing(hash_seed: str) -> None:
    """Python's hash seed, which orders sets of text, does not reach the outcome."""
    program = (
        "import msgspec; from tests.tally.examples import *; from workers.tally import count;"
        "print(msgspec.json.encode([count(pot(30, a=9, b=9, c=8, d=7), cast('abc bcd cda dab -'), r, ORDER)"
        " for r in RULES]).decode())"
    )
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=HOME, env=environment, capture_output=True, text=True, check=True
    )
    profile = Profile.of(["abc", "bcd", "cda", "dab", ""])
    here = [count(pot(30, a=9, b=9, c=8, d=7), profile, rule, ORDER) for rule in RULES]
    assert run.stdout.strip() == msgspec.json.encode(here).decode()
