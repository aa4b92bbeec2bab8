"""Count: each pot of a closed round gets its snapshot, once every ballot has its verdict and its leaf."""

from collections.abc import Collection
from uuid import UUID

import asyncpg

from workers.claim import NotYet
from workers.seal import seal
from workers.store import ballots, snapshots


class NotClosed(Exception):
    """An event says that a round was closed, and the box knows of no such close: nothing is counted (P8)."""


async def count_rounds(db: asyncpg.Connection, round_ids: Collection[UUID]) -> None:
    """Count every pot of these rounds. Raises NotYet while a ballot is unjudged or not in the ledger, and NotClosed."""
    for round_id in sorted(round_ids):
        pots = await snapshots.closed_pots(db, round_id)
        if not pots:
            raise NotClosed
        if await ballots.has_waiting(db, round_id):
            raise NotYet
        for pot in pots:
            sealed = seal(
                pot,
                await snapshots.projects(db, pot.id),
                await ballots.groups(db, pot.id),
                await ballots.sums(db, pot.id),
            )
            await snapshots.insert_snapshot(db, pot, sealed.input_hash, sealed.content, sealed.pb)
