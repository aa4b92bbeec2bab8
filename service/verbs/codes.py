"""Letter codes: issued in batches, printed once, stored as hashes, made void.

A sheet of letters is printed before its codes are written. What was printed and not written opens nothing, and whoever
goes on later gives nobody a second letter.
"""

import asyncio
import csv
import io
import os
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Annotated, TypeVar
from uuid import UUID

import msgspec

from schema.codes import new_code, plain_code
from schema.errors import BadAddressees, BatchVoid, CodesTooLate, NotFound
from schema.events import CodesVoided, RoundDrafted
from schema.faults import Fault
from schema.keys import Keys
from schema.queries import Db
from service.house import House
from service.languages import marked
from service.printing.letters import Letter, Letterhead, print_letters
from service.printing.words import FALLBACK, known_language
from service.store import codes as store
from service.store import outbox, rounds
from service.store.codes import Batch, Kind
from service.store.roll import Officer
from service.store.rounds import Round
from service.store.translations import round_names
from service.verbs.addressees import Addressee, nobodies, read_addressees
from service.verbs.rounds import own_round

T = TypeVar("T")

MOST_HERE = 500
"""Letters that one request may ask for: some seconds of work. The command line makes as many as there are people."""

COMING_IN = timedelta(seconds=10)
"""Until every sign-in that found a code good is noted or has failed: no statement of the service takes so long."""

Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=r"^(?=.*\S)[^\x00-\x1f\x7f]*$(?!\n)")]
Language = Annotated[str, msgspec.Meta(min_length=2, max_length=3, pattern="^[a-z]*$")]


