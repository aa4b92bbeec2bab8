"""Letter codes: 80 random bits that a person can type from paper, and a sign that tells when they were mistyped."""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, so that nothing on paper is read as something else."""

LENGTH = 16
"""Random signs, of five bits each. One more checks them."""

_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


def new_code() -> str:
    """A fresh code as it is printed: four groups of four signs, and the sign that checks them."""
    plain = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return grouped(plain + check_sign(plain))


def grouped(plain: str) -> str:
    """A plain code in groups, so that eyes do not lose their place."""
    return "-".join(plain[start : start + 4] for start in range(0, len(plain), 4))


def check_sign(signs: str) -> str:
    """The sign that shows one sign misread, or any two exchanged: a sum of signs times powers of 2 in GF(32)."""
    total = 0
    for sign in signs:
        total = (total ^ ALPHABET.index(sign)) << 1
        total ^= 0b100101 if total >= 32 else 0
    return ALPHABET[total]


def plain_code(typed: str) -> str | None:
    """The code that was meant, without groups and common misreadings; None when no letter has it: it was mistyped."""
    plain = typed.strip().upper().translate(_MISREAD)
    whole = len(plain) == LENGTH + 1 and set(plain) <= set(ALPHABET)
    return plain if whole and check_sign(plain[:LENGTH]) == plain[LENGTH] else None
