"""The register and letter codes. Identities are read from a file, turned into keyed hashes, and forgotten."""

import csv
import io
from collections.abc import Iterator
from uuid import UUID

import msgspec

from schema.codes import new_code, plain_code
from schema.errors import BadRegister, Malformed
from schema.events import RegisterImported
from service.house import House
from service.store import outbox, roll
from service.store.roll import Officer, Register
from service.verbs.rounds import own_round

FAULTS_SHOWN = 20


class Person(msgspec.Struct, frozen=True):
    """A row of the register file."""

    identity: str
    area: str
    birth_year: int | None
    birth_month: int | None


async def import_register(house: House, officer: Officer, body: bytes) -> Register:
    """Replace the municipality's register by a CSV file; all of it or nothing."""
    persons = read_register(body)
    refs = [house.ring.person_ref(person.identity) for person in persons]
    async with house.roll.write() as db:
        await db.execute("set local statement_timeout = '120s'")
        written = await roll.replace_persons(
            db,
            officer.municipality_id,
            refs,
            [person.area for person in persons],
            [person.birth_year for person in persons],
            [person.birth_month for person in persons],
        )
        await outbox.tell(db, RegisterImported(municipality_id=officer.municipality_id))
    house.doorbell.ring("roll")
    return written


def read_register(body: bytes) -> list[Person]:
    """The persons of a file with columns identity, area and, if wanted, birth_year and birth_month.

    Raises BadRegister naming the first faults by line.
    """
    faults: list[str] = []
    persons: list[Person] = []
    seen: dict[str, int] = {}
    for line, row in _rows(body, {"identity", "area"}):
        try:
            person = _person(row)
        except ValueError as error:
            faults.append(f"line {line}: {error}")
            continue
        earlier = seen.setdefault(person.identity.upper(), line)
        if earlier != line:
            faults.append(f"line {line}: the same identity as line {earlier}")
        persons.append(person)
    if not persons and not faults:
        faults.append("the file names nobody")
    if faults:
        rest = f" and {len(faults) - FAULTS_SHOWN} more" if len(faults) > FAULTS_SHOWN else ""
        raise BadRegister(faults="; ".join(faults[:FAULTS_SHOWN]) + rest)
    return persons


def _person(row: dict[str, str]) -> Person:
    identity, area = row["identity"].strip(), row["area"].strip()
    if not identity or len(identity) > 200:
        raise ValueError("the identity is empty or too long")
    if not area or len(area) > 120:
        raise ValueError("the area is empty or too long")
    year, month = (_number(row, name, *span) for name, span in _BIRTH.items())
    return Person(identity, area, year, month)


_BIRTH = {"birth_year": (1890, 2100), "birth_month": (1, 12)}


def _number(row: dict[str, str], name: str, lowest: int, highest: int) -> int | None:
    text = (row.get(name) or "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and lowest <= int(text) <= highest):
        raise ValueError(f"{name} must be a number from {lowest} to {highest}")
    return int(text)


def _rows(body: bytes, needed: set[str]) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Malformed(fault="the file is not UTF-8 text; save it as CSV UTF-8") from None
    if "\x00" in text:
        raise Malformed(fault="the file holds a NUL sign; save it as CSV UTF-8")
    first = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if ";" in first else ",", restval="")
    names = {name.strip() for name in reader.fieldnames or ()}
    if not needed <= names:
        raise Malformed(fault=f"the file lacks the column {', '.join(sorted(needed - names))} in its first line")
    try:
        for row in reader:
            yield reader.line_num, {name.strip(): value or "" for name, value in row.items() if name is not None}
    except csv.Error as error:
        raise Malformed(fault=f"line {reader.line_num}: {error}") from None


async def issue_codes(house: House, officer: Officer, round_id: UUID, body: bytes) -> str:
    """Fresh codes for the identities in a CSV file, as CSV ``identity,code`` for the letters. They are not kept.

    A person's earlier code stops working. Raises BadRegister when somebody is not in the register.
    """
    identities = list(dict.fromkeys(row["identity"].strip() for _, row in _rows(body, {"identity"})))
    refs = [house.ring.person_ref(identity) for identity in identities]
    codes = [new_code() for _ in identities]
    hashes = [house.keys.code_hash(plain_code(code) or "") for code in codes]
    async with house.box.enter() as db:
        await own_round(db, officer, round_id)
    async with house.roll.write() as db:
        known = await roll.persons_known(db, officer.municipality_id, refs)
        strangers = sum(ref not in known for ref in refs)
        if strangers:
            raise BadRegister(faults=f"{strangers} of {len(refs)} identities are not in the register")
        await roll.write_codes(db, round_id, refs, hashes)
    letters = io.StringIO()
    writer = csv.writer(letters, lineterminator="\n")
    writer.writerow(["identity", "code"])
    writer.writerows(zip(identities, codes, strict=True))
    return letters.getvalue()
