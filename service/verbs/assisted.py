"""Assisted sessions: a clerk opens a pass for somebody who is present, and ends the session when they are done."""

from typing import Literal
from uuid import UUID

import msgspec

from schema.errors import NotOpen, SessionOpen
from service.house import House
from service.reading import Line
from service.store import roll
from service.store.roll import Officer
from service.verbs.booth import entitled, person_present
from service.verbs.rounds import own_round
from service.verbs.sign_in import Passes, issue_passes

Shown = Literal["identity-card", "passport", "licence", "other"]


class Assistance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is present, and the document by which the clerk attests that they know it."""

    person: Line
    shown: Shown


async def open_session(house: House, officer: Officer, round_id: UUID, sent: Assistance) -> Passes:
    """Passes for somebody who is present; noted by date, and counted for the clerk without saying for whom.

    Raises NotOpen, NotEntitled, and SessionOpen while the clerk has not ended the one before.
    """
    async with house.box.enter() as db:
        found = await own_round(db, officer, round_id)
    if found.phase != "voting":
        raise NotOpen(phase=found.phase)
    person = await person_present(house, round_id, sent.person, "identity")
    entitled(person, ())
    async with house.roll.write() as db:
        if not await roll.begin_assisted(db, officer.id, round_id, sent.shown):
            raise SessionOpen()
        await roll.note_participation(db, round_id, person.person_ref, True)
    round_key = house.keys.open_round_key(round_id.bytes, person.wrapped_key)
    return issue_passes(house, round_id, person.person_ref, round_key, person.entries)


async def has_session(house: House, officer: Officer) -> bool:
    """Whether a clerk has a session open for somebody."""
    async with house.roll.enter() as db:
        return await roll.has_assisted(db, officer.id)


async def end_session(house: House, officer: Officer) -> None:
    """End a clerk's session; the passes that were given end by themselves, within a quarter of an hour."""
    async with house.roll.write() as db:
        await roll.end_assisted(db, officer.id)
