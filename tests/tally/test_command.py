"""`byalag tally`: a count on the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from schema.pb.rule import DECLARED
from tests.tally.test_pb import POZNAN
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
        "  #  project   votes            cost\n"
        "  1  b             3              50  Swings\n"
        "  2  d             1              10  Tree\n"
        "\n"
        "Funded 2 of 4 projects, spent 60 SEK of 100.50 SEK.\n"
        "Tie between b, a: b came first (lower cost).\n"
        "The same 2 projects as published.\n"
        "Note: Line 19: the ballot names a project more than once; it counts once ('d').\n"
    )


GREEDY, ADD1 = "greedy", "equal-shares-add1"
PARTIAL = '{"rule": "greedy_by_votes", "partial_percent": 50}'
RESERVE = '{"rule": "greedy_by_votes", "partial_percent": 80, "reserve": true, "misfit": "stop"}'
EXCLUSIVE = '{"rule": "greedy_by_votes", "exclusive": [["b", "d"]]}'


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (
            GREEDY,
            "a Bench: not funded; when its turn came by 3 votes, 50.50 SEK was left, 9.50 SEK too little; 1 more",
        ),
        (GREEDY, "b Swings: funded by 3 votes, with 100.50 SEK in the pot before it.\n"),
        ("greedy-no-skip", "Rule: greedy by votes, ending at the first that does not fit\n"),
        (
            "greedy-no-skip",
            "d Tree: not funded; with 1 vote it came after a, which did not fit and ended the count; 2 more",
        ),
        (
            '{"rule": "greedy_by_votes", "threshold": 2}',
            "d Tree: not funded; 1 vote, fewer than the 2 it needs; 1 more",
        ),
        (
            EXCLUSIVE,
            "d Tree: not funded; b, which rules it out, was funded before; 2 more supporters would have done it.\n",
        ),
        (PARTIAL, "a Bench: gets 50.50 SEK, all that was left, of the 60 SEK it costs.\n"),
        (RESERVE, "a Bench: funded by 3 votes; 50.50 SEK was left for it, and 9.50 SEK come from the reserve.\n"),
        ("equal-shares", "Every voter had a share of 25.12 SEK.\n"),
        ("equal-shares", "d Tree: funded by its supporters (1), who paid 10 SEK each, or all they had left where"),
        (ADD1, "c Hall: not funded; it costs 200 SEK, more than the whole pot.\n"),
        (ADD1, "Every voter had a share of 36.12 SEK, 11 increments included.\n"),
        (
            ADD1,
            "a Bench: not funded; its supporters (3) had 58.38 SEK left together, 1.62 SEK too little; 1 more",
        ),
        (
            "equal-shares-add1-votes",
            "Rule: equal shares, Add1 by 1 SEK until an increment overspends, completed by votes\n",
        ),
        ("equal-shares-add1-comparison", "0 voters get more out of the greedy outcome, 0 out of equal shares, so the"),
        ("phragmen", "b Swings: funded by its supporters (3), none of whom has paid more than 16.67 SEK so far.\n"),
        (
            "phragmen",
            "a Bench: not funded; its turn is when its supporters (3) have paid 36.67 SEK each, and then only",
        ),
    ],
)
def test_it_explains_each_project(run: Run, rule: str, sentence: str) -> None:
    """With --explain every project has its sentence, by whatever rule is asked for, by name or as declared."""
    assert sentence in run(VILLAGE, "--rule", rule, "--explain").output


def test_it_prints_one_object(run: Run) -> None:
    """With --json the count is one object, with ids in order of funding."""
    counted = json.loads(run(VILLAGE, "--json").output)
    assert counted["rule"]["rule"] == "greedy_by_votes"
    assert counted["funded"] == ["b", "d"]
    assert counted["as_published"] is True
    assert [tie["first"] for tie in counted["ties"]] == ["b"]
    assert [fact["project"] for fact in counted["trace"]] == ["b", "d", "a", "c"]


@pytest.mark.parametrize(("budget", "unit", "spent"), [("100.50", "hundredths", 60_00), ("100", "currency units", 60)])
def test_amounts_are_those_of_the_file(run: Run, budget: str, unit: str, spent: int) -> None:
    """Amounts in the object are currency units where the file has whole ones only, and hundredths otherwise."""
    counted = json.loads(run(VILLAGE.replace("100.50", budget), "--json").output)
    assert (counted["amounts_in"], counted["spent"]) == (unit, spent)


@pytest.mark.parametrize("name", DECLARED)
def test_every_name_that_a_file_may_declare_is_a_rule(run: Run, name: str) -> None:
    """Asked for by the format's name, a rule is what it is for a file that declares it."""
    asked, declared = run(VILLAGE, "--json", "--rule", name), run(VILLAGE.replace("greedy", name), "--json")
    assert asked.exit_code == 0
    assert asked.output == declared.output


