"""Importing the register: a source is read and compared with what holds; then somebody applies or discards it."""

from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from uuid import UUID

import msgspec

from schema.errors import (
    FaultyRegister,
    ImportOutdated,
    ImportSettled,
    NobodyInRegister,
    NotFound,
    Unavailable,
)
from schema.events import Lane, RegisterImported
from schema.faults import Fault, Faults
from service.house import House
from service.languages import marked
from service.refusals import said
from service.room import Room
from service.sources.persons import Ref, stage_batch
from service.sources.rows import Batch, Source
from service.store import imports as store
from service.store import outbox, roll
from service.store.imports import Import, StoredFault
from service.store.roll import Officer, Register

FAULTS_SHOWN = 20
IMPORTS_SHOWN = 50
ROWS_AT_ONCE = 10_000
"""Rows that are copied together. What is in memory of a register is at most these, and a piece of the file."""

_REPEATED = marked("the same identity as in line {line}")
_STATES = {
    "reading": marked("still being read"),
    "faulty": marked("faulty"),
    "discarded": marked("discarded, or a newer one took its place"),
}


class Desk(msgspec.Struct, frozen=True):
    """Where a register is imported, for which municipality, and by whom. ``ref`` makes keyed hashes of identities.

    ``calling_code`` is the country of telephone numbers that do not say theirs.
    """

    roll: Room
    ref: Ref
    municipality_id: UUID
    who: str
    ring: Callable[[Lane], None]
    calling_code: str | None = None


class RegisterView(msgspec.Struct, frozen=True):
    """The register that holds now, and its imports, the newest first."""

    register: Register | None
    imports: list[Import]


def desk_of(house: House, officer: Officer) -> Desk:
    """The desk at which an officer imports the register of her municipality."""
    who = (officer.municipality_id, officer.name)
    return Desk(house.roll, house.ring.person_ref, *who, house.doorbell.ring, house.settings.calling_code)


async def stage_import(desk: Desk, origin: str, source: Source) -> Import:
    """Read a source to its end, and compare it with the register. Nothing of the register changes yet.

    ``origin`` names the source in the history. Raises FaultyRegister when any row is wrong, NobodyInRegister, and what
    the source raises (Malformed, SourceFailed, TooLarge); of such a source nothing stays but its faults.
    """
    first = await anext(source)  # what cannot be read from its beginning leaves nothing in the history
    async with desk.roll.write() as db:
        await store.be_patient(db)
        await store.delete_staged(db, await store.write_outdated(db, desk.municipality_id, desk.who))
        import_id = await store.insert_import(db, desk.municipality_id, origin[:200] or "a file", desk.who)
    try:
        await _copy(desk, import_id, first, source)
        return await _compare(desk, import_id)
    except BaseException:
        with suppress(Unavailable):
            await _give_up(desk, import_id)
        raise


async def _copy(desk: Desk, import_id: UUID, first: Batch, others: Source) -> None:
    """Bring a source into the staging tables, some thousand rows at a time, each time on a connection of its own."""
    batch: Batch | None = first
    persons: list[str] = []
    contacts: list[str] = []

    async def flush() -> None:
        async with desk.roll.enter() as db:
            await store.copy_staged(db, persons, contacts)
        persons.clear()
        contacts.clear()

    while batch is not None:
        staged = stage_batch(batch, import_id, desk.ref, desk.calling_code)
        persons += staged.persons
        contacts += staged.contacts
        if staged.faults:
            async with desk.roll.enter() as db:
                await store.write_faults(db, import_id, [(each.line, each.faults) for each in staged.faults])
        if len(persons) >= ROWS_AT_ONCE:
            await flush()
        batch = await anext(others, None)
    await flush()


