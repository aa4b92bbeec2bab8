"""Whether a ballot counts is arithmetic: a style and some choices."""

import pytest

from schema.styles import Approval, Cumulative, Knapsack, Ranked, Scored, Style
from workers.eligibility import judge


@pytest.mark.parametrize(
    ("style", "choices", "points", "on_roll", "reason"),
    [
        (Approval(max_choices=2), (1, 3), (), True, None),
        (Approval(max_choices=2), (), (), True, None),
        (Approval(max_choices=2), (1, 2), (), False, "not-on-roll"),
        (Approval(max_choices=2), (1, 2, 3), (), True, "too-many"),
        (Approval(max_choices=2, min_choices=1), (), (), True, "too-few"),
        (Approval(max_choices=2), (1, 1), (), True, "chosen-twice"),
        (Approval(max_choices=2), (4,), (), True, "unknown-project"),
        (Knapsack(max_cost=60), (1, 2), (), True, None),
        (Knapsack(max_cost=60), (1, 2, 3), (), True, "too-costly"),
        (Cumulative(max_points=5, max_points_per_project=4), (1, 2), (4, 1), True, None),
        (Cumulative(max_points=5, max_points_per_project=4), (1, 2), (4, 2), True, "too-many-points"),
        (Cumulative(max_points=5, max_points_per_project=4), (1, 2), (4, 1), False, "not-on-roll"),
        (Ranked(max_choices=2), (3, 1), (), True, None),
        (Ranked(max_choices=2), (3, 1), (2, 1), True, "points-amiss"),
        (Scored(max_score=5), (1, 2, 3), (5, 5, 5), True, None),
        (Scored(max_score=5), (1,), (6,), True, "too-many-for-one"),
        (Approval(max_choices=2, min_choices=1), None, (), True, None),
        (Approval(max_choices=2), None, (), False, "not-on-roll"),
        (Ranked(max_choices=2, min_choices=1), None, (), True, None),
    ],
)
def test_judge(
    style: Style, choices: tuple[int, ...] | None, points: tuple[int, ...], on_roll: bool, reason: str | None
) -> None:
    """A ballot counts when its tag is on the roll and it is a ballot of the pot's style; a withdrawal in any style."""
    assert judge(style, {1: 10, 2: 50, 3: 30}, choices, points, on_roll) == reason
