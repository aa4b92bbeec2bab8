"""Rows of a register as they come, piece by piece: nothing here holds more of a file than one piece and one row."""

import codecs
import csv
import io
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from operator import itemgetter
from typing import Literal, Protocol

import msgspec

from schema.errors import Malformed
from schema.faults import Fault, Faults
from service.languages import marked

Column = Literal["identity", "area", "birth_year", "birth_month", "language", "relations", "email", "phone"]
COLUMNS: tuple[Column, ...] = (
    "identity",
    "area",
    "birth_year",
    "birth_month",
    "language",
    "relations",
    "email",
    "phone",
)
NEEDED: tuple[Column, ...] = ("identity", "area")
PIECE = 64 * 1024
"""Bytes that are looked at together, and signs that a row may have."""

Row = tuple[int, tuple[str, ...]]
"""The line where it begins, and a text for each of COLUMNS: empty for what the source does not say."""

_CSV_FAULTS = {
    "new-line character": Fault("a line ends in an unusual way in the middle of a row"),
    "field larger": Fault("a value is too long"),
}


class RowFault(msgspec.Struct, frozen=True):
    """What is wrong with a row, and in which line that begins. No word of it is from the file."""

    line: int
    faults: Faults


class Batch(msgspec.Struct):
    """Some rows in their order, and the faults of others."""

    rows: list[Row] = []
    faults: list[RowFault] = []


Source = AsyncIterator[Batch]
"""What every adapter is: a register's rows, batch by batch."""


def read_names(pairs: Iterable[str]) -> dict[Column, str]:
    """What a source calls our columns, from texts like ``area=stadsdel``. Raises Malformed."""
    names: dict[Column, str] = {}
    for pair in pairs:
        ours, _is, theirs = pair.partition("=")
        column = next((each for each in COLUMNS if each == ours.strip()), None)
        if column is None or not theirs.strip():
            raise Malformed(
                fault=Fault(
                    "a column is named like area=stadsdel, with one of {columns} first", columns=", ".join(COLUMNS)
                )
            )
        names[column] = theirs
    return names


class Reader(Protocol):
    """Rows from bytes."""

    def feed(self, piece: bytes, last: bool = False) -> Batch:
        """The rows that are whole now. Raises Malformed when the rest cannot be read either."""


async def read_rows(pieces: AsyncIterator[bytes], reader: Reader) -> Source:
    """The rows of a file that comes in pieces of any size."""
    async for piece in pieces:
        for start in range(0, len(piece), PIECE):
            yield reader.feed(piece[start : start + PIECE])
    yield reader.feed(b"", last=True)


