"""The Pabulib format (`.pb`, pabulib.org/format): an election as one text file, read strictly and written plainly.

Three sections META, PROJECTS and VOTES; fields parted by ";", quoted as in CSV; lists parted by ",". Amounts in the
file are in currency units with at most two decimals; here they are in hundredths of one.
"""

import csv
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence, Set
from io import StringIO
from itertools import zip_longest
from typing import TypeVar

from msgspec import Struct

from schema.rules import EqualShares, GreedyByVotes, Rule

CENTS = 100

# The order that the public checker expects; anything else follows as it came.
META_ORDER = (
    "description country unit district subunit instance num_projects num_votes budget vote_type rule date_begin "
    "date_end min_length max_length min_sum_cost max_sum_cost min_points max_points min_sum_points max_sum_points "
    "default_score min_project_cost max_project_cost min_project_score_threshold neighborhoods subdistricts "
    "categories edition language currency fully_funded experimental comment acknowledgments"
)
PROJECT_ORDER = (
    "project_id cost votes score name category beneficiaries selected neighborhood subunit district description "
    "proposer public_id latitude longitude"
)
VOTER_ORDER = "voter_id vote points age sex voting_method district neighborhood education"
# Columns and META keys that hold lists, besides those of a ballot.
LISTS = (
    "category beneficiaries categories neighborhoods subdistricts budget_per_category budget_per_neighborhood "
    "min_sum_cost_per_category max_sum_cost_per_category"
)

SECTIONS = ("META", "PROJECTS", "VOTES")
RULES: dict[str, Rule] = {
    "greedy": GreedyByVotes(),
    "equalshares/add1": EqualShares(step=CENTS),
    "equalshares/add1-comparison": EqualShares(step=CENTS, comparison=True),
}


T = TypeVar("T")
Line = tuple[int, list[str]]
"""A line number, from 1, and the cells that start there."""


class PbError(ValueError):
    """The file cannot be read: the message names the line and says what is wrong there."""


class NotCounted(PbError):
    """The file can be read, but this release does not count its rule or its ballots."""


class PbProject(Struct, frozen=True):
    """A row of PROJECTS. `cost` in hundredths; `selected` as published (1 is funded), None where blank or missing."""

    id: str
    cost: int
    name: str = ""
    votes: int | None = None
    score: int | None = None
    selected: int | None = None
    other: dict[str, str] = {}


class PbVoter(Struct, frozen=True):
    """A row of VOTES. `points`: one for each of `choices`, or none at all."""

    id: str
    choices: tuple[str, ...]
    points: tuple[int, ...] = ()
    other: dict[str, str] = {}


class PbFile(Struct, frozen=True):
    """A whole file. `warnings`: what was put right or looks wrong, one sentence each."""

    meta: dict[str, str]
    projects: tuple[PbProject, ...]
    voters: tuple[PbVoter, ...]
    warnings: tuple[str, ...] = ()

    @property
    def budget(self) -> int:
        """The pot, in hundredths."""
        return parse_amount(self.meta["budget"])

    @property
    def published(self) -> frozenset[str] | None:
        """The projects that the file says were funded; None if it does not say."""
        if all(project.selected is None for project in self.projects):
            return None
        return frozenset(project.id for project in self.projects if project.selected == 1)


def parse_amount(text: str) -> int:
    """Read currency units as hundredths, exactly; `ValueError` if it is no such amount."""
    match = re.fullmatch(r"([0-9]{1,13})(?:\.([0-9]{1,2})0*)?", text)
    if match is None:
        raise ValueError(f"{text!r} is not an amount: write digits, and at most two decimals after a point")
    return int(match[1]) * CENTS + int((match[2] or "").ljust(2, "0"))


def format_amount(cents: int) -> str:
    """Write hundredths as currency units, without decimals where there are none."""
    whole, rest = divmod(cents, CENTS)
    return f"{whole}.{rest:02}" if rest else str(whole)


def parse_number(text: str) -> int:
    """Read a whole number; `ValueError` if it is none."""
    if not re.fullmatch(r"-?[0-9]{1,15}", text):
        raise ValueError(f"{text!r} is not a whole number")
    return int(text)


def parse_optional(text: str) -> int | None:
    """Read a whole number that may be blank."""
    return parse_number(text) if text else None


def parse_list(text: str) -> tuple[str, ...]:
    """Read a list parted by commas, blanks round them dropped; `ValueError` for an empty place in it."""
    items = tuple(item.strip() for item in text.split(",")) if text else ()
    if "" in items:
        raise ValueError(f"the list {text!r} has an empty place")
    return items


