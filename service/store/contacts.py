"""Contacts of persons, the codes that were sent to them, and signing in whoever proved who they are. The roll side."""

from uuid import UUID

import msgspec

from schema.one_time import TRIES
from schema.queries import Db, one, queries, run
from service.store.roll import SignedIn

SQL = queries(__file__)


class Addressee(msgspec.Struct, frozen=True):
    """Whom a contact stands for, the language to write to it in, and the name of the round that it is asked for.

    ``person_ref`` is None for nobody on the register, and for two. In a round that takes residents who declare
    themselves, a contact that the register does not have stands for itself.
    """

    round: str
    person_ref: bytes | None
    language: str | None


async def addressee(db: Db, round_id: UUID, contact_ref: bytes) -> Addressee | None:
    """Whom a contact stands for; None when there is no such round, or it is a draft."""
    return await one(db, Addressee, SQL.addressee, round_id, contact_ref)


async def write_contact_code(
    db: Db, round_id: UUID, contact_ref: bytes, code_hash: bytes, to_contact: int | None, of_round: int | None
) -> int | None:
    """The one code of this contact; an earlier one stops working, and so do all whose time is over.

    When so many were written within ten minutes for the contact or the round, none is, and the seconds to wait are
    answered.
    """
    await run(db, SQL.delete_ended_codes)
    wait: int | None = await db.fetchval(SQL.write_contact_code, round_id, contact_ref, code_hash, to_contact, of_round)
    return wait


async def try_contact_code(db: Db, round_id: UUID, contact_ref: bytes, code_hash: bytes) -> bool:
    """Whether this is the contact's code. Each try is noted, and after the last one allowed there is none."""
    return bool(await db.fetchval(SQL.try_contact_code, round_id, contact_ref, code_hash, TRIES))


async def delete_contact_code(db: Db, round_id: UUID, contact_ref: bytes) -> None:
    """The code was used."""
    await run(db, SQL.delete_contact_code, round_id, contact_ref)


async def sign_in_person(db: Db, round_id: UUID, person_ref: bytes) -> SignedIn | None:
    """What the roll says of a person, in one statement that also notes by date that they took part.

    None when neither register nor roll has them, and when the round has no key.
    """
    return await one(db, SignedIn, SQL.sign_in_person, round_id, person_ref)
