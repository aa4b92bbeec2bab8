"""The roll side: officers, the register, codes, and who may vote. No choice is ever seen here."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec

from schema.queries import Db, many, one, queries, run
from service.rights import OfficerRole

SQL = queries(__file__)


class Officer(msgspec.Struct, frozen=True):
    """Someone who works for a municipality; ``totp``: whether there is an app, ``totp_demanded``: or must be.

    ``password_hash`` is None for who has no password, and ``by_password`` says whether one would be taken. The rest is
    of a session that a directory's proof began: whose, until when it holds, and whether it is of two factors.
    """

    id: UUID
    municipality_id: UUID
    municipality: str
    name: str
    password_hash: str | None
    roles: frozenset[OfficerRole]
    totp: bool
    totp_demanded: bool
    directory_demanded: bool
    by_password: bool
    issuer: str | None = None
    proven_until: datetime | None = None
    two_factors: bool = False


class Register(msgspec.Struct, frozen=True):
    """The register that holds now: its version, how many persons, since when."""

    version: int
    persons: int
    imported_at: datetime


class Roll(msgspec.Struct, frozen=True):
    """A round's roll: persons looked at, persons entitled in at least one pot, and whether it is up to date."""

    persons: int
    entitled: int
    built_at: datetime
    fresh: bool


class ReasonCount(msgspec.Struct, frozen=True):
    """How many persons a pot's roll holds with this reason; no reason means that they may vote."""

    pot_id: UUID
    reason: str | None
    persons: int


class Entry(msgspec.Struct, frozen=True):
    """One person and one pot: a reason why not, or None."""

    pot_id: UUID
    pot_name: str
    style: str
    reason: str | None


class SignedIn(msgspec.Struct, frozen=True):
    """A person who showed a code, the round's key (wrapped), and what the roll says of them, pot by pot."""

    person_ref: bytes
    wrapped_key: bytes
    entries: list[Entry]


async def officer_by_name(db: Db, name: str) -> Officer | None:
    """The officer of that name, whatever its capitals."""
    return await one(db, Officer, SQL.officer_by_name, name)


async def officer_by_account(db: Db, issuer: str, subject: str) -> Officer | None:
    """Whose account at a directory this is."""
    return await one(db, Officer, SQL.officer_by_account, issuer, subject)


async def officer_by_token(db: Db, token_hash: bytes) -> Officer | None:
    """Whose living session this is."""
    return await one(db, Officer, SQL.officer_by_token, token_hash)


async def insert_session(db: Db, token_hash: bytes, officer: Officer) -> None:
    """Begin a session that is as good as what the officer proved."""
    await run(db, SQL.delete_ended_sessions)
    await run(db, SQL.insert_session, token_hash, officer.id, officer.issuer, officer.proven_until, officer.two_factors)


async def delete_session(db: Db, token_hash: bytes) -> None:
    """End a session."""
    await run(db, SQL.delete_session, token_hash)


async def municipality(db: Db, name: str) -> UUID:
    """The municipality of that name, made if there is none."""
    await run(db, SQL.insert_municipality, name)
    found: UUID = await db.fetchval(SQL.municipality_by_name, name)
    return found


async def known_municipality(db: Db, name: str) -> UUID | None:
    """The municipality of that name, if there is one."""
    found: UUID | None = await db.fetchval(SQL.municipality_by_name, name)
    return found


async def insert_officer(
    db: Db, municipality_id: UUID, name: str, password_hash: str | None, roles: Collection[OfficerRole]
) -> bool:
    """A new officer, with a password or without; False when the name is taken."""
    return await run(db, SQL.insert_officer, municipality_id, name, password_hash, list(roles)) == 1


async def update_password(db: Db, name: str, password_hash: str) -> bool:
    """A new password for an officer; False when there is none of that name."""
    return await run(db, SQL.update_password, name, password_hash) == 1


async def insert_round_key(db: Db, round_id: UUID, wrapped: bytes) -> None:
    """Keep a round's key, wrapped."""
    await run(db, SQL.insert_round_key, round_id, wrapped)


async def register(db: Db, municipality_id: UUID) -> Register | None:
    """The register that holds now."""
    return await one(db, Register, SQL.register, municipality_id)


async def roll(db: Db, round_id: UUID) -> Roll | None:
    """The state of a round's roll; None before it was first built."""
    return await one(db, Roll, SQL.roll, round_id)


async def reasons(db: Db, round_id: UUID) -> list[ReasonCount]:
    """Persons by pot and reason."""
    return await many(db, ReasonCount, SQL.reasons, round_id)


async def sign_in(db: Db, round_id: UUID, code_hash: bytes) -> SignedIn | None:
    """Whose code this is, in one statement that also notes by date that they took part; None for a wrong code."""
    return await one(db, SignedIn, SQL.sign_in, round_id, code_hash)


async def present(db: Db, round_id: UUID, ref: bytes | None, code_hash: bytes | None) -> SignedIn | None:
    """Somebody at a clerk's desk, by person_ref or by the hash of a code. Nothing is noted; None for a wrong code."""
    return await one(db, SignedIn, SQL.present, round_id, ref, code_hash)


async def note_participation(db: Db, round_id: UUID, ref: bytes, assisted: bool) -> None:
    """Note by date that a person took part, unless that was noted before."""
    await run(db, SQL.note_participation, round_id, ref, assisted)


async def begin_assisted(db: Db, officer_id: UUID, round_id: UUID, shown: str) -> bool:
    """Open a clerk's one session for somebody else, and count it; False when one is open."""
    if not await run(db, SQL.begin_assisted, officer_id, round_id):
        return False
    await run(db, SQL.note_assistance, round_id, officer_id, shown)
    return True


async def has_assisted(db: Db, officer_id: UUID) -> bool:
    """Whether a clerk has a session open for somebody else."""
    is_open: bool = await db.fetchval(SQL.has_assisted, officer_id)
    return is_open


async def end_assisted(db: Db, officer_id: UUID) -> None:
    """End a clerk's session for somebody else; ending it twice is ending it once."""
    await run(db, SQL.end_assisted, officer_id)
