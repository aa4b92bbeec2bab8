"""What is accepted is what is judged, and what is judged is what is counted."""

from hypothesis import given
from hypothesis import strategies as st

from schema.snapshot import Group
from schema.styles import Approval, Cumulative, Knapsack, Ranked, Scored, Style, canonical, check_choices
from workers.eligibility import judge
from workers.profile import profile_of

COSTS = {1: 100, 2: 200, 3: 300, 12: 400}
STYLES: list[Style] = [
    Approval(max_choices=2),
    Approval(max_choices=3, min_choices=1),
    Knapsack(max_cost=500),
    Cumulative(max_points=5, max_points_per_project=3),
    Cumulative(max_points=5, max_points_per_project=5, max_choices=2),
    Cumulative(max_points=5, max_points_per_project=4, min_choices=1),
    Ranked(max_choices=3),
    Ranked(max_choices=3, min_choices=2),
    Scored(max_score=3),
]
NUMBERS = st.lists(st.sampled_from([*COSTS, 9]), max_size=4)
POINTS: st.SearchStrategy[list[int]] = st.one_of(st.just([]), st.lists(st.integers(0, 4), max_size=4))


@given(st.sampled_from(STYLES), NUMBERS, POINTS)
def test_the_judge_says_what_the_service_said(style: Style, choices: list[int], points: list[int]) -> None:
    """A ballot that was taken counts as it is kept; one that was not is refused with the same code."""
    refusal = check_choices(style, COSTS, choices, points)
    kept, beside = (choices, points) if refusal else canonical(style, choices, points)
    assert judge(style, COSTS, kept, beside, on_roll=True) == (refusal.code if refusal else None)


@given(st.sampled_from(STYLES), NUMBERS, POINTS)
def test_a_ballot_that_was_taken_is_counted_project_by_project(
    style: Style, choices: list[int], points: list[int]
) -> None:
    """Each project gets what the voter wrote beside it, or its place is worth, for each of the group's voters."""
    if check_choices(style, COSTS, choices, points):
        return
    kept, beside = canonical(style, choices, points)
    profile = profile_of(style, [Group(kept, 7, beside)])
    named = [int(profile.ids[column]) for column in profile.ballots.row(0)]
    written = points or range(len(choices), 0, -1) if isinstance(style, Ranked) else points or [1] * len(choices)
    assert dict(zip(named, profile.ballots.points_of(0).tolist(), strict=True)) == dict(
        zip(choices, written, strict=True)
    )
    assert profile.voters == 7


def test_a_blank_ballot_counts_as_participation() -> None:
    """Its voter is one of those among whom equal shares divide the pot."""
    for style in STYLES:
        assert profile_of(style, [Group((), 3)]).voters == 3


def test_ranked_ballots_of_the_same_projects_in_another_order_are_others() -> None:
    """Borda points differ."""
    profile = profile_of(Ranked(max_choices=2), [Group((1, 2), 1), Group((2, 1), 1)])
    assert [profile.ballots.points_of(row).tolist() for row in range(2)] == [[2, 1], [2, 1]]
    assert profile.ballots.row(0).tolist() != profile.ballots.row(1).tolist()
