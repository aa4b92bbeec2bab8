"""Files read straight to distinct ballots: the same ballots, warnings and errors as by the careful reader."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.pb import PbError, read_pb
from schema.pb.form import POINTED
from tests.pabulib import election, some_elections
from workers.tally import reading
from workers.tally.instance import Profile
from workers.tally.reading import read_election

Groups = Counter[frozenset[tuple[str, int]]]
SMALL = b"""META
key;value
budget;100
vote_type;approval
PROJECTS
project_id;cost
a;60
b;40
VOTES
voter_id;vote;weight
1;a,b;3
2;b,a;1
3;;2
"""


@pytest.fixture(params=["compiled", "interpreted"])
def kernel(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whether the scanner is compiled says nothing."""
    with forms(request.param == "compiled"):
        yield


@contextmanager
def forms(fast: bool) -> Iterator[None]:
    """Read with the compiled scanner, or without it."""
    with patch.multiple(reading, at_hand=lambda: fast, SMALL=2**62):
        yield


def groups(profile: Profile) -> Groups:
    """Each distinct ballot with its points, and what its voters weigh."""
    found: Groups = Counter()
    for number, weight in enumerate(profile.weights.tolist()):
        ids = [profile.ids[column] for column in profile.ballots.row(number)]
        found[frozenset(zip(ids, profile.ballots.points_of(number).tolist(), strict=True))] += weight
    assert len(found) == len(profile.ballots)
    return found


def carefully(source: bytes) -> tuple[Groups, tuple[str, ...]] | str:
    """What the careful reader makes of a file: ballots and warnings, or its error."""
    try:
        file = read_pb(source)
    except PbError as error:
        return str(error)
    ballots = Counter(frozenset(file.points_of(voter).items()) for voter in file.voters)
    return ballots, (*file.warnings, *file.remarks)


def swiftly(source: bytes, size: int = 2**20) -> tuple[Groups, tuple[str, ...]] | str:
    """What the scanner makes of a file that comes in chunks of `size` bytes."""
    try:
        read = read_election(source[start : start + size] for start in range(0, len(source), size))
    except PbError as error:
        return str(error)
    return groups(read.profile), read.warnings


@pytest.mark.usefixtures("kernel")
def test_ballots_alike_are_one_group() -> None:
    """The order of choices says nothing, a blank ballot is a group of its own, and columns stand in order."""
    read = read_election(SMALL)
    assert groups(read.profile) == {frozenset({("a", 1), ("b", 1)}): 2, frozenset(): 1}
    assert read.profile.ballots.row(0).tolist() == [0, 1]
    assert read.profile.ballots.points is None
    assert read.instance.budget == 100_00
    assert [project.cost for project in read.instance.projects] == [60_00, 40_00]


@pytest.mark.usefixtures("kernel")
def test_ballots_weigh_what_a_column_says() -> None:
    """With a column of weights every ballot weighs what stands there, quoted or not."""
    for source in (SMALL, SMALL.replace(b";3", b';"3"').replace(b";2", b"; 2")):
        assert groups(read_election(source, "weight").profile) == {frozenset({("a", 1), ("b", 1)}): 4, frozenset(): 2}


@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize(
    ("weight", "message"),
    [
        (b"0", "Line 11: weight: a ballot weighs at least 1, not 0."),
        (b"-2", "Line 11: weight: a ballot weighs at least 1, not -2."),
        (b"2.5", "Line 11: weight: '2.5' is not a whole number."),
        (b"", "Line 11: weight: '' is not a whole number."),
        (b"3,3", "Line 11: weight: '3,3' is not a whole number."),
    ],
)
def test_a_weight_is_a_whole_number_from_1(weight: bytes, message: str) -> None:
    """Any other weight is an error with its line."""
    with pytest.raises(PbError) as caught:
        read_election(SMALL.replace(b";3", b";" + weight), "weight")
    assert str(caught.value) == message


def test_a_column_of_weights_has_to_be_there() -> None:
    """A column that VOTES does not have is an error."""
    with pytest.raises(PbError, match="VOTES has no column 'age' to weigh the ballots by"):
        read_election(SMALL, "age")


