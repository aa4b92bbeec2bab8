"""Passes: short-lived signed tokens that let someone act without saying who they are.

``base64url(claims) . base64url(Ed25519 signature)``. A pass for the box names one pot; a pass for the civic room none.
"""

import base64
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal
from uuid import UUID

import msgspec

from schema.errors import BadPass, PassExpired
from schema.faults import Fault
from schema.keys import PublicKey, Signer, verifies

LIFETIME = 15 * 60
SKEW = 60
"""Seconds a pass lives, and seconds that two machines' clocks may differ."""

ALGORITHM = "Ed25519"

Audience = Literal["box", "civic"]


class Pass(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a pass says. ``issuer`` is the house's address; ``tag`` is the box's tag or the civic room's member, in hex.

    ``expires`` is in seconds since 1970.
    """

    issuer: str
    audience: Audience
    round_id: UUID
    pot_id: UUID | None
    style: str | None
    tag: str
    algorithm: str
    key_id: str
    expires: int

    @property
    def tag_bytes(self) -> bytes:
        """The pseudonym as 32 bytes."""
        return bytes.fromhex(self.tag)


class UnknownKey(Exception):
    """A pass names a key that is not among those of its issuer; it may have been made a moment ago."""


class Issuer:
    """A house whose passes are believed: its address, and the keys that it published for passes."""

    def __init__(self, address: str, published: Iterable[PublicKey]) -> None:
        self.address = address
        self._keys = {key.key_id: key for key in published if key.purpose == "passes"}

    def key(self, key_id: str) -> PublicKey:
        """The key of this id. Raises UnknownKey."""
        try:
            return self._keys[key_id]
        except KeyError:
            raise UnknownKey from None


_decoder = msgspec.json.Decoder(Pass)


def seal_pass(claims: Pass, signer: Signer) -> str:
    """The token for these claims."""
    body = msgspec.json.encode(claims)
    return f"{_text(body)}.{_text(signer.sign(b'byalag pass 1 ' + body))}"


def open_pass(token: str, issuer: Issuer, audience: Audience, now: float) -> Pass:
    """Check a token. Raises UnknownKey, BadPass or PassExpired; the fault says what is wrong, never what it held."""
    claims = _signed(token, issuer)
    if claims.audience != audience:
        ballots = claims.audience == "box"
        raise BadPass(
            fault=Fault("it is for a ballot, and not for proposals")
            if ballots
            else Fault("it is for proposals, and not for a ballot")
        )
    if claims.expires + SKEW < now:
        raise PassExpired()
    if claims.expires > now + LIFETIME + SKEW:
        raise BadPass(fault=Fault("it comes from the future"))
    return claims


@lru_cache(maxsize=20_000)
def _signed(token: str, issuer: Issuer) -> Pass:
    """What a genuine token says. Kept, since a voter shows her pass again and again, and this is the longest look."""
    try:
        body, signature = (_bytes(part) for part in token.split("."))
        claims = _decoder.decode(body)
    except (ValueError, msgspec.DecodeError):
        raise BadPass(fault=Fault("it is not a pass")) from None
    if claims.algorithm != ALGORITHM:  # we would not follow it anyway; what asks for another is an attempt
        raise BadPass(fault=Fault("it is not signed by {algorithm}", algorithm=ALGORITHM))
    key = issuer.key(claims.key_id)
    if not verifies(key.public_key, signature, b"byalag pass 1 " + body):
        raise BadPass(fault=Fault("it was not signed by this house"))
    if key.retired_at and claims.expires > key.retired_at.timestamp() + LIFETIME + SKEW:
        raise BadPass(fault=Fault("it was signed with a key that had been retired"))
    if claims.issuer != issuer.address:
        raise BadPass(fault=Fault("it was issued at another address"))
    return claims


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
