"""Passes: short-lived signed tokens that let someone act without saying who they are.

``base64url(claims) . base64url(Ed25519 signature)``. A pass for the box names one pot; a pass for the civic room none.
"""

import base64
import binascii
from functools import lru_cache
from typing import Literal
from uuid import UUID

import msgspec

from schema.errors import BadPass, PassExpired
from schema.keys import Signer

LIFETIME = 15 * 60
SKEW = 60
"""Seconds a pass lives, and seconds that two machines' clocks may differ."""

Audience = Literal["box", "civic"]


class Pass(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a pass says. ``tag`` is the box's tag or the civic room's member, in hex; times are seconds since 1970."""

    audience: Audience
    round_id: UUID
    pot_id: UUID | None
    style: str | None
    tag: str
    key_id: str
    expires: int

    @property
    def tag_bytes(self) -> bytes:
        """The pseudonym as 32 bytes."""
        return bytes.fromhex(self.tag)


_decoder = msgspec.json.Decoder(Pass)


def seal_pass(claims: Pass, signer: Signer) -> str:
    """The token for these claims."""
    body = msgspec.json.encode(claims)
    return f"{_text(body)}.{_text(signer.sign(b'byalag pass 1 ' + body))}"


def open_pass(token: str, signer: Signer, audience: Audience, now: float) -> Pass:
    """Check a token. Raises BadPass or PassExpired; the fault says which check failed, never what the token held."""
    claims = _signed(token, signer)
    if claims.audience != audience:
        raise BadPass(fault=f"it is for the {claims.audience}, not for the {audience}")
    if claims.expires + SKEW < now:
        raise PassExpired()
    if claims.expires > now + LIFETIME + SKEW:
        raise BadPass(fault="it comes from the future")
    return claims


@lru_cache(maxsize=20_000)
def _signed(token: str, signer: Signer) -> Pass:
    """What a genuine token says. Kept, since a voter shows her pass again and again, and this is the longest look."""
    try:
        body, signature = (_bytes(part) for part in token.split("."))
    except (ValueError, binascii.Error):
        raise BadPass(fault="it is not a pass") from None
    if not signer.verifies(signature, b"byalag pass 1 " + body):
        raise BadPass(fault="it was not signed by this house") from None
    return _decoder.decode(body)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
