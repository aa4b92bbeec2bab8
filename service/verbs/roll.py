"""A round's roll as officers see it: how many may vote where or why not, and what the rules say of one person."""

from typing import Literal
from uuid import UUID

import msgspec

from schema.electorate import Condition, Electorate, Obstacle, Person, Source, conditions, obstacle
from service.house import House
from service.reading import Line
from service.store import persons, roll, rounds
from service.store.persons import Build, HeadCount, Known
from service.store.roll import Officer, ReasonCount, Roll
from service.store.rounds import Pot
from service.verbs.rounds import own_round


class RollView(msgspec.Struct, frozen=True):
    """A round's roll as officers see it: counts only, and what its last builds changed, the newest first."""

    roll: Roll | None
    reasons: list[ReasonCount]
    areas: list[HeadCount]
    builds: list[Build]


class Sought(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An identity as the register's file has it, or ``mail:…`` or ``phone:…`` of somebody who declared herself.

    It is looked up and forgotten: no log and no table holds it.
    """

    identity: Line


class PotReasons(msgspec.Struct, frozen=True):
    """One pot and one person. ``on_roll``: what the roll says as it was built. ``outcome``: what the rules say now.

    The two differ where an appeal was granted, or the sources changed after the roll was frozen.
    """

    pot_id: UUID
    pot: str
    on_roll: Literal["entitled", "refused", "missing"]
    reason: str | None
    conditions: tuple[Condition, ...]
    outcome: Obstacle | Literal["entitled", "not-known"]


class PersonReasons(msgspec.Struct, frozen=True):
    """The tree of reasons of one person: which source knows them, if one does, and each pot's conditions."""

    source: Source | None
    pots: list[PotReasons]


async def view_roll(house: House, officer: Officer, round_id: UUID) -> RollView:
    """How far the roll of a round is, how many may vote where or why not, and what changed."""
    async with house.box.enter() as db:
        await own_round(db, officer, round_id)
    async with house.roll.enter() as db:
        return RollView(
            await roll.roll(db, round_id),
            await roll.reasons(db, round_id),
            await persons.head_counts(db, round_id),
            await persons.builds(db, round_id),
        )


async def test_person(house: House, officer: Officer, round_id: UUID, sent: Sought) -> PersonReasons:
    """What the roll and the rules say of one person, pot by pot, condition by condition."""
    async with house.box.enter() as db:
        found = await own_round(db, officer, round_id)
        pots = await rounds.pots(db, round_id)
    ref = house.ring.person_ref(sent.identity)
    async with house.roll.enter() as db:
        known = await persons.known_person(db, officer.municipality_id, ref, found.sources)
        entries = {entry.pot_id: entry.reason for entry in await persons.entries(db, round_id, ref)}
    return PersonReasons(known.source if known else None, [_pot_reasons(pot, known, entries) for pot in pots])


def _pot_reasons(pot: Pot, known: Known | None, entries: dict[UUID, str | None]) -> PotReasons:
    reason = entries.get(pot.id)
    on_roll: Literal["entitled", "refused", "missing"] = (
        "missing" if pot.id not in entries else "refused" if reason else "entitled"
    )
    if known is None:
        return PotReasons(pot.id, pot.name, on_roll, reason, (), "not-known")
    person = Person(known.area, known.birth_year, known.birth_month, known.relations)
    asked = Electorate(pot.id, frozenset(pot.areas), pot.min_age, pot.max_age, pot.age_on, frozenset(pot.relations))
    outcome = obstacle(person, asked) or "entitled"
    return PotReasons(pot.id, pot.name, on_roll, reason, conditions(person, asked), outcome)
