"""From the bytes of a `.pb` file to an instance and its distinct ballots, in chunks.

Rows of voters go through a scanner that works on bytes. It leaves every row that is not plain (quotes, an unknown
project, a project named twice, ...) to the careful reader of `schema.pb`, and then gets the ballot that this one made
of it, so that a file gives the same ballots and the same warnings both ways.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from itertools import accumulate

import numpy as np
from msgspec import Struct

from schema.pb import PbError, PbHead, PbVoter
from schema.pb.form import POINTED, SINGLE, parse_number
from schema.pb.limits import BROKEN
from schema.pb.lines import Lines
from schema.pb.notes import LISTED
from schema.pb.reading import Reader
from workers.tally import scan
from workers.tally.compiled import at_hand, compiled
from workers.tally.instance import Instance, Ints, Profile, Project, Rows

SAMPLE, PIECE = 2**16, 2**20
"""From so many bytes of ballots the room is guessed, for so many of them."""
SMALL = 2**19
"""So many bytes of ballots are scanned without numba in about the time it takes to import it."""
FREE = 2**62
"""No ballot measures as much: the limit where there is none."""


class Election(Struct, frozen=True):
    """What a file says, without the projects that were withdrawn after the vote; their voters stay.

    `warnings`: what was put right or looks wrong, as `schema.pb.read_pb` tells it, and the remarks of the `head`.
    """

    instance: Instance
    profile: Profile
    head: PbHead
    warnings: tuple[str, ...]


def read_election(source: bytes | Iterable[bytes], weights: str | None = None) -> Election:
    """Read a file and group its ballots; `PbError` if it cannot be understood. Chunks may be cut anywhere.

    A ballot gives the points of `PbHead.points_of`. It weighs 1, or what the column `weights` of VOTES says: a whole
    number from 1. Memory grows with the distinct ballots, and by 8 bytes per voter.
    """
    lines = Lines((source,) if isinstance(source, bytes) else source)
    reader = Reader(lines)
    if weights is not None and weights not in set(reader.columns) - {"voter_id", "vote", "points"}:
        raise PbError(f"VOTES has no column {weights!r} to weigh the ballots by.")
    text, start, end = lines.ahead(SMALL)
    ballots = _Ballots(reader, weights, fast=at_hand() or end - start >= SMALL)
    ballots.make_room(text.count(b"\n", start, start + SAMPLE) * min(end - start, PIECE) // SAMPLE, PIECE // 2)
    while start < end:
        ballots.take(text, start, end)
        text, start, end = lines.ahead()
    profile = ballots.close()
    head = reader.head
    running = (project for project in head.projects if project.id not in head.withdrawn)
    projects = tuple(Project(project.id, project.cost, project.categories) for project in running)
    instance = Instance(head.budget, projects)
    return Election(instance, profile, head, (*reader.notes.sentences(), *head.remarks))


class _Ballots:
    """The distinct ballots so far, and all that the scanner needs beside the text."""

    def __init__(self, reader: Reader, weights: str | None, fast: bool) -> None:
        self._reader = reader
        self._weights = weights
        self._scan: Callable[..., int] = compiled(scan.scan) if fast else scan.scan
        # Numbers of arrays are slow, and wrap, where nothing was compiled.
        self._fast = self._scan is not scan.scan
        head = reader.head
        self._ids = tuple(project.id for project in head.projects)
        self._withdrawn = head.withdrawn
        self._pointed = head.vote_type in POINTED
        roles = {"voter_id": scan.VOTER, "vote": scan.VOTE} | ({"points": scan.POINTS} if self._pointed else {})
        roles |= {} if weights is None else {weights: scan.WEIGHT}
        free = [-FREE if key.startswith("min") else FREE for key in BROKEN]
        limits = [reader.limits.bounds.get(key, bound) for key, bound in zip(BROKEN, free, strict=True)]
        # How to read a row of the file, and how a row that was mended.
        self._plain = (
            self._numbers(scan.byte_kinds()),
            self._numbers([roles.get(column, scan.SKIP) for column in reader.columns]),
            self._numbers(limits),
        )
        self._mended = (
            self._numbers(scan.mended_kinds()),
            self._numbers([scan.VOTER, scan.VOTE, scan.POINTS if self._pointed else scan.SKIP, scan.WEIGHT]),
            self._numbers(free),
        )
        names, size = [_plain(name) for name in self._ids], len(self._ids)
        self._style = scan.OWN if self._pointed else scan.ONE if head.vote_type in SINGLE else scan.BORDA
        self._projects = (
            self._style,
            head.default_score,
            self._bytes(b"".join(names)),
            self._numbers(list(accumulate(map(len, names), initial=0))),
            self._numbers([project.cost for project in head.projects]),
            self._numbers([-1] * (1 << (2 * size).bit_length())),
        )
        self._state = self._zeros(7)
        self._listed, self._scored = self._zeros(size), self._zeros(size)
        self._room = [self._zeros(size + 1) for _ in range(4)]
        self._broken, self._amounts = (self._zeros(len(BROKEN) * (LISTED + 1)) for _ in range(2))
        self._runs: list[tuple[int, int]] = []  # where lines that follow each other begin: number of voter, of line

    def make_room(self, rows: int, cells: int) -> None:
        """Prepare for so many rows with so many choices, each unlike the others."""
        size = 1 << (2 * rows).bit_length()
        cells += len(self._ids)
        self._voters, self._keys, self._heads = self._zeros(size), self._zeros(size), self._zeros(size)
        self._table, self._starts = self._zeros(2 * size), self._zeros(size + 1)
        self._columns, self._points = self._columns_of(cells), self._zeros(0 if self._style == scan.ONE else cells)

    def take(self, text: bytes, start: int, end: int) -> None:
        """Take the rows that lie there, up to the first that is not plain, and that one."""
        view, lines = self._bytes(text), self._reader.lines
        while start < end:
            first = self._state[scan.VOTERS]
            self._runs.append((int(first), lines.number + 1))
            start = self._step(view, start, end, self._plain)
            lines.taken(start, int(self._state[scan.VOTERS] - first))
            if self._state[scan.WHY] == scan.ODD:
                voter = self._reader.voter()
                if voter is not None:
                    self._mend(voter)
                return

    def close(self) -> Profile:
        """Tell what can be told only now, and give the ballots."""
        groups, cells, voters = (int(self._state[number]) for number in (scan.GROUPS, scan.CELLS, scan.VOTERS))
        self._tell_repeated(np.array(self._voters[:voters], np.int64))
        votes = dict(zip(self._ids, map(int, self._listed), strict=True))
        scores = dict(zip(self._ids, map(int, self._scored), strict=True))
        self._reader.compare(voters, votes, scores)
        points = None if self._style == scan.ONE else np.array(self._points[:cells], np.int64)
        starts, heads = self._starts[: groups + 1], self._heads[:groups]
        columns = np.array(self._columns[:cells], np.int32)
        if self._withdrawn:
            # The scanner put none of them on a ballot.
            running = [name not in self._withdrawn for name in self._ids]
            columns = (np.cumsum(running, dtype=np.int32) - 1)[columns]
        ids = tuple(name for name in self._ids if name not in self._withdrawn)
        return Profile(ids, Rows(np.array(starts, np.int64), columns, points), np.array(heads, np.int64))

    def _step(self, view: scan.Numbers, start: int, end: int, form: tuple[scan.Numbers, ...]) -> int:
        """Scan as far as there is room, tell which limits were broken, and make more room if it is needed."""
        end = self._scan(
            *(view, start, end, *form, *self._projects, self._state, self._listed, self._scored, *self._room),
            *(self._broken, self._amounts, self._voters, self._table, self._starts, self._keys, self._heads),
            *(self._columns, self._points),
        )
        self._tell_broken()
        if self._state[scan.WHY] == scan.FULL:
            self._grow()
        return end

    def _mend(self, voter: PbVoter) -> None:
        """Scan a ballot that the careful reader has read, and held against the limits."""
        reader = self._reader
        weight = 1
        if self._weights is not None:
            try:
                weight = parse_number(voter.other[self._weights])
            except ValueError as error:
                raise reader.error(f"{self._weights}: {error}") from error
            if weight < 1:
                raise reader.error(f"{self._weights}: a ballot weighs at least 1, not {weight}")
        # A voter without an id is like no other: its line stands for it, behind a sign that no id holds.
        fields = (
            _plain(voter.id or f"\x1e{reader.line}"),
            b",".join(map(_plain, voter.choices)),
            ",".join(map(str, voter.points)).encode(),
            str(weight).encode(),
        )
        row = b";".join(fields) + b"\n"
        self._runs.append((int(self._state[scan.VOTERS]), reader.line))
        while self._step(self._bytes(row), 0, len(row), self._mended) == 0:
            pass

    def _line(self, voter: int) -> int:
        """The line of a voter, by number."""
        first, line = self._runs[bisect_right(self._runs, voter, key=lambda run: run[0]) - 1]
        return line + voter - first

    def _tell_broken(self) -> None:
        for number, key in enumerate(BROKEN):
            place = number * (LISTED + 1)
            many = int(self._broken[place + LISTED])
            for each in range(place, place + min(many, LISTED)):
                self._reader.tell_broken(self._line(int(self._broken[each])), key, int(self._amounts[each]))
            self._reader.notes.add(BROKEN[key], max(many - LISTED, 0))
            self._broken[place + LISTED] = 0

    def _tell_repeated(self, voters: Ints) -> None:
        """Tell of voter ids that are there more than once; two ids of the same hash are taken for one."""
        in_order = np.sort(voters)
        if not (in_order[1:] == in_order[:-1]).any():
            return
        seen: dict[int, int] = {}
        for number, voter in enumerate(voters.tolist()):
            if (first := seen.setdefault(voter, number)) != number:
                self._reader.tell_repeated(self._line(number), self._line(first))

    def _grow(self) -> None:
        """Double what is full."""
        state = self._state
        if state[scan.VOTERS] == len(self._voters):
            self._voters = self._doubled(self._voters)
        if state[scan.GROUPS] == len(self._keys):
            self._keys, self._heads = self._doubled(self._keys), self._doubled(self._heads)
            self._starts, self._table = self._doubled(self._starts), self._zeros(2 * len(self._table))
            state[scan.TABLED] = 0
        if state[scan.CELLS] > len(self._columns) - len(self._ids):
            self._columns, self._points = self._doubled(self._columns), self._doubled(self._points)

    def _bytes(self, text: bytes) -> scan.Numbers:
        return np.frombuffer(text, np.uint8) if self._fast else text

    def _numbers(self, numbers: list[int]) -> scan.Numbers:
        return np.array(numbers, np.int64) if self._fast else numbers

    def _zeros(self, size: int) -> scan.Numbers:
        return np.zeros(size, np.int64) if self._fast else [0] * size

    def _columns_of(self, size: int) -> scan.Numbers:
        return np.zeros(size, np.int32) if self._fast else [0] * size

    def _doubled(self, numbers: scan.Numbers) -> scan.Numbers:
        return np.concatenate((numbers, np.zeros_like(numbers))) if self._fast else numbers * 2


def _plain(name: str) -> bytes:
    """An id as the scanner looks for it: the sign that parts fields gives way to one that no id holds."""
    return name.replace(";", "\x1f").encode()