@pytest.mark.parametrize(
    ("projects", "money", "sentence"),
    [
        ("1", "null", "Rule: greedy by votes, at most 1 project for 'play'\n"),
        (
            "1",
            "null",
            "d Tree: not funded; when its turn came by 1 vote, 'play' had 1 project, and may have 1 project; 2 more",
        ),
        ("null", "6000", "Rule: greedy by votes, at most 60 SEK for 'play'\n"),
        (
            "null",
            "5999",
            "d Tree: not funded; when its turn came by 1 vote, 'play' had 50 SEK, and may have 59.99 SEK; 2 more",
        ),
    ],
)
def test_a_category_of_the_file_can_be_capped(run: Run, projects: str, money: str, sentence: str) -> None:
    """A cap names a category as the file writes it, and its money is in hundredths."""
    play = VILLAGE.replace(";selected", ";selected;category").replace("Swings;1", "Swings;1;games, play")
    play = play.replace("Tree;1", "Tree;1;play").replace("budget;100.50", "budget;100")
    rule = f'{{"rule": "greedy_by_votes", "caps": [{{"category": "play", "projects": {projects}, "money": {money}}}]}}'
    assert sentence in run(play, "--rule", rule, "--explain").output


def test_limits_that_the_format_does_not_define_are_not_held(run: Run) -> None:
    """A limit per category in META changes nothing, and is told of."""
    said = run(VILLAGE.replace("currency", "max_length_per_category;1\ncurrency")).output
    assert "Funded 2 of 4 projects" in said
    assert "Note: META has max_length_per_category, of which the format does not say what it means: nothing was" in said


def test_a_threshold_that_is_asked_for_is_the_one_in_the_file(run: Run) -> None:
    """By greedy-threshold a file's own threshold holds, whatever rule it declares; without one there is a note."""
    stated = run(VILLAGE.replace("currency", "min_project_score_threshold;2\ncurrency"), "--rule", "greedy-threshold")
    assert "Rule: greedy by votes, at least 2 votes\n" in stated.output
    assert "Note: The rule asks for a threshold, but META has no" in run(VILLAGE, "--rule", "greedy-threshold").output


def test_what_was_published_does_not_hang_on_the_rule_that_is_asked_for(run: Run) -> None:
    """What a reserve paid for in Poznan was funded there, by whatever rule its file is counted here."""
    poznan = VILLAGE.replace("rule;greedy", f"rule;greedy-custom\ncomment;{POZNAN}").replace("Bench;0", "Bench;2")
    assert json.loads(run(poznan, "--json", "--rule", "greedy-exclusive").output)["published"] == ["a", "b", "d"]


def test_it_tells_what_the_outcome_fulfils(run: Run) -> None:
    """With --axioms each property has its sentence, with a witness where it does not hold."""
    assert (
        "would pay another project): does not hold; d costs 10 SEK, and 50.50 SEK is left.\n"
        in run(VILLAGE, "--rule", "greedy-no-skip", "--axioms").output
    )
    said = run(VILLAGE, "--rule", "equal-shares", "--axioms").output.splitlines()
    names = [line.partition(" (")[0] for line in said if line.endswith("): holds.")]
    assert names == ["feasibility", "exhaustiveness", "EJR+ up to any project", "priceability"]


