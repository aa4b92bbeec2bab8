"""The roll as officers see it, and letter codes."""

import csv
import io
from collections.abc import Iterator
from uuid import UUID

import msgspec

from schema.codes import new_code, plain_code
from schema.errors import BadRegister, Malformed
from service.house import House
from service.store import roll
from service.store.roll import Officer, ReasonCount, Roll
from service.verbs.rounds import own_round


class RollView(msgspec.Struct, frozen=True):
    """A round's roll as officers see it: counts only."""

    roll: Roll | None
    reasons: list[ReasonCount]


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


async def view_roll(house: House, officer: Officer, round_id: UUID) -> RollView:
    """How far the roll of a round is, and how many may vote where or why not."""
    async with house.box.enter() as db:
        await own_round(db, officer, round_id)
    async with house.roll.enter() as db:
        return RollView(await roll.roll(db, round_id), await roll.reasons(db, round_id))


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
