"""Proposals and supports. Ids are random, so their order is a fair one that stays the same from page to page."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from schema.queries import Db, many, one, queries, run

SQL = queries(__file__)


Point = tuple[int, int]
"""Longitude and latitude in hundred thousandths of a degree."""


class Picture(msgspec.Struct, frozen=True):
    """A picture of a proposal. ``name`` is its hash; sizes are in pixels, ``small_`` of the small one."""

    name: str
    alt: str
    width: int
    height: int
    small_width: int
    small_height: int


class Mark(msgspec.Struct, frozen=True):
    """Where a proposal is, and what it is called."""

    id: UUID
    title: str
    point: Point


class Proposal(msgspec.Struct, frozen=True):
    """What a resident put forward. ``author`` is a pseudonym of this round's debate and is never shown.

    ``ground``, ``reason``, ``reviewed_by`` and ``reviewed_at`` are of the officers' decision that stands, if one does.
    """

    id: UUID
    round_id: UUID
    author: bytes
    author_name: str
    title: str
    about: str
    language: str
    area: str | None
    cost_guess: int | None
    theme: str | None
    place: str | None
    point: Point | None
    pictures: tuple[Picture, ...]
    state: str
    revision: int
    submitted_at: datetime
    supports: int
    ground: str | None
    reason: str | None
    reviewed_by: str | None
    reviewed_at: datetime | None


class Activity(msgspec.Struct, frozen=True):
    """Something that happened to a proposal, in the words of its event."""

    what: str
    noted_at: datetime


async def insert_proposal(db: Db, *values: object) -> UUID | None:
    """The id of a new proposal; None when the round does not take proposals now."""
    made: UUID | None = await db.fetchval(SQL.insert_proposal, *values)
    return made


async def update_proposal(db: Db, *values: object) -> bool:
    """Change a proposal of the revision given; False when it has another, is settled, or the phase is over."""
    return await run(db, SQL.update_proposal, *values) == 1


async def withdraw_proposal(db: Db, proposal_id: UUID) -> bool:
    """Take a proposal back; False when it is settled or the phase is over."""
    return await run(db, SQL.withdraw_proposal, proposal_id) == 1


async def shortlist_proposal(db: Db, proposal_id: UUID) -> bool:
    """Mark a proposal as admitted to the ballot; False when it is settled."""
    return await run(db, SQL.shortlist_proposal, proposal_id) == 1


async def review_proposal(
    db: Db, proposal_id: UUID, of: Sequence[str], state: str, ground: str | None, reason: str | None, officer: str
) -> bool:
    """Decline or hide a proposal that is in one of these states; False when it is in another."""
    return await run(db, SQL.review_proposal, proposal_id, of, state, ground, reason, officer) == 1


async def reopen_proposal(db: Db, proposal_id: UUID, state: str, reason: str, officer: str) -> bool:
    """Take back what put a proposal into this state; False when it is in another."""
    return await run(db, SQL.reopen_proposal, proposal_id, state, reason, officer) == 1


async def proposal_by_id(db: Db, proposal_id: UUID) -> Proposal | None:
    """One proposal."""
    return await one(db, Proposal, SQL.proposal_by_id, proposal_id)


async def proposal_page(db: Db, round_id: UUID, after: UUID | None, size: int) -> list[Proposal]:
    """A round's proposals that were neither withdrawn nor hidden, after the one named."""
    return await many(db, Proposal, SQL.proposal_page, round_id, after, size)


async def proposals_in_state(db: Db, round_id: UUID, state: str, after: UUID | None, size: int) -> list[Proposal]:
    """A round's proposals in one state, after the one named: the most reported first."""
    return await many(db, Proposal, SQL.proposals_in_state, round_id, state, after, size)


async def proposals_of_author(db: Db, round_id: UUID, author: bytes) -> list[Proposal]:
    """What this author put forward in a round, in order."""
    return await many(db, Proposal, SQL.proposals_of_author, round_id, author)


async def proposal_counts(db: Db, round_id: UUID) -> dict[str, int]:
    """How many of a round's proposals are in each state."""
    return {row["state"]: row["proposals"] for row in await db.fetch(SQL.proposal_counts, round_id)}


async def proposals_found(
    db: Db,
    round_id: UUID,
    after: UUID | None,
    size: int,
    area: str | None,
    texts: list[str],
    seed: int,
    theme: str | None,
) -> list[Proposal]:
    """A round's proposals with all of these texts (``ilike``), of this area and theme or any, in a seed's order."""
    return await many(db, Proposal, SQL.proposals_found, round_id, after, size, area, texts, seed, theme)


async def marks(db: Db, round_id: UUID, area: str | None, texts: list[str], theme: str | None, size: int) -> list[Mark]:
    """Where the same proposals are, those of which it is known."""
    return await many(db, Mark, SQL.marks, round_id, area, texts, theme, size)


async def proposals_alike(db: Db, round_id: UUID, texts: list[str], size: int) -> list[Proposal]:
    """A round's proposals with at least half of these texts (``ilike``) in their titles, those with most first."""
    return await many(db, Proposal, SQL.proposals_alike, round_id, texts, size)


async def insert_support(db: Db, proposal_id: UUID, member: bytes) -> bool:
    """Support a proposal; False when it was supported already or cannot be now."""
    return await run(db, SQL.insert_support, proposal_id, member) == 1


async def delete_support(db: Db, proposal_id: UUID, member: bytes) -> bool:
    """Take a support back; False when there was none or the phase is over."""
    return await run(db, SQL.delete_support, proposal_id, member) == 1


async def supported(db: Db, round_id: UUID, member: bytes) -> set[UUID]:
    """What this member supports in a round."""
    return {row["proposal_id"] for row in await db.fetch(SQL.supported, round_id, member)}


async def activities(db: Db, proposal_id: UUID) -> list[Activity]:
    """What happened to a proposal, in order."""
    return await many(db, Activity, SQL.activities, proposal_id)
