"""Ties: broken by the declared order, and told; and rules and orders as they come from outside."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.outcome import TieBroken
from schema.rules import Completion, Criterion, EqualShares, GreedyByVotes, Rule, TieOrder
from tests.tally.examples import ADD1, ORDER, RULES, Election, cast, elections, pot, profile_of, steady
from tests.tally.slow import in_tie_order
from workers.tally import Case, Profile, count
from workers.tally.case import lot

orders = st.builds(
    TieOrder,
    st.sampled_from(["one", "two", "three"]),
    st.permutations(get_args(Criterion)).map(
        lambda names: tuple(names[: 1 + min(names.index(last) for last in ("id", "lot"))])
    ),
)


def test_the_lower_cost_comes_first() -> None:
    """By default the cheaper of two projects with equally many votes is funded."""
    outcome = count(pot(10, a=9, b=8), cast("a b"), GreedyByVotes(), ORDER)
    assert outcome.funded == ("b",)
    assert outcome.ties == (TieBroken(("b", "a"), first="b", criterion="lower_cost"),)


def test_more_votes_come_first_where_costs_are_equal() -> None:
    """After x has taken all that one of the three behind a had, a ties with b and its two; a has more votes."""
    outcome = count(pot(24, x=12, a=6, b=6), cast("xa x x x a a b b"), EqualShares(), ORDER)
    assert outcome.ties == (TieBroken(("a", "b"), first="a", criterion="more_votes"),)


def test_the_order_of_ids_is_that_of_text() -> None:
    """With "id" the project 10 comes before 9, and capitals before small letters."""
    ready = Case.of(pot(9, **{"9": 1, "10": 1, "a": 1, "B": 1}), cast("-"), TieOrder("s", ("id",)))
    assert [project.id for project in ready.projects] == ["10", "9", "B", "a"]
    assert ready.tie(range(4)) == (TieBroken(("10", "9", "B", "a"), first="10", criterion="id"),)


@pytest.mark.parametrize("seed", ["one", "two", "three", "four"])
def test_the_lot_is_drawn_from_the_seed(seed: str) -> None:
    """The lot is the order of SHA-256 over seed, NUL and project id."""
    first = min("ab", key=lambda name: sha256(f"{seed}\0{name}".encode()).digest())
    outcome = count(pot(9, a=9, b=9), cast("a b"), GreedyByVotes(), TieOrder(seed))
    assert (outcome.funded, outcome.ties[0].criterion) == ((first,), "lot")


def test_different_seeds_can_draw_differently() -> None:
    """Over some seeds both of two projects come first."""
    assert {lot(seed, "a") < lot(seed, "b") for seed in "12345678"} == {True, False}


def test_the_lot_is_the_same_at_every_increment() -> None:
    """Three projects that tie in every run are funded in one and the same order of the lot."""
    outcome = count(pot(9, a=3, b=3, c=3), cast("a b c - - -"), ADD1, ORDER)
    assert outcome.shares is not None
    assert outcome.shares.increments > 0
    assert list(outcome.funded) == sorted("abc", key=lambda name: lot(ORDER.seed, name))


def test_an_order_without_cost_goes_to_the_lot() -> None:
    """The criteria are those that were declared, and no others."""
    outcome = count(pot(9, a=9, b=8), cast("a b"), GreedyByVotes(), TieOrder("s", ("lot",)))
    assert outcome.ties[0].criterion == "lot"


def test_what_could_not_be_funded_is_in_no_tie() -> None:
    """A project with as many votes that does not fit is no rival."""
    assert count(pot(10, a=11, b=8), cast("a b"), GreedyByVotes(), ORDER).ties == ()


@pytest.mark.parametrize("rule", [GreedyByVotes(), EqualShares(), EqualShares("cardinality", step=1)])
def test_a_tie_of_three_is_broken_twice(rule: Rule) -> None:
    """Each choice between equals is told, with those that were in it."""
    outcome = count(pot(9, a=3, b=3, c=3), cast("abc"), rule, TieOrder("s", ("id",)))
    assert [tie.tied for tie in outcome.ties] == [("a", "b", "c"), ("b", "c")]


def test_equal_shares_tell_the_ties_of_the_run_that_counts() -> None:
    """With 4 each only c and d are level, with 6 each then a and b as well; 7 each would overspend."""
    outcome = count(pot(20, a=6, b=6, c=7, d=7), cast("a b cd cd -"), ADD1, TieOrder("s", ("id",)))
    assert outcome.funded == ("c", "a", "b")
    assert outcome.ties == (
        TieBroken(("c", "d"), first="c", criterion="id"),
        TieBroken(("a", "b"), first="a", criterion="id"),
    )


def test_what_costs_nothing_is_level_at_the_start() -> None:
    """Free projects that somebody supports come first, each choice between them in the tie order."""
    outcome = count(pot(9, a=0, b=0, c=0, d=9), cast("abcd"), EqualShares(), TieOrder("s", ("id",)))
    assert outcome.funded == ("a", "b", "c", "d")
    assert [tie.tied for tie in outcome.ties] == [("a", "b", "c"), ("b", "c")]


@pytest.mark.parametrize("completion", ["votes", "phragmen"])
def test_a_completion_tells_its_ties(completion: Completion) -> None:
    """Nobody can pay a or b alone; what completes has to choose between them."""
    rule = EqualShares(completion=completion)
    outcome = count(pot(9, a=9, b=9), cast("a b"), rule, TieOrder("s", ("id",)))
    assert outcome.ties == (TieBroken(("a", "b"), first="a", criterion="id"),)


@pytest.mark.parametrize("rule", [GreedyByVotes(), EqualShares()])
def test_no_tie_is_told_where_none_was(rule: Rule) -> None:
    """Where votes decide, the tie order is not mentioned."""
    assert count(pot(10, a=5, b=5), Profile.of(["a", "a", "b"]), rule, ORDER).ties == ()


@steady
@given(elections(), orders)
def test_projects_stand_in_the_tie_order(election: Election, order: TieOrder) -> None:
    """A case has its projects in the declared order, whatever it is."""
    instance, ballots = election
    ready = Case.of(instance, profile_of(ballots), order)
    assert list(ready.projects) == in_tie_order(instance, ballots, order)


@steady
@given(elections(), orders, st.sampled_from(RULES))
def test_every_tie_names_what_decided_it(election: Election, order: TieOrder, rule: Rule) -> None:
    """The criterion told is the first that tells the first two apart, and all were given in the tie order."""
    instance, ballots = election
    costs = {project.id: project.cost for project in instance.projects}
    places = [project.id for project in in_tie_order(instance, ballots, order)]
    measures: dict[Criterion, Callable[[str], int | str]] = {
        "lower_cost": costs.__getitem__,
        "more_votes": lambda name: sum(name in ballot for ballot in ballots),
        "id": str,
        "lot": lambda name: lot(order.seed, name),
    }
    for tie in count(instance, profile_of(ballots), rule, order).ties:
        assert list(tie.tied) == sorted(tie.tied, key=places.index)
        assert len(tie.tied) > 1
        assert tie.first == tie.tied[0]
        first, second = tie.tied[:2]
        telling = (name for name in order.criteria if measures[name](first) != measures[name](second))
        assert tie.criterion == next(telling)


@pytest.mark.parametrize(
    ("criteria", "advice"),
    [
        (["lower_cost"], "the tie order ends with “lot” or “id”"),
        (["lot", "lower_cost"], 'End the tie order with "lot" or "id"'),
        ([], 'End the tie order with "lot" or "id"'),
        (["more_votes", "more_votes", "lot"], "each criterion of the tie order is named once"),
    ],
)
def test_a_tie_order_that_leaves_ties_open_is_refused(criteria: list[str], advice: str) -> None:
    """A tie order ends with the lot or the id and names nothing twice, also when it comes from outside."""
    with pytest.raises(msgspec.ValidationError, match=advice):
        msgspec.convert({"seed": "s", "criteria": criteria}, TieOrder)


def test_the_lot_needs_a_seed() -> None:
    """A tie order without a seed is refused."""
    with pytest.raises(ValueError, match="needs a seed"):
        TieOrder("")


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_is_the_same_when_read(rule: Rule) -> None:
    """A rule is one object with its name in "rule"."""
    said = msgspec.json.encode(rule)
    assert "rule" in msgspec.json.decode(said)
    assert msgspec.json.decode(said, type=Rule) == rule


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ({"rule": "greedy_by_votes"}, GreedyByVotes()),
        ({"rule": "equal_shares", "step": 100, "comparison": True}, EqualShares(step=100, comparison=True)),
    ],
)
def test_what_a_rule_does_not_say_is_as_usual(said: dict[str, Any], rule: Rule) -> None:
    """Options that are left out have their usual values."""
    assert msgspec.convert(said, Rule) == rule


@pytest.mark.parametrize(
    "said",
    [
        {"rule": "greedy_by_votes", "step": 100},
        {"rule": "greedy_by_votes", "threshold_percent": 101},
        {"rule": "equal_shares", "step": -1},
        {"rule": "equal_shares", "step": 2**53},
        {"rule": "equal_shares", "step": 0.5},
        {"rule": "equal_shares", "utility": "joy"},
        {"rule": "coin"},
        {},
    ],
)
def test_a_rule_that_does_not_exist_is_refused(said: dict[str, Any]) -> None:
    """Unknown names, unknown options and amounts out of bounds are refused."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(said, Rule)