def rule_of(file: PbFile) -> Rule:
    """The rule that the file declares; `NotCounted` if this release cannot count it."""
    require_approval(file)
    declared = file.meta.get("rule", "")
    if declared not in RULES:
        raise NotCounted(f"The file declares the rule {declared!r}: this release counts {', '.join(RULES)}.")
    if declared == "greedy" and "min_project_score_threshold" in file.meta:
        raise NotCounted("The file declares a threshold of votes: this release counts greedy without one.")
    return RULES[declared]


def require_approval(file: PbFile) -> None:
    """`NotCounted` unless the ballots are approval ballots, of any length or of one project."""
    if file.meta["vote_type"] not in {"approval", "choose-1"}:
        kind = file.meta["vote_type"]
        raise NotCounted(f"The ballots are of the type {kind!r}: this release counts approval and choose-1.")


def read_pb(source: str | bytes) -> PbFile:
    """Read a file; `PbError` if it is not in the format. Bytes are UTF-8, with or without a mark at the start."""
    meta_lines, project_lines, voter_lines = _sections(_lines(_text(source)))
    meta = _read_meta(meta_lines)
    projects = tuple(_read_project(row) for row in _table(project_lines, ("project_id", "cost")))
    ids = {project.id for project in projects}
    warnings: list[str] = []
    voters = tuple(_read_voter(row, ids, warnings) for row in _table(voter_lines, ("voter_id", "vote")))
    warnings += _differences(meta, projects, voters)
    return PbFile(meta, projects, voters, tuple(warnings))


def _text(source: str | bytes) -> str:
    if isinstance(source, bytes):
        try:
            source = source.decode()
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            raise PbError(f"Line {line}: this is not UTF-8 text.") from error
    if "\0" in source:
        line = source.count("\n", 0, source.index("\0")) + 1
        raise PbError(f"Line {line}: there is a NUL character.")
    return source.removeprefix("\ufeff")


