"""The minutes of a count: what the house signs under a closed round, so that there is one outcome and no second.

A signed note as checkpoints are, with the same keys. Its text names the round's log, the last head, and for each pot
the SHA-256 of its snapshot. Its first line keeps it from ever being taken for a checkpoint.
"""

from collections.abc import Collection
from uuid import UUID

import msgspec

from schema.checkpoint import BadCheckpoint, Head, read_head, sign_text, signed_text, write_head
from schema.keys import Signer

TITLE = "byalag minutes 1"


class Minutes(msgspec.Struct, frozen=True):
    """The last head of a round, and the hash (64 hex digits) of the snapshot of each pot, in the pots' order."""

    head: Head
    snapshots: tuple[tuple[UUID, str], ...]


def write_minutes(origin: str, minutes: Minutes, signer: Signer) -> str:
    """The signed note."""
    snapshots = "".join(f"{pot_id} {digest}\n" for pot_id, digest in minutes.snapshots)
    return sign_text(f"{TITLE}\n{origin}\n{write_head(minutes.head)}{snapshots}", origin, signer)


def read_minutes(note: str, origin: str, publics: Collection[bytes]) -> Minutes:
    """The minutes that a note signs with one of these Ed25519 keys (32 bytes each). Raises BadCheckpoint."""
    title, named, size, root, *lines = [*signed_text(note, origin, publics).removesuffix("\n").split("\n"), "", ""]
    if (title, named) != (TITLE, origin):
        raise BadCheckpoint("it is not the minutes of this log's round")
    try:
        snapshots = tuple((UUID(pot_id), digest) for line in lines[:-2] for pot_id, digest in [line.split(" ")])
    except ValueError:
        raise BadCheckpoint("its list of snapshots is malformed") from None
    return Minutes(read_head(size, root), snapshots)