class CsvRows:
    """Rows of a CSV file in UTF-8 with names in its first line, parted by comma, semicolon or tab.

    ``names`` says how the file calls a column that it does not call as we do.
    """

    def __init__(self, names: Mapping[Column, str]) -> None:
        self._names = names
        self._decode = codecs.getincrementaldecoder("utf-8-sig")().decode
        self._rest = ""
        self._line = 0
        self._delimiter = ","
        self._width = 0
        self._pick: Callable[[list[str]], tuple[str, ...]] | None = None

    def feed(self, piece: bytes, last: bool = False) -> Batch:
        """The rows that are whole now."""
        try:
            text = self._rest + self._decode(piece, last)
        except UnicodeDecodeError:
            raise Malformed(fault=marked("the file is not UTF-8 text; save it as CSV UTF-8")) from None
        if "\x00" in text:
            raise Malformed(fault=marked("the file holds a NUL sign; save it as CSV UTF-8"))
        whole = len(text) if last else text.rfind("\n") + 1
        self._rest = text[whole:]
        batch = Batch()
        lines = io.StringIO(text[:whole], newline="").readlines()
        if lines and self._pick is None:
            self._delimiter = next((sign for sign in ";\t" if sign in lines[0]), ",")
        used = self._read(lines, batch, last)
        self._line += used
        self._rest = "".join(lines[used:]) + self._rest
        if len(self._rest) > PIECE:
            raise Malformed(
                fault=Fault(
                    "line {line} is longer than {limit} signs, or opens a quotation mark that stays open",
                    line=self._line + 1,
                    limit=PIECE,
                )
            )
        if last and self._pick is None:
            self._head([])
        return batch

    def _read(self, lines: list[str], batch: Batch, last: bool) -> int:
        """Read rows from whole lines; answer how many lines they took: a quoted value may go on in the next piece."""
        reader = csv.reader(lines, delimiter=self._delimiter, strict=True)
        used = 0
        while True:
            try:
                for cells in reader:
                    self._take(self._line + used + 1, cells, batch)
                    used = reader.line_num
                return used
            except csv.Error as error:
                if "unexpected end" not in str(error):
                    fault = next((fault for sign, fault in _CSV_FAULTS.items() if sign in str(error)), None)
                    fault = fault or Fault("a quotation mark stands where none belongs")
                    batch.faults.append(RowFault(self._line + used + 1, Faults([fault])))
                    used = reader.line_num
                elif last:
                    fault = Fault("a quotation mark is opened and not closed")
                    batch.faults.append(RowFault(self._line + used + 1, Faults([fault])))
                    return len(lines)
                else:
                    return used

    def _take(self, line: int, cells: list[str], batch: Batch) -> None:
        if self._pick is None:
            if cells:
                self._head(cells)
        elif len(cells) == self._width:
            cells.append("")
            batch.rows.append((line, self._pick(cells)))
        elif cells:
            fault = Fault(
                "it has {cells} values, and the first line names {names}", cells=len(cells), names=self._width
            )
            batch.faults.append(RowFault(line, Faults([fault])))

    def _head(self, cells: list[str]) -> None:
        """Find the columns by their names."""
        found = [cell.strip().casefold() for cell in cells]
        wanted = {column: self._names.get(column, column).strip().casefold() for column in COLUMNS}
        lacking = [
            name for column, name in wanted.items() if name not in found and (column in NEEDED or column in self._names)
        ]
        if lacking:
            raise Malformed(
                fault=Fault("the file lacks the column {column} in its first line", column=", ".join(lacking))
            )
        twice = [name for name in wanted.values() if found.count(name) > 1]
        if twice:
            raise Malformed(fault=Fault("the first line names the column {column} twice", column=twice[0]))
        self._width = len(cells)
        # A place behind the last is that of an empty text, for columns that the file does not have.
        self._pick = itemgetter(*(found.index(name) if name in found else -1 for name in wanted.values()))


class JsonRows:
    """Rows of a file with one JSON object in each line; its names are ours, or those in ``names``."""

    def __init__(self, names: Mapping[Column, str]) -> None:
        self._keys = [names.get(column, column) for column in COLUMNS]
        self._decode = msgspec.json.Decoder(dict[str, object]).decode
        self._rest = b""
        self._line = 0

    def feed(self, piece: bytes, last: bool = False) -> Batch:
        """The objects that are whole now."""
        *lines, self._rest = (self._rest + piece).split(b"\n")
        if last:
            lines.append(self._rest)
            self._rest = b""
        if len(self._rest) > PIECE:
            raise Malformed(
                fault=Fault("line {line} is longer than {limit} bytes", line=self._line + len(lines) + 1, limit=PIECE)
            )
        batch = Batch()
        for line in lines:
            self._line += 1
            if line.strip():
                try:
                    said = self._decode(line)
                    batch.rows.append((self._line, tuple(_text(said.get(key)) for key in self._keys)))
                except (msgspec.DecodeError, UnicodeError, TypeError, RecursionError):
                    fault = Fault("it is no JSON object of texts and whole numbers")
                    batch.faults.append(RowFault(self._line, Faults([fault])))
        return batch


def _text(said: object) -> str:
    """What a JSON value says, as a CSV file would. Raises TypeError."""
    match said:
        case None:
            return ""
        case bool():
            raise TypeError
        case str() | int():
            return str(said)
        case list():
            return " ".join(map(_text, said))
    raise TypeError
