"""Ballots: one statement casts, the rest only read."""

from datetime import datetime
from uuid import UUID

import msgspec

from schema.queries import Db, many, one, queries
from schema.styles import Style

SQL = queries(__file__)


class CastAnswer(msgspec.Struct, frozen=True):
    """What the database said to a cast: accepted, replayed, key_reused, stale, not_open or no_round."""

    status: str
    revision: int | None
    commitment: bytes | None
    accepted_at: datetime | None
    phase: str | None


class Form(msgspec.Struct, frozen=True):
    """A pot's style, and the numbers and costs (minor units) of the projects on its ballot, side by side."""

    round_id: UUID
    style: Style
    numbers: tuple[int, ...]
    costs: tuple[int, ...]


class CurrentBallot(msgspec.Struct, frozen=True):
    """A voter's last revision in one pot, and its verdict once it was judged."""

    revision: int
    choices: tuple[int, ...]
    points: tuple[int, ...]
    commitment: bytes
    accepted_at: datetime
    judged: bool
    reason: str | None


class Turnout(msgspec.Struct, frozen=True):
    """How many may vote in a pot, and how many have. Never how."""

    pot_id: UUID
    electors: int
    voters: int


async def cast_ballot(
    db: Db,
    round_id: UUID,
    pot_id: UUID,
    tag: bytes,
    key: str,
    base_revision: int,
    choices: tuple[int, ...],
    points: tuple[int, ...],
    nonce: bytes,
    commitment: bytes,
) -> CastAnswer:
    """Lock, check the clock, the key and the base revision, insert, and leave the event: in one statement."""
    answer = await one(
        db, CastAnswer, SQL.cast_ballot, round_id, pot_id, tag, key, base_revision, choices, points, nonce, commitment
    )
    assert answer is not None
    return answer


async def current_ballot(db: Db, round_id: UUID, pot_id: UUID, tag: bytes) -> CurrentBallot | None:
    """The voter's last revision."""
    return await one(db, CurrentBallot, SQL.current_ballot, round_id, pot_id, tag)


async def form(db: Db, pot_id: UUID) -> Form | None:
    """What a ballot of this pot is checked against."""
    return await one(db, Form, SQL.form, pot_id)


async def turnout(db: Db, round_id: UUID) -> list[Turnout]:
    """Electors and voters of each pot of a round."""
    return await many(db, Turnout, SQL.turnout, round_id)
