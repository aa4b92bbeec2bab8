"""Reading a file: leniently, with a warning for all that is put right or looks wrong, or strictly."""

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Set
from itertools import zip_longest
from typing import TypeVar

from schema.pb.form import (
    NAMES,
    POINTED,
    SECTIONS,
    SINGLE,
    VOTE_TYPES,
    PbError,
    PbFile,
    PbHead,
    PbProject,
    PbVoter,
    format_amount,
    given_points,
    one_line,
    parse_amount,
    parse_number,
    parse_optional,
    tidy,
)
from schema.pb.limits import BROKEN, COSTS, Limits
from schema.pb.lines import Lines
from schema.pb.notes import Notes
from schema.pb.rule import DECLARED

T = TypeVar("T")
NAMED = frozenset({*VOTE_TYPES, *DECLARED, "greedy-custom", "unknown"})
"""The values of META that are names of the format."""
DECIDING = frozenset({"budget", "vote_type", "rule", "min_project_score_threshold", "default_score"})
"""Of these META keys the count depends on."""


def read_pb(source: str | bytes, strict: bool = False) -> PbFile:
    """Read a file; `PbError` if it cannot be understood. Bytes are UTF-8, with or without a mark at the start.

    What is put right or looks wrong is told in `warnings`; with `strict` it is an error, all of it in one message.
    """
    reader = Reader(Lines((source if isinstance(source, bytes) else source.encode(errors="surrogatepass"),)))
    voters: list[PbVoter] = []
    lines: dict[str, int] = {}
    votes: Counter[str] = Counter()
    scores: Counter[str] = votes if reader.head.vote_type in SINGLE else Counter()
    while (voter := reader.voter()) is not None:
        voters.append(voter)
        if voter.id and (first := lines.setdefault(voter.id, reader.line)) != reader.line:
            reader.tell_repeated(reader.line, first)
        votes.update(voter.choices)
        if scores is not votes:
            for choice, points in zip(voter.choices, given_points(reader.head.vote_type, voter), strict=True):
                scores[choice] += points
    reader.compare(len(voters), votes, scores)
    warnings = reader.notes.sentences()
    if strict and warnings:
        raise PbError("\n".join(warnings))
    return PbFile(reader.head.meta, reader.head.projects, tuple(voters), warnings)