@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize(
    ("kind", "ballots"),
    [
        ("ordinal", {frozenset({("a", 2), ("b", 1)}): 1, frozenset({("a", 1), ("b", 2)}): 1, frozenset(): 1}),
        ("cumulative", {frozenset({("a", 3), ("b", 1)}): 1, frozenset({("b", 2)}): 1, frozenset(): 1}),
        ("scoring", {frozenset({("a", 3), ("b", 1)}): 1, frozenset({("b", 2)}): 1, frozenset({("a", 4), ("b", 4)}): 1}),
    ],
)
def test_points_are_those_of_the_kind_of_ballot(kind: str, ballots: dict[frozenset[tuple[str, int]], int]) -> None:
    """Borda points for places, points as given above zero, and the default score for what is not named."""
    source = SMALL.replace(b"approval", kind.encode() + b"\ndefault_score;4").replace(b"weight", b"points")
    source = source.replace(b"a,b;3", b"a,b;3,1").replace(b"b,a;1", b"b,a;2,-1").replace(b"3;;2", b"3;;")
    assert groups(read_election(source).profile) == ballots


@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize("kind", ["approval", "ordinal", "scoring\ndefault_score;4"])
def test_withdrawn_projects_are_left_out(kind: str) -> None:
    """They are neither in the instance nor on a ballot; the voters who named nothing else cast blank ones."""
    source = SMALL.replace(b"approval", kind.encode()).replace(b"weight", b"points").replace(b"a;60", b"a;999999999")
    source = source.replace(b"a,b;3", b"a,b;3,1").replace(b"b,a;1", b"a;2").replace(b"3;;2", b"3;;")
    read = read_election(source)
    assert [project.id for project in read.instance.projects] == ["b"] == list(read.profile.ids)
    assert read.profile.voters == 3
    assert swiftly(source) == carefully(source)


@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize(
    "row",
    [
        b"",
        b"\r",
        b'"4";"a,b";',
        b'4;a;"1\n2"',
        b"4; a , b ;",
        b"4;a,,b;",
        b"4;a,a;",
        b";a;",
        b"1;a;",
        b"4;a,c;",
        b"4;a",
        b"4",
        b"4;a;1;2",
        b"4;a;\0",
        b"4;a;\xff",
        b"4;a;\xc5\x81 \xe0\xa0\x80 \xf4\x8f\xbf\xbf",
        b"4;a;\xc5",
        b"4;a;\xe0\x9f\x80",
        b"4;a;\xed\xa0\x80",
        b"4;a;\xe1\x80;",
        b"4;a;\xf4\x90\x80\x80",
        b"4;a;\x80",
        b"\xc5\x81;a;",
        b"4;a;\r5;b;",
        b"4;a;" + b"x" * 2**17,
        b'4;a;"',
        b"4;a,b,a,b,a,b;",
    ],
)
def test_a_row_that_is_not_plain_is_read_with_care(row: bytes) -> None:
    """Whatever stands in a row: the ballots, warnings and errors are those of the careful reader."""
    for end in (b"\n", b"\r\n", b""):
        source = SMALL.replace(b"2;b,a;1", row + end + b"2;b,a;1") if end else SMALL + row
        assert swiftly(source) == carefully(source)


@pytest.mark.usefixtures("kernel")
def test_broken_limits_and_repeated_voters_are_told_by_line() -> None:
    """Of each kind of warning the first ten are told in full, then how many more there are."""
    rows = "".join(f"{number % 40};{'a,b' if number % 3 else ''};1\n" for number in range(100))
    meta = b"approval\nmin_length;1\nmax_length;1\nmin_sum_cost;50\nmax_sum_cost;99.5"
    source = SMALL.replace(b"approval", meta) + rows.encode()
    assert swiftly(source) == carefully(source)
    warnings = read_election(source).warnings
    assert len(warnings) == 5 * 11
    assert "Line 15: the ballot names more projects than max_length allows (2)." in warnings
    assert "Another 58 lines: the ballot names more projects than max_length allows." in warnings


@pytest.mark.usefixtures("kernel")
def test_there_is_room_for_any_number_of_ballots() -> None:
    """The first chunk may have few, long rows; tables grow as others come."""
    names = [f"p{number:03}" for number in range(300)]
    head = "META\nkey;value\nbudget;5\nvote_type;ordinal\nPROJECTS\nproject_id;cost\n"
    head += "".join(f"{name};1\n" for name in names) + "VOTES\nvoter_id;vote\n"
    ballots = [",".join(names[number % 290 : number % 290 + 1 + number % 9]) for number in range(3_000)]
    source = (head + "".join(f"v{number};{ballot}\n" for number, ballot in enumerate(ballots))).encode()
    with patch.object(reading, "SMALL", 1):
        assert swiftly(source, 4_000) == carefully(source)


