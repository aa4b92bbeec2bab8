"""`byalag tally`: a count on the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from workers.tally.command import tally

Run = Callable[..., Result]
VILLAGE = """META
key;value
description;A small village
budget;100.50
vote_type;approval
rule;greedy
currency;SEK
PROJECTS
project_id;cost;name;selected
a;60;Bench;0
b;50;Swings;1
c;200;Hall;0
d;10;Tree;1
VOTES
voter_id;vote
1;a,b
2;a,b
3;b,a
4;c,d,d
"""


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the command on a text, with options."""

    def run(text: str, *options: str) -> Result:
        path = tmp_path / "village.pb"
        path.write_text(text, encoding="utf-8")
        return CliRunner().invoke(tally, [str(path), *options])

    return run


def test_it_prints_what_is_funded(run: Run) -> None:
    """A table of the funded projects in order, what was spent, ties, agreement and warnings."""
    result = run(VILLAGE)
    assert result.exit_code == 0
    assert result.output == (
        "A small village: 4 projects, 4 ballots\n"
        "Rule: greedy by votes\n"
        "\n"
        "  #  project  votes            cost\n"
        "  1  b            3              50  Swings\n"
        "  2  d            1              10  Tree\n"
        "\n"
        "Funded 2 of 4 projects, spent 60 SEK of 100.50 SEK.\n"
        "Tie between b, a: b came first (lower cost).\n"
        "The same 2 projects as published.\n"
        "Note: Line 19: the ballot names 'd' more than once; it counts once.\n"
    )


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ("greedy", "a: not funded; when its turn came by votes (3), 50.50 SEK was left, 9.50 SEK too little.\n"),
        ("greedy", "b: funded by votes (3), with 100.50 SEK left in the pot before it.\n"),
        ("equal_shares", "Every voter had a share of 25.12 SEK.\n"),
        ("equal_shares", "d: funded by its supporters (1), who paid 10 SEK each, or all they had left where"),
        ("equal_shares_add1", "c: not funded; it costs 200 SEK, more than the whole pot.\n"),
        ("equal_shares_add1", "Every voter had a share of 36.12 SEK, 11 increments included.\n"),
        ("equal_shares_add1", "a: not funded; its supporters (3) had 58.38 SEK left together, 1.62 SEK too little.\n"),
        ("equal_shares_add1_fill", "Rule: equal shares, Add1 by 1 until an increment overspends, completed by votes\n"),
        ("equal_shares_add1_comparison", "0 voters get more out of the greedy outcome, 0 out of equal shares, so the"),
    ],
)
def test_it_explains_each_project(run: Run, rule: str, sentence: str) -> None:
    """With --explain every project has its sentence, by whatever rule is asked for."""
    assert sentence in run(VILLAGE, "--rule", rule, "--explain").output


def test_it_prints_one_object(run: Run) -> None:
    """With --json the count is one object, with ids in order of funding and amounts in hundredths."""
    counted = json.loads(run(VILLAGE, "--json").output)
    assert counted["rule"] == {"rule": "greedy_by_votes"}
    assert counted["funded"] == ["b", "d"]
    assert counted["spent"] == 60_00
    assert counted["as_published"] is True
    assert [tie["first"] for tie in counted["ties"]] == ["b"]
    assert [fact["project"] for fact in counted["trace"]] == ["b", "d", "a", "c"]


def test_it_says_where_it_differs_from_what_was_published(run: Run) -> None:
    """Projects that only one of both funds are named."""
    result = run(VILLAGE.replace("Bench;0", "Bench;1").replace("Swings;1", "Swings;0"))
    assert "Not the projects that were published: only here b; only published a.\n" in result.output


def test_it_says_when_nothing_was_published(run: Run) -> None:
    """A file without published outcome is counted all the same."""
    assert "The file does not say which projects were funded.\n" in run(VILLAGE.replace("selected", "note")).output


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("d;10", "d;ten", "Error: Line 13: cost: 'ten' is not an amount"),
        ("rule;greedy", "rule;coin", "To count by another rule, give --rule."),
        ("approval", "ordinal", "this release counts approval and choose-1."),
    ],
)
def test_an_error_is_one_sentence(run: Run, old: str, new: str, message: str) -> None:
    """What cannot be counted is said in words, with exit code 1."""
    result = run(VILLAGE.replace(old, new))
    assert result.exit_code == 1
    assert message in result.output


def test_the_lot_needs_a_seed(run: Run) -> None:
    """An empty seed is refused as a wrong option."""
    result = run(VILLAGE, "--seed", "")
    assert result.exit_code == 2
    assert "The lot needs a seed" in result.output
