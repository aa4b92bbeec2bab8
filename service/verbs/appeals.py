"""Appeals: a refused resident asks for another look, an officer answers, and the answer is kept and read.

Against the roll one appeals in words, on the roll side. Whose ballot was set aside appeals in the box, with her pass,
and only chooses a ground: her own words beside her tag might say who she is (P7).
"""

import time
from typing import Annotated
from uuid import UUID

import msgspec

from schema.codes import new_code, plain_code
from schema.errors import Answered, Appealed, NotFound, NothingToAppeal, TakesTwo, WrongReceipt
from schema.passes import LIFETIME, SKEW, Pass
from schema.queries import Db
from service.house import House
from service.limits import CASTING, SIGNING_IN
from service.reading import Reason
from service.store import appeals, persons
from service.store.appeals import Appeal, BallotAppeal, Ground, State
from service.store.ballots import OwnAppeal
from service.store.roll import Officer
from service.verbs.rounds import own_round, public_round

Proof = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class AppealDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why somebody thinks that they may vote. ``slip`` is from their sign-in; without one their words say who they are.

    Without ``pot_id`` it is about the whole round.
    """

    words: Reason
    language: Annotated[str, msgspec.Meta(pattern="^[a-z]{2,3}$")] = "en"
    pot_id: UUID | None = None
    slip: Proof | None = None


class AppealMade(msgspec.Struct, frozen=True):
    """The number under which the answer can be read. It is shown once and not kept."""

    receipt: str


class AppealQuestion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The number of an appeal, or the slip of a sign-in."""

    proof: Proof


class BallotAppealDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """On which ground a voter asks for her ballot back."""

    ground: Ground


class AppealAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An officer's answer, in words that the resident reads."""

    granted: bool
    answer: Reason


class Appeals(msgspec.Struct, frozen=True):
    """A round's appeals: against the roll, and against ballots that were set aside."""

    roll: list[Appeal]
    ballots: list[BallotAppeal]


def slip_for(house: House, round_id: UUID, person_ref: bytes) -> str:
    """What somebody gets at a sign-in to appeal with. It is sealed: it names nobody to whoever finds it."""
    return house.keys.seal_slip(round_id.bytes, person_ref, int(time.time()) + LIFETIME)


def person_of(house: House, round_id: UUID, slip: str) -> bytes | None:
    """Whose slip this is (a person_ref); None when it has ended, or is none of this round's."""
    opened = house.keys.open_slip(round_id.bytes, slip)
    return opened[0] if opened and opened[1] + SKEW >= time.time() else None


async def make_appeal(house: House, round_id: UUID, draft: AppealDraft, address: str) -> AppealMade:
    """Take an appeal, and answer the number to read its answer by. Raises WrongReceipt for a slip that has ended."""
    await house.limits.ask(SIGNING_IN, address)
    view = await public_round(house, round_id)
    if draft.pot_id is not None and draft.pot_id not in {pot.id for pot in view.pots}:
        raise NotFound(what="pot of that id in this round")
    person_ref = person_of(house, round_id, draft.slip) if draft.slip is not None else None
    if draft.slip is not None and person_ref is None:
        raise WrongReceipt()
    code = new_code()
    receipt = _receipt_hash(house, plain_code(code) or "")
    async with house.roll.write() as db:
        place = (round_id, draft.pot_id, person_ref)
        if not await appeals.insert_appeal(db, *place, draft.words, draft.language, receipt):
            raise Appealed()
    return AppealMade(code)


async def read_answers(house: House, round_id: UUID, question: AppealQuestion, address: str) -> list[Appeal]:
    """The appeals of whoever shows a slip, or the one with this number. Raises WrongReceipt."""
    await house.limits.ask(SIGNING_IN, address)
    person_ref, plain = person_of(house, round_id, question.proof), plain_code(question.proof)
    async with house.roll.enter() as db:
        if person_ref is not None:
            return await appeals.appeals_of_person(db, round_id, person_ref)
        found = await appeals.appeals_by_receipt(db, round_id, _receipt_hash(house, plain)) if plain else []
    if not found:
        raise WrongReceipt()
    return found


async def own_appeals(house: House, round_id: UUID, slip: str) -> list[Appeal]:
    """The appeals of somebody who signed in a moment ago."""
    person_ref = person_of(house, round_id, slip)
    async with house.roll.enter() as db:
        return await appeals.appeals_of_person(db, round_id, person_ref) if person_ref else []


