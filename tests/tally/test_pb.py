"""The Pabulib format, read and written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from schema.pb import (
    NotCounted,
    PbError,
    PbFile,
    PbProject,
    PbVoter,
    format_amount,
    parse_amount,
    read_pb,
    rule_of,
    write_pb,
)
from schema.rules import EqualShares, GreedyByVotes, Rule
from tests.tally.examples import steady

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


def changed(old: str, new: str) -> str:
    """The small file with one piece of it replaced."""
    assert old in SMALL
    return SMALL.replace(old, new, 1)


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
        SMALL.replace("VOTES\n", "\n \n;;\nVOTES\n\n"),
        changed("p-1,2;", " p-1 , 2 ;"),
        changed("7;", '"7";'),
        changed("8;;", "8;"),
        changed('"Bench; ', '"Bench;\r\n '),
        changed("60;", "60.00;"),
        SMALL.replace("\n", "\r"),
    ],
)
def test_quirks_of_real_files_say_nothing(variant: str | bytes) -> None:
    """Line ends, byte order marks, blank lines, blanks round commas, quotes and short rows change nothing."""
    assert read_pb(variant) == read_pb(SMALL)


def test_optional_columns_may_be_missing() -> None:
    """A project needs no more than an id and a cost."""
    file = read_pb(
        "META\nkey;value\nbudget;5\nvote_type;approval\nPROJECTS\ncost;project_id\n3;x\nVOTES\nvoter_id;vote\n"
    )
    assert file.projects == (PbProject("x", 300),)
    assert file.voters == ()


def test_a_project_named_twice_counts_once_with_a_warning() -> None:
    """The second mention in one ballot is dropped, with its points, and the warning names the line."""
    file = read_pb(changed("vote;age", "vote;points").replace("p-1,2;33", "2,p-1,2;3,2,1"))
    assert file.voters[0] == PbVoter("7", ("2", "p-1"), points=(3, 2))
    assert file.warnings == ("Line 12: the ballot names '2' more than once; it counts once.",)


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        (changed("rule;", "num_votes;3\nrule;"), "META gives num_votes as 3, but the file has 2."),
        (changed("rule;", "num_projects;3\nrule;"), "META gives num_projects as 3, but the file has 2."),
        (SMALL.replace("name", "votes").replace("Swings", "5"), "Project '2' is listed with 5 votes, but has 1."),
    ],
)
def test_sums_that_differ_from_the_rows_are_told(text: str, warning: str) -> None:
    """Declared numbers that are not those of the rows are kept as warnings."""
    assert read_pb(text.replace('"Bench; ""old"" one"', "1")).warnings == (warning,)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "The file ends without the section META."),
        (SMALL[: SMALL.index("VOTES")], "The file ends without the section VOTES."),
        (SMALL[: SMALL.index("voter_id")], "A section ends before its header: it should start with voter_id;vote."),
        ("budget;5\n" + SMALL, "Line 1: here is 'budget' where the section META should be."),
        (changed("PROJECTS\n", ""), "Line 9: here is 'VOTES' where the section PROJECTS should be."),
        (changed("greedy", "greedy;or not"), "Line 5: 3 fields for 2 columns; quote a text that holds ;."),
        (changed("PROJECTS", "VOTES"), "Line 6: here is 'VOTES' where the section PROJECTS should be."),
        (SMALL + "end\n", "Line 14: here is 'end' where fields parted by ; should be."),
        (changed("key;value\n", ""), "Line 2: the header has no column 'key'."),
        (changed("budget;100.5\n", ""), "META has no 'budget'."),
        (changed("100.5", "100,5"), "Line 3: value: '100,5' is not an amount: write digits"),
        (changed("vote_type;approval\n", ""), "META has no 'vote_type'."),
        (changed("rule;greedy", "budget;5"), "Line 5: key 'budget' is here for the second time."),
        (changed(";cost", ";price"), "Line 7: the header has no column 'cost'."),
        (changed("name", "cost"), "Line 7: the header names a column twice or leaves one blank."),
        (changed("district", ""), "Line 7: the header names a column twice or leaves one blank."),
        (changed("40.55", "40.555"), "Line 9: cost: '40.555' is not an amount"),
        (changed("40.55", "-4"), "Line 9: cost: '-4' is not an amount"),
        (changed("40.55", ""), "Line 9: cost: '' is not an amount"),
        (changed("Swings;0", "Swings;no"), "Line 9: selected: 'no' is not a whole number."),
        (changed("Swings;0;", "Swings;0;;x"), "Line 9: 6 fields for 5 columns; quote a text that holds ;."),
        (changed("2;40", "p-1;40"), "Line 9: project_id 'p-1' is here for the second time."),
        (changed("2;40", ";40"), "Line 9: project_id is blank."),
        (changed("2;40", '"2,3";40'), "Line 9: project_id '2,3' holds a comma, so that no ballot can name it."),
        (changed("8;;", "7;;"), "Line 13: voter_id '7' is here for the second time."),
        (changed("p-1,2;", "p-1,3;"), "Line 12: the ballot names '3', which is not in PROJECTS."),
        (changed("p-1,2;", "p-1,,2;"), "Line 12: vote: the list 'p-1,,2' has an empty place."),
        (changed("vote;age", "vote;points"), "Line 12: the ballot gives 1 points to 2 projects."),
        (changed("Swings", "Sw\0ings"), "Line 9: there is a NUL character."),
        (changed("Swings", "x" * 200_000), "Line 9: field larger than field limit (131072)."),
        (SMALL.encode().replace(b"Swings", b"\xff"), "Line 9: this is not UTF-8 text."),
    ],
)
def test_an_error_names_the_line(text: str | bytes, message: str) -> None:
    """What is not in the format is refused, with its line and what is wrong there."""
    with pytest.raises(PbError) as caught:
        read_pb(text)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("declared", "kind", "rule"),
    [
        ("greedy", "approval", GreedyByVotes()),
        ("greedy", "choose-1", GreedyByVotes()),
        ("equalshares/add1", "approval", EqualShares(step=100)),
        ("equalshares/add1-comparison", "approval", EqualShares(step=100, comparison=True)),
    ],
)
def test_a_declared_rule_is_understood(declared: str, kind: str, rule: Rule) -> None:
    """The rule in META is counted with one currency unit as the increment of Add1."""
    assert rule_of(read_pb(changed("approval\nrule;greedy", f"{kind}\nrule;{declared}"))) == rule


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("rule;greedy", "rule;greedy-custom", "declares the rule 'greedy-custom': this release counts greedy, "),
        ("rule;greedy\n", "", "declares the rule '': this release counts greedy, "),
        ("approval", "cumulative", "type 'cumulative': this release counts approval and choose-1"),
        ("rule;greedy", "rule;greedy\nmin_project_score_threshold;9", "this release counts greedy without one"),
    ],
)
def test_a_rule_not_counted_here_is_named(old: str, new: str, message: str) -> None:
    """A rule or a style of ballot that this release does not count is refused by name."""
    with pytest.raises(NotCounted, match=message):
        rule_of(read_pb(changed(old, new)))


@pytest.mark.parametrize(("codes", "published"), [("1 0", {"p-1"}), ("2 3", set()), (" ", None)])
def test_what_was_published_is_known_by_code_1(codes: str, published: set[str] | None) -> None:
    """Only the code 1 means funded; a column without codes says nothing."""
    first, second = codes.split(" ")
    text = changed(";1;North", f";{first};North").replace("Swings;0", f"Swings;{second}")
    assert read_pb(text).published == published


def test_a_written_file_is_in_the_form_of_the_format() -> None:
    """Columns in the known order, sums of its own, whole amounts without decimals, quotes only where needed."""
    assert write_pb(read_pb(SMALL)) == (
        "META\nkey;value\nnum_projects;2\nnum_votes;2\nbudget;100.5\nvote_type;approval\nrule;greedy\n"
        "PROJECTS\nproject_id;cost;votes;name;selected;district\n"
        'p-1;60;1;"Bench; ""old"" one";1;North\n2;40.55;1;Swings;0;\n'
        "VOTES\nvoter_id;vote;age\n7;p-1,2;33\n8;;\n"
    )


def test_lists_have_no_blanks_round_their_commas() -> None:
    """Categories are a list, names are not."""
    file = read_pb(SMALL.replace("district", "category").replace("North", "play , sport").replace("old", "a , b"))
    assert file.projects[0].other == {"category": "play,sport"}
    assert file.projects[0].name == 'Bench; "a , b" one'


@given(st.integers(0, 10**15 - 1))
def test_amounts_survive(cents: int) -> None:
    """An amount that is written is read back exactly."""
    assert parse_amount(format_amount(cents)) == cents


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8).map(
    lambda text: " ".join(text.split())
)
ids = texts.map(lambda text: text.replace(",", "")).map(str.strip).filter(bool)
points = st.integers(-9, 9)


@st.composite
def files(draw: st.DrawFn) -> PbFile:
    """Files with whole sums and any text that one line can hold."""
    names = draw(st.lists(ids, unique=True, max_size=4))
    voters = []
    for voter in draw(st.lists(ids, unique=True, max_size=4)):
        choices = draw(st.lists(st.sampled_from(names), unique=True)) if names else []
        given_points = [draw(points) for _ in choices] if draw(st.booleans()) else []
        voters.append(PbVoter(voter, tuple(choices), tuple(given_points), {"note": draw(texts)}))
    projects = [
        PbProject(
            id=name,
            cost=draw(st.integers(0, 10**15 - 1)),
            name=draw(texts),
            votes=sum(name in voter.choices for voter in voters),
            score=draw(st.none() | points),
            selected=draw(st.none() | st.integers(0, 3)),
            other={"category": ",".join(draw(st.lists(ids, max_size=2))), "site": draw(texts)},
        )
        for name in names
    ]
    sums = {"num_projects": str(len(projects)), "num_votes": str(len(voters))}
    meta = draw(st.dictionaries(ids, texts)) | {"budget": "7", "vote_type": "approval"} | sums
    return PbFile(meta, tuple(projects), tuple(voters))


@steady
@given(files())
def test_what_is_written_is_read_back(file: PbFile) -> None:
    """Reading a written file gives the same file, as text and as bytes with Windows line ends."""
    text = write_pb(file)
    assert read_pb(text) == file
    assert read_pb(text.replace("\n", "\r\n").encode()) == file


@steady
@given(files())
def test_a_written_file_has_no_blank_lines_or_blanks_round_commas(file: PbFile) -> None:
    """The form that the public checker asks for: sections, no empty line, counts and votes of its own."""
    text = write_pb(replace(file, meta=file.meta | {"num_votes": "?"}))
    assert "\n\n" not in text
    assert read_pb(text).warnings == ()
