"""Batches of letter codes. Of a code only its keyed hash is kept."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from schema.queries import Db, many, one, queries, run

SQL = queries(__file__)

Kind = Literal["register", "list"]


class Batch(msgspec.Struct, frozen=True):
    """Codes that were issued together: to persons on the register, or to whoever gets a letter of a list."""

    id: UUID
    round_id: UUID
    kind: Kind
    is_test: bool
    size: int
    issued_at: datetime
    issued_by: str
    voided_at: datetime | None
    voided_by: str | None
    void_reason: str | None


class Known(msgspec.Struct, frozen=True):
    """A person on the register and the language to write to them in, if it says so."""

    person_ref: bytes
    language: str | None


class CodeState(msgspec.Struct, frozen=True):
    """Why a code signs nobody in: it is of a test, of a void batch, or a newer one was issued; else there is none."""

    municipality: str
    is_test: bool
    void: bool
    replaced: bool


async def insert_batch(db: Db, round_id: UUID, kind: Kind, is_test: bool, issued_by: str) -> Batch:
    """A new batch that holds nothing yet."""
    made = await one(db, Batch, SQL.insert_batch, round_id, kind, is_test, issued_by)
    assert made is not None
    return made


async def batches(db: Db, round_id: UUID) -> list[Batch]:
    """A round's batches, oldest first."""
    return await many(db, Batch, SQL.batches, round_id)


async def batch_by_id(db: Db, batch_id: UUID) -> Batch | None:
    """One batch."""
    return await one(db, Batch, SQL.batch_by_id, batch_id)


async def with_letter(db: Db, round_id: UUID, refs: list[bytes]) -> set[bytes]:
    """Those of these persons who have a code that works."""
    return {row["person_ref"] for row in await db.fetch(SQL.with_letter, round_id, refs)}


async def persons_after(db: Db, municipality_id: UUID, after: bytes, size: int) -> list[Known]:
    """Persons on the register in the order of their ``person_ref``, from the first one after ``after``."""
    return await many(db, Known, SQL.persons_after, municipality_id, after, size)


async def languages(db: Db, municipality_id: UUID, refs: list[bytes]) -> dict[bytes, str | None]:
    """The language of each of these persons whom the register knows."""
    rows = await db.fetch(SQL.languages, municipality_id, refs)
    return {row["person_ref"]: row["language"] for row in rows}


async def write_codes(db: Db, batch: Batch, refs: list[bytes], hashes: list[bytes]) -> bool:
    """One code for each person; an earlier one of the same person stops working. False when the batch is void."""
    if not await run(db, SQL.grow_batch, batch.id, len(refs)):
        return False
    await run(db, SQL.replace_codes, batch.round_id, refs)
    await run(db, SQL.insert_codes, batch.round_id, batch.id, refs, hashes)
    return True


async def insert_bearers(db: Db, round_id: UUID, refs: list[bytes]) -> None:
    """Persons of this round of whom nothing is known. The database refuses them once the round is scheduled."""
    await run(db, SQL.insert_bearers, round_id, refs)


async def void_batch(db: Db, batch_id: UUID, voided_by: str, reason: str) -> Batch | None:
    """Make a batch void; None when there is none, or it was void before."""
    return await one(db, Batch, SQL.void_batch, batch_id, voided_by, reason)


async def code_state(db: Db, round_id: UUID, code_hash: bytes) -> CodeState | None:
    """What is known of a code that signs nobody in; None when there is no such round."""
    return await one(db, CodeState, SQL.code_state, round_id, code_hash)
