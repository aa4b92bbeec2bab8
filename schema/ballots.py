"""A ballot's canonical form, its commitment and its receipt.

The commitment binds the choices without showing them: SHA-256 over a versioned, length-prefixed encoding with a nonce
of 32 bytes. The receipt holds neither choices nor nonce, so it proves nothing to somebody who would buy a ballot.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from schema.keys import Signer


def canonical_choices(choices: Sequence[int]) -> tuple[int, ...]:
    """Choices in the one order in which they are stored and committed to."""
    return tuple(sorted(choices))


def commitment(round_id: UUID, pot_id: UUID, style: str, nonce: bytes, choices: Sequence[int]) -> bytes:
    """32 bytes that bind a ballot. ``choices`` must be canonical, ``nonce`` 32 random bytes."""
    parts = [
        b"byalag ballot 1",
        round_id.bytes,
        pot_id.bytes,
        style.encode(),
        nonce,
        b"".join(number.to_bytes(4, "big") for number in choices),
    ]
    return hashlib.sha256(b"".join(len(part).to_bytes(4, "big") + part for part in parts)).digest()


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
    minute = accepted_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")
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
