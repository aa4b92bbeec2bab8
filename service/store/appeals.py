"""Appeals: against the roll in words, on the roll side; against a ballot set aside by a ground, in the box."""

from datetime import date
from typing import Literal
from uuid import UUID

import msgspec

from schema.queries import Db, many, queries, run

SQL = queries(__file__)

Ground = Literal["cast-it-myself", "shared-network", "shared-device", "was-helped"]
State = Literal["open", "granted", "refused"]


class BallotAppeal(msgspec.Struct, frozen=True):
    """An appeal of somebody whose ballot is set aside or voided: whose it is nobody knows."""

    id: UUID
    ground: Ground
    appealed_on: date
    state: State
    answer: str | None
    answered_by: str | None
    answered_on: date | None


class Appeal(msgspec.Struct, frozen=True):
    """An appeal of somebody who was refused. ``reason``: the roll's, when it was made; ``known``: they had signed in.

    Without a pot it is about the whole round.
    """

    id: UUID
    pot_id: UUID | None
    pot: str | None
    reason: str | None
    words: str
    language: str
    appealed_on: date
    state: State
    answer: str | None
    answered_by: str | None
    answered_on: date | None
    known: bool


async def insert_ballot_appeal(db: Db, round_id: UUID, tag: bytes, ground: Ground) -> bool:
    """Appeal for a tag that is held or voided; False when it is neither, or has an appeal."""
    return await run(db, SQL.insert_ballot_appeal, round_id, tag, ground) == 1


async def has_ballot_appeal(db: Db, round_id: UUID, tag: bytes) -> bool:
    """Whether there is an appeal for this tag."""
    found: bool = await db.fetchval(SQL.has_ballot_appeal, round_id, tag)
    return found


async def ballot_appeals(db: Db, round_id: UUID) -> list[BallotAppeal]:
    """A round's appeals in the box, without tags."""
    return await many(db, BallotAppeal, SQL.ballot_appeals, round_id)


async def refuse_ballot_appeal(db: Db, round_id: UUID, appeal_id: UUID, answer: str, officer: str) -> bool:
    """Refuse one that is open; False when there is none."""
    return await run(db, SQL.refuse_ballot_appeal, round_id, appeal_id, answer, officer) == 1


async def grant_ballot_appeal(db: Db, decision_id: UUID) -> bool:
    """Grant what a decision names, with its reason for an answer; whether that is done, now or before."""
    done: bool = await db.fetchval(SQL.grant_ballot_appeal, decision_id)
    return done


async def insert_appeal(
    db: Db, round_id: UUID, pot_id: UUID | None, person_ref: bytes | None, words: str, language: str, receipt: bytes
) -> bool:
    """A new appeal; False when this person has one about this pot. ``receipt`` is the hash of the number."""
    return await run(db, SQL.insert_appeal, round_id, pot_id, person_ref, words, language, receipt) == 1


async def appeals_of_person(db: Db, round_id: UUID, person_ref: bytes) -> list[Appeal]:
    """What somebody who signed in appealed against."""
    return await many(db, Appeal, SQL.appeals_of_person, round_id, person_ref)


async def appeals_by_receipt(db: Db, round_id: UUID, receipt: bytes) -> list[Appeal]:
    """The appeal with this receipt (its hash), or nothing."""
    return await many(db, Appeal, SQL.appeals_by_receipt, round_id, receipt)


async def appeals(db: Db, round_id: UUID) -> list[Appeal]:
    """A round's appeals, the open ones first."""
    return await many(db, Appeal, SQL.appeals, round_id)


async def answer_appeal(db: Db, round_id: UUID, appeal_id: UUID, state: State, answer: str, officer: str) -> bool:
    """Answer one that is open; False when there is none."""
    return await run(db, SQL.answer_appeal, round_id, appeal_id, state, answer, officer) == 1


async def grant_appeal(db: Db, decision_id: UUID) -> bool:
    """Grant what a decision names, with its reason for an answer; whether that is done, now or before."""
    done: bool = await db.fetchval(SQL.grant_appeal, decision_id)
    return done
