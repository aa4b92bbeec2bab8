"""Translations of what rounds and proposals say: beside their originals, a row for each text and language."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from schema.queries import Db, many, one, queries, run

SQL = queries(__file__)

Noun = Literal["round", "pot", "project", "delivery", "area", "theme", "proposal"]


class Original(msgspec.Struct, frozen=True):
    """What can be translated: a title (of a round, pot, area or theme the name), an about (of a delivery what it says).

    Either is empty where there is none. ``number`` is the project's. ``fingerprint`` is SHA-256 (hex) over the title, a
    line's end and the about.
    """

    of_id: UUID
    round_id: UUID
    pot_id: UUID | None
    number: int | None
    noun: Noun
    title: str
    about: str
    language: str
    fingerprint: str


class Translation(msgspec.Struct, frozen=True):
    """A text in another language. ``stale``: its original has changed since it was translated.

    ``corrected_at``: other words were given after voting had opened, at this time last.
    """

    of_id: UUID
    noun: Noun
    language: str
    title: str | None
    about: str | None
    revision: int
    translated_by: str
    translated_at: datetime
    corrected_at: datetime | None
    stale: bool


class Reading(msgspec.Struct, frozen=True):
    """What a reader of one language gets of a text: what it is ``written_in``, and its translation if it has one.

    ``number`` is of a project; ``name`` is what an area or a theme is called by those who refer to it.
    """

    of_id: UUID
    noun: Noun
    number: int | None
    name: str | None
    written_in: str
    title: str | None
    about: str | None
    corrected_at: datetime | None
    stale: bool


async def originals(db: Db, round_id: UUID) -> list[Original]:
    """All that can be translated of a round: itself, its areas, themes, pots, projects and deliveries."""
    return await many(db, Original, SQL.originals, round_id)


async def original(db: Db, noun: Noun, of_id: UUID) -> Original | None:
    """One of these."""
    return await one(db, Original, SQL.original, of_id, noun)


async def translations(db: Db, round_id: UUID) -> list[Translation]:
    """All translations of a round, in every language."""
    return await many(db, Translation, SQL.translations, round_id)


async def translations_of(db: Db, of_ids: Sequence[UUID]) -> list[Translation]:
    """All translations of these texts."""
    return await many(db, Translation, SQL.translations_of, of_ids)


async def readings(db: Db, round_id: UUID, language: str, pot_id: UUID | None = None) -> list[Reading]:
    """All texts of a round for readers of a language; of one pot only those that stand on its ballot."""
    return await many(db, Reading, SQL.readings, round_id, language, pot_id)


async def readings_of_rounds(db: Db, round_ids: Sequence[UUID], language: str) -> list[Reading]:
    """The words of these rounds themselves for readers of a language."""
    return await many(db, Reading, SQL.readings_of_rounds, round_ids, language)


async def round_names(db: Db, round_id: UUID) -> dict[str, str]:
    """What a round is called, by the languages that its name is translated into."""
    return {row["language"]: row["title"] for row in await db.fetch(SQL.round_names, round_id)}


async def titles_of_pot(db: Db, pot_id: UUID, language: str) -> list[Reading]:
    """The names of a pot, its round and its projects for readers of a language, always in the same order."""
    return await many(db, Reading, SQL.titles_of_pot, pot_id, language)


async def insert_translation(db: Db, *values: object) -> bool:
    """Add a translation; False when there is one already."""
    return await run(db, SQL.insert_translation, *values) == 1


async def update_translation(db: Db, *values: object) -> bool:
    """Change a translation of the revision given; False when it has another."""
    return await run(db, SQL.update_translation, *values) == 1


async def delete_translation(db: Db, of_id: UUID, language: str, revision: int) -> bool:
    """Remove a translation of the revision given; False when it has another."""
    return await run(db, SQL.delete_translation, of_id, language, revision) == 1


async def translation_revision(db: Db, of_id: UUID, language: str) -> int:
    """The revision of a translation; 0 when there is none."""
    return await db.fetchval(SQL.translation_revision, of_id, language) or 0


async def proposal_original(db: Db, proposal_id: UUID) -> Original | None:
    """What can be translated of a proposal, in whatever state it is."""
    return await one(db, Original, SQL.proposal_original, proposal_id)


async def proposal_originals(db: Db, round_id: UUID, language: str, after: UUID | None, size: int) -> list[Original]:
    """The proposals that everybody reads and that are not in this language, after the one named."""
    return await many(db, Original, SQL.proposal_originals, round_id, language, after, size)


async def proposal_translations(db: Db, proposal_ids: Sequence[UUID]) -> list[Translation]:
    """All translations of these proposals."""
    return await many(db, Translation, SQL.proposal_translations, proposal_ids)


async def proposal_readings(db: Db, proposal_ids: Sequence[UUID], language: str) -> list[Reading]:
    """These proposals for readers of a language."""
    return await many(db, Reading, SQL.proposal_readings, proposal_ids, language)


async def proposal_texts(db: Db, round_id: UUID) -> dict[str, int]:
    """How many texts proposals have that everybody reads, by the language that they are written in."""
    return {row["language"]: row["texts"] for row in await db.fetch(SQL.proposal_texts, round_id)}


async def proposal_texts_done(db: Db, round_id: UUID) -> dict[str, int]:
    """How many of them are translated, by the language that they are translated into."""
    return {row["language"]: row["texts"] for row in await db.fetch(SQL.proposal_texts_done, round_id)}


async def insert_proposal_translation(db: Db, *values: object) -> bool:
    """Add a translation of a proposal; False when there is one already."""
    return await run(db, SQL.insert_proposal_translation, *values) == 1


async def update_proposal_translation(db: Db, *values: object) -> bool:
    """Change a translation of a proposal of the revision given; False when it has another."""
    return await run(db, SQL.update_proposal_translation, *values) == 1


async def delete_proposal_translation(db: Db, proposal_id: UUID, language: str, revision: int) -> bool:
    """Remove a translation of a proposal of the revision given; False when it has another."""
    return await run(db, SQL.delete_proposal_translation, proposal_id, language, revision) == 1


async def delete_translations_of_proposal(db: Db, proposal_id: UUID) -> None:
    """Remove all translations of a proposal."""
    await run(db, SQL.delete_translations_of_proposal, proposal_id)


async def proposal_translation_revision(db: Db, proposal_id: UUID, language: str) -> int:
    """The revision of a translation of a proposal; 0 when there is none."""
    return await db.fetchval(SQL.proposal_translation_revision, proposal_id, language) or 0


async def carry_translations(db: Db, proposal_id: UUID, project_id: UUID, round_id: UUID) -> None:
    """Let a project that was just made from a proposal have its translations."""
    await run(db, SQL.carry_translations, proposal_id, project_id, round_id)
