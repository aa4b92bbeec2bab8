"""Count: when a round is closed and every ballot has its verdict, each pot's outcome is kept as a snapshot."""

from collections.abc import Collection
from uuid import UUID

import asyncpg

from workers.claim import NotYet
from workers.seal import seal
from workers.store import ballots, snapshots


class NotClosed(Exception):
    """An event says that a round was closed, and the box knows of no such close: nothing is counted (P8)."""


async def count_rounds(db: asyncpg.Connection, round_ids: Collection[UUID]) -> None:
    """Count every pot of these rounds. Raises NotYet while a ballot is unjudged, and NotClosed."""
    for round_id in sorted(round_ids):
        pots = await snapshots.closed_pots(db, round_id)
        if not pots:
            raise NotClosed
        if await ballots.has_unjudged(db, round_id):
            raise NotYet
        for pot in pots:
            sealed = seal(
                pot,
                await snapshots.projects(db, pot.id),
                await ballots.groups(db, pot.id),
                await ballots.sums(db, pot.id),
            )
            await snapshots.insert_snapshot(db, pot, sealed.input_hash, sealed.content, sealed.pb)