def test_it_shows_other_rules_beside_its_own(run: Run) -> None:
    """With --compare the ballots are counted by other rules too, its own first."""
    counted = json.loads(run(VILLAGE, "--json", "--compare").output)["compare"]
    rules = [each["rule"]["rule"] for each in counted["alternatives"]]
    assert rules == ["greedy_by_votes", "equal_shares", "sequential_phragmen", "greedy_by_votes"]
    assert "        2          60 SEK  100.0 %          2  sequential Phragmén" in run(VILLAGE, "--compare").output


def test_ties_follow_the_order_that_is_asked_for(run: Run) -> None:
    """With --ties id the tie between a and b goes to a."""
    assert "Tie between a, b: a came first (id).\n" in run(VILLAGE, "--ties", "id").output


def test_ballots_weigh_what_a_column_says(run: Run) -> None:
    """With --weights a ballot counts as many times as its column says."""
    weighed = (
        VILLAGE.replace("voter_id;vote", "voter_id;vote;flats").replace("1;a,b", "1;a,b;1").replace("2;a,b", "2;a,b;1")
    )
    weighed = weighed.replace("3;b,a", "3;b,a;1").replace("4;c,d,d", "4;c,d;7")
    assert "  1  d             7              10  Tree\n" in run(weighed, "--weights", "flats").output


def test_a_strict_reader_refuses_what_a_lenient_one_warns_of(run: Run) -> None:
    """With --strict a project named twice in a ballot is an error."""
    result = run(VILLAGE, "--strict")
    assert result.exit_code == 2
    assert "Line 19: the ballot names a project more than once" in result.output


def test_a_project_that_gets_a_part_is_told(run: Run) -> None:
    """Below the projects that are funded whole, with what it gets."""
    said = run(VILLAGE, "--rule", PARTIAL).output
    assert "spent 100.50 SEK of 100.50 SEK.\na Bench gets 50.50 SEK of the 60 SEK it costs.\n" in said


def test_large_amounts_are_in_groups_of_digits(run: Run) -> None:
    """A million is read at a glance."""
    said = run(VILLAGE.replace("100.50", "1234567.80")).output
    assert "spent 320 SEK of 1 234 567.80 SEK." in said


def test_points_are_not_called_votes(run: Run) -> None:
    """Where ballots give points, rules and payments go by points."""
    ranked = VILLAGE.replace("approval", "ordinal")
    said = run(ranked, "--explain").output
    assert "  #  project  points            cost\n  1  a             5              60  Bench\n" in said
    assert "too little; 1 more supporter giving it one point would have done it.\n" in said
    assert "Rule: greedy by points per cost\n" in run(ranked, "--rule", "greedy-per-cost").output
    additive = run(ranked, "--rule", '{"rule": "equal_shares", "utility": "additive"}', "--explain").output
    assert "who paid 10 SEK for each of their points, or all they had left" in additive


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
        ("rule;greedy", "rule;coin", "name one. Give --rule; `byalag tally --help` lists them."),
        ("rule;greedy", "rule;unknown", "The file does not say by which rule it was counted: name one."),
    ],
)
def test_an_error_is_one_sentence(run: Run, old: str, new: str, message: str) -> None:
    """What cannot be counted is said in words, with exit code 2."""
    result = run(VILLAGE.replace(old, new))
    assert result.exit_code == 2
    assert message in result.output


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--rule", "coin"), "'coin' is no rule. Name one of greedy, greedy-no-skip,"),
        (("--rule", "coin"), "maximin-support; or as files do, one of equalshares, equalshares-comparison,"),
        (("--rule", '{"rule": "coin"}'), "Invalid value 'coin'"),
        (("--ties", "age,lot"), "'age' is none of lower_cost, more_votes, id, lot."),
        (("--ties", "lower_cost"), "the tie order ends with “lot” or “id”"),
        (("--weights", "flats"), "VOTES has no column 'flats' to weigh the ballots by."),
    ],
)
def test_a_wrong_option_is_told(run: Run, options: tuple[str, str], message: str) -> None:
    """What an option cannot mean is said with what it can."""
    result = run(VILLAGE, *options)
    assert result.exit_code == 2
    assert message in " ".join(result.output.split())


def test_the_lot_needs_a_seed(run: Run) -> None:
    """An empty seed is refused as a wrong option."""
    result = run(VILLAGE, "--seed", "")
    assert result.exit_code == 2
    assert "the lot needs a seed" in result.output
