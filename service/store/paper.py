"""Paper: batches of a booth, marks, sheets as clerks keyed them, and the ballots that they become."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from schema.queries import Db, many, one, queries, run
from service.store.ballots import Cast, array

SQL = queries(__file__)

Void = Literal["blank", "unclear", "too-many", "too-few", "too-much-money", "identifying-mark", "no-sheet", "other"]
"""Why a sheet is no ballot. ``no-sheet``: it was keyed under another number as well, and does not exist."""


class Batch(msgspec.Struct, frozen=True):
    """The papers of one booth on one occasion. Open until ``closed_at``."""

    id: UUID
    round_id: UUID
    municipality_id: UUID
    reference: str
    place: str
    opened_by: str
    opened_at: datetime
    closed_by: str | None
    closed_at: datetime | None


class PotSums(msgspec.Struct, frozen=True):
    """How many of a pot's papers a batch has: people ``marks``, sheets counted by hand, and sheets keyed by state."""

    pot_id: UUID
    pot: str
    marks: int
    declared: int
    sheets: int
    keyed: int
    differing: int
    agreed: int
    void: int


class BatchFault(msgspec.Struct, frozen=True):
    """What a batch lacks in a pot. ``kind``: keyed-once or differs, of the sheets with these ``numbers``; unmarked or
    miscounted, of so many ``sheets`` where there are ``others``: marks, or sheets counted by hand.
    """

    kind: str
    pot: str
    numbers: list[int]
    sheets: int
    others: int


class MarkAnswer(msgspec.Struct, frozen=True):
    """What the database said to a mark, or to taking one back; ``pot`` and ``place`` are names, of what is against it.

    ``status``: marked, unmarked, has_ballot, marked_before, not_on_roll, not_marked, handed_in, not_open, batch_closed
    or no_batch.
    """

    status: str
    pot: str | None
    place: str | None
    phase: str | None


class WaitingSheet(msgspec.Struct, frozen=True):
    """A sheet that a second clerk has to key (keyed) or that two read differently (differs).

    ``own``: the officer who asks has keyed it.
    """

    pot_id: UUID
    number: int
    page: str
    state: str
    own: bool


class Entry(msgspec.Struct, frozen=True):
    """What somebody read on a sheet: choices and points, or why it is void."""

    clerk: str
    choices: tuple[int, ...] | None
    points: tuple[int, ...] | None
    void: Void | None
    words: str


class Agreed(msgspec.Struct, frozen=True):
    """A sheet's choices and points, in their canonical form, as two clerks read them or an officer decided."""

    pot_id: UUID
    choices: tuple[int, ...]
    points: tuple[int, ...]


async def open_batch(db: Db, batch_id: UUID, round_id: UUID, reference: str, place: str, officer: str) -> str:
    """A new batch: opened, not_open or no_round."""
    answer: str = await db.fetchval(SQL.open_batch, batch_id, round_id, reference, place, officer)
    return answer


async def batch(db: Db, batch_id: UUID) -> Batch | None:
    """One batch."""
    return await one(db, Batch, SQL.batch, batch_id)


async def batches(db: Db, round_id: UUID) -> list[Batch]:
    """The batches of a round, the newest first."""
    return await many(db, Batch, SQL.batches, round_id)


async def hold_batch(db: Db, batch_id: UUID) -> bool:
    """Whether a batch is open; until the transaction ends nobody marks, keys or closes in it."""
    is_open: bool = await db.fetchval(SQL.hold_batch, batch_id)
    return is_open


async def pot_sums(db: Db, batch_id: UUID) -> list[PotSums]:
    """What a batch has, pot by pot."""
    return await many(db, PotSums, SQL.pot_sums, batch_id)


async def batch_faults(db: Db, batch_id: UUID) -> list[BatchFault]:
    """What a batch lacks before it can be closed."""
    return await many(db, BatchFault, SQL.batch_faults, batch_id)


async def write_totals(db: Db, found: Batch, totals: Mapping[UUID, int]) -> None:
    """How many sheets were counted by hand in these pots."""
    await run(db, SQL.write_totals, found.id, found.round_id, list(totals), list(totals.values()))


async def mark_paper(db: Db, found: Batch, tag: bytes, pots: Collection[UUID]) -> MarkAnswer:
    """Mark a tag in all of these pots, or in none."""
    answer = await one(db, MarkAnswer, SQL.mark_paper, found.round_id, found.id, tag, list(pots))
    assert answer is not None
    return answer


async def unmark_paper(
    db: Db, found: Batch, tag: bytes, pots: Collection[UUID], officer: str, reason: str
) -> MarkAnswer:
    """Take the marks of a tag back in all of these pots, or in none."""
    answer = await one(db, MarkAnswer, SQL.unmark_paper, found.round_id, found.id, tag, list(pots), officer, reason)
    assert answer is not None
    return answer


async def place_of_mark(db: Db, round_id: UUID, pot_id: UUID, tag: bytes) -> str | None:
    """Where a tag was marked; None where it is not, or is no longer."""
    place: str | None = await db.fetchval(SQL.place_of_mark, round_id, pot_id, tag)
    return place


async def key_sheet(db: Db, batch_id: UUID, pot_id: UUID, number: int, page: str, *entry: object) -> str:
    """Note an entry, its values in the order of the query; what the sheet is then, or why it was not noted."""
    answer: str = await db.fetchval(SQL.key_sheet, batch_id, pot_id, number, page, *entry)
    return answer


async def waiting_sheets(db: Db, batch_id: UUID, officer_id: UUID) -> list[WaitingSheet]:
    """Sheets that are not settled, 500 of them at most."""
    return await many(db, WaitingSheet, SQL.waiting_sheets, batch_id, officer_id)


async def entries(db: Db, batch_id: UUID, sheet: WaitingSheet) -> list[Entry]:
    """All entries of a sheet, the first one first."""
    return await many(db, Entry, SQL.entries, batch_id, sheet.pot_id, sheet.number)


async def agreed(db: Db, batch_id: UUID) -> list[Agreed]:
    """The sheets that are ballots, by their ids, which are random."""
    return await many(db, Agreed, SQL.agreed, batch_id)


async def insert_ballots(db: Db, found: Batch, casts: Sequence[Cast]) -> None:
    """Put ballots into the box, in this order; their events leave with them."""
    await run(
        db,
        SQL.insert_ballots,
        found.round_id,
        found.id,
        [cast.pot_id for cast in casts],
        [cast.tag for cast in casts],
        [array(cast.choices or ()) for cast in casts],
        [array(cast.points) for cast in casts],
        [cast.nonce for cast in casts],
        [cast.commitment for cast in casts],
    )


async def close_batch(db: Db, batch_id: UUID, officer: str) -> None:
    """Close a batch. The database raises when it is not whole."""
    await run(db, SQL.close_batch, batch_id, officer)
