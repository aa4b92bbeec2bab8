"""The Pabulib format, read and written."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from schema.pb import (
    NotCounted,
    PbError,
    PbFile,
    PbHead,
    PbProject,
    PbVoter,
    check,
    declaration,
    format_amount,
    parse_amount,
    read_pb,
    rule_of,
    write_pb,
)
from schema.rules import EqualShares, GreedyByVotes, MaximinSupport, Rule, SequentialPhragmen

steady = settings(deadline=None, max_examples=100)
SMALL = """META
key;value
budget;100.5
vote_type;approval
rule;greedy
PROJECTS
project_id;cost;name;selected;district
p-1;60;"Bench; ""old"" one";1;North
2;40.55;Swings;0;
VOTES
voter_id;vote;age
7;p-1,2;33
8;;
"""
POZNAN = (
    "#1: Finally, if the remaining budget is enough to fund at least 80% of that project, we fund it as well with the "
    "external reserve funds (for example, the unused funds remaining in other districts)."
)
POINTS = SMALL.replace("approval", "cumulative").replace("vote;age", "vote;points").replace("p-1,2;33", "2,p-1;3,2")


def changed(old: str, new: str, text: str = SMALL) -> str:
    """The small file with one piece of it replaced."""
    assert old in text
    return text.replace(old, new, 1)


def without_warnings(text: str | bytes) -> PbFile:
    """A file as read, but for what was put right."""
    return replace(read_pb(text), warnings=())


def test_a_file_is_read_as_it_stands() -> None:
    """Quoted fields, decimals, ids that are no numbers, blank ballots and further columns are all read."""
    file = read_pb(SMALL)
    assert file.budget == 100_50
    assert file.projects == (
        PbProject("p-1", 60_00, 'Bench; "old" one', selected=1, other={"district": "North"}),
        PbProject("2", 40_55, "Swings", selected=0, other={"district": ""}),
    )
    assert file.voters == (PbVoter("7", ("p-1", "2"), other={"age": "33"}), PbVoter("8", (), other={"age": ""}))
    assert file.warnings == ()


@pytest.mark.parametrize(
    "variant",
    [
        SMALL.replace("\n", "\r\n").encode(),
        SMALL.encode("utf-8-sig"),
        "\ufeff" + SMALL,
        SMALL.rstrip("\n"),
        changed("7;", '"7";'),
        changed("8;;", "8;"),
        changed("8;;", "8;;;"),
        changed('"Bench; ', '"  Bench; '),
        changed("60;", "60.00;"),
        changed("1;North", "1.0;North"),
        changed("key;value", "key; value ;;"),
        changed("PROJECTS", "PROJECTS;;"),
        changed("budget;100.5", "budget;100.5;;;"),
        SMALL.replace("\n", "\r"),
    ],
)
def test_quirks_of_form_say_nothing(variant: str | bytes) -> None:
    """Line ends, byte order marks, quotes, short rows and the blank cells of a spreadsheet change nothing."""
    assert read_pb(variant) == read_pb(SMALL)


@pytest.mark.parametrize(
    ("variant", "warning"),
    [
        (changed("VOTES", "\nVOTES"), "Line 10: the line is empty."),
        (changed("8;;", ";;\n8;;"), "Line 13: the line is empty."),
        (changed("p-1,2;", " p-1 , 2 ;"), "Line 12: vote: there are blanks round the commas of the list."),
        (changed("p-1,2;", "p-1,,2;"), "Line 12: vote: the list has an empty place; it was left out."),
        (changed("p-1,2;", "p-1,2,2;"), "Line 12: the ballot names a project more than once; it counts once ('2')."),
        (changed("PROJECTS", "Projects"), "Line 6: the heading of a section is not in capitals ('Projects')."),
        (
            changed("project_id", "Project_ID"),
            "Line 7: a name of the format is written with capitals; it was read without ('Project_ID').",
        ),
        (
            changed("budget;", "Budget;"),
            "Line 3: a name of the format is written with capitals; it was read without ('Budget').",
        ),
        (
            changed("approval", "Approval"),
            "Line 4: a name of the format is written with capitals; it was read without ('Approval').",
        ),
        (
            changed("greedy", "Greedy"),
            "Line 5: a name of the format is written with capitals; it was read without ('Greedy').",
        ),
        (changed("40.55", "40,55"), "Line 9: cost: a comma stands where a decimal point should (40,55)."),
        (changed("100.5", "100,5"), "Line 3: value: a comma stands where a decimal point should (100,5)."),
        (changed("40.55", "40.5500001"), "Line 9: cost: decimals after the second were cut off (40.5500001)."),
        (
            changed("rule;", "budget;100.5\nrule;"),
            "Line 5: key 'budget' is here for the second time; the first counts.",
        ),
    ],
)
def test_what_is_put_right_is_told(variant: str, warning: str) -> None:
    """What can be understood is read as meant, with a warning that names the line; strictly it is an error."""
    assert without_warnings(variant) == read_pb(SMALL)
    assert read_pb(variant).warnings == (warning,)
    with pytest.raises(PbError) as caught:
        read_pb(variant, strict=True)
    assert str(caught.value) == warning


@pytest.mark.parametrize(
    ("variant", "warning"),
    [
        (changed("8;;", "7;;"), "Line 13: a voter_id is here again; both ballots count (it was in line 12)."),
        (changed("8;;", ";2;"), "Line 13: voter_id is blank."),
        (changed("Swings;0", "Swings;no"), "Line 9: selected is not a whole number; it was left out ('no')."),
        (changed("33", '"3\n3"'), "Line 12: a text in quotes goes on over several lines (to line 13)."),
        (
            changed("rule;greedy", "rule;a;b"),
            "Line 5: a value of META holds ; without quotes; it was read as one text.",
        ),
        (changed("rule;", "num_votes;3\nrule;"), "Line 5: META gives num_votes as '3', but the file has 2."),
        (changed("rule;", "num_projects;3\nrule;"), "Line 5: META gives num_projects as '3', but the file has 2."),
        (
            changed("name", "votes").replace("Swings", "5").replace('"Bench; ""old"" one"', "1"),
            "Line 9: votes is not what the ballots give (project '2': 5, but its ballots give 1).",
        ),
        (
            changed("name", "score", POINTS).replace("Swings", "3").replace('"Bench; ""old"" one"', "4"),
            "Line 8: score is not what the ballots give (project 'p-1': 4, but its ballots give 2).",
        ),
        (
            changed("rule;", "max_length;x\nrule;"),
            "Line 5: max_length: 'x' is not a whole number; ballots were not held against it.",
        ),
    ],
)
def test_what_looks_wrong_is_told(variant: str, warning: str) -> None:
    """What the count can do without is kept as a warning that names the line."""
    assert read_pb(variant).warnings == (warning,)


@pytest.mark.parametrize(
    ("limit", "warning"),
    [
        ("min_length;1", "Line 14: the ballot names fewer projects than min_length asks for (0)."),
        ("max_length;1", "Line 13: the ballot names more projects than max_length allows (2)."),
        ("min_sum_cost;1", "Line 14: the projects on the ballot cost less than min_sum_cost asks for (0)."),
        ("max_sum_cost;100", "Line 13: the projects on the ballot cost more than max_sum_cost allows (100.55)."),
        ("min_points;3", "Line 13: the ballot gives a project fewer points than min_points asks for (2)."),
        ("max_points;2", "Line 13: the ballot gives a project more points than max_points allows (3)."),
        ("min_sum_points;5", "Line 14: the ballot gives fewer points in all than min_sum_points asks for (0)."),
        ("max_sum_points;4", "Line 13: the ballot gives more points in all than max_sum_points allows (5)."),
    ],
)
def test_a_ballot_is_held_against_the_limits(limit: str, warning: str) -> None:
    """Too long, too short, too dear, or points outside the limits: the ballot counts, with a warning."""
    assert read_pb(changed("rule;", f"{limit}\nrule;", POINTS)).warnings == (warning,)


def test_a_ballot_for_one_project_is_held_against_that() -> None:
    """A choose-1 ballot has one choice, whether META says so or not."""
    file = read_pb(changed("approval", "choose-1"))
    assert file.warnings == ("Line 12: the ballot names more projects than max_length allows (2).",)


def test_many_warnings_of_a_kind_are_summed_up() -> None:
    """The first ten are told by line, the rest as a number."""
    warnings = read_pb(SMALL + "9;2,2;\n" + "".join(f"v{n};2,2;\n" for n in range(20))).warnings
    assert len(warnings) == 11
    assert warnings[0].startswith("Line 14: ")
    assert warnings[-1] == "Another 11 lines: the ballot names a project more than once; it counts once."


def test_optional_columns_may_be_missing() -> None:
    """A project needs no more than an id and a cost."""
    file = read_pb(
        "META\nkey;value\nbudget;5\nvote_type;approval\nPROJECTS\ncost;project_id\n3;x\nVOTES\nvoter_id;vote\n"
    )
    assert file.projects == (PbProject("x", 300),)
    assert file.voters == ()


def test_a_project_named_twice_counts_once() -> None:
    """The second mention in one ballot is dropped, with its points."""
    file = read_pb(changed("2,p-1;3,2", "2,p-1,2;3,2,1", POINTS))
    assert file.voters[0] == PbVoter("7", ("2", "p-1"), points=(3, 2))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "The file ends without the section META."),
        (SMALL[: SMALL.index("VOTES")], "The file ends without the section VOTES."),
        (
            SMALL[: SMALL.index("voter_id")],
            "The file ends before a header: the section should start with voter_id;vote.",
        ),
        ("budget;5\n" + SMALL, "Line 1: here is 'budget' where the section META should be."),
        (changed("PROJECTS\n", ""), "Line 9: here is 'VOTES' where the section PROJECTS or fields parted by ;"),
        (changed("PROJECTS", "VOTES"), "Line 6: here is 'VOTES' where the section PROJECTS or fields parted by ;"),
        (SMALL + "end\n", "Line 14: here is 'end' where fields parted by ; should be."),
        (changed("key;value\n", ""), "Line 2: the header has no column 'key'."),
        (changed("budget;100.5\n", ""), "META has no 'budget'."),
        (changed("100.5", "1,005"), "Line 3: value: '1,005' is not an amount: write digits"),
        (changed("approval", "applause"), "Line 4: vote_type: 'applause' is none of approval, choose-1, ordinal, "),
        (changed("rule;greedy", "default_score;x"), "Line 5: default_score: 'x' is not a whole number."),
        (changed("rule;greedy", ";x"), "Line 5: key is blank."),
        (changed("vote_type;approval\n", ""), "META has no 'vote_type'."),
        (changed("rule;greedy", "budget;5"), "Line 5: key 'budget' is here with another value than in line 3."),
        (changed(";cost", ";price"), "Line 7: the header has no column 'cost'."),
        (changed("name", "cost"), "Line 7: the header names a column twice or leaves one blank."),
        (changed("name", ""), "Line 7: the header names a column twice or leaves one blank."),
        (changed("40.55", "40.555"), "Line 9: cost: '40.555' is not an amount"),
        (changed("40.55", "-4"), "Line 9: cost: '-4' is not an amount"),
        (changed("40.55", ""), "Line 9: cost: '' is not an amount"),
        (changed("Swings;0;", "Swings;0;;x"), "Line 9: 6 fields for 5 columns; quote a text that holds ;."),
        (changed("2;40", "p-1;40"), "Line 9: project_id 'p-1' is here for the second time."),
        (changed("2;40", ";40"), "Line 9: project_id is blank."),
        (changed("2;40", '"2,3";40'), "Line 9: project_id '2,3' holds a comma, so that no ballot can name it."),
        (changed("p-1,2;", "p-1,3;"), "Line 12: the ballot names '3', which is not in PROJECTS."),
        (changed("p-1,2;33", "p-1;33;1,2"), "Line 12: 4 fields for 3 columns; quote a text that holds ;."),
        (changed("3,2", "3", POINTS), "Line 12: the ballot gives 1 points to 2 projects."),
        (changed("3,2", "3,2.5", POINTS), "Line 12: points: '2.5' is not a whole number."),
        (changed("points", "age", POINTS), "Line 11: the header has no column 'points'."),
        (changed("Swings", "Sw\0ings"), "Line 9: there is a NUL character."),
        (
            changed("Swings", "x" * 200_000),
            "Line 9: field larger than field limit (131072); is there a quote that is not closed?",
        ),
        (SMALL.encode().replace(b"Swings", b"\xff"), "Line 9: this is not UTF-8 text."),
    ],
)
def test_an_error_names_the_line(text: str | bytes, message: str) -> None:
    """What is not in the format is refused, with its line and what is wrong there."""
    with pytest.raises(PbError) as caught:
        read_pb(text)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("declared", "rule"),
    [
        ("greedy", GreedyByVotes()),
        ("greedy-no-skip", GreedyByVotes(misfit="stop")),
        ("greedy-threshold", GreedyByVotes()),
        ("greedy\nmin_project_score_threshold;9", GreedyByVotes(threshold=9)),
        ("greedy-threshold\nmin_project_score_threshold;50", GreedyByVotes(threshold=50)),
        ("greedy-no-skip\nmin_project_score_threshold;50", GreedyByVotes(misfit="stop", threshold=50)),
        ("greedy\nmin_project_score_threshold;50.0", GreedyByVotes(threshold=50)),
        ("greedy\nmin_project_score_threshold;49.01", GreedyByVotes(threshold=50)),
        ("greedy\nmin_project_score_threshold;-1", GreedyByVotes()),
        ("greedy\nmin_project_score_threshold;5 %", GreedyByVotes(threshold_percent=5)),
        ("greedy\nmin_project_score_threshold;0,05", GreedyByVotes(threshold_percent=5)),
        ("greedy-exclusive", GreedyByVotes()),
        (f"greedy-custom\ncomment;{POZNAN}", GreedyByVotes(misfit="stop", partial_percent=80, reserve=True)),
        ("equalshares", EqualShares()),
        ("equalshares-comparison", EqualShares(comparison=True)),
        ("equalshares/add1", EqualShares(step=100)),
        ("equalshares/add1-comparison", EqualShares(step=100, comparison=True)),
    ],
)
def test_a_declared_rule_is_understood(declared: str, rule: Rule) -> None:
    """The rule in META is counted with its threshold, and with one currency unit as the increment of Add1."""
    assert rule_of(read_pb(changed("rule;greedy", f"rule;{declared}"))) == rule


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ("rule;unknown", "The file does not say by which rule it was counted"),
        ("edition;1", "The file does not say by which rule it was counted"),
        ("rule;by hand", "declares the rule 'by hand', which is none of greedy, "),
        ("rule;greedy-custom", "its comment describes none that is known"),
        ("rule;greedy-custom\ncomment;#1: By hand.", "its comment describes none that is known"),
        ("rule;greedy\nmin_project_score_threshold;many", "threshold: 'many' is neither a number nor a share in"),
        ("rule;greedy\nmin_project_score_threshold;0.005", "threshold: '0.005' is no share in whole per cent"),
        ("rule;equalshares\nmin_project_score_threshold;9", "equal shares are counted without one"),
    ],
)
def test_a_rule_that_says_too_little_is_not_counted(declared: str, message: str) -> None:
    """Where the file does not say how to count, somebody has to."""
    with pytest.raises(NotCounted, match=message):
        rule_of(read_pb(changed("rule;greedy", declared)))


@pytest.mark.parametrize(
    ("kind", "points"),
    [
        ("approval", {"2": 1, "p-1": 1}),
        ("choose-1", {"2": 1, "p-1": 1}),
        ("ordinal", {"2": 2, "p-1": 1}),
        ("cumulative", {"2": 3}),
        ("scoring", {"2": 3}),
    ],
)
def test_what_a_ballot_gives(kind: str, points: dict[str, int]) -> None:
    """One point a choice, Borda points down to 1, or its own; points below one are no support."""
    file = read_pb(changed("3,2", "3,0", POINTS).replace("cumulative", kind))
    assert file.points_of(file.voters[0]) == points


def test_a_scoring_ballot_gives_the_default_score_to_the_rest() -> None:
    """Projects that the ballot names get its points, even none at all; others what META says."""
    file = read_pb(changed("cumulative", "scoring\ndefault_score;4", POINTS).replace("2,p-1;3,2", "2;0"))
    assert [file.points_of(voter) for voter in file.voters] == [{"p-1": 4}, {"p-1": 4, "2": 4}]


@pytest.mark.parametrize(
    ("rule", "codes", "published"),
    [
        ("greedy", "1 0", {"p-1"}),
        ("greedy", "2 3", set()),
        ("greedy", " ", None),
        (f"greedy-custom\ncomment;{POZNAN}", "1 2", {"p-1", "2"}),
        (f"greedy-custom\ncomment;{POZNAN}", "3 2", {"2"}),
    ],
)
def test_what_was_published_is_known_by_its_code(rule: str, codes: str, published: set[str] | None) -> None:
    """1 means funded by the rule, 2 only where the rule has a reserve; a column without codes says nothing."""
    first, second = codes.split(" ")
    text = changed(";1;North", f";{first};North").replace("Swings;0", f"Swings;{second}")
    assert read_pb(text.replace("rule;greedy", f"rule;{rule}")).published == published


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (GreedyByVotes(), {"rule": "greedy"}),
        (GreedyByVotes(threshold=9), {"rule": "greedy-threshold", "min_project_score_threshold": "9"}),
        (GreedyByVotes(misfit="stop", threshold=9), {"rule": "greedy-no-skip", "min_project_score_threshold": "9"}),
        (EqualShares(step=100), {"rule": "equalshares/add1"}),
        (EqualShares(step=100, comparison=True), {"rule": "equalshares/add1-comparison"}),
        (SequentialPhragmen(), {"rule": '{"rule":"sequential_phragmen","misfit":"stop","partial_percent":0}'}),
    ],
)
def test_a_rule_is_declared_by_its_name(rule: Rule, said: dict[str, str]) -> None:
    """A rule is written as the format names it, and one that has no name there as ours."""
    assert declaration(rule) == said


counts, percents = st.integers(0, 10**9), st.integers(0, 100)
rules = (
    st.builds(GreedyByVotes, threshold=counts, threshold_percent=percents, partial_percent=percents)
    | st.builds(EqualShares, step=counts)
    | st.builds(MaximinSupport)
)


@given(rules)
def test_a_declared_rule_is_the_same_when_read(rule: Rule) -> None:
    """No rule is declared by the name of another: it is read as it was."""
    assert rule_of(PbHead(declaration(rule), ())) == rule


def test_a_declaration_that_is_no_rule_is_refused() -> None:
    """What looks like a rule of ours and is none has to be named."""
    with pytest.raises(NotCounted, match="cannot be read"):
        rule_of(PbHead({"rule": '{"rule":"coin"}'}, ()))


def test_a_withdrawn_project_is_on_no_ballot() -> None:
    """What was withdrawn after the vote gets no points, but keeps its place on a ranked ballot."""
    file = read_pb(changed("60;", "999999999;").replace("approval", "ordinal").replace("p-1,2", "2,p-1"))
    assert file.withdrawn == {"p-1"}
    assert file.points_of(file.voters[0]) == {"2": 2}
    assert file.remarks == ("Project 'p-1' was withdrawn after the vote: it is left out.",)


def test_a_file_says_that_its_exclusions_are_missing() -> None:
    """The format has no place for them."""
    assert "does not say which" in read_pb(changed("rule;greedy", "rule;greedy-exclusive")).remarks[0]


def test_a_written_file_is_in_the_form_of_the_format() -> None:
    """Columns in the known order, sums of its own, whole amounts without decimals, quotes only where needed."""
    assert write_pb(read_pb(SMALL)) == (
        "META\nkey;value\nnum_projects;2\nnum_votes;2\nbudget;100.5\nvote_type;approval\nrule;greedy\n"
        "PROJECTS\nproject_id;cost;votes;name;selected;district\n"
        'p-1;60;1;"Bench; ""old"" one";1;North\n2;40.55;1;Swings;0;\n'
        "VOTES\nvoter_id;vote;age\n7;p-1,2;33\n8;;\n"
    )


def test_scores_are_written_where_there_are_any() -> None:
    """A score in the file given is counted anew for every project."""
    file = read_pb(changed("name", "score", POINTS).replace("Swings", "8"))
    assert [project.score for project in read_pb(write_pb(file)).projects] == [2, 3]


def test_lists_have_no_blanks_round_their_commas() -> None:
    """Categories are a list, names are not."""
    file = read_pb(SMALL.replace("district", "category").replace("North", "play , sport").replace("old", "a , b"))
    assert file.projects[0].other == {"category": "play,sport"}
    assert file.projects[0].name == 'Bench; "a , b" one'


COMPLETE = """META
key;value
description;Any
country;Sweden
unit;Town
instance;2024
num_projects;2
num_votes;2
budget;100
vote_type;approval
rule;greedy
date_begin;01.02.2024
date_end;2024
comment;#1: None.
PROJECTS
project_id;cost;votes;selected
1;60;1;1
2;50;2;0
VOTES
voter_id;vote
7;1,2
8;2
"""


def test_a_file_without_faults_has_no_complaints() -> None:
    """Nothing is wrong with a complete and consistent file."""
    assert check(read_pb(COMPLETE)) == []


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("unit;Town\n", "", "META has no 'unit'."),
        ("01.02.2024", "1.2.24", "META gives date_begin as '1.2.24': write dd.mm.yyyy or a year."),
        ("#1: None", "None", 'The comment in META does not start with "#1: ".'),
        ("comment;#1: None.", "fully_funded;0", "META gives fully_funded as '0': write 1 or leave it out."),
        ("num_votes;2", "num_votes;3", "Line 8: META gives num_votes as '3', but the file has 2."),
        ("8;2", "8;2,2", "Line 22: the ballot names a project more than once; it counts once ('2')."),
        ("1;60;1;1\n2;50;2;0", "1;100;1;1\n2;0;2;1", "Project '2' has no cost."),
        ("2;50;2;0", "2;101;2;0", "Project '2' costs 101, more than the whole budget."),
        ("2;50;2;0", "2;50;2;1", "The selected projects cost 10 more than the budget."),
        ("2;50;2;0", "2;40;2;0", "Project '2' could be funded with the 40 left, but is not selected."),
        ("2;50;2;0", "2;50;2;7", "A project has 7 in selected: write 0, 1, 2 or 3."),
        ("2;50;2;0", "2;50;;0", "Project '2' has neither votes nor a score."),
        ("1;60;1;1\n2;50;2;0", "1;6;1;1\n2;5;2;1", "The budget pays for all projects, but META has no fully_funded."),
    ],
)
def test_what_the_public_checker_complains_about(old: str, new: str, complaint: str) -> None:
    """Each of its rules gives a sentence."""
    assert check(read_pb(changed(old, new, COMPLETE))) == [complaint]


def test_a_project_without_votes_is_complained_about() -> None:
    """It may never have been on the ballot."""
    file = read_pb(COMPLETE.replace("1;60;1;1", "1;60;0;1").replace("7;1,2", "7;2"))
    assert check(file) == ["Project '1' has no votes: was it on the ballot?"]


@given(st.integers(0, 10**15 - 1))
def test_amounts_survive(cents: int) -> None:
    """An amount that is written is read back exactly."""
    assert parse_amount(format_amount(cents)) == cents


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=8).map(str.strip)
lines = texts.map(lambda text: " ".join(text.split()))
ids = lines.map(lambda text: text.replace(",", "").strip()).filter(bool)
points = st.integers(-9, 9)


@st.composite
def files(draw: st.DrawFn) -> PbFile:
    """Files of any kind with whole sums and any text; a voter's cells stand on one line."""
    names = draw(st.lists(ids, unique=True, max_size=4))
    kind = draw(st.sampled_from(["approval", "ordinal", "cumulative", "scoring"]))
    pointed = kind in {"cumulative", "scoring"}
    voters = []
    for voter in draw(st.lists(ids, unique=True, max_size=4)):
        choices = tuple(draw(st.lists(st.sampled_from(names), unique=True))) if names else ()
        given_points = tuple(draw(points) for _ in choices) if pointed else ()
        voters.append(PbVoter(voter, choices, given_points, {"note": draw(lines)}))
    projects = [
        PbProject(
            id=name,
            cost=draw(st.integers(0, 10**15 - 1)),
            name=draw(texts),
            votes=sum(name in voter.choices for voter in voters),
            selected=draw(st.none() | st.integers(0, 3)),
            other={"category": ",".join(draw(st.lists(ids, max_size=2))), "site": draw(texts)},
        )
        for name in names
    ]
    sums = {"num_projects": str(len(projects)), "num_votes": str(len(voters))}
    other = draw(st.dictionaries(ids.map("#{}".format), texts))
    return PbFile(other | {"budget": "7", "vote_type": kind} | sums, tuple(projects), tuple(voters))


@steady
@given(files())
def test_what_is_written_is_read_back(file: PbFile) -> None:
    """Reading a written file gives the same file, as text and as bytes with Windows line ends."""
    text = write_pb(file)
    assert read_pb(text) == file
    assert read_pb(text.replace("\n", "\r\n").encode()) == file
    assert read_pb(text.encode(), strict=True) == file


def test_a_complete_file_is_written_as_the_public_checker_wants_it() -> None:
    """Columns and keys in its order, sums that are right, no empty line: the file comes out as it went in."""
    assert write_pb(read_pb(COMPLETE)) == COMPLETE
    assert write_pb(read_pb(COMPLETE.replace("num_votes;2", "num_votes;9").replace("60;1;1", "60;5;1"))) == COMPLETE