class Reader:
    """A file that is being read: `head` and `columns` (of VOTES) at once, then a voter at a time.

    `line`: where the last row began; `notes`: what there was to say so far. Lines may be taken out of `lines` between
    two voters.
    """

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.line = 0
        self.notes = Notes()
        self._records = csv.reader(lines, delimiter=";")
        self._meta_lines: dict[str, int] = {}
        self._project_lines: dict[str, int] = {}
        self._heading("META")
        meta = self._meta()
        self.head = PbHead(meta, tuple(self._projects()))
        self.limits = self._limits()
        self.columns = self._header("voter_id", "vote", *(["points"] if self.head.vote_type in POINTED else []))

    def voter(self) -> PbVoter | None:
        """The next voter; None at the end of the file. A project named twice counts once."""
        row = self._row(self.columns)
        if row is None:
            return None
        if self.lines.number > self.line:
            self.tell("a text in quotes goes on over several lines", f" (to line {self.lines.number})")
        voter = row.take("voter_id", one_line)
        if not voter:
            self.tell("voter_id is blank")
        choices, points = self._ballot(row)
        read = PbVoter(voter, choices, points, row.rest())
        for key, amount in self.limits.broken(read):
            self.tell_broken(self.line, key, amount)
        return read

    def tell_broken(self, line: int, key: str, amount: int) -> None:
        """Tell of a ballot that measures `amount` where META limits it by `key`."""
        shown = format_amount(amount) if key in COSTS else amount
        self.notes.tell(line, BROKEN[key], f" ({shown})")

    def tell_repeated(self, line: int, first: int) -> None:
        """Tell of a voter id that was in line `first` already."""
        self.notes.tell(line, "a voter_id is here again; both ballots count", f" (it was in line {first})")

    def compare(self, voters: int, votes: Mapping[str, int], scores: Mapping[str, int]) -> None:
        """Tell where the sums that the file states are not those of its rows; `votes` and `scores` by project id."""
        meta = self.head.meta
        for key, rows in (("num_projects", len(self.head.projects)), ("num_votes", voters)):
            if key in meta and meta[key] != str(rows):
                self.notes.tell(self._meta_lines[key], f"META gives {key} as {meta[key]!r}, but the file has {rows}")
        for project in self.head.projects:
            for column, stated, sums in (("votes", project.votes, votes), ("score", project.score, scores)):
                counted = sums.get(project.id, 0)
                if stated not in {None, counted}:
                    detail = f" (project {project.id!r}: {stated}, but its ballots give {counted})"
                    self.notes.tell(self._project_lines[project.id], f"{column} is not what the ballots give", detail)

    def tell(self, what: str, detail: str = "") -> None:
        """Warn about the row."""
        self.notes.tell(self.line, what, detail)

    def error(self, what: object) -> PbError:
        """What is wrong with the row."""
        return PbError(f"Line {self.line}: {what}.")

    def _cells(self) -> list[str] | None:
        """The next line that is not blank; None at the end."""
        while True:
            self.line = self.lines.number + 1
            try:
                cells = next(self._records, None)
            except csv.Error as error:
                raise self.error(f"{error}; is there a quote that is not closed?") from error
            if cells is None or any(map(str.strip, cells)):
                return cells
            self.tell("the line is empty")

    def _heading(self, section: str) -> None:
        cells = self._cells()
        if cells is None:
            raise PbError(f"The file ends without the section {section}.")
        if not self._is_heading(cells, section):
            raise self.error(f"here is {cells[0]!r} where the section {section} should be")

    def _header(self, *required: str) -> list[str]:
        cells = self._cells()
        if cells is None:
            raise PbError(f"The file ends before a header: the section should start with {';'.join(required)}.")
        header = [self._name(one_line(name)) for name in _filled(cells)]
        if missing := [column for column in required if column not in header]:
            raise self.error(f"the header has no column {missing[0]!r}")
        if len({"", *header}) <= len(header):
            raise self.error("the header names a column twice or leaves one blank")
        return header

    def _row(self, header: list[str], end: str | None = None) -> "_Row | None":
        """The next row under a header; None at the heading `end` or, without one, at the end of the file."""
        cells = self._cells()
        if cells is None and end:
            raise PbError(f"The file ends without the section {end}.")
        if cells is None or (end and self._is_heading(cells, end)):
            return None
        if len(cells) == 1:
            wanted = f"the section {end} or fields" if end else "fields"
            raise self.error(f"here is {cells[0]!r} where {wanted} parted by ; should be")
        if header == ["key", "value"] and any(map(str.strip, cells[2:])):
            self.tell("a value of META holds ; without quotes; it was read as one text")
            cells = [cells[0], ";".join(cells[1:])]
        if any(map(str.strip, cells[len(header) :])):
            raise self.error(f"{len(cells)} fields for {len(header)} columns; quote a text that holds ;")
        return _Row(self, dict(zip_longest(header, cells[: len(header)], fillvalue="")))

    def _meta(self) -> dict[str, str]:
        meta: dict[str, str] = {}
        header = self._header("key", "value")
        while row := self._row(header, "PROJECTS"):
            key = self._name(row.take("key", one_line))
            value = row.amount_text("value") if key == "budget" else tidy(key, row.take("value", str))
            if key in {"vote_type", "rule"}:
                value = self._name(value, NAMED)
            if key not in meta:
                meta[key], self._meta_lines[key] = value, self.line
                self._check_meta(key, value)
            elif meta[key] == value or key not in DECIDING:
                self.tell(f"key {key!r} is here for the second time; the first counts")
            else:
                raise self.error(f"key {key!r} is here with another value than in line {self._meta_lines[key]}")
        if missing := [key for key in ("budget", "vote_type") if key not in meta]:
            raise PbError(f"META has no {missing[0]!r}.")
        return meta

    def _check_meta(self, key: str, value: str) -> None:
        if not key:
            raise self.error("key is blank")
        if key == "vote_type" and value not in VOTE_TYPES:
            raise self.error(f"vote_type: {value!r} is none of {', '.join(VOTE_TYPES)}")
        if key == "default_score" and value:
            try:
                parse_number(value)
            except ValueError as error:
                raise self.error(f"default_score: {error}") from error

    def _is_heading(self, cells: list[str], section: str) -> bool:
        """Whether a line is the heading of this section."""
        filled = _filled(cells)
        if len(filled) != 1 or filled[0].upper() != section:
            return False
        if filled[0] != section:
            self.tell("the heading of a section is not in capitals", f" ({filled[0]!r})")
        return True

    def _name(self, name: str, known: Set[str] = NAMES) -> str:
        """A name of the format in small letters, however it is written; any other as it stands."""
        small = name.lower()
        if small == name or small not in known:
            return name
        self.tell("a name of the format is written with capitals; it was read without", f" ({name!r})")
        return small

    def _limits(self) -> Limits:
        bounds = {"max_length": 1} if self.head.vote_type == "choose-1" else {}
        for key in BROKEN:
            text = self.head.meta.get(key, "")
            if not text or ("points" in key and self.head.vote_type not in POINTED):
                continue
            try:
                bounds[key] = parse_amount(text.replace(",", ".")) if key in COSTS else parse_number(text)
            except ValueError as error:
                self.notes.tell(self._meta_lines[key], f"{key}: {error}; ballots were not held against it")
        return Limits(bounds, {project.id: project.cost for project in self.head.projects})

    def _projects(self) -> Iterator[PbProject]:
        header = self._header("project_id", "cost")
        while row := self._row(header, SECTIONS[2]):
            project = row.take("project_id", one_line)
            if not project:
                raise self.error("project_id is blank")
            if "," in project:
                raise self.error(f"project_id {project!r} holds a comma, so that no ballot can name it")
            if project in self._project_lines:
                raise self.error(f"project_id {project!r} is here for the second time")
            self._project_lines[project] = self.line
            yield PbProject(
                id=project,
                cost=row.amount("cost"),
                name=tidy("name", row.take("name", str)),
                votes=row.optional("votes"),
                score=row.optional("score"),
                selected=row.optional("selected"),
                other=row.rest(),
            )

    def _ballot(self, row: "_Row") -> tuple[tuple[str, ...], tuple[int, ...]]:
        """The choices of a ballot and, where it gives points of its own, the points of each."""
        listed = row.items("vote")
        if unknown := [choice for choice in listed if choice not in self.limits.costs]:
            raise self.error(f"the ballot names {unknown[0]!r}, which is not in PROJECTS")
        choices = tuple(dict.fromkeys(listed))
        twice = len(choices) < len(listed)
        if twice:
            named = next(choice for choice in choices if listed.count(choice) > 1)
            self.tell("the ballot names a project more than once; it counts once", f" ({named!r})")
        if self.head.vote_type not in POINTED:
            return choices, ()
        try:
            points = tuple(map(parse_number, row.items("points")))
        except ValueError as error:
            raise self.error(f"points: {error}") from error
        if len(points) != len(listed):
            raise self.error(f"the ballot gives {len(points)} points to {len(listed)} projects")
        return choices, tuple(points[listed.index(choice)] for choice in choices) if twice else points


