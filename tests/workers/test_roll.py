"""The roll follows register and rules while its round is a draft, and not a moment longer."""

from uuid import UUID

import asyncpg
import pytest

from schema.events import RegisterImported, RoundDrafted
from schema.keys import person_ref, tag_of
from tests.builders import ADDRESS, IDENTITY, KEYS, draft, municipality, pot, register
from workers.door import act

PEOPLE = (("Amina", "Norr", 1980, 3), ("Björn", "Söder", 1990, None), ("Carim", "Norr", 2020, 1))


@pytest.fixture
async def eken(db: asyncpg.Connection) -> UUID:
    """A municipality with a register of three."""
    made = await municipality(db)
    await register(db, made, *PEOPLE)
    return made


async def reasons(db: asyncpg.Connection, pot_id: UUID) -> dict[str, str | None]:
    """What the roll says of each of the fixed people."""
    names = {person_ref(IDENTITY, name): name for name in ("Amina", "Björn", "Carim", "Dagny")}
    rows = await db.fetch("select person_ref, reason from roll.entry where pot_id = $1", pot_id)
    return {names[row["person_ref"]]: row["reason"] for row in rows}


async def tags(db: asyncpg.Connection, pot_id: UUID) -> list[bytes]:
    """The electors of a pot in the order in which their rows lie."""
    return [row["tag"] for row in await db.fetch("select tag from box.elector where pot_id = $1 order by ctid", pot_id)]


async def test_entry_for_each(db: asyncpg.Connection, registrar: asyncpg.Connection, eken: UUID) -> None:
    """Every person has one line in each pot, with the reason when they may not vote there."""
    round_id = await draft(db, eken)
    north = await pot(db, round_id, 1, name="Norr", areas=("Norr",), min_age=16)
    everywhere = await pot(db, round_id, 1, name="Alla")
    await act(registrar, KEYS, ADDRESS, [(1, RoundDrafted(round_id))])
    assert await reasons(db, north) == {"Amina": None, "Björn": "other-area", "Carim": "too-young"}
    assert await reasons(db, everywhere) == dict.fromkeys(("Amina", "Björn", "Carim"))


async def test_electors_are_tags(db: asyncpg.Connection, registrar: asyncpg.Connection, eken: UUID) -> None:
    """The box learns the round's tags of those who may vote, in the order of tags, and nothing else."""
    round_id = await draft(db, eken)
    pot_id = await pot(db, round_id, 1)
    await act(registrar, KEYS, ADDRESS, [(1, RoundDrafted(round_id))])
    wrapped = await db.fetchval("select wrapped from roll.round_key where round_id = $1", round_id)
    key = KEYS.open_round_key(round_id.bytes, wrapped)
    assert await tags(db, pot_id) == sorted(tag_of(key, person_ref(IDENTITY, name)) for name, *_ in PEOPLE)


async def test_what_it_was_built_from(db: asyncpg.Connection, registrar: asyncpg.Connection, eken: UUID) -> None:
    """The roll says which register and which revision of the rules it saw, and counts a person once for all pots."""
    round_id = await draft(db, eken)
    await pot(db, round_id, 1, name="Norr", areas=("Norr",), min_age=16)
    await pot(db, round_id, 1, name="Vuxna", min_age=16)
    await act(registrar, KEYS, ADDRESS, [(1, RoundDrafted(round_id))])
    row = await db.fetchrow("select register_version, round_revision, persons, entitled from roll.roll")
    assert row is not None
    assert tuple(row) == (1, 1, 3, 2)


async def test_twice_is_once(db: asyncpg.Connection, registrar: asyncpg.Connection, eken: UUID) -> None:
    """Building a roll again from the same sources leaves the same lines and the same electors."""
    round_id = await draft(db, eken)
    pot_id = await pot(db, round_id, 1, min_age=16)
    await act(registrar, KEYS, ADDRESS, [(1, RoundDrafted(round_id))])
    before = await reasons(db, pot_id), await tags(db, pot_id)
    await act(registrar, KEYS, ADDRESS, [(1, RoundDrafted(round_id)), (2, RegisterImported(eken))])
    assert (await reasons(db, pot_id), await tags(db, pot_id)) == before


async def test_new_register(db: asyncpg.Connection, registrar: asyncpg.Connection, eken: UUID) -> None:
    """A new register replaces who may vote in every draft of its municipality, and in no other's."""
    ours = await pot(db, await draft(db, eken), 1)
    theirs = await pot(db, await draft(db, await municipality(db, "Brf Linden")), 1)
    await act(registrar, KEYS, ADDRESS, [(1, RegisterImported(eken))])
    await register(db, eken, ("Amina", "Norr", 1980, 3), ("Dagny", "Norr", 1970, 5))
    await act(registrar, KEYS, ADDRESS, [(2, RegisterImported(eken))])
    assert await reasons(db, ours) == {"Amina": None, "Dagny": None}
    assert await reasons(db, theirs) == {}


async def test_scheduled_is_left_alone(db: asyncpg.Connection, registrar: asyncpg.Connection, eken: UUID) -> None:
    """Once a round is scheduled its roll stays as it was, whatever register comes."""
    round_id = await draft(db, eken)
    pot_id = await pot(db, round_id, 1)
    await act(registrar, KEYS, ADDRESS, [(1, RoundDrafted(round_id))])
    assert await db.fetch("select box.schedule_round($1)", round_id) == []
    before = await tags(db, pot_id)
    await register(db, eken, ("Dagny", "Norr", 1970, 5))
    await act(registrar, KEYS, ADDRESS, [(2, RegisterImported(eken)), (3, RoundDrafted(round_id))])
    assert await tags(db, pot_id) == before


async def test_no_register_yet(db: asyncpg.Connection, registrar: asyncpg.Connection) -> None:
    """A round of a municipality without a register has no roll, and that is no fault."""
    round_id = await draft(db, await municipality(db))
    await act(registrar, KEYS, ADDRESS, [(1, RoundDrafted(round_id))])
    assert await db.fetchval("select count(*) from roll.roll") == 0
