"""Arguments about proposals, answers to them, what moderators decide about them, and what readers report."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from schema.queries import Db, many, one, queries, run

SQL = queries(__file__)

By = Literal["resident", "author", "municipality"]


class Argument(msgspec.Struct, frozen=True):
    """An argument for or against a proposal, a question about it, or an answer to one of these.

    ``author`` is a pseudonym of this round's debate and is never shown; ``by`` says what they are to the proposal.
    What was taken back has neither words nor a name. ``ground`` and what follows are of the decision to hide it.
    """

    id: UUID
    proposal_id: UUID
    round_id: UUID
    side: str
    by: By
    author: bytes | None
    author_name: str | None
    words: str | None
    language: str
    answers: UUID | None
    state: str
    written_at: datetime
    ground: str | None
    reason: str | None
    reviewed_by: str | None
    reviewed_at: datetime | None


class QueuedArgument(Argument, frozen=True):
    """The same for moderators: with the proposal's title, how often it was reported, and on which grounds."""

    title: str
    reports: int
    grounds: list[str]


class Reports(msgspec.Struct, frozen=True):
    """How often a proposal was reported, and on which grounds, the most frequent first."""

    proposal_id: UUID
    reports: int
    grounds: list[str]


async def insert_argument(db: Db, *values: object) -> UUID | None:
    """The id of a new argument; None when there is no place for one, it was sent before, or it is not the time."""
    made: UUID | None = await db.fetchval(SQL.insert_argument, *values)
    return made


async def insert_answer(db: Db, *values: object) -> UUID | None:
    """The id of a new answer; None when there is one already, it was sent before, or it is not the time."""
    made: UUID | None = await db.fetchval(SQL.insert_answer, *values)
    return made


async def withdraw_argument(db: Db, argument_id: UUID) -> bool:
    """Take an argument back, with its words and name; False when it does not stand."""
    return await run(db, SQL.withdraw_argument, argument_id) == 1


async def hide_argument(db: Db, argument_id: UUID, ground: str, reason: str | None, officer: str) -> bool:
    """Hide an argument; False when it does not stand."""
    return await run(db, SQL.hide_argument, argument_id, ground, reason, officer) == 1


async def reopen_argument(db: Db, argument_id: UUID, reason: str, officer: str) -> bool:
    """Take back that an argument was hidden; False when it is not."""
    return await run(db, SQL.reopen_argument, argument_id, reason, officer) == 1


async def argument_by_id(db: Db, argument_id: UUID) -> Argument | None:
    """One argument or answer."""
    return await one(db, Argument, SQL.argument_by_id, argument_id)


async def argument_sent(db: Db, proposal_id: UUID, author: bytes, key: str) -> Argument | None:
    """What its author sent with this idempotency key."""
    return await one(db, Argument, SQL.argument_sent, proposal_id, author, key)


async def answer_of(db: Db, argument_id: UUID, author: bytes | None) -> Argument | None:
    """The answer of the proposal's author, or of the municipality (None), to an argument."""
    return await one(db, Argument, SQL.answer_of, argument_id, author)


async def places_taken(db: Db, proposal_id: UUID, author: bytes) -> int:
    """How many arguments of this resident about a proposal were not taken back."""
    taken: int = await db.fetchval(SQL.places_taken, proposal_id, author)
    return taken


async def newest_arguments(db: Db, proposal_id: UUID, size: int) -> list[Argument]:
    """The newest arguments of each side, in order of time."""
    return await many(db, Argument, SQL.newest_arguments, proposal_id, size)


async def argument_page(db: Db, proposal_id: UUID, side: str | None, after: UUID | None, size: int) -> list[Argument]:
    """Arguments of one side or all, without answers, after the one named."""
    return await many(db, Argument, SQL.argument_page, proposal_id, side, after, size)


async def answers_to(db: Db, argument_ids: Sequence[UUID]) -> list[Argument]:
    """All answers to these arguments, in order of time."""
    return await many(db, Argument, SQL.answers_to, argument_ids)


async def arguments_of_author(db: Db, proposal_id: UUID, author: bytes) -> list[Argument]:
    """What this resident wrote about a proposal and did not take back, answers as well."""
    return await many(db, Argument, SQL.arguments_of_author, proposal_id, author)


async def unanswered(db: Db, proposal_id: UUID, author: bytes, size: int) -> list[Argument]:
    """What others wrote about the proposal of this author and the author has not answered, the oldest first."""
    return await many(db, Argument, SQL.unanswered, proposal_id, author, size)


async def argument_counts(db: Db, proposal_id: UUID) -> dict[str, int]:
    """How many arguments of each side there are."""
    return {row["side"]: row["arguments"] for row in await db.fetch(SQL.argument_counts, proposal_id)}


async def arguments_in_state(db: Db, round_id: UUID, state: str, after: UUID | None, size: int) -> list[QueuedArgument]:
    """A round's arguments and answers in one state, after the one named: the most reported first, then the newest."""
    return await many(db, QueuedArgument, SQL.arguments_in_state, round_id, state, after, size)


async def queue_counts(db: Db, round_id: UUID) -> dict[str, int]:
    """How many of a round's arguments and answers are in each state."""
    return {row["state"]: row["arguments"] for row in await db.fetch(SQL.queue_counts, round_id)}


async def report_proposal(db: Db, proposal_id: UUID, ground: str) -> None:
    """Add one to the reports of a proposal."""
    await run(db, SQL.report_proposal, proposal_id, ground)


async def report_argument(db: Db, argument_id: UUID, ground: str) -> None:
    """Add one to the reports of an argument."""
    await run(db, SQL.report_argument, argument_id, ground)


async def reports_of_proposals(db: Db, proposal_ids: Sequence[UUID]) -> dict[UUID, Reports]:
    """What was reported of these proposals, by their ids."""
    return {row.proposal_id: row for row in await many(db, Reports, SQL.reports_of_proposals, proposal_ids)}


async def settle_reports(db: Db, thing_id: UUID) -> None:
    """Lay aside what was reported of a proposal or an argument."""
    await run(db, SQL.settle_reports, thing_id)
