"""Signing in: officers by password, residents by a code or a provider. The roll side; it hands out passes and sees no
ballot.
"""

import asyncio
import functools
import os
import secrets
import time
from typing import Annotated
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from schema.codes import plain_code
from schema.errors import (
    CodeOfTest,
    CodeReplaced,
    CodeVoid,
    DirectoryDemanded,
    Guessing,
    MistypedCode,
    NotFound,
    NotOnRegister,
    Refusal,
    TooFast,
    WrongCode,
    WrongPassword,
)
from schema.keys import member_of, tag_of
from schema.passes import ALGORITHM, LIFETIME, Audience, Pass, seal_pass
from schema.queries import Db
from service.house import House
from service.limits import OFFICER_ADDRESS, OFFICER_NAME, SIGNING_IN, WRONG_ADDRESS, WRONG_ROUND
from service.people import token_hash
from service.reading import Name
from service.store import codes, contacts, roll
from service.store.roll import Entry, Officer, SignedIn
from service.verbs import totp
from service.verbs.appeals import slip_for
from service.verbs.contact_codes import Contact, person_of_code, refuse_destroyed


class OfficerSignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An officer's name and password, and the code of an app, or a recovery code, where the account asks for one."""

    name: Name
    password: str
    totp: Annotated[str, msgspec.Meta(max_length=40)] = ""


class CodeSignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A code as typed: a letter's, or the one-time code that was sent to this contact."""

    code: str
    contact: Contact | None = None


class PotPass(msgspec.Struct, frozen=True):
    """What a person may do in one pot: a pass for it, or the reason why there is none."""

    pot_id: UUID
    pot: str
    token: str | None
    reason: str | None


class Passes(msgspec.Struct, frozen=True):
    """What a sign-in gives: one pass for the debate and one for each pot; they live ``seconds``.

    ``slip``: to appeal with, and to read the answer.
    """

    civic: str
    pots: list[PotPass]
    seconds: int
    slip: str


def hash_password(password: str) -> str:
    """An argon2id hash in PHC form (RFC 9106, second recommended choice)."""
    kdf = Argon2id(salt=os.urandom(16), length=32, iterations=3, lanes=4, memory_cost=64 * 1024)
    return kdf.derive_phc_encoded(password.encode())


def password_matches(password: str, stored: str) -> bool:
    """Whether this password made that hash."""
    try:
        Argon2id.verify_phc_encoded(password.encode(), stored)
    except InvalidKey:
        return False
    return True


def stored_hash(officer: Officer | None) -> str:
    """What a password is compared with; for nobody, and who has none, something that takes as long."""
    return officer.password_hash if officer and officer.password_hash else _nobodys_hash()


@functools.cache
def _nobodys_hash() -> str:
    """Verified against when there is no officer of that name, so that the time taken tells nothing."""
    return hash_password(secrets.token_hex())


async def sign_in_officer(house: House, sent: OfficerSignIn, address: str) -> str:
    """A new session's token, opaque and random; only its hash is stored. ``address`` is the caller's.

    Raises WrongPassword, DirectoryDemanded, TotpNeeded, WrongTotp, TotpLocked, TooFast.
    """
    await house.limits.ask(OFFICER_ADDRESS, address)
    async with house.roll.enter() as db:
        officer = await roll.officer_by_name(db, sent.name)
    # Named as the house writes it: the database takes spellings for one that we would take for several.
    await house.limits.ask(OFFICER_NAME, (officer.name if officer else sent.name).lower())
    matches = await asyncio.to_thread(password_matches, sent.password, stored_hash(officer))
    if not matches or not officer or not officer.roles:
        raise WrongPassword()
    if not officer.by_password:
        raise DirectoryDemanded()
    if officer.totp:
        await totp.check(house, officer, sent.totp)
    return await begin_session(house, officer)


async def begin_session(house: House, officer: Officer) -> str:
    """A new session's token; whatever token was shown before is not taken over. It holds as long as the proof that the
    officer came with.
    """
    token = secrets.token_urlsafe(32)
    async with house.roll.write() as db:
        await roll.insert_session(db, token_hash(token), officer)
    return token


