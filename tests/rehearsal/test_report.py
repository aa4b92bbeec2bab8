"""What a replay says in the end."""

from pathlib import Path

import pytest

from service.rehearsal.checks import Check
from service.rehearsal.election import read_election
from service.rehearsal.report import Result, table, verdict


def result(file: Path, funded: set[int], held: bool = True) -> Result:
    """A replay of the small election with this outcome."""
    return Result(read_election(file), frozenset(funded), (Check(held, "It holds."),), 9, 0.5, 2.0, "/", "/bundle")


def test_the_same_outcome_is_said_in_one_sentence(small: Path) -> None:
    """Number and place are named."""
    assert verdict(result(small, {1, 2})) == "Same 2 projects as Eken published."


def test_another_outcome_names_each_project_that_differs(small: Path) -> None:
    """With the id and name that the file gives them."""
    assert verdict(result(small, {1, 3})).splitlines() == [
        "Not the 2 projects that Eken published:",
        "  published, but not funded here: p2 Lamps",
        "  funded here, not published: p3 Swings",
    ]


@pytest.mark.parametrize(
    ("funded", "held", "whole"), [({1, 2}, True, True), ({1}, True, False), ({1, 2}, False, False)]
)
def test_a_replay_held_when_outcome_and_checks_agree(small: Path, funded: set[int], held: bool, whole: bool) -> None:
    """Either of them can spoil it."""
    assert result(small, funded, held).held is whole


def test_the_table_has_a_row_for_each_file(small: Path) -> None:
    """Aligned, with what was expected beside what came."""
    lines = table([result(small, {1, 2}), result(small, {1}), result(small, {1, 2}, held=False)]).splitlines()
    assert lines[0].split() == [
        "file",
        "rule",
        "ballots",
        "projects",
        "expected",
        "got",
        "verdict",
        "seconds",
        "ballots/s",
    ]
    assert lines[1].split() == ["Eken_2026", "equalshares/add1", "6", "4", "2", "2", "same", "2.0", "18"]
    assert "differs" in lines[2]
    assert "check failed" in lines[3]
