"""The roll is built anew from register and rules as long as its round is a draft; scheduling freezes it."""

from collections.abc import Collection
from uuid import UUID

import asyncpg

from schema.keys import Keys, tag_of
from workers.eligibility import obstacle
from workers.store import roll as store


async def rebuild_rolls(
    db: asyncpg.Connection, keys: Keys, municipalities: Collection[UUID], rounds: Collection[UUID]
) -> None:
    """Build the rolls of these municipalities' drafts and of these rounds; what is scheduled stays as it is."""
    for round_id in await store.drafts(db, municipalities, rounds):
        await _rebuild_roll(db, keys, round_id)


async def _rebuild_roll(db: asyncpg.Connection, keys: Keys, round_id: UUID) -> None:
    """Replace one roll. Its sources' versions are read first: a change in between makes it look old, never new."""
    await store.hold_round(db, round_id)
    draft = await store.draft(db, round_id)
    if draft is None:
        return
    round_key = keys.open_round_key(round_id.bytes, draft.wrapped_key)
    persons = await store.persons(db, draft.municipality_id)
    refs = [person.person_ref for person in persons]
    tags = [tag_of(round_key, ref) for ref in refs]
    entitled: set[bytes] = set()
    await store.empty_roll(db, round_id)
    for electorate in await store.electorates(db, round_id):
        reasons = [obstacle(person, electorate, draft.votes_on) for person in persons]
        electors = [tag for tag, reason in zip(tags, reasons, strict=True) if reason is None]
        await store.insert_entries(db, round_id, electorate.pot_id, refs, reasons)
        await store.insert_electors(db, electorate.pot_id, electors)
        entitled.update(electors)
    await store.write_roll(db, round_id, draft, len(persons), len(entitled))
