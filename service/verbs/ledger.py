"""Reading a ledger, of a round or of an audit log: its head, its tiles, and the proofs that follow from them."""

from typing import Literal
from uuid import UUID

import msgspec

from schema.checkpoint import verification_key
from schema.errors import Malformed, NotFound
from schema.faults import Fault
from schema.tree import HASH, WIDTH, beside, consistency, edge, inclusion
from service.house import House
from service.languages import marked
from service.store import keys, ledger
from service.store.ledger import Checkpoint, NewestHead

PAGE = 1000


class LedgerView(msgspec.Struct, frozen=True):
    """A ledger's name, the keys of its heads, the newest head, and the address under which its tiles lie.

    ``verification_keys``: the one that signs now, then those that signed older heads, the last one first.
    """

    origin: str
    verification_keys: tuple[str, ...]
    size: int
    checkpoint: str
    prefix: str


class Standing(msgspec.Struct, frozen=True):
    """What became of a receipt: ``included`` at ``position`` among ``size`` leaves, ``waiting``, or ``unknown``.

    ``proof`` leads from the leaf to the root in ``checkpoint`` (RFC 9162, 2.1.3.2); its hashes are in hex.
    """

    commitment: str
    status: Literal["included", "waiting", "unknown"]
    round_id: UUID | None = None
    position: int | None = None
    size: int | None = None
    proof: tuple[str, ...] = ()
    checkpoint: str | None = None


class Consistency(msgspec.Struct, frozen=True):
    """The proof that the tree of ``newer`` leaves began as that of ``older`` (RFC 9162, 2.1.4.2), its hashes in hex."""

    older: int
    newer: int
    proof: tuple[str, ...]


async def view_ledger(house: House, log_id: UUID) -> LedgerView:
    """A round's ledger, or an audit log's. Raises NotFound before the round is scheduled or anything was noted."""
    last = await last_checkpoint(house, log_id)
    origin = last.note.partition("\n")[0]
    async with house.box.enter() as db:  # read after the head, so that its key is among them
        published = await keys.verification_keys(db)
    signing = tuple(verification_key(origin, key.public_key) for key in published if key.purpose == last.signs)
    return LedgerView(origin, signing, last.size, last.note, f"{house.settings.box_url}/api/log/{log_id}")


async def last_checkpoint(house: House, log_id: UUID) -> NewestHead:
    """The newest head. Raises NotFound while there is no ledger."""
    async with house.box.enter() as db:
        found = await ledger.last_checkpoint(db, log_id)
    if found is None:
        raise NotFound(what="ledger")
    return found


async def list_checkpoints(house: House, round_id: UUID, after: int) -> list[Checkpoint]:
    """Heads of more than ``after`` leaves, a page of them, the smallest first."""
    async with house.box.enter() as db:
        return await ledger.checkpoints(db, round_id, after, PAGE)


async def view_standing(house: House, commitment: str) -> Standing:
    """Where a receipt's commitment (64 hex digits) stands in the newest tree. Raises Malformed."""
    if len(commitment) != 2 * HASH or not set(commitment) <= set("0123456789abcdef"):
        raise Malformed(fault=marked("a commitment is 64 digits from 0 to 9 and a to f"))
    committed = bytes.fromhex(commitment)
    async with house.box.enter() as db:
        leaf = await ledger.leaf(db, committed)
        if leaf is None:
            round_id = await ledger.round_of_ballot(db, committed)
            return Standing(commitment, "waiting" if round_id else "unknown", round_id)
        head = await ledger.last_checkpoint(db, leaf.round_id)
        assert head is not None  # leaves and the head over them are committed together
        wanted = {*edge(head.size), *beside(leaf.position, head.size)}
        tiles = await ledger.tiles(db, leaf.round_id, wanted)
    proof = tuple(step.hex() for step in inclusion(tiles, leaf.position, head.size))
    return Standing(commitment, "included", leaf.round_id, leaf.position, head.size, proof, head.note)


async def view_consistency(house: House, log_id: UUID, older: int, newer: int) -> Consistency:
    """The proof between two sizes. Raises NotFound and Malformed."""
    last = await last_checkpoint(house, log_id)
    if not 1 <= older <= newer <= last.size:
        raise Malformed(
            fault=Fault(
                "the older size is at least 1, and the newer at least as large and at most {most}", most=last.size
            )
        )
    async with house.box.enter() as db:
        tiles = await ledger.tiles(db, log_id, {*edge(older), *edge(newer), *beside(older - 1, newer)})
    return Consistency(older, newer, tuple(step.hex() for step in consistency(tiles, older, newer)))


async def view_tile(house: House, log_id: UUID, level: int, index: int, width: int) -> bytes:
    """The first ``width`` hashes of a tile. Raises NotFound when it has fewer."""
    async with house.box.enter() as db:
        hashes = await ledger.tile(db, log_id, (level, index))
    if hashes is None or len(hashes) < width * HASH:
        raise NotFound(what="tile")
    return hashes[: width * HASH]


async def view_entries(house: House, round_id: UUID, index: int, width: int) -> bytes:
    """The commitments under the first ``width`` hashes of a lowest tile, each after its length in two bytes."""
    async with house.box.enter() as db:
        found = await ledger.entries(db, round_id, index * WIDTH, width)
    if len(found) < width:
        raise NotFound(what="tile")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in found)
