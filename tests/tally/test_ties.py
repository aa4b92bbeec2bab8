"""Ties: broken by the declared order, and told."""

from hashlib import sha256
from typing import Any

import msgspec
import pytest

from schema.outcome import TieBroken
from schema.rules import EqualShares, GreedyByVotes, Rule, TieOrder
from tests.tally.examples import ADD1, ORDER, cast, pot
from workers.tally import Profile, count
from workers.tally.ties import lot


def test_the_lower_cost_comes_first() -> None:
    """By default the cheaper of two projects with equally many votes is funded."""
    outcome = count(pot(10, a=9, b=8), cast("a b"), GreedyByVotes(), ORDER)
    assert outcome.funded == ("b",)
    assert outcome.ties == (TieBroken(("b", "a"), first="b", criterion="lower_cost"),)


def test_more_votes_come_first_where_costs_are_equal() -> None:
    """After x has taken all that one of the three behind a had, a ties with b and its two; a has more votes."""
    outcome = count(pot(24, x=12, a=6, b=6), cast("xa x x x a a b b"), EqualShares(), ORDER)
    assert outcome.ties == (TieBroken(("a", "b"), first="a", criterion="more_votes"),)


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
    order = TieOrder("s", ("lot",))
    outcome = count(pot(9, a=9, b=8), cast("a b"), GreedyByVotes(), order)
    assert outcome.ties[0].criterion == "lot"


def test_what_could_not_be_funded_is_in_no_tie() -> None:
    """A project with as many votes that does not fit is no rival."""
    assert count(pot(10, a=11, b=8), cast("a b"), GreedyByVotes(), ORDER).ties == ()


def test_a_tie_of_three_is_broken_twice() -> None:
    """Each choice between equals is told, with those that were in it."""
    outcome = count(pot(9, a=3, b=2, c=1), cast("abc"), GreedyByVotes(), ORDER)
    assert [tie.tied for tie in outcome.ties] == [("c", "b", "a"), ("b", "a")]


@pytest.mark.parametrize("rule", [GreedyByVotes(), EqualShares()])
def test_no_tie_is_told_where_none_was(rule: Rule) -> None:
    """Where votes decide, the tie order is not mentioned."""
    assert count(pot(10, a=5, b=5), Profile.of(["a", "a", "b"]), rule, ORDER).ties == ()


@pytest.mark.parametrize(
    ("criteria", "advice"),
    [
        (["lower_cost"], 'End the tie order with "lot"'),
        (["lot", "lower_cost"], 'End the tie order with "lot"'),
        ([], 'End the tie order with "lot"'),
        (["more_votes", "more_votes", "lot"], "Name each criterion"),
    ],
)
def test_a_tie_order_that_leaves_ties_open_is_refused(criteria: list[str], advice: str) -> None:
    """A tie order ends with the lot and names nothing twice, also when it comes from outside."""
    with pytest.raises(msgspec.ValidationError, match=advice):
        msgspec.convert({"seed": "s", "criteria": criteria}, TieOrder)


def test_the_lot_needs_a_seed() -> None:
    """A tie order without a seed is refused."""
    with pytest.raises(ValueError, match="needs a seed"):
        TieOrder("")


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ({"rule": "greedy_by_votes"}, GreedyByVotes()),
        ({"rule": "equal_shares", "step": 100, "comparison": True}, EqualShares(step=100, comparison=True)),
    ],
)
def test_a_rule_is_told_by_its_name(said: dict[str, Any], rule: Rule) -> None:
    """A rule is one object with its name in "rule"."""
    assert msgspec.convert(said, Rule) == rule
    assert msgspec.json.decode(msgspec.json.encode(rule), type=Rule) == rule


@pytest.mark.parametrize(
    "said",
    [
        {"rule": "greedy_by_votes", "step": 100},
        {"rule": "equal_shares", "step": -1},
        {"rule": "equal_shares", "step": 2**53},
        {"rule": "equal_shares", "step": 0.5},
        {"rule": "coin"},
        {},
    ],
)
def test_a_rule_that_does_not_exist_is_refused(said: dict[str, Any]) -> None:
    """Unknown names, unknown options and amounts out of bounds are refused."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(said, Rule)
