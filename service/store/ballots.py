"""Ballots: one statement casts, the rest only read."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from schema.queries import Db, many, one, queries
from schema.styles import Style

SQL = queries(__file__)


class Cast(msgspec.Struct, frozen=True):
    """A ballot revision to be accepted: checked, canonical, and committed to. A withdrawal has None for choices."""

    pot_id: UUID
    tag: bytes
    key: str
    base_revision: int
    choices: tuple[int, ...] | None
    points: tuple[int, ...]
    nonce: bytes
    commitment: bytes


class CastAnswer(msgspec.Struct, frozen=True):
    """What the database said to the cast at a place (from 1) of a batch.

    ``status``: accepted, replayed, key_reused, on_paper, stale, nothing_to_withdraw, not_open, no_round, or again.
    """

    place: int
    status: str
    revision: int
    commitment: bytes
    accepted_at: datetime
    phase: str


class Form(msgspec.Struct, frozen=True):
    """A pot's style, and the numbers and costs (minor units) of the projects on its ballot, side by side.

    ``frozen``: voting has begun, so that none of it will ever change.
    """

    round_id: UUID
    style: Style
    numbers: tuple[int, ...]
    costs: tuple[int, ...]
    frozen: bool


class OwnAppeal(msgspec.Struct, frozen=True):
    """A voter's appeal for her ballot: its ground, open, granted or refused, and the officers' answer."""

    ground: str
    state: str
    answer: str | None


class CurrentBallot(msgspec.Struct, frozen=True):
    """A voter's last revision in one pot, and its verdict once it was judged.

    ``choices`` and ``points`` are there only while voting is open: as long as a ballot can be changed in silence,
    showing it proves nothing to a buyer. ``withdrawn``: it took the ballot back, so there are no choices.
    ``held``: it is in quarantine, and counts until two officers decide; ``why``: the reasons for that or for voiding.
    """

    revision: int
    choices: tuple[int, ...] | None
    points: tuple[int, ...] | None
    withdrawn: bool
    commitment: bytes
    accepted_at: datetime
    judged: bool
    reason: str | None
    held: bool
    why: tuple[str, ...]
    appeal: OwnAppeal | None


class Turnout(msgspec.Struct, frozen=True):
    """How many may vote in a pot, and how many have a ballot in it now, ``on_paper`` some of them. Never how.

    Who took hers back is not among the ``voters`` until she votes again; who was given a paper is.
    """

    pot_id: UUID
    electors: int
    voters: int
    on_paper: int


async def cast_ballots(db: Db, round_id: UUID, casts: Sequence[Cast]) -> list[CastAnswer]:
    """Lock, check the clock, the keys and the base revisions, insert, and leave the events: in one statement.

    No tag may stand in it twice.
    """
    return await many(
        db,
        CastAnswer,
        SQL.cast_ballots,
        round_id,
        [cast.pot_id for cast in casts],
        [cast.tag for cast in casts],
        [cast.key for cast in casts],
        [cast.base_revision for cast in casts],
        [array(cast.choices or ()) for cast in casts],
        [array(cast.points) for cast in casts],
        [cast.choices is None for cast in casts],
        [cast.nonce for cast in casts],
        [cast.commitment for cast in casts],
    )


def array(numbers: tuple[int, ...]) -> str:
    """An array as text: rows of several lengths do not fit into one array of numbers."""
    return f"{{{','.join(map(str, numbers))}}}"


async def current_ballot(db: Db, round_id: UUID, pot_id: UUID, tag: bytes) -> CurrentBallot | None:
    """The voter's last revision."""
    return await one(db, CurrentBallot, SQL.current_ballot, round_id, pot_id, tag)


async def form(db: Db, pot_id: UUID) -> Form | None:
    """What a ballot of this pot is checked against."""
    return await one(db, Form, SQL.form, pot_id)


async def turnout(db: Db, round_id: UUID) -> list[Turnout]:
    """Electors and voters of each pot of a round."""
    return await many(db, Turnout, SQL.turnout, round_id)