def test_a_large_file_is_read_where_nothing_can_be_compiled() -> None:
    """Where numba is missing or disabled the scanner runs as it stands, also for files that it would pay for."""
    with patch.multiple(reading, compiled=lambda loop: loop, SMALL=1):
        assert swiftly(SMALL) == carefully(SMALL)


def test_nothing_but_a_head_is_an_election_without_ballots() -> None:
    """A file may end with the header of VOTES, and may have no projects."""
    source = SMALL[: SMALL.index(b"1;a,b")]
    assert swiftly(source) == (Counter(), ())
    assert swiftly(source.replace(b"a;60\nb;40\n", b"") + b"1;;\n") == (Counter({frozenset(): 1}), ())


NAMES = ("a", "b", "c 1", "d;d", "ł", "10")
tokens = st.sampled_from([*"ababab", "c 1", "ł", "10", "10", " a", "b ", "c  1", "", "x"])
numbers = st.sampled_from([*"012012", "-1", "3.0", " 2", "007", "", "x", "1234567890123456"])
voters = st.sampled_from(["1", "2", "3", "v 3", " 4", "ł", '"5"', '"6;6"', "7,7", ""])
rest = st.sampled_from(["", "F", "ł", '"x;y"', "\xa0", '"p\nq"', "a\tb", '"'])
ends = st.sampled_from(["\n"] * 8 + ["\r\n"] * 4 + ["\r", "\n\n", "\n;;\n", ";\n"])


@st.composite
def sources(draw: st.DrawFn) -> bytes:
    """Files with all that a row may have wrong."""
    kind = draw(st.sampled_from(["approval", "choose-1", "ordinal", "cumulative", "scoring"]))
    limits = draw(st.sampled_from(["", "min_length;1\n", "max_length;1\n", "max_sum_cost;5\nmin_points;1\n"]))
    limits += draw(st.sampled_from(["", "default_score;2\n", "max_sum_points;2\nmin_sum_points;1\nmax_points;1\n"]))
    head = f"META\nkey;value\nbudget;9\n{limits}vote_type;{kind}\nnum_votes;2\nPROJECTS\nproject_id;cost;votes;score\n"
    costs = draw(st.sampled_from([range(6), (999999999, 1, 2, 3, 999999999, 5)]))
    head += "".join(f'"{name}";{cost};1;2\n' for cost, name in zip(costs, NAMES, strict=True)) + "VOTES\n"
    columns = draw(st.permutations(["voter_id", "vote", "sex", *(["points"] if kind in POINTED else [])]))
    rows = []
    for _ in range(draw(st.integers(0, 6))):
        choices, points = draw(st.lists(tokens, max_size=3)), draw(st.lists(numbers, min_size=3, max_size=4))
        fit = len(choices) if draw(st.integers(0, 9)) else 3
        vote = draw(st.sampled_from([",".join(choices)] * 9 + ['"d;d"']))
        cells = {"voter_id": draw(voters), "vote": vote, "points": ",".join(points[:fit]), "sex": draw(rest)}
        rows.append(";".join(cells[column] for column in columns) + draw(ends))
    return (head + ";".join(columns) + "\n" + "".join(rows)).encode()


@settings(deadline=None, max_examples=400)
@given(sources(), st.booleans(), st.integers(1, 400))
def test_both_readers_agree(source: bytes, fast: bool, size: int) -> None:
    """Whatever a file has wrong, however it is cut: the same ballots and warnings, or the same error."""
    with forms(fast):
        assert swiftly(source, size) == carefully(source)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.permutations("abc").map(lambda names: ",".join(names[:2])), max_size=9))
def test_the_order_of_ballots_says_nothing(ballots: list[str]) -> None:
    """Rows in another order give the same groups."""
    head = "META\nkey;value\nbudget;9\nvote_type;ordinal\nPROJECTS\nproject_id;cost\na;1\nb;1\nc;1\n"
    first, second = (
        f"{head}VOTES\nvoter_id;vote\n" + "".join(f"{number};{ballot}\n" for number, ballot in enumerate(listed))
        for listed in (ballots, sorted(ballots))
    )
    assert swiftly(first.encode()) == swiftly(second.encode())


def test_real_files_are_read_alike_by_both_readers() -> None:
    """All real elections: the same ballots and the same warnings."""
    for path in some_elections():
        source = path.read_bytes()
        assert (path.name, swiftly(source)) == (path.name, carefully(source))


def test_a_real_file_gives_the_same_without_numba() -> None:
    """A real election by the interpreted scanner."""
    source = election("Poland_Swiecie_2023").read_bytes()
    with forms(fast=False):
        assert swiftly(source) == carefully(source)
