"""Count: each pot of a closed round gets its snapshot, once every ballot has its verdict and its leaf.

Then the house signs the minutes of the count and packs the bundle with which anybody can check it. What was counted
before on other facts stays, and the new snapshot names it.
"""

import hashlib
from collections.abc import Collection, Sequence
from uuid import UUID

import asyncpg

from schema.bundle import Bundle, BundledPot, Manifest, PotFiles, pack
from schema.checkpoint import Head, read_checkpoint, verification_key
from schema.keys import Keys
from schema.minutes import Minutes, write_minutes
from schema.snapshot import Ledger
from workers.claim import NotYet
from workers.keys import checkpoint_signer
from workers.seal import seal
from workers.store import ballots, ledger, rounds, snapshots
from workers.store import keys as stored_keys
from workers.store.snapshots import Pot


class NotClosed(Exception):
    """An event says that a round was closed, and the box knows of no such close: nothing is counted (P8)."""


async def count_rounds(db: asyncpg.Connection, keys: Keys, round_ids: Collection[UUID]) -> None:
    """Count every pot of these rounds. Raises NotClosed.

    Raises NotYet while a ballot is unjudged or not in the ledger, or a batch of papers is open.
    """
    for round_id in sorted(round_ids):
        pots = await snapshots.closed_pots(db, round_id)
        if not pots:
            if await rounds.is_reopened(db, round_id):
                continue  # the close that was told of does not stand, and the next one is told of anew
            raise NotClosed
        if await ballots.are_deleted(db, round_id):
            continue  # what was counted stays; without its ballots it cannot be counted again
        # Batches are asked for first: what the last of them brings is seen to wait by the statement after it.
        if await ballots.has_open_batch(db, round_id) or await ballots.has_waiting(db, round_id):
            raise NotYet
        notes = await ledger.notes(db, round_id)
        if not notes:  # the tree has not begun
            raise NotYet
        origin = notes[-1].partition("\n")[0]
        await rounds.hold_roll(db, round_id)  # the outcome names its electors
        head = read_checkpoint(notes[-1], origin, await stored_keys.checkpoint_keys(db))
        news = [await _count_pot(db, pot, Ledger(origin, head.size, head.root.hex())) for pot in pots]
        if any(news):
            await _sign(db, keys, pots, notes, origin, head)


async def _count_pot(db: asyncpg.Connection, pot: Pot, ledger: Ledger) -> bool:
    """Keep a pot's snapshot; False when there is one of the same inputs."""
    before = await snapshots.newest(db, pot.id)
    sealed = seal(
        pot,
        await snapshots.projects(db, pot.id),
        await ballots.groups(db, pot.id),
        await ballots.sums(db, pot.id),
        ledger,
        hashlib.sha256(before.content).hexdigest() if before else None,
    )
    return await snapshots.insert_snapshot(db, pot, sealed)


async def _sign(
    db: asyncpg.Connection, keys: Keys, pots: Sequence[Pot], notes: Sequence[str], origin: str, head: Head
) -> None:
    """Sign the minutes over the newest snapshot of each pot, and pack the bundle."""
    counted = [await snapshots.newest(db, pot.id) for pot in pots]
    made = [snapshot for snapshot in counted if snapshot is not None]
    digests = [hashlib.sha256(snapshot.content).hexdigest() for snapshot in made]
    minutes = Minutes(head, tuple((pot.id, digest) for pot, digest in zip(pots, digests, strict=True)))
    note = write_minutes(origin, minutes, await checkpoint_signer(db, keys))
    published = await stored_keys.checkpoint_keys(db)  # read after the signer, so that its key is among them
    first = pots[0]
    manifest = Manifest(
        municipality=first.municipality,
        round_id=first.round_id,
        round=first.round,
        opened_on=first.opened_on,
        closed_on=first.closed_on,
        origin=origin,
        keys=tuple(verification_key(origin, public) for public in published),
        pots=tuple(BundledPot(pot.id, pot.name, f"pots/{number}") for number, pot in enumerate(pots, 1)),
    )
    shown = tuple(
        PotFiles(
            snapshot.content,
            None if snapshot.withheld else snapshot.inputs,
            None if snapshot.withheld else snapshot.pb,
        )
        for snapshot in made
    )
    leaves = await ledger.leaves(db, first.round_id)
    bundle = pack(Bundle(manifest, tuple(notes), tuple(leaves), note, shown))
    await snapshots.insert_minutes(db, first.round_id, [snapshot.id for snapshot in made], note, bundle)
