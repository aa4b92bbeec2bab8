"""A file becomes an election in Byalag's words."""

from pathlib import Path
from random import Random

import pytest

from schema.pb import NotCounted, PbError
from schema.rules import EqualShares
from schema.styles import Approval, Cumulative, Knapsack, Ranked, Scored, Style, check_choices
from service.rehearsal.election import TITLE, Ballot, Election, Project, distinct, read_election, style_of
from tests.rehearsal.conftest import SMALL

COSTS = {1: 600_00, 2: 400_00, 3: 500_00, 4: 900_00}
BALLOTS = [Ballot((1, 2)), Ballot((1,)), Ballot(())]
GIVEN = [Ballot((1, 2), (3, 2)), Ballot((3,), (4,)), Ballot(())]


def changed(file: Path, old: str, new: str) -> Path:
    """The small election with something else in it."""
    file.write_text(SMALL.replace(old, new), encoding="utf-8")
    return file


def test_projects_are_numbered_in_the_order_of_the_file(small: Path) -> None:
    """The first project is number 1, and ballots, costs and the published outcome speak of numbers."""
    election = read_election(small)
    assert [(project.number, project.known_as, project.cost) for project in election.projects[:2]] == [
        (1, "p1", 600_00),
        (2, "p2", 400_00),
    ]
    assert [ballot.choices for ballot in election.ballots] == [(1, 2), (1, 2), (1,), (2,), (1, 3), ()]
    assert election.published == frozenset({1, 2})
    assert (election.money, election.rule, election.style) == (1000_00, EqualShares(step=100), Approval(2))
    assert election.notes == ()


@pytest.mark.parametrize(
    ("meta", "style"),
    [
        ({"vote_type": "approval"}, Approval(4)),
        ({"vote_type": "approval", "max_length": "3", "min_length": "0"}, Approval(3)),
        ({"vote_type": "approval", "max_length": "20"}, Approval(4)),
        ({"vote_type": "approval", "max_length": "2", "max_sum_cost": "1000"}, Approval(2)),
        ({"vote_type": "approval", "max_sum_cost": "1000"}, Knapsack(1000_00)),
        ({"vote_type": "ordinal"}, Ranked(4)),
        ({"vote_type": "ordinal", "max_length": "3"}, Ranked(3)),
        ({"vote_type": "ordinal", "min_length": "0"}, Ranked(4)),
    ],
)
def test_style_is_what_the_file_declares(meta: dict[str, str], style: Style) -> None:
    """A limit of length is an approval ballot, a limit of cost alone a knapsack, no limit all projects."""
    assert style_of(meta, BALLOTS, COSTS) == (style, [])


@pytest.mark.parametrize(
    ("meta", "style"),
    [
        ({"vote_type": "cumulative"}, Cumulative(5, 5, 4)),
        ({"vote_type": "cumulative", "max_sum_points": "10"}, Cumulative(10, 10, 4)),
        ({"vote_type": "cumulative", "max_sum_points": "10", "max_points": "6"}, Cumulative(10, 6, 4)),
        ({"vote_type": "cumulative", "max_sum_points": "10", "max_length": "2"}, Cumulative(10, 10, 2)),
        ({"vote_type": "scoring", "max_points": "5"}, Scored(5)),
        ({"vote_type": "scoring"}, Scored(4)),
    ],
)
def test_a_limit_of_points_that_a_file_does_not_state_is_what_its_ballots_need(
    meta: dict[str, str], style: Style
) -> None:
    """What it states is taken; one project may get all points."""
    assert style_of(meta, GIVEN, COSTS) == (style, [])


def test_at_least_as_many_projects_as_the_file_asks_for() -> None:
    """Of every kind of ballot that has such a limit."""
    full = [ballot for ballot in GIVEN if ballot.choices]
    for kind, style in (
        ("cumulative", Cumulative(5, 5, 4, 1)),
        ("ordinal", Ranked(4, 1)),
        ("approval", Approval(4, 1)),
    ):
        assert style_of({"vote_type": kind, "min_length": "1"}, full, COSTS) == (style, [])


