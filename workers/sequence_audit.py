"""Sequence the audit log: each entry becomes a leaf of its ledger, and the new head is signed.

As with ballots all of it is one transaction under a lock, and what is told twice has its leaf already.
"""

import os
from collections.abc import Collection
from uuid import UUID

import asyncpg

from schema.checkpoint import Head, origin_of, write_checkpoint
from schema.keys import Keys, Signer
from schema.noted import commitment
from schema.tree import HASH, edge, grow, root
from workers.keys import audit_signer
from workers.store import audit


async def sequence_entries(db: asyncpg.Connection, keys: Keys, box_url: str, ledger_ids: Collection[UUID]) -> None:
    """Give the entries of these ledgers that have no leaf yet theirs, in the order of their numbers."""
    if not ledger_ids:
        return
    signer = await audit_signer(db, keys)
    for ledger_id in sorted(ledger_ids):
        await _extend(db, signer, box_url, ledger_id)


async def _extend(db: asyncpg.Connection, signer: Signer, box_url: str, ledger_id: UUID) -> None:
    await audit.lock(db, ledger_id)
    entries = await audit.unplaced(db, ledger_id)
    if not entries:
        return
    log = await audit.log(db, ledger_id)
    origin, size = (log.origin, log.size) if log else (origin_of(box_url, ledger_id), 0)
    salts = [os.urandom(HASH) for _ in entries]
    await audit.insert_leaves(db, ledger_id, size, [entry.id for entry in entries], salts)
    held = await audit.tiles(db, ledger_id, edge(size))
    changed = grow(held, size, [commitment(entry, salt) for entry, salt in zip(entries, salts, strict=True)])
    await audit.write_tiles(db, ledger_id, changed)
    size += len(entries)
    head = Head(size, root(held | changed, size))
    await audit.insert_checkpoint(db, ledger_id, size, write_checkpoint(origin, head, signer))
