"""The roll is built anew from its sources and rules as long as its round is a draft; scheduling freezes it.

Afterwards it only grows: by residents who declare themselves, and by appeals that were granted. But whoever holds a
code that was made void before it was used is put off: nobody can vote with it. Persons go through in pages; everything
that is sorted, compared or counted is so in the database.
"""

from collections.abc import Collection
from contextlib import suppress
from functools import lru_cache
from uuid import UUID

import asyncpg

from schema.electorate import Electorate, Obstacle, Person, obstacle
from schema.events import CodesVoided, PersonAdmitted
from schema.keys import Keys, tag_of
from workers.claim import NotYet
from workers.store import roll as store
from workers.store.roll import Roots

FACTS = 100_000
"""How many different sets of facts about persons are remembered with what each pot says to them."""


class _Over(Exception):
    """Voting ended while somebody was being let in."""


async def rebuild_rolls(
    db: asyncpg.Connection, keys: Keys, municipalities: Collection[UUID], rounds: Collection[UUID]
) -> None:
    """Build the rolls of these municipalities' drafts and of these rounds; what is scheduled stays as it is."""
    if not municipalities and not rounds:
        return
    for round_id in await store.drafts(db, municipalities, rounds):
        async with db.transaction():
            await _rebuild_roll(db, keys, round_id)


async def _rebuild_roll(db: asyncpg.Connection, keys: Keys, round_id: UUID) -> None:
    """Make one roll what its sources say. Their versions are read first: a change in between makes it look old."""
    await store.hold_draft(db, round_id)
    roots = await store.roots(db, round_id)
    if roots is None or roots.scheduled:
        return
    await _stage(db, round_id, roots, await store.electorates(db, round_id), late=False)
    await store.stage_appeals(db, round_id)
    changes = await store.changes(db, round_id, late=False)
    touched = await store.replace_entries(db, round_id)
    if touched or not roots.built:
        await store.sort_admissions(db, round_id, roots.municipality_id)
        await _write_electors(db, keys, round_id, roots, [change.pot_id for change in changes if change.electors])
        await store.write_roll(db, round_id, roots, "sources", changes)


async def admit_persons(db: asyncpg.Connection, keys: Keys, admitted: Collection[PersonAdmitted]) -> None:
    """Let in whoever waits at these rounds, until voting ends. Raises NotYet while others may still gather."""
    for event in admitted:
        if event.due_at and not await store.is_due(db, event.due_at):
            raise NotYet
    for round_id in sorted({event.round_id for event in admitted}):
        with suppress(_Over):
            async with db.transaction():
                await _admit(db, keys, round_id)


async def _admit(db: asyncpg.Connection, keys: Keys, round_id: UUID) -> None:
    """Add to one roll; raises _Over when voting ended meanwhile.

    The round's lock is taken only when all is written: a close must not wait for a million electors.
    """
    await store.hold_roll(db, round_id)
    roots = await store.roots(db, round_id)
    if roots is None or roots.built_revision is None:
        return
    await _stage(db, round_id, roots, await store.electorates(db, round_id), late=True)
    await store.stage_what_stands(db, round_id, frozen=roots.scheduled)
    await store.stage_appeals(db, round_id)
    changes = await store.changes(db, round_id, late=True)
    if await store.add_entries(db, round_id):
        await store.sort_admissions(db, round_id, roots.municipality_id)
        await _write_electors(db, keys, round_id, roots, [change.pot_id for change in changes if change.electors])
        await store.write_roll(db, round_id, roots, "admissions", changes)
    if await store.is_over(db, round_id):
        raise _Over


async def put_off_bearers(db: asyncpg.Connection, keys: Keys, voided: Collection[CodesVoided]) -> None:
    """Put whoever holds a void code, and took no part with it, off these rounds' rolls, until they are counted.

    Raises NotYet while somebody who came in with one just before may not be noted yet.
    """
    for event in voided:
        if event.due_at and not await store.is_due(db, event.due_at):
            raise NotYet
    for round_id in sorted({event.round_id for event in voided}):
        async with db.transaction():
            await _put_off(db, keys, round_id)


async def _put_off(db: asyncpg.Connection, keys: Keys, round_id: UUID) -> None:
    """Take them off one roll. A draft's is built anew, and is a draft's until that is done."""
    if await store.drafts(db, (), [round_id]):
        await store.hold_draft(db, round_id)
    await store.hold_roll(db, round_id)
    if not await store.mark_void_bearers(db, round_id):
        return
    roots = await store.roots(db, round_id)
    if roots is None or not roots.scheduled:
        await _rebuild_roll(db, keys, round_id)
        return
    changes = await store.drop_entries(db, round_id)
    await _write_electors(db, keys, round_id, roots, [change.pot_id for change in changes if change.electors])
    await store.write_roll(db, round_id, roots, "voids", changes)


async def _stage(db: asyncpg.Connection, round_id: UUID, roots: Roots, asked: list[Electorate], *, late: bool) -> None:
    """Put aside what the rules say of each person in each pot; ``late``: of those who are to be let in."""

    @lru_cache(maxsize=FACTS)
    def reasons(person: Person | None) -> list[tuple[UUID, Obstacle | None]]:
        return [(each.pot_id, obstacle(person, each) if person else None) for each in asked]

    await store.open_stage(db)
    async for page in store.known_persons(db, round_id, roots, late=late):
        await store.stage_entries(
            db,
            (
                (pot_id, ref, person.area if person else "", reason)
                for ref, person in page
                for pot_id, reason in reasons(person)
            ),
        )
    await store.close_stage(db)


async def _write_electors(
    db: asyncpg.Connection, keys: Keys, round_id: UUID, roots: Roots, pots: Collection[UUID]
) -> None:
    """Write all electors of these pots anew, by tag: where only the new ones came last, their order would tell them."""
    round_key = keys.open_round_key(round_id.bytes, roots.wrapped_key)
    await store.open_electors(db)
    async for page in store.entitled(db, round_id, pots):
        await store.stage_electors(db, ((pot_id, tag_of(round_key, ref)) for ref, held in page for pot_id in held))
    await store.replace_electors(db, pots)