async def _compare(desk: Desk, import_id: UUID) -> Import:
    async with desk.roll.write() as db:
        await store.be_patient(db)
        await store.write_repeated(db, import_id, _REPEATED)
        number = await store.count_faults(db, import_id)
        shown = await store.faults(db, import_id, 0, FAULTS_SHOWN)
        if number:
            await store.write_faulty(db, import_id, number)
            await store.delete_staged(db, [import_id])
        compared = None if number else await store.compare(db, desk.municipality_id, import_id)
        if compared and not compared.persons:
            raise NobodyInRegister()
    if number:
        listed = [Fault("line {line}: {fault}", line=each.line, fault=each.faults) for each in shown]
        raise FaultyRegister(number=number, faults=Faults.first(FAULTS_SHOWN, listed, number), import_id=str(import_id))
    if compared is None:
        raise ImportOutdated()
    return compared


async def _give_up(desk: Desk, import_id: UUID) -> None:
    """Forget what was read of an import that failed, whatever was noted of it meanwhile."""
    async with desk.roll.write() as db:
        await store.be_patient(db)
        await store.write_discarded(db, desk.municipality_id, import_id, desk.who, "reading")
        await store.delete_staged(db, [import_id])


async def apply_import(desk: Desk, import_id: UUID) -> Import:
    """Make a staged import the register, all of it at once. One that changes nothing leaves the version as it is.

    Applied before, it is answered again. Raises NotFound, ImportSettled, and ImportOutdated when the register is not
    what the import was compared with.
    """
    async with desk.roll.write() as db:
        await store.be_patient(db)
        found = await store.lock_import(db, desk.municipality_id, import_id)
        if found is None:
            raise NotFound(what="import")
        if found.state == "applied":
            return found
        if found.state != "staged":
            raise ImportSettled(state=_STATES[found.state])
        version = await store.lock_register(db, desk.municipality_id)
        # The staging tables do not survive a crash of the database; what is gone there must not leave the register.
        if version != found.compared_with or await store.count_staged(db, import_id) != found.persons:
            raise ImportOutdated()
        if found.differs:
            version = await store.replace_persons(db, desk.municipality_id, import_id, found.persons or 0)
            await outbox.tell(db, RegisterImported(municipality_id=desk.municipality_id))
        applied = await store.write_applied(db, import_id, version, desk.who)
        await store.delete_staged(db, [import_id])
    desk.ring("roll")
    return applied


async def discard_import(desk: Desk, import_id: UUID) -> Import:
    """Give a staged import up; what was read of it is forgotten. Raises NotFound, and ImportSettled once applied."""
    async with desk.roll.write() as db:
        await store.be_patient(db)
        if await store.write_discarded(db, desk.municipality_id, import_id, desk.who, "staged"):
            await store.delete_staged(db, [import_id])
    found = await view_import(desk, import_id)
    if found.state != "discarded":
        raise ImportSettled(state=_STATES.get(found.state, found.state))
    return found


async def view_import(desk: Desk, import_id: UUID) -> Import:
    """One import. Raises NotFound."""
    async with desk.roll.enter() as db:
        found = await store.import_by_id(db, desk.municipality_id, import_id)
    if found is None:
        raise NotFound(what="import")
    return found


async def view_register(desk: Desk) -> RegisterView:
    """The register and its newest imports."""
    async with desk.roll.enter() as db:
        return RegisterView(
            await roll.register(db, desk.municipality_id),
            await store.newest_imports(db, desk.municipality_id, IMPORTS_SHOWN),
        )


async def first_faults(desk: Desk, import_id: UUID) -> list[StoredFault]:
    """The faults that are shown."""
    async with desk.roll.enter() as db:
        return await store.faults(db, import_id, 0, FAULTS_SHOWN)


async def all_faults(desk: Desk, import_id: UUID) -> AsyncIterator[str]:
    """Every fault as CSV with the columns line and fault, some thousand lines at a time."""
    yield "line,fault\n"
    after = 0
    while True:
        async with desk.roll.enter() as db:
            found = await store.faults(db, import_id, after, ROWS_AT_ONCE)
        if not found:
            return
        yield "".join(f'{fault.line},"{said(fault.faults)}"\n' for fault in found)  # no word is from the file
        after = found[-1].line
