"""Ballots and their verdicts. No person is ever seen here."""

from collections.abc import Collection, Sequence
from uuid import UUID

import msgspec

from schema.queries import Db, many, one, queries, run
from schema.snapshot import Group, Sums
from schema.styles import Style

SQL = queries(__file__)


class ToJudge(msgspec.Struct, frozen=True):
    """A revision, whether it takes the one before back, and whether it is an elector's or came on paper."""

    id: UUID
    pot_id: UUID
    choices: tuple[int, ...]
    points: tuple[int, ...]
    withdrawn: bool
    on_roll: bool


class Form(msgspec.Struct, frozen=True):
    """What a ballot of one pot must look like; ``numbers`` and ``costs`` (minor units) go together."""

    pot_id: UUID
    style: Style
    numbers: tuple[int, ...]
    costs: tuple[int, ...]

    @property
    def cost_of(self) -> dict[int, int]:
        """Number to cost of every project on the ballot."""
        return dict(zip(self.numbers, self.costs, strict=True))


async def ballots_to_judge(db: Db, ballot_ids: Collection[UUID]) -> list[ToJudge]:
    """These revisions; fewer than asked for when some do not exist."""
    return await many(db, ToJudge, SQL.ballots_to_judge, list(ballot_ids))


async def forms(db: Db, pot_ids: Collection[UUID]) -> list[Form]:
    """The ballot forms of these pots."""
    return await many(db, Form, SQL.forms, list(pot_ids))


async def insert_verdicts(db: Db, ballot_ids: Sequence[UUID], reasons: Sequence[str | None]) -> None:
    """A verdict for each revision; one that was judged before keeps the verdict it has."""
    await run(db, SQL.insert_verdicts, ballot_ids, reasons)


async def has_waiting(db: Db, round_id: UUID) -> bool:
    """Whether any revision of the round still waits for its verdict or for its leaf."""
    waiting: bool = await db.fetchval(SQL.has_waiting, round_id)
    return waiting


async def has_open_batch(db: Db, round_id: UUID) -> bool:
    """Whether papers of the round may still be on their way into the box."""
    is_open: bool = await db.fetchval(SQL.has_open_batch, round_id)
    return is_open


async def are_deleted(db: Db, round_id: UUID) -> bool:
    """Whether the round's ballots were deleted when their time was over."""
    gone: bool = await db.fetchval(SQL.are_deleted, round_id)
    return gone


async def groups(db: Db, pot_id: UUID) -> list[Group]:
    """The current ballots of a pot: of each tag the last revision that counts; equal ones together, in order.

    Where that is a withdrawal there is no ballot, and where two officers voided what a tag cast there is none either.
    """
    return await many(db, Group, SQL.groups, pot_id)


async def held_groups(db: Db, pot_id: UUID) -> list[Group]:
    """Those among the current ballots that are in quarantine: they count, until two officers decide."""
    return await many(db, Group, SQL.held_groups, pot_id)


async def sums(db: Db, pot_id: UUID) -> Sums:
    """Where every judged revision of a pot goes."""
    found = await one(db, Sums, SQL.sums, pot_id)
    assert found is not None
    return found
