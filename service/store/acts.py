"""Acts of two officers: asking, confirming, withdrawing, and the functions that carry out what was decided."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID

import asyncpg
import msgspec

from schema.errors import Undecided
from schema.queries import Db, many, one, queries, run

SQL = queries(__file__)

State = Literal["waiting", "decided", "done", "withdrawn", "expired"]


class Act(msgspec.Struct, frozen=True):
    """What an officer asked for and why, who confirmed it, and what became of it; ``details`` depend on the kind.

    It waits for its second officer until ``expires_at``; then it is decided, and, at once unless something went wrong,
    done. What was decided can be carried out for a day.
    """

    id: UUID
    round_id: UUID
    kind: str
    details: dict[str, str]
    reason: str
    requested_by: str
    requested_at: datetime
    expires_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None
    state: State


async def request_act(
    db: Db, session: bytes, round_id: UUID, kind: str, details: Mapping[str, str], reason: str
) -> UUID:
    """Ask for an act, by the hash of one's session; answers its id."""
    made: UUID = await db.fetchval(SQL.request_act, session, round_id, kind, details, reason)
    return made


async def confirm_act(db: Db, session: bytes, act_id: UUID) -> None:
    """Confirm an act that another officer asked for, by the hash of one's session."""
    await run(db, SQL.confirm_act, session, act_id)


async def withdraw_act(db: Db, session: bytes, act_id: UUID) -> None:
    """Take back an act that one asked for, by the hash of one's session."""
    await run(db, SQL.withdraw_act, session, act_id)


async def acts(db: Db, round_id: UUID) -> list[Act]:
    """The acts of a round, the newest first; a hundred at most."""
    return await many(db, Act, SQL.acts, round_id, None)


async def act(db: Db, act_id: UUID) -> Act | None:
    """One act."""
    return await one(db, Act, SQL.acts, None, act_id)


async def would_end_later(db: Db, round_id: UUID, closes_at: datetime) -> bool:
    """Whether this time is still to come, and later than the one at which voting ends if it is open."""
    later: bool = await db.fetchval(SQL.would_end_later, round_id, closes_at)
    return later


async def close_round(db: Db, round_id: UUID, decision: UUID) -> str:
    """Close voting early: closed, already_closed, not_open or no_round. This and those below raise Undecided."""
    return await _carry_out(db, SQL.close_round, round_id, decision)


async def retime_round(db: Db, round_id: UUID, decision: UUID) -> str:
    """Open early, prolong or reopen: done, done_before, not_now, not_later or no_round."""
    return await _carry_out(db, SQL.retime_round, round_id, decision)


async def publish_round(db: Db, round_id: UUID, decision: UUID) -> str:
    """Publish the newest snapshot of every pot: published, published_before, not_counted or no_round."""
    return await _carry_out(db, SQL.publish_round, round_id, decision)


async def correct_project(db: Db, round_id: UUID, decision: UUID) -> str:
    """Correct a project's title and description: done, done_before, not_now, no_project or no_round."""
    return await _carry_out(db, SQL.correct_project, round_id, decision)


async def destroy_round_key(db: Db, round_id: UUID, decision: UUID) -> str:
    """Destroy a round's key: destroyed, destroyed_before, no_key, not_published or appealable."""
    return await _carry_out(db, SQL.destroy_round_key, round_id, decision)


async def delete_openings(db: Db, round_id: UUID, decision: UUID) -> str:
    """Delete a round's ballots: deleted, deleted_before, not_published, appealable or no_round."""
    return await _carry_out(db, SQL.delete_openings, round_id, decision)


async def _carry_out(db: Db, sql: str, round_id: UUID, decision: UUID) -> str:
    try:
        answer: str = await db.fetchval(sql, round_id, decision)
    except asyncpg.PostgresError as error:
        if error.sqlstate == "BYDEC":
            raise Undecided() from None
        raise
    return answer
