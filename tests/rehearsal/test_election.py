"""A file becomes an election in Byalag's words."""

from pathlib import Path
from random import Random

import pytest

from schema.pb import NotCounted, PbError
from schema.rules import EqualShares
from schema.styles import Approval, Knapsack, Style, check_choices
from service.rehearsal.election import TITLE, Election, Project, distinct, read_election, style_of
from tests.rehearsal.conftest import SMALL

COSTS = {1: 600_00, 2: 400_00, 3: 500_00, 4: 900_00}
BALLOTS = ((1, 2), (1,), ())


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
    assert election.ballots == ((1, 2), (1, 2), (1,), (2,), (1, 3), ())
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
    ],
)
def test_style_is_what_the_file_declares(meta: dict[str, str], style: Style) -> None:
    """A limit of length is an approval ballot, a limit of cost alone a knapsack, no limit all projects."""
    assert style_of(meta, BALLOTS, COSTS) == (style, [])


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


@pytest.mark.parametrize("style", [Approval(2), Approval(4, 1), Knapsack(1000_00)])
def test_another_ballot_is_valid_and_not_the_same(small: Path, style: Style) -> None:
    """What a voter casts before they change it is a ballot of the style."""
    found = read_election(small)
    election = Election(**{name: getattr(found, name) for name in Election.__struct_fields__} | {"style": style})
    for seed in range(50):
        drawn = election.another((1, 2), Random(seed))
        assert drawn != (1, 2)
        assert check_choices(style, COSTS, drawn) is None
