"""Imports of the register: what was read is staged, compared in SQL with what holds, and applied at once or not at all.

Statements over a whole register take longer than others may: they are given MINUTES, on both sides of the wire.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from schema.faults import Fault, Faults
from schema.queries import Db, many, one, queries, run

SQL = queries(__file__)

MINUTES = 15 * 60.0
PERSONS = ["import_id", "line", "person_ref", "area", "birth_year", "birth_month", "language", "relations"]
CONTACTS = ["import_id", "contact_ref", "person_ref"]
State = Literal["reading", "staged", "faulty", "applied", "discarded"]


class Import(msgspec.Struct, frozen=True):
    """One reading of a register: where it came from, and what it changes.

    The numbers are of persons, and null before the comparison with the version ``compared_with`` (0: none before).
    Who moved has another area; of who changed, something else is another. ``version`` is what it became, once applied.
    """

    id: UUID
    source: str
    state: State
    started_by: str
    started_at: datetime
    compared_with: int | None
    persons: int | None
    added: int | None
    moved: int | None
    left: int | None
    changed: int | None
    same: int | None
    faults: int
    version: int | None
    settled_by: str | None
    settled_at: datetime | None

    @property
    def differs(self) -> bool:
        """Whether applying it changes anything."""
        return bool(self.added or self.moved or self.left or self.changed)


class KeptFault(msgspec.Struct, frozen=True):
    """A fault as it is kept: its message and its facts."""

    says: str
    facts: dict[str, str | int]


class StoredFault(msgspec.Struct, frozen=True):
    """What is wrong in a line."""

    line: int
    kept: list[KeptFault] = msgspec.field(name="faults")

    @property
    def faults(self) -> Faults:
        """The same, to be said."""
        return Faults(Fault(each.says, **each.facts) for each in self.kept)


async def be_patient(db: Db) -> None:
    """Let the statements of this transaction take minutes, sort in memory, and go over whole registers.

    A plan that looks persons up one by one is never good here, and without statistics it would look good.
    """
    await db.execute(
        f"set local statement_timeout = '{MINUTES:.0f}s'; set local work_mem = '64MB'; set local enable_nestloop = off"
    )


async def insert_import(db: Db, municipality_id: UUID, source: str, who: str) -> UUID:
    """Begin an import."""
    made: UUID = await db.fetchval(SQL.insert_import, municipality_id, source, who)
    return made


async def import_by_id(db: Db, municipality_id: UUID, import_id: UUID) -> Import | None:
    """An import of this municipality."""
    return await one(db, Import, SQL.import_by_id, municipality_id, import_id)


async def newest_imports(db: Db, municipality_id: UUID, limit: int) -> list[Import]:
    """The imports of a municipality, the newest first."""
    return await many(db, Import, SQL.newest_imports, municipality_id, limit)


async def copy_staged(db: Db, persons: Sequence[str], contacts: Sequence[str]) -> None:
    """Add lines in the text format of COPY to the staging tables."""
    for table, columns, lines in (("staged_person", PERSONS, persons), ("staged_contact", CONTACTS, contacts)):
        if lines:
            body = _one("".join(lines).encode())
            await db.copy_to_table(table, schema_name="roll", columns=columns, source=body)


async def _one(body: bytes) -> AsyncIterator[bytes]:
    yield body


async def write_faults(db: Db, import_id: UUID, found: Iterable[tuple[int, Faults]]) -> None:
    """Keep faults, each line's with its number."""
    kept = [StoredFault(line, [_kept(fault) for fault in faults]) for line, faults in found]
    await run(db, SQL.insert_faults, import_id, kept)


def _kept(fault: Fault) -> KeptFault:
    facts = {name: fact if isinstance(fact, int) else str(fact) for name, fact in fault.facts.items()}
    return KeptFault(fault.message, facts)


async def write_repeated(db: Db, import_id: UUID, message: str) -> None:
    """Note every line whose identity stands in an earlier one, the ``line`` that the message names.

    The first statement over what was copied.
    """
    await db.execute(SQL.analyze, timeout=MINUTES)
    await run(db, SQL.insert_repeated, import_id, message, seconds=MINUTES)


async def count_faults(db: Db, import_id: UUID) -> int:
    """How many lines are wrong."""
    found: int = await db.fetchval(SQL.count_faults, import_id)
    return found


async def faults(db: Db, import_id: UUID, after: int, limit: int) -> list[StoredFault]:
    """The faults of the lines after one, in order."""
    return await many(db, StoredFault, SQL.faults, import_id, after, limit)


async def write_faulty(db: Db, import_id: UUID, number: int) -> None:
    """The file has this many wrong lines, and is done with."""
    await run(db, SQL.write_faulty, import_id, number)


async def compare(db: Db, municipality_id: UUID, import_id: UUID) -> Import | None:
    """Write down how what was staged differs from what holds. None when the import was given up meanwhile.

    The version is read first: if the register changes before it is compared, the import is outdated and not wrong.
    """
    version: int = await db.fetchval(SQL.version, municipality_id)
    return await one(db, Import, SQL.write_staged, import_id, municipality_id, version, seconds=MINUTES)


async def lock_import(db: Db, municipality_id: UUID, import_id: UUID) -> Import | None:
    """An import that nobody else settles before this transaction ends."""
    return await one(db, Import, SQL.lock_import, municipality_id, import_id)


async def lock_register(db: Db, municipality_id: UUID) -> int:
    """The version that holds (0: none) and goes on holding until this transaction ends."""
    await run(db, SQL.insert_register, municipality_id)
    version: int = await db.fetchval(SQL.lock_register, municipality_id)
    return version


async def count_staged(db: Db, import_id: UUID) -> int:
    """How many persons are staged."""
    found: int = await db.fetchval(SQL.count_staged, import_id, timeout=MINUTES)
    return found


async def replace_persons(db: Db, municipality_id: UUID, import_id: UUID, persons: int) -> int:
    """Make the register what was staged, ``persons`` in all, touching only what differs; answer the new version."""
    steps = (
        SQL.delete_who_left,
        SQL.update_changed,
        SQL.insert_added,
        SQL.delete_contacts,
        SQL.insert_contacts,
    )
    for step in steps:
        await run(db, step, import_id, municipality_id, seconds=MINUTES)
    version: int = await db.fetchval(SQL.write_version, municipality_id, persons)
    return version


async def write_applied(db: Db, import_id: UUID, version: int, who: str) -> Import:
    """The import holds, as this version."""
    applied = await one(db, Import, SQL.write_applied, import_id, version, who)
    assert applied is not None
    return applied


async def write_discarded(db: Db, municipality_id: UUID, import_id: UUID, who: str, state: State) -> bool:
    """The import is given up; False when it is not in this state."""
    return await db.fetchval(SQL.write_discarded, municipality_id, import_id, who, state) is not None


async def write_outdated(db: Db, municipality_id: UUID, who: str) -> list[UUID]:
    """Give up what was compared with another version than holds, or is a day old. Old faults go as well."""
    await run(db, SQL.delete_old_faults, municipality_id)
    return [row["id"] for row in await db.fetch(SQL.outdated_imports, municipality_id, who)]


async def delete_staged(db: Db, import_ids: Sequence[UUID]) -> None:
    """Forget what was read."""
    await run(db, SQL.delete_staged_persons, import_ids, seconds=MINUTES)
    await run(db, SQL.delete_staged_contacts, import_ids, seconds=MINUTES)