def _lines(text: str) -> Iterator[Line]:
    """The lines that are not blank."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=";")
    line = 1
    try:
        for row in reader:
            cells = [_tidy("", cell) for cell in row]
            if any(cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise PbError(f"Line {line}: {error}.") from error


def _tidy(name: str, text: str) -> str:
    """White space, line breaks included, becomes single blanks; in a list there is none round the commas."""
    words = " ".join(text.split())
    return re.sub(" ?, ?", ",", words) if name in LISTS.split() else words


def _sections(lines: Iterator[Line]) -> list[list[Line]]:
    """The lines under each of the three headings; a heading is the only line with a single cell."""
    parts: list[list[Line]] = []
    for line, cells in lines:
        expected = SECTIONS[len(parts)] if len(parts) < len(SECTIONS) else None
        if cells == [expected]:
            parts.append([])
        elif len(cells) == 1 or not parts:
            wanted = f"the section {expected}" if expected else "fields parted by ;"
            raise PbError(f"Line {line}: here is {cells[0]!r} where {wanted} should be.")
        else:
            parts[-1].append((line, cells))
    if len(parts) < len(SECTIONS):
        raise PbError(f"The file ends without the section {SECTIONS[len(parts)]}.")
    return parts


class _Row:
    """A line under its header: column -> cell. Whatever a cell has wrong is told with its line and column."""

    def __init__(self, line: int, cells: dict[str, str]) -> None:
        self.line = line
        self.cells = cells

    def error(self, what: object) -> PbError:
        return PbError(f"Line {self.line}: {what}.")

    def take(self, column: str, parse: Callable[[str], T]) -> T:
        """Take a cell out of the row; one that is missing is read as blank."""
        try:
            return parse(self.cells.pop(column, ""))
        except ValueError as error:
            raise self.error(f"{column}: {error}") from error


def _table(lines: Sequence[Line], required: tuple[str, str]) -> Iterator[_Row]:
    """The rows under a header line; the first of the two required columns is the key: never blank, never twice."""
    if not lines:
        raise PbError(f"A section ends before its header: it should start with {';'.join(required)}.")
    line, header = lines[0]
    if missing := [column for column in required if column not in header]:
        raise PbError(f"Line {line}: the header has no column {missing[0]!r}.")
    if len({"", *header}) <= len(header):
        raise PbError(f"Line {line}: the header names a column twice or leaves one blank.")
    seen: set[str] = set()
    for line, cells in lines[1:]:
        pairs = zip_longest(header, cells[: len(header)], fillvalue="")
        row = _Row(line, {column: _tidy(column, cell) for column, cell in pairs})
        if any(cells[len(header) :]):
            raise row.error(f"{len(cells)} fields for {len(header)} columns; quote a text that holds ;")
        key = row.cells[required[0]]
        if not key:
            raise row.error(f"{required[0]} is blank")
        if key in seen:
            raise row.error(f"{required[0]} {key!r} is here for the second time")
        seen.add(key)
        yield row


def _read_meta(lines: Sequence[Line]) -> dict[str, str]:
    rows = {row.cells["key"]: row for row in _table(lines, ("key", "value"))}
    if missing := [key for key in ("budget", "vote_type") if key not in rows]:
        raise PbError(f"META has no {missing[0]!r}.")
    meta = {key: _tidy(key, row.cells["value"]) for key, row in rows.items()}
    rows["budget"].take("value", parse_amount)
    return meta


def _read_project(row: _Row) -> PbProject:
    project = row.take("project_id", str)
    if "," in project:
        raise row.error(f"project_id {project!r} holds a comma, so that no ballot can name it")
    return PbProject(
        id=project,
        cost=row.take("cost", parse_amount),
        name=row.take("name", str),
        votes=row.take("votes", parse_optional),
        score=row.take("score", parse_optional),
        selected=row.take("selected", parse_optional),
        other=row.cells,
    )


def _read_voter(row: _Row, projects: Set[str], warnings: list[str]) -> PbVoter:
    """Read a ballot; a project named twice counts once, with a warning."""
    voter, listed = row.take("voter_id", str), row.take("vote", parse_list)
    points = row.take("points", lambda text: tuple(map(parse_number, parse_list(text))))
    if unknown := [choice for choice in listed if choice not in projects]:
        raise row.error(f"the ballot names {unknown[0]!r}, which is not in PROJECTS")
    if points and len(points) != len(listed):
        raise row.error(f"the ballot gives {len(points)} points to {len(listed)} projects")
    choices = tuple(dict.fromkeys(listed))
    if len(choices) < len(listed):
        twice = next(choice for choice in choices if listed.count(choice) > 1)
        warnings.append(f"Line {row.line}: the ballot names {twice!r} more than once; it counts once.")
        points = tuple(points[listed.index(choice)] for choice in choices) if points else ()
    return PbVoter(voter, choices, points, row.cells)


def _differences(meta: dict[str, str], projects: Sequence[PbProject], voters: Sequence[PbVoter]) -> Iterator[str]:
    """Where the sums that the file states are not those of its rows."""
    for key, rows in (("num_projects", projects), ("num_votes", voters)):
        if key in meta and meta[key] != str(len(rows)):
            yield f"META gives {key} as {meta[key]}, but the file has {len(rows)}."
    votes = _votes(voters)
    for project in projects:
        if project.votes not in {None, votes[project.id]}:
            yield f"Project {project.id!r} is listed with {project.votes} votes, but has {votes[project.id]}."


def _votes(voters: Sequence[PbVoter]) -> Counter[str]:
    return Counter(choice for voter in voters for choice in voter.choices)


def write_pb(file: PbFile) -> str:
    """Write a file that the public checker's rules for the form accept; `read_pb` gives the same file back.

    The numbers of projects and ballots and the votes of each project are counted here, whatever `file` says. White
    space in a cell becomes single blanks, as in reading.
    """
    votes = _votes(file.voters)
    meta = file.meta | {"num_projects": str(len(file.projects)), "num_votes": str(len(file.voters))}
    tables = (
        ("key value", [{"key": key, "value": _tidy(key, meta[key])} for key in _ordered(meta, META_ORDER)]),
        (PROJECT_ORDER, [_project_cells(project, votes[project.id]) for project in file.projects]),
        (VOTER_ORDER, [_voter_cells(voter) for voter in file.voters]),
    )
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    for section, (order, rows) in zip(SECTIONS, tables, strict=True):
        columns = _ordered(dict.fromkeys([*order.split()[:2], *(column for row in rows for column in row)]), order)
        writer.writerows([[section], columns])
        writer.writerows([_tidy(column, row.get(column, "")) for column in columns] for row in rows)
    return text.getvalue()


def _ordered(names: Collection[str], order: str) -> list[str]:
    """Names in the order of the format; those it does not know come last, as they came."""
    known = [name for name in order.split() if name in names]
    return known + [name for name in names if name not in known]


def _project_cells(project: PbProject, votes: int) -> dict[str, str]:
    cells = {"project_id": project.id, "cost": format_amount(project.cost), "votes": str(votes)}
    numbers = {"score": project.score, "selected": project.selected}
    cells |= {column: str(number) for column, number in numbers.items() if number is not None}
    return cells | ({"name": project.name} if project.name else {}) | project.other


def _voter_cells(voter: PbVoter) -> dict[str, str]:
    cells = {"voter_id": voter.id, "vote": ",".join(voter.choices)}
    return cells | ({"points": ",".join(map(str, voter.points))} if voter.points else {}) | voter.other