class _Row:
    """A line under its header: column -> cell. Cells that were taken are not among the `rest`."""

    def __init__(self, reader: Reader, cells: dict[str, str]) -> None:
        self._reader = reader
        self._cells = cells

    def take(self, column: str, parse: Callable[[str], T]) -> T:
        """A cell; one that is missing is read as blank."""
        try:
            return parse(self._cells.pop(column, ""))
        except ValueError as error:
            raise self._reader.error(f"{column}: {error}") from error

    def amount(self, column: str) -> int:
        """Currency units as hundredths. A comma before one or two decimals is read as a point."""
        return parse_amount(self.amount_text(column))

    def amount_text(self, column: str) -> str:
        """An amount as text that `parse_amount` reads."""
        text = self.take(column, one_line)
        if "," in text and re.fullmatch(r"[0-9]+,[0-9]{1,2}", text):
            self._reader.tell(f"{column}: a comma stands where a decimal point should", f" ({text})")
            text = text.replace(",", ".")
        elif "." in text and re.fullmatch(r"[0-9]+\.[0-9]{2}[0-9]{2,}", text) and text.partition(".")[2][2:].strip("0"):
            self._reader.tell(f"{column}: decimals after the second were cut off", f" ({text})")
            text = text[: text.index(".") + 3]
        self._cells[column] = text
        self.take(column, parse_amount)
        return text

    def optional(self, column: str) -> int | None:
        """A whole number, or None where there is none."""
        text = self.take(column, one_line)
        try:
            return parse_optional(text)
        except ValueError:
            self._reader.tell(f"{column} is not a whole number; it was left out", f" ({text!r})")
            return None

    def items(self, column: str) -> list[str]:
        """A list parted by commas."""
        text = self.take(column, str.strip)
        if not text:
            return []
        items = text.split(",")
        if len(text.split()) > 1 and (tidied := list(map(one_line, items))) != items:
            items = tidied
            self._reader.tell(f"{column}: there are blanks round the commas of the list")
        if "" in items:
            self._reader.tell(f"{column}: the list has an empty place; it was left out")
        return list(filter(None, items))

    def rest(self) -> dict[str, str]:
        """All other cells, tidied."""
        return {column: tidy(column, text) for column, text in self._cells.items()}


def _filled(cells: list[str]) -> list[str]:
    """The cells without the blank ones at the end, as spreadsheets put them there."""
    last = max((place for place, cell in enumerate(cells, 1) if cell.strip()), default=0)
    return [cell.strip() for cell in cells[:last]]
