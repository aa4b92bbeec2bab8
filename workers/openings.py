"""Openings: an auditor of a published round gets every ballot with its place in the ledger, encrypted to their key."""

from collections.abc import Collection
from uuid import UUID

import asyncpg

from schema.openings import Header, Openings, lock
from workers.store import auditors, ledger


async def make_openings(db: asyncpg.Connection, round_ids: Collection[UUID]) -> None:
    """Make what the auditors of these rounds wait for. Before publication there is nothing to make (P8)."""
    for round_id in sorted(round_ids):
        waiting = await auditors.waiting_auditors(db, round_id)
        if not waiting:
            continue
        log = await ledger.log(db, round_id)
        assert log is not None  # what is published was counted, and that needs a ledger
        found = Openings(Header(round_id, log.origin, log.size), tuple(await auditors.openings(db, round_id)))
        for auditor in waiting:
            await auditors.insert_openings(db, auditor.id, lock(found, auditor.recipient))
