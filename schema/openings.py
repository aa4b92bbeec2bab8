"""Openings: what every leaf of a round's ledger commits to, for an auditor who was named, and readable by nobody else.

One JSON object a line, the first of them about all, encrypted as age does to the auditor's public key. Whoever has
them can check that each leaf is a ballot, that the last one of each pseudonym was counted, and that no ballot was
counted without a leaf. They name no person: a pseudonym is a keyed hash, and the key is not here.
"""

import hashlib
from uuid import UUID

import msgspec
import pyrage


class Opening(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The revision behind the leaf at ``position``; ``tag`` and ``nonce`` in hex; why it is refused, if it is."""

    position: int
    pot_id: UUID
    tag: str
    revision: int
    nonce: str
    choices: tuple[int, ...]
    points: tuple[int, ...]
    withdrawn: bool
    reason: str | None


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which round's ledger it is, and of how many leaves."""

    round_id: UUID
    origin: str
    size: int
    format: str = "byalag openings 1"


class Openings(msgspec.Struct, frozen=True):
    """A round's openings in the order of the leaves."""

    header: Header
    openings: tuple[Opening, ...]


class BadOpenings(Exception):
    """This cannot be read as openings; the message says why."""


def is_recipient(text: str) -> bool:
    """Whether this is a public key that age can encrypt to: ``age1`` and 58 signs."""
    try:
        pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        return False
    return True


def fingerprint(recipient: str) -> str:
    """What two people compare of a public key by telephone: the first half of its SHA-256, in hex."""
    return hashlib.sha256(recipient.encode()).hexdigest()[:32]


def lock(openings: Openings, recipient: str) -> bytes:
    """The openings, encrypted to an age recipient."""
    lines = [msgspec.json.encode(openings.header), *map(msgspec.json.encode, openings.openings)]
    locked: bytes = pyrage.encrypt(b"\n".join(lines) + b"\n", [pyrage.x25519.Recipient.from_str(recipient)])
    return locked


def unlock(locked: bytes, identity: str) -> Openings:
    """Read openings with an age identity (``AGE-SECRET-KEY-1`` and 58 signs). Raises BadOpenings."""
    try:
        text = pyrage.decrypt(locked, [pyrage.x25519.Identity.from_str(identity)])
    except pyrage.IdentityError:
        raise BadOpenings("the identity is no secret key of age") from None
    except pyrage.DecryptError:
        raise BadOpenings("they are encrypted to another key, or damaged") from None
    try:
        header, *lines = text.splitlines()
        read = Openings(
            msgspec.json.decode(header, type=Header), tuple(msgspec.json.decode(line, type=Opening) for line in lines)
        )
    except ValueError as error:
        raise BadOpenings(f"a line of them cannot be read: {error}") from None
    if read.header.format != "byalag openings 1":
        raise BadOpenings(f"they have the format {read.header.format!r}, which this program does not know")
    return read
