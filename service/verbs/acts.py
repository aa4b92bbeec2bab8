"""Acts of two officers: one asks, another confirms, and what they decided is carried out at once.

That it takes two is the database's word (``schema/migrations/0022_acts.sql``). What is refused here is what could not
be carried out anyhow, so that nobody confirms it in vain.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from uuid import UUID

import msgspec

from schema.errors import (
    ActSettled,
    Appealable,
    KeyDestroyed,
    NotCounted,
    NotFound,
    NotInPhase,
    NotLater,
    NotPublished,
    OpeningsDeleted,
    Unavailable,
)
from schema.faults import Fault
from service.house import House
from service.reading import Line, Prose, Reason
from service.store import acts, keys, projects, rounds, snapshots
from service.store.acts import Act
from service.store.roll import Officer
from service.store.rounds import Round
from service.verbs.appeals import grant_appeal, grant_ballot_appeal, open_appeal
from service.verbs.desk import held_quarantine, rule_quarantine
from service.verbs.keys import destroy_round_key
from service.verbs.retention import delete_openings
from service.verbs.rounds import Moment, own_round


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    """What an officer may ask for. The fields of each kind are its details."""


class OpenEarly(Wish, frozen=True, tag="open-early"):
    """Voting opens now in a round that is scheduled."""


class CloseEarly(Wish, frozen=True, tag="close-early"):
    """Voting closes now."""


class Prolong(Wish, frozen=True, tag="prolong"):
    """Voting closes later than it would."""

    closes_at: Moment


class Reopen(Wish, frozen=True, tag="reopen"):
    """Voting opens again after a close, until a new one. What was counted is counted anew then."""

    closes_at: Moment


class Publish(Wish, frozen=True, tag="publish"):
    """The outcome of every pot is published."""


class Correct(Wish, frozen=True, tag="correct"):
    """A project on a frozen ballot gets another title and description; its cost stays."""

    project_id: UUID
    title: Line
    about: Prose = ""


class DestroyKey(Wish, frozen=True, tag="destroy-key"):
    """The round's key is destroyed, so that nobody can join persons and ballots any more."""


class DeleteBallots(Wish, frozen=True, tag="delete-ballots"):
    """The round's ballots are deleted; ledger and outcome stay."""


class VoidBallots(Wish, frozen=True, tag="void"):
    """The ballots of a quarantine do not count."""

    quarantine_id: UUID


class ReleaseBallots(Wish, frozen=True, tag="release", omit_defaults=True):
    """The ballots of a quarantine count, or those of one voter who appealed: one of the two is named."""

    quarantine_id: UUID | None = None
    appeal_id: UUID | None = None

    def __post_init__(self) -> None:
        if (self.quarantine_id is None) == (self.appeal_id is None):
            raise Fault("either a quarantine or an appeal is released")


class Admit(Wish, frozen=True, tag="admit"):
    """Somebody who appealed comes onto a roll that is frozen."""

    appeal_id: UUID


class ActDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an officer asks for, and why: the second officer reads it, and so does whoever looks back."""

    act: (
        OpenEarly
        | CloseEarly
        | Prolong
        | Reopen
        | Publish
        | Correct
        | DestroyKey
        | DeleteBallots
        | VoidBallots
        | ReleaseBallots
        | Admit
    )
    reason: Reason


async def request_act(house: House, officer: Officer, session: bytes, round_id: UUID, draft: ActDraft) -> Act:
    """Ask for an act; it waits for another officer for a day. ``session`` is the hash of the asker's."""
    await _refuse_vain(house, officer, round_id, draft.act)
    details = msgspec.to_builtins(draft.act)
    kind = details.pop("kind")
    async with house.roll.write() as db:
        made = await acts.act(db, await acts.request_act(db, session, round_id, kind, details, draft.reason))
    assert made is not None
    return made


async def list_acts(house: House, officer: Officer, round_id: UUID) -> list[Act]:
    """The acts of a round of one's own municipality, the newest first."""
    async with house.box.enter() as db:
        await own_round(db, officer, round_id)
    async with house.roll.enter() as db:
        return await acts.acts(db, round_id)


async def confirm_act(house: House, officer: Officer, session: bytes, act_id: UUID) -> Act:
    """Confirm what another officer asked for, and carry it out.

    After a stop between both either of the two sends it again. Raises SameOfficer, ActSettled, and what refuses it.
    """
    act = await _own_act(house, officer, act_id)
    if not _decided_by(act, officer):
        if officer.name != act.requested_by:
            await _refuse_vain(house, officer, act.round_id, _wish(act))
        with suppress(ActSettled):  # perhaps by this very officer, at this moment, in another window
            async with house.roll.write() as db:
                await acts.confirm_act(db, session, act_id)
        act = await _own_act(house, officer, act_id)
        if not _decided_by(act, officer):
            raise ActSettled(state=act.state)
    with suppress(KeyDestroyed, OpeningsDeleted):
        if not await _CARRIED_OUT[act.kind](house, act):
            await _refuse_vain(house, officer, act.round_id, _wish(act))
            raise Unavailable()
    return await _own_act(house, officer, act_id)


