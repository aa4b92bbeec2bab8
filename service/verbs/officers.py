"""Two officers agree: what cannot be taken back is done by two people of the municipality, each with a password."""

import asyncio
from uuid import UUID

from schema.errors import NotAllowed, SameOfficer, WrongPassword
from schema.queries import Db
from service.store import roll
from service.store.roll import Officer
from service.verbs.sign_in import password_matches, stored_hash


async def two_officers(
    db: Db, municipality_id: UUID, names: tuple[str, str], passwords: tuple[str, str]
) -> tuple[Officer, Officer]:
    """The two officers of these names. Raises WrongPassword, NotAllowed (of another municipality) and SameOfficer.

    It does not slow down who guesses: where others than the operator may ask, ask ``Limits`` first.
    """
    first, second = [await _officer(db, name, word) for name, word in zip(names, passwords, strict=True)]
    if {first.municipality_id, second.municipality_id} != {municipality_id}:
        raise NotAllowed()
    if first.id == second.id:
        raise SameOfficer()
    return first, second


async def _officer(db: Db, name: str, password: str) -> Officer:
    officer = await roll.officer_by_name(db, name)
    if not await asyncio.to_thread(password_matches, password, stored_hash(officer)) or officer is None:
        raise WrongPassword()
    return officer
