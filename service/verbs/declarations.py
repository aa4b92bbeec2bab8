"""Residents who declare themselves: what somebody says of herself, and when the roll lets her in by it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from schema.electorate import Relation
from schema.errors import NoDeclarations, NotFound, NotInPhase, OnRollAlready, PassExpired
from service.house import House
from service.limits import DECLARING
from service.reading import Name
from service.store import persons, rounds
from service.verbs.appeals import Proof, person_of
from service.verbs.rounds import known_area


class Declaration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a resident says of herself; ``slip`` is from her sign-in, and says whom the roll may let in.

    Somebody who does not name her year of birth has no age where a pot asks for one.
    """

    slip: Proof
    area: Name
    birth_year: Annotated[int, msgspec.Meta(ge=1890, le=2100)] | None = None
    birth_month: Annotated[int, msgspec.Meta(ge=1, le=12)] | None = None
    relations: Annotated[tuple[Relation, ...], msgspec.Meta(min_length=1, max_length=5)] = ("lives",)


class Declared(msgspec.Struct, frozen=True):
    """From when on the roll has what was declared: then she signs in once more, and votes where the rules let her."""

    on_roll_at: datetime


async def declare(house: House, round_id: UUID, declaration: Declaration) -> Declared:
    """Note what somebody who signed in says of herself, for the roll to take in together with others.

    Until the round is scheduled she can say it anew. Afterwards the roll asks her once, and keeps to that: who could
    say another area every day would vote in every pot. Of somebody on the register, the register's word holds.
    """
    person_ref = person_of(house, round_id, declaration.slip)
    if person_ref is None:
        raise PassExpired()
    house.limits.take(DECLARING, person_ref.hex())
    async with house.box.enter() as db:
        found = await rounds.round_by_id(db, round_id)
        if found is None or found.phase == "draft":
            raise NotFound(what="round")
        if "declared" not in found.sources:
            raise NoDeclarations()
        if found.phase in {"counting", "published"}:
            raise NotInPhase(phase=found.phase, needed="voting")
        if await rounds.areas(db, round_id):
            await known_area(db, round_id, declaration.area)
    async with house.roll.write() as db:
        known = await persons.known_person(db, found.municipality_id, person_ref, found.sources)
        asked = found.scheduled_at is not None and await persons.entries(db, round_id, person_ref)
        if asked or (known is not None and known.source == "register"):
            raise OnRollAlready()
        await persons.write_declaration(db, found.municipality_id, person_ref, declaration.area, *_facts(declaration))
        await persons.admit_declarant(db, round_id, person_ref)
        return Declared(await persons.tell_admission(db, round_id))


def _facts(declaration: Declaration) -> tuple[int | None, int | None, list[Relation]]:
    return declaration.birth_year, declaration.birth_month, list(declaration.relations)
