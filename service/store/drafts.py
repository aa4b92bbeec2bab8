"""Drafts of proposals: each query names the author, so nobody reads another's."""

from datetime import datetime
from uuid import UUID

import msgspec

from schema.queries import Db, many, one, queries, run

SQL = queries(__file__)


class Draft(msgspec.Struct, frozen=True):
    """A proposal as far as it is written. What its author has not come to is empty; ``cost_guess`` and
    ``point`` are as typed.
    """

    id: UUID
    title: str
    about: str
    author_name: str
    language: str
    area: str
    cost_guess: str
    theme: str
    place: str
    point: str
    revision: int
    saved_at: datetime


async def insert_draft(db: Db, *values: object) -> bool:
    """Keep a new draft; False when its id or all places are taken, or the round does not take proposals now."""
    return await run(db, SQL.insert_draft, *values) == 1


async def update_draft(db: Db, *values: object) -> bool:
    """Change a draft of the revision given; False when it has another, is gone, or the phase is over."""
    return await run(db, SQL.update_draft, *values) == 1


async def draft_by_id(db: Db, draft_id: UUID, author: bytes, round_id: UUID) -> Draft | None:
    """A draft of this author."""
    return await one(db, Draft, SQL.draft_by_id, draft_id, author, round_id)


async def drafts_of_author(db: Db, round_id: UUID, author: bytes) -> list[Draft]:
    """This author's drafts in a round, the one that was saved last first."""
    return await many(db, Draft, SQL.drafts_of_author, round_id, author)


async def delete_draft(db: Db, draft_id: UUID, author: bytes, round_id: UUID) -> None:
    """Delete a draft of this author, if it is there."""
    await run(db, SQL.delete_draft, draft_id, author, round_id)
