"""Entries of the audit log, what stands for each in its ledger, and whether a whole ledger is as it was signed.

A leaf is SHA-256 over a line, 32 bytes of salt and the entry as JSON: its members by name, without blanks. Whoever may
read the log has all three (``GET /api/audit``) and comes to the same root as the head that was signed, or does not.
"""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from schema.checkpoint import BadCheckpoint, Head, read_checkpoint
from schema.tree import HASH, WIDTH, Tiles, grow, included, inclusion, leaf_hash, root

HOUSE = UUID(int=0)
"""The ledger of entries that are no municipality's."""
LATE = timedelta(hours=1)
"""An entry is noted in the transaction of its act and placed seconds after it: one that is so much older than another
which was placed before it was put in afterwards."""


class Noted(msgspec.Struct, frozen=True):
    """One change: of which thing, by whom, how. Without an officer a command did it; without an action the house."""

    id: int
    at: datetime
    municipality_id: UUID | None
    round_id: UUID | None
    officer_id: UUID | None
    officer: str | None
    action: str | None
    request_id: str | None
    subject: str
    subject_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class Placed(msgspec.Struct, frozen=True):
    """A place of a ledger: the salt and number of the entry that was put there, and the entry, if it is still there."""

    position: int
    salt: bytes
    entry_id: int
    entry: Noted | None


def commitment(entry: Noted, salt: bytes) -> bytes:
    """What stands for an entry in its ledger (32 bytes)."""
    held = {name: getattr(entry, name) for name in Noted.__struct_fields__}
    return hashlib.sha256(b"byalag audit 1\n" + salt + msgspec.json.encode(held, order="sorted")).digest()


def ledger_of(entry: Noted) -> UUID:
    """The ledger in which an entry has its place."""
    return entry.municipality_id or HOUSE


def first_fault(
    ledger_id: UUID, places: Sequence[Placed], tiles: Tiles, notes: Sequence[str], publics: Collection[bytes]
) -> str | None:
    """What is wrong with a ledger, beginning with its first place; None when every entry is the one that was signed.

    ``notes``: its heads, each signed with one of the keys (Ed25519, 32 bytes) ``publics``.
    """
    leaves: list[bytes] = []
    newest: Noted | None = None
    for place in places:
        entry = place.entry
        if place.position != len(leaves):
            return f"the entry at place {len(leaves)} is missing"
        if entry is None or ledger_of(entry) != ledger_id:
            return f"entry {place.entry_id}, at place {place.position}, is missing"
        leaves.append(commitment(entry, place.salt))
        if leaf_hash(leaves[-1]) != _leaf(tiles, place.position):
            return f"entry {entry.id}, at place {place.position}, is not the one that was signed"
        if newest and entry.at < newest.at - LATE:
            return f"entry {entry.id} of {entry.at:%Y-%m-%d %H:%M} was put in after {newest.at:%Y-%m-%d %H:%M}"
        newest = entry if newest is None or entry.at > newest.at else newest
    return _head_fault(ledger_id, grow({}, 0, leaves), len(leaves), notes, publics)


def _leaf(tiles: Tiles, position: int) -> bytes:
    index, place = divmod(position, WIDTH)
    return tiles.get((0, index), b"")[place * HASH : (place + 1) * HASH]


def _head_fault(
    ledger_id: UUID, tiles: Tiles, size: int, notes: Sequence[str], publics: Collection[bytes]
) -> str | None:
    try:
        heads = sorted((signed_head(ledger_id, note, publics) for note in notes), key=lambda head: head.size)
    except BadCheckpoint as fault:
        return f"a head was not signed by this house: {fault}"
    good = 0
    for head in heads:
        if head.size > size:
            return f"a head of {head.size} entries was signed, and {size} are there"
        if root(tiles, head.size) != head.root:
            return f"an entry at a place from {good} to {head.size - 1} is not the one that was signed"
        good = head.size
    return None if good == size else f"no head was signed over the entries from place {good} on"


def stands(entry: Noted, salt: bytes, position: int, head: Head, tiles: Tiles) -> bool:
    """Whether an entry is the one at this place of a signed tree; ``tiles`` has its edge and those beside the place."""
    leaf = leaf_hash(commitment(entry, salt))
    try:
        return included(leaf, position, head.size, inclusion(tiles, position, head.size), head.root)
    except (LookupError, ValueError):  # a tile was taken away
        return False


def signed_head(ledger_id: UUID, note: str, publics: Collection[bytes]) -> Head:
    """The head of a ledger that a note signs. Raises BadCheckpoint."""
    origin = note.partition("\n")[0]
    if not origin.endswith(f"/api/log/{ledger_id}"):  # the address before it may have been another
        raise BadCheckpoint("it is of another ledger")
    return read_checkpoint(note, origin, publics)
