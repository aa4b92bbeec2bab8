"""Civic: what happened to proposals is noted, and their supports are counted anew, never added to."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg
import msgspec

from workers.store import proposals


class Happening(msgspec.Struct, frozen=True):
    """Something that happened to a proposal: the number of its event, and the event's word for it (``supported``)."""

    event_id: int
    proposal_id: UUID
    what: str


async def note_happenings(db: asyncpg.Connection, happenings: Sequence[Happening]) -> None:
    """Note each once, and bring the standing of every proposal up to date that won or lost a support."""
    if not happenings:
        return
    await proposals.insert_activities(
        db,
        [happening.event_id for happening in happenings],
        [happening.proposal_id for happening in happenings],
        [happening.what for happening in happenings],
    )
    moved = {happening.proposal_id for happening in happenings if happening.what in {"supported", "unsupported"}}
    if moved:
        await proposals.recount_standings(db, moved)
