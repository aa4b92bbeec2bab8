"""A proof: what somebody holds for a quarter of an hour after showing that a contact is hers, to declare herself with.

It is sealed: whoever holds it cannot tell whom it is about, and only the roll side opens it. The box never sees one.
"""

import base64
import time
from uuid import UUID

from schema.errors import BadPass, NoPass, PassExpired
from schema.keys import NotSealed
from schema.passes import LIFETIME
from service.house import House

_STAMP = 8
"""Bytes before the person_ref: when it ends, in seconds since 1970."""


def make_proof(house: House, round_id: UUID, person_ref: bytes) -> str:
    """A proof for one person in one round: every way of proving a contact ends here where the roll has nobody yet."""
    stamp = (int(time.time()) + LIFETIME).to_bytes(_STAMP, "big")
    return base64.urlsafe_b64encode(house.keys.seal_proof(round_id.bytes, stamp + person_ref)).decode()


def read_proof(house: House, round_id: UUID, token: str | None) -> bytes:
    """The person_ref in a proof. Raises NoPass, BadPass or PassExpired."""
    if not token:
        raise NoPass()
    try:
        opened = house.keys.open_proof(round_id.bytes, base64.b64decode(token, altchars=b"-_", validate=True))
    except (ValueError, NotSealed):
        raise BadPass(fault="it is no proof of this house for this round") from None
    if int.from_bytes(opened[:_STAMP], "big") < time.time():
        raise PassExpired()
    return opened[_STAMP:]