async def sign_out_officer(house: House, token: str) -> None:
    """End a session; ending it twice is ending it once."""
    async with house.roll.write() as db:
        await roll.delete_session(db, token_hash(token))


async def sign_in_by_code(house: House, round_id: UUID, sent: CodeSignIn, address: str) -> Passes:
    """Passes for the person whose code this is. ``address`` is the caller's.

    Raises TooFast, Guessing, MistypedCode and what ``_why_not`` finds; for a one-time code WrongOneTimeCode,
    BadContact, NoGateway and KeyDestroyed.
    """
    await house.limits.ask(SIGNING_IN, address)
    if sent.contact:
        return await sign_in_person(house, round_id, await person_of_code(house, round_id, sent.contact, sent.code))
    plain = plain_code(sent.code)
    if plain is None:
        raise MistypedCode()
    await _refuse_guessers(house, round_id, address)
    code_hash = house.keys.code_hash(plain)
    async with house.roll.enter() as db:
        signed_in = await roll.sign_in(db, round_id, code_hash)
        refusal = None if signed_in else await _why_not(db, round_id, code_hash)
    if type(refusal) is WrongCode:
        house.limits.owe(WRONG_ADDRESS, address)
        house.limits.owe(WRONG_ROUND, round_id.hex)
    if signed_in is None:
        raise refusal or WrongCode()
    return _passes(house, round_id, signed_in)


async def sign_in_person(house: House, round_id: UUID, person_ref: bytes) -> Passes:
    """Passes for somebody who proved who they are. Raises NotOnRegister and KeyDestroyed."""
    async with house.roll.enter() as db:
        signed_in = await contacts.sign_in_person(db, round_id, person_ref)
        if signed_in is None:
            await refuse_destroyed(db, round_id)
            raise NotOnRegister()
    return _passes(house, round_id, signed_in)


def _passes(house: House, round_id: UUID, signed_in: SignedIn) -> Passes:
    round_key = house.keys.open_round_key(round_id.bytes, signed_in.wrapped_key)
    return issue_passes(house, round_id, signed_in.person_ref, round_key, signed_in.entries)


async def _refuse_guessers(house: House, round_id: UUID, address: str) -> None:
    """Look at no code of an address, or of a round, from which or for which too many were wrong."""
    await house.limits.refuse_guessers(WRONG_ADDRESS, address)
    try:
        await house.limits.refuse_guessers(WRONG_ROUND, round_id.hex)
    except TooFast as refusal:
        raise Guessing(**refusal.facts) from None


async def _why_not(db: Db, round_id: UUID, code_hash: bytes) -> Refusal:
    """Why a code signs nobody in: NotFound, CodeReplaced, CodeVoid, CodeOfTest or WrongCode. Raises KeyDestroyed."""
    await refuse_destroyed(db, round_id)
    match await codes.code_state(db, round_id, code_hash):
        case None:
            return NotFound(what="round")
        case codes.CodeState(replaced=True, municipality=whom):
            return CodeReplaced(municipality=whom)
        case codes.CodeState(void=True, municipality=whom):
            return CodeVoid(municipality=whom)
        case codes.CodeState(is_test=True):
            return CodeOfTest()
    return WrongCode()


def issue_passes(house: House, round_id: UUID, person_ref: bytes, round_key: bytes, entries: list[Entry]) -> Passes:
    """What a verified person gets, however they were verified: every way of signing in ends here."""
    expires = int(time.time()) + LIFETIME

    def token(audience: Audience, pot_id: UUID | None, style: str | None, pseudonym: bytes) -> str:
        signer = house.ring.passes
        issuer, tag = house.ring.issuer.address, pseudonym.hex()
        claims = Pass(issuer, audience, round_id, pot_id, style, tag, ALGORITHM, signer.key_id, expires)
        return seal_pass(claims, signer)

    tag = tag_of(round_key, person_ref)
    return Passes(
        civic=token("civic", None, None, member_of(round_key, person_ref)),
        pots=[
            PotPass(
                entry.pot_id,
                entry.pot_name,
                token("box", entry.pot_id, entry.style, tag) if entry.reason is None else None,
                entry.reason,
            )
            for entry in entries
        ],
        seconds=LIFETIME,
        slip=slip_for(house, round_id, person_ref),
    )
