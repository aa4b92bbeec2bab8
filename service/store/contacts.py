"""Contacts of persons, the codes that were sent to them, and signing in whoever proved who they are. The roll side."""

from uuid import UUID

import msgspec

from schema.one_time import TRIES
from schema.queries import Db, one, queries, run
from service.store.roll import SignedIn

SQL = queries(__file__)


class Addressee(msgspec.Struct, frozen=True):
    """How many ``persons`` a contact stands for, the one ``language`` they read, and for which round it was asked."""

    round: str
    persons: int
    language: str | None


async def addressee(db: Db, round_id: UUID, contact_ref: bytes) -> Addressee | None:
    """Whom a contact reaches; None when there is no such round."""
    return await one(db, Addressee, SQL.addressee, round_id, contact_ref)


async def write_contact_code(db: Db, round_id: UUID, contact_ref: bytes, code_hash: bytes) -> None:
    """The one code of this contact; an earlier one stops working, and so do all whose time is over."""
    await run(db, SQL.delete_ended_codes)
    await run(db, SQL.write_contact_code, round_id, contact_ref, code_hash)


async def try_contact_code(db: Db, round_id: UUID, contact_ref: bytes, code_hash: bytes) -> bool:
    """Whether this is the contact's code. Each try is noted, and after the last one allowed there is none."""
    return bool(await db.fetchval(SQL.try_contact_code, round_id, contact_ref, code_hash, TRIES))


async def delete_contact_code(db: Db, round_id: UUID, contact_ref: bytes) -> None:
    """The code was used."""
    await run(db, SQL.delete_contact_code, round_id, contact_ref)


async def person_of_contact(db: Db, round_id: UUID, contact_ref: bytes) -> bytes | None:
    """The one person whom the register has at this contact; None for nobody, and for two.

    A round that takes residents who declare themselves would answer the contact itself where the register has nobody.
    """
    found = await db.fetch(SQL.person_of_contact, round_id, contact_ref)
    return found[0]["person_ref"] if len(found) == 1 else None


async def sign_in_person(db: Db, round_id: UUID, person_ref: bytes) -> SignedIn | None:
    """What the roll says of a person, in one statement that also notes by date that they took part.

    None when neither register nor roll has them, and when the round has no key.
    """
    return await one(db, SignedIn, SQL.sign_in_person, round_id, person_ref)