@pytest.mark.parametrize(
    ("meta", "style", "words"),
    [
        (
            {"vote_type": "cumulative", "max_sum_points": "4"},
            Cumulative(5, 5, 4),
            "gives 5 points, over the file's limit",
        ),
        ({"vote_type": "scoring", "max_points": "3"}, Scored(4), "4 points to a project, over the file's limit"),
    ],
)
def test_limits_of_points_are_widened_too(meta: dict[str, str], style: Style, words: str) -> None:
    """And it is said."""
    found, notes = style_of(meta, GIVEN, COSTS)
    assert found == style
    assert words in notes[0]


def test_points_go_beside_their_projects_and_those_of_none_are_left_off(small: Path) -> None:
    """By number; a choice without points supports nothing."""
    rows = SMALL.partition("VOTES\n")[0].replace("vote_type;approval", "vote_type;cumulative")
    small.write_text(rows + "VOTES\nvoter_id;vote;points\na;p3,p1,p2;1,4,0\nb;;\n", encoding="utf-8")
    assert read_election(small).ballots == (Ballot((1, 3), (4, 1)), Ballot(()))


def test_a_ranking_keeps_its_order(small: Path) -> None:
    """The best first."""
    rows = SMALL.partition("VOTES\n")[0].replace("vote_type;approval", "vote_type;ordinal")
    small.write_text(rows + "VOTES\nvoter_id;vote\na;p3,p1\n", encoding="utf-8")
    assert read_election(small).ballots == (Ballot((3, 1)),)


@pytest.mark.parametrize(
    ("meta", "style", "words"),
    [
        ({"vote_type": "choose-1"}, Approval(2), "2 projects, over the file's limit of 1"),
        ({"vote_type": "approval", "min_length": "1"}, Approval(4), "0 projects, under the file's limit of 1"),
        ({"vote_type": "approval", "max_sum_cost": "700"}, Knapsack(1000_00), "max_sum_cost 700"),
    ],
)
def test_style_is_widened_where_ballots_break_it(meta: dict[str, str], style: Style, words: str) -> None:
    """A file whose own ballots are over its limits is replayed under wider ones, and it is said."""
    found, notes = style_of(meta, BALLOTS, COSTS)
    assert found == style
    assert words in notes[0]


def test_a_rule_that_is_not_counted_is_refused_by_name(small: Path) -> None:
    """The sentence names the file and its rule."""
    with pytest.raises(NotCounted, match=r"Eken_2026\.pb: .*'phragmen'"):
        read_election(changed(small, "equalshares/add1", "phragmen"))


def test_a_project_without_a_cost_is_refused(small: Path) -> None:
    """What costs nothing cannot be on a ballot here."""
    with pytest.raises(PbError, match="'p3' costs nothing"):
        read_election(changed(small, "p3;500", "p3;0"))


def test_voters_that_a_register_would_take_for_one_get_a_mark() -> None:
    """A register is blind to capitals."""
    assert distinct(["a1", "A1", "b"]) == ("a1", "A1 (2)", "b")


def test_a_long_name_is_cut_where_a_title_ends() -> None:
    """The title ends with a sign that says so."""
    title = Project(1, "p1", "x" * 500, 100).title
    assert len(title) == TITLE
    assert title.endswith("x…")


@pytest.mark.parametrize(
    "style", [Approval(2), Approval(4, 1), Knapsack(1000_00), Ranked(3), Cumulative(9, 5), Scored(5)]
)
def test_another_ballot_is_valid_and_not_the_same(small: Path, style: Style) -> None:
    """What a voter casts before they change it is a ballot of the style."""
    found = read_election(small)
    election = Election(**{name: getattr(found, name) for name in Election.__struct_fields__} | {"style": style})
    for seed in range(50):
        drawn = election.another(Ballot((1, 2)), Random(seed))
        assert drawn != Ballot((1, 2))
        assert check_choices(style, COSTS, drawn.choices, drawn.points) is None
