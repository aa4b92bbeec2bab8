"""Whom letters are for: the persons of a file, everybody on the register, or nobody in particular.

All come a thousand at a time. What a file says of a person is printed and forgotten.
"""

import csv
import os
import re
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TextIO
from uuid import UUID

import msgspec

from schema.errors import BadAddressees, Malformed
from schema.faults import Fault
from schema.queries import Db
from service.languages import marked
from service.printing.words import known_language
from service.store import codes as store

SHEETS = 1000
"""Letters in one file: half a megabyte, and a quarter of a minute to print."""

_MOST_LINES, _LONGEST = 6, 80
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Addressee(msgspec.Struct, frozen=True):
    """Whom a letter is for. Of somebody on no list there is a random ``ref`` (32 bytes) alone."""

    ref: bytes
    identity: str = ""
    name: str = ""
    address: tuple[str, ...] = ()
    language: str | None = None


def nobodies(count: int) -> Iterator[list[Addressee]]:
    """So many of whom nothing is known."""
    for start in range(0, count, SHEETS):
        yield [Addressee(os.urandom(32)) for _ in range(min(SHEETS, count - start))]


async def everybody(roll: Db, municipality_id: UUID) -> AsyncIterator[list[Addressee]]:
    """All persons on the register, in an order that says nothing. Their letters carry a number only."""
    after = b""
    while known := await store.persons_after(roll, municipality_id, after, SHEETS):
        yield [Addressee(person.person_ref, language=person.language) for person in known]
        after = known[-1].person_ref


def read_addressees(file: TextIO, person_ref: Callable[[str], bytes]) -> Iterator[list[Addressee]]:
    """The persons of a CSV file: identity and, if wanted, name, language, and columns that begin with address.

    Raises Malformed, and BadAddressees naming the first line with a fault.
    """
    persons: list[Addressee] = []
    for line, row in read_rows(file, {"identity"}):
        persons.append(_addressee(line, row, person_ref))
        if len(persons) == SHEETS:
            yield persons
            persons = []
    if persons:
        yield persons


def read_rows(file: TextIO, needed: set[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Line numbers and rows of a CSV file (UTF-8, comma or semicolon) with these columns. Raises Malformed."""
    try:
        first = file.readline().removeprefix("\ufeff")
        delimiter = ";" if ";" in first else ","
        columns = [name.strip() for name in next(csv.reader([first], delimiter=delimiter), [])]
        if not needed <= set(columns):
            missing = ", ".join(sorted(needed - set(columns)))
            raise Malformed(fault=Fault("the file lacks the column {column} in its first line", column=missing))
        reader = csv.DictReader(file, columns, delimiter=delimiter, restval="", restkey="")
        for row in reader:
            yield reader.line_num + 1, {name: value for name, value in row.items() if isinstance(value, str)}
    except UnicodeDecodeError:
        raise Malformed(fault=marked("the file is not UTF-8 text; save it as CSV UTF-8")) from None
    except csv.Error:
        raise Malformed(
            fault=Fault("the file is no CSV: a quotation mark or a line's end stands where none belongs")
        ) from None


def _addressee(line: int, row: dict[str, str], person_ref: Callable[[str], bytes]) -> Addressee:
    identity, name, language = (row.get(column, "").strip() for column in ("identity", "name", "language"))
    address = tuple(text.strip() for column, text in row.items() if column.startswith("address") and text.strip())
    printed = (name, *address)
    faults = {
        Fault("the identity is empty or too long"): not identity or len(identity) > 200,
        Fault("there are no letters in this language"): bool(language) and known_language(language) is None,
        Fault("the address has more than {limit} lines", limit=_MOST_LINES): len(address) > _MOST_LINES,
        Fault("the name or the address is too long"): any(len(text) > _LONGEST for text in printed),
        Fault("it holds a sign that is no text"): any(_CONTROL.search(text) for text in (identity, *printed)),
    }
    for fault, found in faults.items():
        if found:
            raise BadAddressees(faults=Fault("line {line}: {fault}", line=line, fault=fault))
    return Addressee(person_ref(identity), identity, name, address, language or None)
