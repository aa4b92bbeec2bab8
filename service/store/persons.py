"""What the roll side knows of persons and has made of it: facts, entries, heads counted, and what builds changed."""

from datetime import datetime
from uuid import UUID

import msgspec

from schema.electorate import Relation, Source
from schema.queries import Db, many, one, queries, run

SQL = queries(__file__)


class Known(msgspec.Struct, frozen=True):
    """What a source of a round says of a person."""

    source: Source
    area: str
    birth_year: int | None
    birth_month: int | None
    relations: frozenset[Relation]


class PotEntry(msgspec.Struct, frozen=True):
    """What the roll, as it was built, says of one person in one pot; no reason means that they may vote."""

    pot_id: UUID
    reason: str | None


class HeadCount(msgspec.Struct, frozen=True):
    """How many persons of an area the roll has in a pot with this reason; no reason means that they may vote."""

    pot_id: UUID
    area: str
    reason: str | None
    persons: int


class Change(msgspec.Struct, frozen=True):
    """How many persons a build of the roll let into a pot, put out of it, or refused for another reason than before."""

    pot_id: UUID
    newly_entitled: int
    no_longer_entitled: int
    other_reason: int


class Build(msgspec.Struct, frozen=True):
    """A build of the roll: from which register and rules (0: from none), and what it changed.

    After scheduling there are only those that let somebody in, and of these ``built_at`` is the day.
    """

    number: int
    cause: str
    register_version: int
    round_revision: int
    persons: int
    entitled: int
    built_at: datetime
    changes: list[Change]


async def known_person(db: Db, municipality_id: UUID, person_ref: bytes, sources: tuple[Source, ...]) -> Known | None:
    """What is known of somebody in these sources; None of a stranger."""
    return await one(db, Known, SQL.known_person, municipality_id, person_ref, list(sources))


async def entries(db: Db, round_id: UUID, person_ref: bytes) -> list[PotEntry]:
    """What the roll says of somebody, pot by pot."""
    return await many(db, PotEntry, SQL.entries, round_id, person_ref)


async def head_counts(db: Db, round_id: UUID) -> list[HeadCount]:
    """Persons by pot, area and reason."""
    return await many(db, HeadCount, SQL.head_counts, round_id)


async def builds(db: Db, round_id: UUID) -> list[Build]:
    """The last builds of a round's roll, the newest first."""
    return await many(db, Build, SQL.builds, round_id)


async def write_declaration(
    db: Db,
    municipality_id: UUID,
    person_ref: bytes,
    area: str,
    birth_year: int | None,
    birth_month: int | None,
    relations: list[Relation],
) -> None:
    """Keep what somebody says of herself, in place of what she said before."""
    await run(db, SQL.write_declaration, municipality_id, person_ref, area, birth_year, birth_month, relations)


async def admit_declarant(db: Db, round_id: UUID, person_ref: bytes) -> None:
    """Let somebody who declared herself wait to be let in."""
    await run(db, SQL.admit_declarant, round_id, person_ref)


async def admit_appellant(db: Db, granted: UUID) -> UUID | None:
    """Let the person of a granted appeal, or of two officers' decision on it, wait to be let in; answer the round.

    Into the pot that the appeal was about, or where the rules let her now, if it was about the whole round. None of an
    appeal that does not say whose it is.
    """
    round_id: UUID | None = await db.fetchval(SQL.admit_appellant, granted)
    return round_id


async def tell_admission(db: Db, round_id: UUID) -> datetime:
    """Tell that somebody waits, at the end of these five minutes, together with all who come in them; answer when."""
    due_at: datetime = await db.fetchval(SQL.tell_admission, round_id)
    return due_at