def _receipt_hash(house: House, plain: str) -> bytes:
    return house.keys.code_hash(f"appeal {plain}")


async def appeal_ballot(house: House, claims: Pass, draft: BallotAppealDraft) -> OwnAppeal:
    """Ask for one's ballots back, in all pots of the round. Raises NothingToAppeal and Appealed."""
    house.limits.take(CASTING, claims.tag)
    async with house.box.write() as db:
        if await appeals.insert_ballot_appeal(db, claims.round_id, claims.tag_bytes, draft.ground):
            return OwnAppeal(draft.ground, "open", None)
        appealed = await appeals.has_ballot_appeal(db, claims.round_id, claims.tag_bytes)
    raise Appealed() if appealed else NothingToAppeal()


async def list_appeals(house: House, officer: Officer, round_id: UUID) -> Appeals:
    """A round's appeals, for officers."""
    async with house.box.enter() as db:
        await own_round(db, officer, round_id)
        of_ballots = await appeals.ballot_appeals(db, round_id)
    async with house.roll.enter() as db:
        return Appeals(await appeals.appeals(db, round_id), of_ballots)


async def answer_appeal(house: House, officer: Officer, round_id: UUID, appeal_id: UUID, sent: AppealAnswer) -> Appeals:
    """Answer an appeal. Raises Answered, and TakesTwo where granting needs a second officer.

    That is so for ballots, and for the roll once the round is frozen.
    """
    known = await list_appeals(house, officer, round_id)
    if appeal_id in {appeal.id for appeal in known.ballots}:
        await _answer_in_box(house, officer, round_id, appeal_id, sent)
    elif appeal_id in {appeal.id for appeal in known.roll}:
        await _answer_on_roll(house, officer, round_id, appeal_id, sent)
    else:
        raise NotFound(what="appeal in this round")
    return await list_appeals(house, officer, round_id)


async def _answer_in_box(house: House, officer: Officer, round_id: UUID, appeal_id: UUID, sent: AppealAnswer) -> None:
    if sent.granted:
        raise TakesTwo(kind="release")
    async with house.box.write() as db:
        if not await appeals.refuse_ballot_appeal(db, round_id, appeal_id, sent.answer, officer.name):
            raise Answered()


async def _answer_on_roll(house: House, officer: Officer, round_id: UUID, appeal_id: UUID, sent: AppealAnswer) -> None:
    async with house.box.enter() as db:
        frozen = (await own_round(db, officer, round_id)).scheduled_at is not None
    if sent.granted and frozen:
        raise TakesTwo(kind="admit")
    state: State = "granted" if sent.granted else "refused"
    async with house.roll.write() as db:
        if not await appeals.answer_appeal(db, round_id, appeal_id, state, sent.answer, officer.name):
            raise Answered()
        await _admit(db, appeal_id)


async def open_appeal(house: House, round_id: UUID, appeal_id: UUID, of_ballot: bool) -> None:
    """Raise NotFound unless a round has this appeal, of a ballot or against the roll, and it waits for an answer."""
    if of_ballot:
        async with house.box.enter() as db:
            waiting = {each.id for each in await appeals.ballot_appeals(db, round_id) if each.state == "open"}
    else:
        async with house.roll.enter() as db:
            waiting = {each.id for each in await appeals.appeals(db, round_id) if each.state == "open"}
    if appeal_id not in waiting:
        raise NotFound(what="appeal in this round that waits for an answer")


async def grant_ballot_appeal(house: House, decision_id: UUID) -> bool:
    """Carry out two officers' decision to give a voter's ballots back; whether that is done, now or before."""
    async with house.box.write() as db:
        granted = await appeals.grant_ballot_appeal(db, decision_id)
    house.doorbell.ring("count")
    house.doorbell.ring("compare")
    return granted


async def grant_appeal(house: House, decision_id: UUID) -> bool:
    """Carry out two officers' decision to admit somebody to a frozen roll; whether that is done, now or before."""
    async with house.roll.write() as db:
        granted = await appeals.grant_appeal(db, decision_id)
        await _admit(db, decision_id)
    return granted


async def _admit(db: Db, granted: UUID) -> None:
    """Let the person of an appeal wait to be let in, if it was granted and says whose it is."""
    if round_id := await persons.admit_appellant(db, granted):
        await persons.tell_admission(db, round_id)