class Void(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a batch is made void."""

    reason: Reason


class CodeList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many codes that name nobody, in letters of which language."""

    count: Annotated[int, msgspec.Meta(ge=1, le=MOST_HERE)]
    language: Language = FALLBACK
    is_test: bool = False


class Order(msgspec.Struct, frozen=True):
    """What is to be issued. ``again``: to those as well who have a code that works, which stops working then."""

    kind: Kind
    language: str = FALLBACK
    is_test: bool = False
    again: bool = False

    @property
    def names_nobody(self) -> bool:
        """Whether the codes make persons of this round, who have to be on its roll."""
        return self.kind == "list" and not self.is_test


class Sheet(msgspec.Struct, frozen=True):
    """Letters that are printed together, and whom each is for."""

    addressees: list[Addressee]
    letters: list[Letter]


def refuse_late(found: Round, order: Order) -> None:
    """Raise CodesTooLate when the codes would make persons of a round whose roll is frozen."""
    if order.names_nobody and found.scheduled_at is not None:
        raise CodesTooLate()


async def without_letter(
    roll: Db, found: Round, order: Order, persons: Iterable[Addressee]
) -> tuple[list[Addressee], int]:
    """Those of some persons who get a letter, in the language that the register says; how many it does not know."""
    by_ref = {person.ref: person for person in persons}
    known = await store.languages(roll, found.municipality_id, list(by_ref))
    have = set() if order.again or order.is_test else await store.with_letter(roll, found.id, list(known))
    chosen = [
        msgspec.structs.replace(person, language=person.language or known[ref])
        for ref, person in by_ref.items()
        if ref in known and ref not in have
    ]
    return chosen, len(by_ref) - len(known)


def write_sheet(order: Order, first: int, addressees: list[Addressee]) -> Sheet:
    """A fresh code for each of them, numbered from ``first``. A test is on no roll, whomever its letter names."""
    if order.is_test:
        addressees = [msgspec.structs.replace(each, ref=os.urandom(32)) for each in addressees]
    letters = [
        Letter(number, new_code(), known_language(each.language) or order.language, each.name, each.address)
        for number, each in enumerate(addressees, first)
    ]
    return Sheet(addressees, letters)


async def keep_sheet(roll: Db, keys: Keys, order: Order, batch: Batch, sheet: Sheet) -> None:
    """Make the codes of a printed sheet good, all of them or none: call it in a transaction.

    Raises BatchVoid, and Frozen for codes that name nobody when the round was scheduled meanwhile.
    """
    refs = [each.ref for each in sheet.addressees]
    if order.names_nobody:
        await store.insert_bearers(roll, batch.round_id, refs)
        await outbox.tell(roll, RoundDrafted(round_id=batch.round_id))
    hashes = [keys.code_hash(plain_code(letter.code) or "") for letter in sheet.letters]
    if not await store.write_codes(roll, batch, refs, hashes):
        raise BatchVoid()


def codes_csv(sheet: Sheet) -> str:
    """Codes as CSV: ``identity,code``, or ``number,code`` where nobody is named."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    named = any(each.identity for each in sheet.addressees)
    writer.writerow(["identity" if named else "number", "code"])
    for each, letter in zip(sheet.addressees, sheet.letters, strict=True):
        writer.writerow([each.identity or letter.number, letter.code])
    return written.getvalue()


async def issue_codes(house: House, officer: Officer, round_id: UUID, body: bytes) -> str:
    """Fresh codes for the identities in a CSV file, as CSV ``identity,code``. They are not kept.

    A person's earlier code stops working. Raises BadAddressees when somebody is not in the register.
    """
    order = Order("register", again=True)
    return await _issue(house, officer, round_id, order, _read(house, body), lambda _, sheet: codes_csv(sheet))


async def issue_letters(house: House, officer: Officer, round_id: UUID, order: Order, body: bytes) -> bytes:
    """Letters (PDF) for the persons in a CSV file of at most MOST_HERE."""
    persons = _read(house, body)
    if len(persons) > MOST_HERE:
        raise BadAddressees(
            faults=Fault(
                "The file names {number} people, and at most {limit} letters are made at once here; byalag codes issue"
                " makes any number",
                number=len(persons),
                limit=MOST_HERE,
            )
        )
    return await _issue(house, officer, round_id, order, persons, _as_letters)


async def issue_list(house: House, officer: Officer, round_id: UUID, wanted: CodeList) -> bytes:
    """Letters (PDF) with codes that name nobody. Raises CodesTooLate once the round is scheduled."""
    order = Order("list", known_language(wanted.language) or FALLBACK, wanted.is_test)
    persons = [each for part in nobodies(wanted.count) for each in part]
    return await _issue(house, officer, round_id, order, persons, _as_letters)


def _read(house: House, body: bytes) -> list[Addressee]:
    file = io.TextIOWrapper(io.BytesIO(body), encoding="utf-8", newline="")
    return [each for part in read_addressees(file, house.ring.person_ref) for each in part]


def _as_letters(head: Letterhead, sheet: Sheet) -> bytes:
    return print_letters(head, sheet.letters)


async def letterhead(roll: Db, found: Round, public_url: str, order: Order) -> Letterhead:
    """What the letters of an order have in common."""
    return Letterhead(found, await round_names(roll, found.id), public_url, order.is_test)


async def _issue(
    house: House,
    officer: Officer,
    round_id: UUID,
    order: Order,
    persons: Sequence[Addressee],
    printed: Callable[[Letterhead, Sheet], T],
) -> T:
    async with house.roll.enter() as db:
        found = await own_round(db, officer, round_id)
        refuse_late(found, order)
        chosen, strangers = list(persons), 0
        if order.kind == "register":
            chosen, strangers = await without_letter(db, found, order, persons)
        head = await letterhead(db, found, house.settings.public_url, order)
    if strangers:
        raise BadAddressees(
            faults=Fault(
                "{strangers} of {persons} identities are not in the register", strangers=strangers, persons=len(persons)
            )
        )
    if not chosen:
        raise BadAddressees(faults=marked("Everybody in the file has a code that works, or the file names nobody"))
    sheet = write_sheet(order, 1, chosen)
    written = await asyncio.to_thread(printed, head, sheet)
    async with house.roll.write() as db:
        batch = await store.insert_batch(db, round_id, order.kind, order.is_test, officer.name)
        await keep_sheet(db, house.keys, order, batch, sheet)
    if order.names_nobody:
        house.doorbell.ring("roll")
    return written


async def list_batches(house: House, officer: Officer, round_id: UUID) -> list[Batch]:
    """A round's batches, oldest first."""
    async with house.roll.enter() as db:
        await own_round(db, officer, round_id)
        return await store.batches(db, round_id)


async def void_batch(house: House, officer: Officer, batch_id: UUID, void: Void) -> Batch:
    """Make a batch void for good: its codes sign nobody in. Raises NotFound, NotAllowed and BatchVoid."""
    async with house.roll.write() as db:
        found = await store.batch_by_id(db, batch_id)
        if found is None:
            raise NotFound(what="batch of codes")
        await own_round(db, officer, found.round_id)
        made = await make_void(db, batch_id, officer.name, void.reason)
    house.doorbell.ring("roll")
    return made


async def make_void(roll: Db, batch_id: UUID, by: str, reason: str) -> Batch:
    """The same without asking whose it is, for the operator. Raises NotFound and BatchVoid.

    Who holds a code of the batch that names nobody, and has not voted, is put off the roll.
    """
    void = await store.void_batch(roll, batch_id, by, reason)
    if void is None:
        raise BatchVoid() if await store.batch_by_id(roll, batch_id) else NotFound(what="batch of codes")
    if void.kind == "list" and not void.is_test and void.voided_at:
        votes = (await found_round(roll, void.round_id)).scheduled_at is not None
        due_at = void.voided_at + COMING_IN if votes else None
        await outbox.tell(roll, CodesVoided(round_id=void.round_id, due_at=due_at))
    return void


async def found_round(roll: Db, round_id: UUID) -> Round:
    """A round, for the operator. Raises NotFound."""
    found = await rounds.round_by_id(roll, round_id)
    if found is None:
        raise NotFound(what="round")
    return found
