"""A clerk's booth: who stands before it, what the roll says of them, and the marks of those who vote on paper.

What is typed of a person becomes a person_ref and is forgotten; the tag goes to the box, and nothing of either comes
back to the clerk.
"""

from typing import Annotated, Literal
from uuid import UUID

import msgspec

from schema.codes import plain_code
from schema.errors import (
    BatchClosed,
    HandedIn,
    HasBallot,
    MarkedBefore,
    NotEntitled,
    NotFound,
    NotMarked,
    NotOpen,
    WrongCode,
)
from schema.faults import Fault, Faults
from schema.keys import tag_of
from schema.queries import Db
from service.house import House
from service.languages import marked
from service.reading import Line
from service.store import paper, roll
from service.store.paper import Batch, MarkAnswer
from service.store.roll import Officer, SignedIn
from service.verbs.rounds import own_round

Pots = Annotated[tuple[UUID, ...], msgspec.Meta(max_length=100)]
By = Literal["identity", "code"]

NOT_THERE = marked("nobody like this is on the roll")
REASONS = {
    "other-area": marked("the pot “{pot}” is for residents of other areas"),
    "too-young": marked("for the pot “{pot}” they are too young on the day that counts"),
    "too-old": marked("for the pot “{pot}” they are too old on the day that counts"),
    "unknown-age": marked("the pot “{pot}” has an age limit, and the register has no year of birth"),
    "other-relation": marked("the pot “{pot}” is for people with another relation to the place"),
}
"""Why the roll leaves somebody out, as a clerk says it."""


class Marking(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to give papers: what identifies the person, and the pots; without any, all in which they may vote."""

    person: Line
    by: By = "identity"
    pots: Pots = ()


class Unmarking(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose marks to take back, in which pots, and why."""

    person: Line
    pots: Annotated[Pots, msgspec.Meta(min_length=1)]
    reason: Line
    by: By = "identity"


class Marked(msgspec.Struct, frozen=True):
    """In which pots the person is marked now: give out a paper for each. Names, in the pots' order."""

    pots: list[str]


async def person_present(house: House, round_id: UUID, person: str, by: By) -> SignedIn:
    """Whoever stands before the clerk, as the roll has them, with no entries if it does not. Raises WrongCode."""
    plain = plain_code(person) if by == "code" else None
    if by == "code" and plain is None:
        raise WrongCode()
    async with house.roll.enter() as db:
        found = await roll.present(
            db,
            round_id,
            None if plain else house.ring.person_ref(person),
            house.keys.code_hash(plain) if plain else None,
        )
    if found is None:
        raise WrongCode()
    return found


async def own_batch(db: Db, officer: Officer, batch_id: UUID) -> Batch:
    """A batch of the officer's municipality."""
    found = await paper.batch(db, batch_id)
    if found is None:
        raise NotFound(what="batch")
    await own_round(db, officer, found.round_id)
    return found


async def mark_paper(house: House, officer: Officer, batch_id: UUID, sent: Marking) -> Marked:
    """Mark somebody as voting on paper, in all pots that were named or in none.

    Raises HasBallot, MarkedBefore, NotEntitled, WrongCode, NotOpen, BatchClosed.
    """
    async with house.box.enter() as db:
        batch = await own_batch(db, officer, batch_id)
    person = await person_present(house, batch.round_id, sent.person, sent.by)
    pots = entitled(person, sent.pots)
    tag = _tag(house, batch, person)
    async with house.box.write() as db:
        _refuse(await paper.mark_paper(db, batch, tag, list(pots)))
    async with house.roll.write() as db:
        await roll.note_participation(db, batch.round_id, person.person_ref, False)
    return Marked(list(pots.values()))


async def unmark_paper(house: House, officer: Officer, batch_id: UUID, sent: Unmarking) -> Marked:
    """Take a mark back that was a mistake; answers where it was. Raises NotMarked, HandedIn, BatchClosed."""
    async with house.box.enter() as db:
        batch = await own_batch(db, officer, batch_id)
    person = await person_present(house, batch.round_id, sent.person, sent.by)
    pots = entitled(person, sent.pots)
    tag = _tag(house, batch, person)
    async with house.box.write() as db:
        _refuse(await paper.unmark_paper(db, batch, tag, list(pots), officer.name, sent.reason))
    return Marked(list(pots.values()))


def _tag(house: House, batch: Batch, person: SignedIn) -> bytes:
    return tag_of(house.keys.open_round_key(batch.round_id.bytes, person.wrapped_key), person.person_ref)


def entitled(person: SignedIn, wanted: Pots) -> dict[UUID, str]:
    """The names of the pots asked for, or of all in which the person may vote. Raises NotEntitled and NotFound."""
    entries = {entry.pot_id: entry for entry in person.entries}
    if not entries:
        raise NotEntitled(reason=NOT_THERE)
    if not set(wanted) <= set(entries):
        raise NotFound(what="pot of this round with that id")
    asked = [entry for entry in person.entries if not wanted or entry.pot_id in wanted]
    entitled = {entry.pot_id: entry.pot_name for entry in asked if entry.reason is None}
    if not entitled or (wanted and len(entitled) < len(asked)):
        raise NotEntitled(
            reason=Faults(
                Fault(REASONS[entry.reason], pot=entry.pot_name) for entry in asked if entry.reason is not None
            )
        )
    return entitled


def _refuse(answer: MarkAnswer) -> None:
    """Raise the refusal that the database's answer is, if it is one."""
    pot, place = answer.pot or "", answer.place or ""
    match answer.status:
        case "has_ballot":
            raise HasBallot(pot=pot)
        case "marked_before":
            raise MarkedBefore(pot=pot, place=place)
        case "not_on_roll":
            raise NotEntitled(reason=NOT_THERE)
        case "not_marked":
            raise NotMarked(pot=pot)
        case "handed_in":
            raise HandedIn(pot=pot)
        case "not_open":
            raise NotOpen(phase=answer.phase or "")
        case "batch_closed":
            raise BatchClosed()
        case "no_batch":
            raise NotFound(what="batch")
