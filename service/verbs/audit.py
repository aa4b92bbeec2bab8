"""Reading the audit log, and holding it against its ledgers."""

from collections.abc import Collection, Sequence
from uuid import UUID

import msgspec

from schema.checkpoint import BadCheckpoint, Head
from schema.noted import HOUSE, LATE, first_fault, ledger_of, signed_head, stands
from schema.queries import Db
from schema.tree import beside, edge
from service.house import House
from service.store import audit, keys
from service.store import ledger as ledgers
from service.store.audit import AuditEntry, Wanted
from service.store.roll import Officer


class LogView(msgspec.Struct, frozen=True):
    """Entries, and the signed heads of their ledgers under which they were read.

    ``altered``: numbers of entries that are not what was signed; ``waiting``: how many are too new to be signed.
    ``missing``: how many of all that was signed are gone; ``forged``: whether a head is not this house's.
    """

    entries: list[AuditEntry]
    heads: tuple[str, ...]
    altered: tuple[int, ...]
    waiting: int
    missing: int
    forged: bool


class Checked(msgspec.Struct, frozen=True):
    """What a whole ledger came to: whose it is, its entries, the newest head, and the first fault, if there is one."""

    name: str | None
    size: int
    note: str
    fault: str | None


async def list_entries(house: House, officer: Officer, wanted: Wanted, size: int) -> list[AuditEntry]:
    """What was changed in the officer's municipality and in the house's keys, the newest first."""
    async with house.roll.enter() as db:
        return await audit.entries(db, officer.municipality_id, wanted, size)


async def view_log(house: House, officer: Officer, wanted: Wanted, size: int) -> LogView:
    """The same, held against the newest heads."""
    async with house.roll.enter() as db:
        heads = {
            ledger_id: await ledgers.last_checkpoint(db, ledger_id) for ledger_id in (officer.municipality_id, HOUSE)
        }
        publics = await _publics(db)  # read after the heads, so that theirs are among them
        entries = await audit.entries(db, officer.municipality_id, wanted, size)
        altered: set[int] = set()
        waiting = missing = 0
        forged = False
        for ledger_id, last in heads.items():
            ours = [entry for entry in entries if ledger_of(entry) == ledger_id]
            try:
                head = signed_head(ledger_id, last.note, publics) if last else Head(0, b"")
            except BadCheckpoint:
                forged = True
                continue
            signed = [entry for entry in ours if entry.position is not None and entry.position < head.size]
            waiting += len(ours) - len(signed)
            altered |= await _altered(db, ledger_id, head, signed)
            missing += head.size - await audit.kept(db, ledger_id, head.size)
    return LogView(
        entries, tuple(last.note for last in heads.values() if last), tuple(sorted(altered)), waiting, missing, forged
    )


async def _altered(db: Db, ledger_id: UUID, head: Head, signed: Sequence[AuditEntry]) -> set[int]:
    wanted = {tile for entry in signed for tile in beside(entry.position or 0, head.size)}
    tiles = await ledgers.tiles(db, ledger_id, {*edge(head.size), *wanted})
    return {entry.id for entry in signed if not stands(entry, entry.salt or b"", entry.position or 0, head, tiles)}


async def check_ledgers(db: Db, kept: Collection[str]) -> list[Checked]:
    """Hold every entry of the house against its ledger and all signed heads, and against heads that somebody ``kept``.

    ``db`` is a connection of the roll.
    """
    async with db.transaction(isolation="repeatable_read", readonly=True):
        publics = await _publics(db)
        known = await audit.ledgers(db)
        strange = [note for note in kept if not any(_is_of(note, found.id) for found in known)]
        return [
            *[await _check(db, found, publics, kept) for found in known],
            *[Checked(note.partition("\n")[0], 0, note, "there is no such ledger here") for note in strange],
        ]


def _is_of(note: str, ledger_id: UUID) -> bool:
    return note.partition("\n")[0].endswith(f"/{ledger_id}")


async def _check(db: Db, found: audit.Ledger, publics: Collection[bytes], kept: Collection[str]) -> Checked:
    places = await audit.places(db, found.id)
    notes = await audit.notes(db, found.id)
    ours = [note for note in kept if _is_of(note, found.id)]
    fault = first_fault(found.id, places, await audit.lowest_tiles(db, found.id), [*notes, *ours], publics)
    if fault is None and (overdue := await audit.overdue(db, found.id, LATE)):
        fault = f"entry {overdue} has no place"
    return Checked(found.name, len(places), notes[-1] if notes else "", fault)


async def _publics(db: Db) -> list[bytes]:
    return [key.public_key for key in await keys.verification_keys(db) if key.purpose == "audit"]
