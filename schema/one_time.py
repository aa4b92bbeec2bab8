"""One-time codes: 60 random bits that a person can type from a message on another screen."""

import secrets

from schema.codes import ALPHABET

LENGTH = 12
TRIES = 5
MINUTES = 10
"""Signs of a code, how often somebody may try one, and how long it works at least.

So many signs that guessing is hopeless as often as codes may be sent: ``tests/service/test_contact_codes.py`` adds up.
"""

_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


def new_one_time_code() -> str:
    """A fresh code as it is sent: three groups of four signs."""
    plain = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join(plain[start : start + 4] for start in range(0, LENGTH, 4))


def plain_one_time_code(typed: str) -> str | None:
    """The code that was meant, without groups and common misreadings; None when it cannot be one."""
    plain = typed.strip().upper().translate(_MISREAD)
    return plain if len(plain) == LENGTH and set(plain) <= set(ALPHABET) else None
