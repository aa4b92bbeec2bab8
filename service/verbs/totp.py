"""Codes of an officer's app (TOTP, RFC 6238): setting it up, asking for one, and what opens when the app is lost."""

import base64
import hmac
import os

import msgspec
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from schema.codes import new_code, plain_code
from schema.errors import TotpConfirmed, TotpLocked, TotpNeeded, WrongTotp
from service.house import House
from service.store import totp as store
from service.store.roll import Officer
from service.store.totp import Try

DIGITS = 6
SECONDS = 30
"""What every app takes for granted: six digits, a new code each half minute, HMAC-SHA-1."""

RECOVERY_CODES = 8


class Setup(msgspec.Struct, frozen=True):
    """What an app must know: the secret in groups to type, and the same as an address to scan."""

    secret: str
    address: str


async def begin(house: House, officer: Officer) -> Setup:
    """A secret for the officer's app; the same until it is confirmed. Raises TotpConfirmed."""
    if officer.totp:
        raise TotpConfirmed()
    async with house.roll.write() as db:
        fresh = house.keys.wrap_totp(officer.id.bytes, os.urandom(20))
        wrapped = await store.begin(db, officer.id, fresh)
    secret = house.keys.open_totp(officer.id.bytes, wrapped)
    plain = base64.b32encode(secret).decode()
    groups = " ".join(plain[start : start + 4] for start in range(0, len(plain), 4))
    return Setup(groups, _app(secret).get_provisioning_uri(officer.name, f"Byalag {officer.municipality}"))


async def check(house: House, officer: Officer, typed: str) -> None:
    """Take a code of the officer's app, or a recovery code. Raises TotpNeeded, WrongTotp, TotpLocked."""
    if not typed.strip():
        raise TotpNeeded()
    plain = plain_code(typed)
    if plain is not None:
        async with house.roll.enter() as db:
            if await store.accept_recovery(db, officer.id, house.keys.code_hash(plain)):
                return
        raise WrongTotp()
    await _take(house, officer, typed, confirmed=True)


async def confirm(house: House, officer: Officer, typed: str) -> list[str]:
    """Ask for codes from now on, and end every session of the officer; answers recovery codes, which are not kept.

    Raises WrongTotp, TotpConfirmed.
    """
    if officer.totp:
        raise TotpConfirmed()
    await _take(house, officer, typed, confirmed=False)
    codes = [new_code() for _ in range(RECOVERY_CODES)]
    async with house.roll.write() as db:
        if not await store.confirm(db, officer.id, [house.keys.code_hash(plain_code(code) or "") for code in codes]):
            raise TotpConfirmed()
    return codes


async def recovery_left(house: House, officer: Officer) -> int:
    """How many recovery codes an officer can still use."""
    async with house.roll.enter() as db:
        return await store.recovery_left(db, officer.id)


async def _take(house: House, officer: Officer, typed: str, confirmed: bool) -> None:
    """Take a code that no other took. The try is counted first, so that a thousand at once are ten as well."""
    async with house.roll.enter() as db:
        attempt = await store.take_try(db, officer.id, confirmed)
    if attempt is None:
        raise TotpLocked() if confirmed else WrongTotp()
    step = step_of(house.keys.open_totp(officer.id.bytes, attempt.wrapped), attempt, typed)
    if step is None:
        raise WrongTotp()
    async with house.roll.enter() as db:
        if not await store.accept(db, officer.id, step):
            raise WrongTotp()


def step_of(secret: bytes, attempt: Try, typed: str) -> int | None:
    """The step whose code this is: now, the one before or the one after, for clocks that differ; None for none."""
    code = "".join(typed.split()).encode()
    now = attempt.now // SECONDS
    steps = [step for step in (now - 1, now, now + 1) if step > attempt.step]
    return next((step for step in steps if hmac.compare_digest(code_at(secret, step), code)), None)


def code_at(secret: bytes, step: int) -> bytes:
    """The code of a step."""
    return _app(secret).generate(step * SECONDS)


def _app(secret: bytes) -> TOTP:
    return TOTP(secret, DIGITS, SHA1(), SECONDS)  # noqa: S303 - what every app speaks; HMAC does not fall with SHA-1