async def withdraw_act(house: House, officer: Officer, session: bytes, act_id: UUID) -> None:
    """Take back what one asked for. Raises NotYours, and ActSettled when it does not wait any more."""
    await _own_act(house, officer, act_id)
    async with house.roll.write() as db:
        await acts.withdraw_act(db, session, act_id)


async def _own_act(house: House, officer: Officer, act_id: UUID) -> Act:
    async with house.roll.enter() as db:
        found = await acts.act(db, act_id)
    if found is None:
        raise NotFound(what="act")
    async with house.box.enter() as db:
        await own_round(db, officer, found.round_id)
    return found


def _decided_by(act: Act, officer: Officer) -> bool:
    return act.state in {"decided", "done"} and officer.name in {act.requested_by, act.confirmed_by}


def _wish(act: Act) -> Wish:
    return msgspec.convert({"act": {"kind": act.kind, **act.details}, "reason": act.reason}, ActDraft).act


async def _refuse_vain(house: House, officer: Officer, round_id: UUID, wish: Wish) -> None:
    """Raise what would keep this from being carried out, as far as it is known now."""
    async with house.box.enter() as db:
        found = await own_round(db, officer, round_id)
        match wish:
            case OpenEarly():
                _need(found, found.scheduled_at is not None and not _began(found), "scheduled")
            case CloseEarly() | Prolong():
                _need(found, found.phase == "voting", "voting")
            case Reopen():
                _need(found, found.phase == "counting" and found.closed_at is not None, "counting")
            case Correct():
                open_yet = found.phase == "voting" or not _began(found)
                _need(found, found.scheduled_at is not None and open_yet, "scheduled or voting")
                project = await projects.project_by_id(db, wish.project_id)
                if project is None or project.round_id != round_id:
                    raise NotFound(what="project of that id in this round")
            case Publish():
                pots = {pot.id for pot in await rounds.pots(db, round_id)}
                if pots - await snapshots.counted_pots(db, round_id):
                    raise NotCounted()
            case DestroyKey() | DeleteBallots():
                end = await keys.round_end(db, round_id)
                if end is None or end.appeal_ends_at is None:
                    raise NotPublished()
                if not end.over:
                    raise Appealable(ends_at=end.appeal_ends_at)
            case VoidBallots() | Admit():  # the one once voting is over, the other until then
                over, void = found.phase in {"counting", "published"}, isinstance(wish, VoidBallots)
                _need(found, over == void, "counting or published" if void else "voting")
        if isinstance(wish, Prolong | Reopen) and not await acts.would_end_later(db, round_id, wish.closes_at):
            raise NotLater()
    await _refuse_settled(house, round_id, wish)


async def _refuse_settled(house: House, round_id: UUID, wish: Wish) -> None:
    """Raise NotFound when what is to be decided about is not there, or is decided already."""
    if isinstance(wish, VoidBallots | ReleaseBallots) and wish.quarantine_id:
        await held_quarantine(house, round_id, wish.quarantine_id)
    if isinstance(wish, Admit | ReleaseBallots) and wish.appeal_id:
        await open_appeal(house, round_id, wish.appeal_id, of_ballot=isinstance(wish, ReleaseBallots))


def _began(found: Round) -> bool:
    return found.phase in {"voting", "counting", "published"}


def _need(found: Round, holds: bool, needed: str) -> None:
    if not holds:
        raise NotInPhase(phase=found.phase, needed=needed)


async def _close(house: House, act: Act) -> bool:
    async with house.box.write() as db:
        answer = await acts.close_round(db, act.round_id, act.id)
    for lane in ("sequence", "count", "roll"):
        house.doorbell.ring(lane)
    return answer in {"closed", "already_closed"}


async def _retime(house: House, act: Act) -> bool:
    async with house.box.write() as db:
        return await acts.retime_round(db, act.round_id, act.id) in {"done", "done_before"}


async def _correct(house: House, act: Act) -> bool:
    async with house.box.write() as db:
        return await acts.correct_project(db, act.round_id, act.id) in {"done", "done_before"}


async def _publish(house: House, act: Act) -> bool:
    async with house.box.write() as db:
        answer = await acts.publish_round(db, act.round_id, act.id)
    house.doorbell.ring("count")
    return answer in {"published", "published_before"}


async def _destroy_key(house: House, act: Act) -> bool:
    async with house.roll.write() as db:
        await destroy_round_key(db, act.round_id, act.id)
    return True


async def _delete_ballots(house: House, act: Act) -> bool:
    async with house.box.enter() as box, house.roll.enter() as roll:
        await delete_openings(box, roll, act.round_id, act.id)
    return True


async def _rule(house: House, act: Act) -> bool:
    if act.details.get("appeal_id"):
        return await grant_ballot_appeal(house, act.id)
    return await rule_quarantine(house, act.round_id, act.id)


async def _admit(house: House, act: Act) -> bool:
    return await grant_appeal(house, act.id)


_CARRIED_OUT: dict[str, Callable[[House, Act], Awaitable[bool]]] = {
    "open-early": _retime,
    "close-early": _close,
    "prolong": _retime,
    "reopen": _retime,
    "publish": _publish,
    "correct": _correct,
    "destroy-key": _destroy_key,
    "delete-ballots": _delete_ballots,
    "void": _rule,
    "release": _rule,
    "admit": _admit,
}
"""How each kind is carried out. Doing it twice is doing it once; False when the round does not allow it any more."""
