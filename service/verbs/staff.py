"""Who works for a municipality, as its admins see and change it."""

import asyncio
import secrets
from collections.abc import Collection
from typing import Annotated
from uuid import UUID

import msgspec

from schema.errors import NameTaken, NotFound, UnfitPassword, WrongOldPassword
from schema.queries import Db
from service.house import House
from service.languages import marked
from service.limits import OFFICER_NAME
from service.people import token_hash
from service.reading import Name
from service.rights import OfficerRole
from service.store import roll, staff, totp
from service.store.roll import Officer
from service.store.staff import Member, OwnSession
from service.verbs.directories import new_link
from service.verbs.sign_in import hash_password, password_matches, stored_hash

FEWEST_SIGNS = 12
"""Of a password that somebody chooses."""


class StaffDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who is to work here, and as what. ``directory``: the word of one to sign in with, or none."""

    name: Name
    roles: Annotated[frozenset[OfficerRole], msgspec.Meta(min_length=1)]
    directory: str = ""


class Opening(msgspec.Struct, frozen=True):
    """What opens for somebody new, shown once: a password, or the link by which an account is bound."""

    password: str = ""
    link: str = ""


class Roles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody may do from now on; nothing for somebody who leaves."""

    roles: frozenset[OfficerRole]


async def add_member(house: House, officer: Officer, draft: StaffDraft) -> Opening:
    """A new officer of the municipality, with a password or a link. Raises NameTaken and NoDirectory."""
    password = "" if draft.directory else secrets.token_urlsafe(15)
    hashed = await asyncio.to_thread(hash_password, password) if password else None
    async with house.roll.write() as db:
        if not await roll.insert_officer(db, officer.municipality_id, draft.name, hashed, sorted(draft.roles)):
            raise NameTaken(what=marked("an officer with a name"))
        if password:
            return Opening(password=password)
        made = await roll.officer_by_name(db, draft.name)
        assert made is not None
        link, _until = await new_link(db, house, made.id, made.municipality, draft.directory)
        return Opening(link=link)


async def give_roles(house: House, officer: Officer, member_id: UUID, roles: Collection[OfficerRole]) -> Member:
    """These roles and no others; none at all for somebody who leaves. Raises NotFound, LastAdmin."""
    async with house.roll.write() as db:
        member = await _member(db, officer, member_id)
        await staff.update_roles(db, member.name, roles)
    return member


async def reset_totp(house: House, officer: Officer, member_id: UUID) -> Member:
    """Forget an officer's app, for somebody who lost it and the recovery codes. Raises NotFound."""
    async with house.roll.write() as db:
        member = await _member(db, officer, member_id)
        await totp.reset(db, member.id)
    return member


async def demand_totp(house: House, officer: Officer, demanded: bool) -> None:
    """Whether every officer of the municipality must have an app for codes, from the next request on."""
    async with house.roll.write() as db:
        await staff.demand_totp(db, officer.municipality_id, demanded)


async def change_password(house: House, officer: Officer, old: str, new: str, again: str) -> None:
    """Another password for oneself; all of one's sessions end. Raises WrongOldPassword, UnfitPassword and TooFast."""
    await house.limits.ask(OFFICER_NAME, officer.name.lower())
    if not await asyncio.to_thread(password_matches, old, stored_hash(officer)):
        raise WrongOldPassword()
    if len(new) < FEWEST_SIGNS or new != again:
        raise UnfitPassword(fewest=FEWEST_SIGNS)
    hashed = await asyncio.to_thread(hash_password, new)
    async with house.roll.write() as db:
        await roll.update_password(db, officer.name, hashed)


async def list_sessions(house: House, officer: Officer, token: str) -> list[OwnSession]:
    """The officer's own sessions; ``token`` is that of the one that asks."""
    async with house.roll.enter() as db:
        return await staff.sessions(db, officer.id, token_hash(token))


async def end_session(house: House, officer: Officer, session_id: UUID) -> None:
    """End one of the officer's own sessions. Raises NotFound."""
    async with house.roll.write() as db:
        if not await staff.delete_session(db, officer.id, session_id):
            raise NotFound(what="session of yours")


async def _member(db: Db, officer: Officer, member_id: UUID) -> Member:
    found = await staff.member(db, officer.municipality_id, member_id)
    if found is None:
        raise NotFound(what="officer")
    return found


async def list_members(house: House, officer: Officer) -> list[Member]:
    """Everybody who works or worked for the officer's municipality."""
    async with house.roll.enter() as db:
        return await staff.everybody(db, officer.municipality)
