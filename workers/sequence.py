"""Sequence: the commitment of each revision becomes a leaf of its round's tree, and the new head is signed.

All of it is one transaction under the round's lock, with the events that asked for it: a worker that dies has done
nothing, and what is told twice has its leaf already.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

import asyncpg

from schema.checkpoint import Head, origin_of, write_checkpoint
from schema.events import BallotsAccepted, RoundScheduled
from schema.keys import Keys, Signer
from schema.tree import EMPTY, edge, grow, root
from workers.keys import checkpoint_signer
from workers.store import ledger


async def sequence_ballots(
    db: asyncpg.Connection, keys: Keys, public_url: str, growing: Sequence[RoundScheduled | BallotsAccepted]
) -> None:
    """Begin the trees of these rounds, and give these ballots their leaves: by commitment, which says nothing."""
    if not growing:
        return
    signer = await checkpoint_signer(db, keys)
    wanted: dict[UUID, set[UUID]] = {event.round_id: set() for event in growing}
    for event in growing:
        wanted[event.round_id].update(event.ballot_ids if isinstance(event, BallotsAccepted) else ())
    for round_id in sorted(wanted):
        await _extend(db, signer, public_url, round_id, wanted[round_id])


async def _extend(
    db: asyncpg.Connection, signer: Signer, public_url: str, round_id: UUID, ballot_ids: Collection[UUID]
) -> None:
    await ledger.lock(db, round_id)
    log = await ledger.log(db, round_id)
    if log is None:
        origin, size = origin_of(public_url, round_id), 0
        await ledger.insert_checkpoint(db, round_id, 0, write_checkpoint(origin, Head(0, EMPTY), signer))
    else:
        origin, size = log.origin, log.size
    entries = await ledger.insert_leaves(db, round_id, size, ballot_ids)
    if not entries:
        return
    held = await ledger.tiles(db, round_id, edge(size))
    changed = grow(held, size, entries)
    await ledger.write_tiles(db, round_id, changed)
    size += len(entries)
    head = Head(size, root(held | changed, size))
    await ledger.insert_checkpoint(db, round_id, size, write_checkpoint(origin, head, signer))
