"""Judge: each revision gets one verdict from its choices and the roll, whatever came before or after it."""

from collections.abc import Collection
from uuid import UUID

import asyncpg

from workers.eligibility import judge
from workers.store import ballots


class NoSuchBallot(Exception):
    """An event names a ballot that is not in the box."""


async def judge_ballots(db: asyncpg.Connection, ballot_ids: Collection[UUID]) -> None:
    """Give these revisions their verdicts, in as many statements however many they are. Raises NoSuchBallot."""
    if not ballot_ids:
        return
    found = await ballots.ballots_to_judge(db, ballot_ids)
    if len(found) < len(ballot_ids):
        raise NoSuchBallot
    forms = {
        form.pot_id: (form.style, form.cost_of) for form in await ballots.forms(db, {ballot.pot_id for ballot in found})
    }
    reasons = [
        judge(*forms[ballot.pot_id], None if ballot.withdrawn else ballot.choices, ballot.points, ballot.on_roll)
        for ballot in found
    ]
    await ballots.insert_verdicts(db, [ballot.id for ballot in found], reasons)
