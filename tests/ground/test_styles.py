"""Styles: what a ballot may hold, which limit one breaks, and what it is worth."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.errors import Refusal, TooCostly
from schema.styles import (
    Approval,
    Cumulative,
    Knapsack,
    Ranked,
    Scored,
    Style,
    canonical,
    check_choices,
    counted_points,
)
from service.problems import details

COSTS = {1: 100, 2: 200, 3: 300}
Numbers = tuple[int, ...]

TEN = Cumulative(max_points=10, max_points_per_project=6)
TWO_OF_TEN = Cumulative(max_points=10, max_points_per_project=6, max_choices=2)
FIVE = Scored(max_score=5)

TAKEN: list[tuple[Style, Numbers, Numbers]] = [
    (Approval(max_choices=2), (), ()),
    (Approval(max_choices=2), (1, 2), ()),
    (Approval(max_choices=2, min_choices=2), (3, 1), ()),
    (Knapsack(max_cost=300), (), ()),
    (Knapsack(max_cost=300), (1, 2), ()),
    (TEN, (), ()),
    (TEN, (3,), (1,)),
    (TEN, (2, 1), (6, 4)),
    (TEN, (1, 2, 3), (4, 4, 2)),
    (TWO_OF_TEN, (1, 3), (4, 4)),
    (Ranked(max_choices=3), (), ()),
    (Ranked(max_choices=3, min_choices=2), (3, 1), ()),
    (Cumulative(10, 6, min_choices=2), (1, 3), (1, 1)),
    (Ranked(max_choices=3), (2, 3, 1), ()),
    (FIVE, (), ()),
    (FIVE, (1, 2, 3), (5, 5, 5)),
]
REFUSED: list[tuple[Style, Numbers, Numbers, str, dict[str, int]]] = [
    (Approval(max_choices=2), (1, 2, 3), (), "too-many", {"limit": 2, "chosen": 3}),
    (Approval(max_choices=2, min_choices=1), (), (), "too-few", {"limit": 1, "chosen": 0}),
    (Approval(max_choices=2), (4,), (), "unknown-project", {"number": 4}),
    (Approval(max_choices=2), (1, 1), (), "chosen-twice", {"number": 1}),
    (Approval(max_choices=2), (1, 2), (1, 1), "points-amiss", {"needed": 0, "given": 2}),
    (Knapsack(max_cost=299), (1, 2), (), "too-costly", {"limit": 299, "chosen": 300, "over": 1}),
    (Knapsack(max_cost=300), (1,), (1,), "points-amiss", {"needed": 0, "given": 1}),
    (TEN, (1, 2), (), "points-amiss", {"needed": 2, "given": 0}),
    (TEN, (1, 2), (1,), "points-amiss", {"needed": 2, "given": 1}),
    (TEN, (), (1,), "points-amiss", {"needed": 0, "given": 1}),
    (TEN, (1, 2), (1, 0), "no-points", {"number": 2}),
    (TEN, (1, 2), (1, -1), "no-points", {"number": 2}),
    (TEN, (1, 2), (1, 7), "too-many-for-one", {"number": 2, "limit": 6, "given": 7}),
    (TEN, (1, 2), (6, 6), "too-many-points", {"limit": 10, "given": 12, "over": 2}),
    (TEN, (1, 1), (1, 1), "chosen-twice", {"number": 1}),
    (TWO_OF_TEN, (1, 2, 3), (1, 1, 1), "too-many", {"limit": 2, "chosen": 3}),
    (Cumulative(10, 6, min_choices=2), (1,), (3,), "too-few", {"limit": 2, "chosen": 1}),
    (Ranked(max_choices=3, min_choices=2), (2,), (), "too-few", {"limit": 2, "chosen": 1}),
    (Ranked(max_choices=1), (2, 1), (), "too-many", {"limit": 1, "chosen": 2}),
    (Ranked(max_choices=2), (2, 2), (), "chosen-twice", {"number": 2}),
    (Ranked(max_choices=2), (2, 1), (2, 1), "points-amiss", {"needed": 0, "given": 2}),
    (FIVE, (1,), (6,), "too-many-for-one", {"number": 1, "limit": 5, "given": 6}),
    (FIVE, (1,), (0,), "no-points", {"number": 1}),
    (FIVE, (1, 4), (1, 1), "unknown-project", {"number": 4}),
]


@pytest.mark.parametrize(
    "style",
    [
        {"style": "approval", "max_choices": 2, "min_choices": 3},
        {"style": "ranked", "max_choices": 2, "min_choices": 3},
        {"style": "cumulative", "max_points": 9, "max_points_per_project": 9, "max_choices": 2, "min_choices": 3},
        {"style": "cumulative", "max_points": 2, "max_points_per_project": 2, "min_choices": 3},
    ],
)
def test_a_style_that_no_ballot_could_keep_to_is_refused(style: dict[str, object]) -> None:
    """With both numbers."""
    with pytest.raises(msgspec.ValidationError, match="at least 3 choices are asked for, and no more than 2"):
        msgspec.convert(style, Style)


@pytest.mark.parametrize(("style", "choices", "points"), TAKEN)
def test_a_ballot_within_the_limits_is_taken(style: Style, choices: Numbers, points: Numbers) -> None:
    """A blank one as well, and one that reaches every limit."""
    assert check_choices(style, COSTS, choices, points) is None


@pytest.mark.parametrize(("style", "choices", "points", "code", "facts"), REFUSED)
def test_a_refusal_says_which_limit_is_broken_and_by_how_much(
    style: Style, choices: Numbers, points: Numbers, code: str, facts: dict[str, int]
) -> None:
    """With the facts that its sentence needs."""
    refusal = check_choices(style, COSTS, choices, points)
    assert refusal is not None
    assert (refusal.code, refusal.facts) == (code, facts)
    assert "{" not in details(refusal).detail


@given(st.lists(st.sampled_from(sorted(COSTS)), unique=True), st.integers(1, 700))
def test_a_knapsack_ballot_is_refused_exactly_when_it_costs_too_much(choices: list[int], limit: int) -> None:
    """And the refusal says by how much."""
    refusal = check_choices(Knapsack(limit), COSTS, choices)
    over = sum(COSTS[number] for number in choices) - limit
    assert isinstance(refusal, TooCostly) == (over > 0)
    assert over <= 0 or (isinstance(refusal, Refusal) and refusal.facts["over"] == over)


@pytest.mark.parametrize(
    ("style", "choices", "points", "kept"),
    [
        (Approval(max_choices=3), (3, 1), (), ((1, 3), ())),
        (Knapsack(max_cost=900), (3, 1), (), ((1, 3), ())),
        (TEN, (3, 1), (1, 6), ((1, 3), (6, 1))),
        (Ranked(max_choices=3), (3, 1, 2), (), ((3, 1, 2), ())),
        (FIVE, (3, 2, 1), (5, 4, 3), ((1, 2, 3), (3, 4, 5))),
        (FIVE, (), (), ((), ())),
    ],
)
def test_a_ballot_has_one_canonical_form(
    style: Style, choices: Numbers, points: Numbers, kept: tuple[Numbers, Numbers]
) -> None:
    """The same however it was filled in; only on a ranked ballot does the order say something."""
    assert canonical(style, choices, points) == kept


@pytest.mark.parametrize(
    ("style", "choices", "points", "worth"),
    [
        (Approval(max_choices=3), (1, 3), (), None),
        (Knapsack(max_cost=900), (1, 3), (), None),
        (TEN, (1, 3), (6, 1), [6, 1]),
        (Ranked(max_choices=9), (3, 1, 2), (), [3, 2, 1]),
        (Ranked(max_choices=9), (2,), (), [1]),
        (FIVE, (1, 2), (3, 4), [3, 4]),
    ],
)
def test_what_a_ballot_is_worth(style: Style, choices: Numbers, points: Numbers, worth: list[int] | None) -> None:
    """Points as they are given; for places as many as the ballot names for the first, down to 1 for the last."""
    counted = counted_points(style, choices, points)
    assert (None if counted is None else list(counted)) == worth
