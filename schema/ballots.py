"""A ballot's commitment and its receipt.

The commitment binds choices and points without showing them: SHA-256 over a versioned, length-prefixed encoding with a
nonce of 32 bytes. The receipt holds none of these, so it proves nothing to somebody who would buy a ballot. Who takes
a ballot back gets both as well: nobody sees from outside which of a round's commitments are withdrawals.
"""

import hashlib
import struct
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from schema.keys import Signer


def commitment(
    round_id: UUID, pot_id: UUID, style: str, nonce: bytes, choices: Sequence[int] | None, points: Sequence[int] = ()
) -> bytes:
    """32 bytes that bind a ballot, or a withdrawal: its ``choices`` are None, where those of a blank ballot are empty.

    ``choices`` and ``points`` must be canonical (``schema.styles.canonical``), ``nonce`` 32 random bytes, and ``style``
    ASCII, so that no two texts look like it. Hashed are the parts below, each after its length; numbers and lengths are
    4 bytes, the highest first. A withdrawal ends after the nonce. The last part, the points, is there only where a
    ballot has some.
    """
    assert choices is not None or not points
    parts = [b"byalag ballot 1", round_id.bytes, pot_id.bytes, style.encode("ascii"), nonce]
    if choices is not None:
        parts.append(_numbers(choices))
    if points:
        parts.append(_numbers(points))
    return hashlib.sha256(b"".join(len(part).to_bytes(4, "big") + part for part in parts)).digest()


def _numbers(numbers: Sequence[int]) -> bytes:
    return struct.pack(f">{len(numbers)}I", *numbers)


class Receipt(msgspec.Struct, frozen=True):
    """What a voter keeps: that a ballot with this commitment was accepted, at this minute, signed by this house."""

    origin: str
    round_id: UUID
    pot_id: UUID
    commitment: str
    accepted_at: str
    key_id: str
    signature: str


def sign_receipt(
    origin: str, round_id: UUID, pot_id: UUID, committed: bytes, accepted_at: datetime, signer: Signer
) -> Receipt:
    """The receipt of an accepted ballot. The same ballot always gives the same receipt (P4)."""
    minute = f"{accepted_at.astimezone(UTC).isoformat()[:16]}Z"
    message = _receipt_message(origin, round_id, pot_id, committed.hex(), minute)
    return Receipt(
        origin=origin,
        round_id=round_id,
        pot_id=pot_id,
        commitment=committed.hex(),
        accepted_at=minute,
        key_id=signer.key_id,
        signature=signer.sign(message).hex(),
    )


def receipt_holds(receipt: Receipt, signer: Signer) -> bool:
    """Whether this house signed exactly this receipt."""
    message = _receipt_message(
        receipt.origin, receipt.round_id, receipt.pot_id, receipt.commitment, receipt.accepted_at
    )
    return receipt.key_id == signer.key_id and signer.verifies(bytes.fromhex(receipt.signature), message)


def _receipt_message(origin: str, round_id: UUID, pot_id: UUID, committed: str, minute: str) -> bytes:
    return "\n".join(["byalag receipt 1", origin, str(round_id), str(pot_id), committed, minute, ""]).encode()
