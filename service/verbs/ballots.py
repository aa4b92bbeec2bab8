"""Casting: check the ballot, let one SQL function decide, and sign a receipt only after the commit."""

import os
from typing import Annotated
from uuid import UUID

import msgspec

from schema.ballots import Receipt, commitment, sign_receipt
from schema.errors import BadPass, KeyReused, NotFound, NothingToWithdraw, NotOpen, OnPaper, Stale
from schema.passes import Pass
from schema.styles import MOST_POINTS, canonical, check_choices, name_of
from service.casting import Paper
from service.house import House
from service.languages import _, marked
from service.limits import CASTING
from service.store import ballots, paper
from service.store.ballots import Cast, CastAnswer, CurrentBallot, Turnout

Number = Annotated[int, msgspec.Meta(ge=1, le=100_000)]
Given = Annotated[int, msgspec.Meta(ge=0, le=MOST_POINTS)]
Revision = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]


class Ballot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a voter sends: project numbers, and the revision of their ballot that they saw (0 for none).

    On a ranked ballot the best comes first. ``points``: of each choice, where the style gives points.
    """

    choices: Annotated[tuple[Number, ...], msgspec.Meta(max_length=1000, examples=[[1, 2]])]
    base_revision: Annotated[Revision, msgspec.Meta(examples=[0])]
    points: Annotated[tuple[Given, ...], msgspec.Meta(max_length=1000)] = ()


class Withdrawal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a voter sends to take her ballot back: the revision of it that she saw."""

    base_revision: Annotated[Revision, msgspec.Meta(examples=[1])]


class Accepted(msgspec.Struct, frozen=True):
    """The answer to an accepted ballot or withdrawal. ``revision`` is what the next change must name as its base."""

    receipt: Receipt
    revision: int


async def cast_ballot(house: House, claims: Pass, pot_id: UUID, key: str, sent: Ballot) -> tuple[Accepted, bool]:
    """Accept a ballot revision, or say why not. The second value is False for a replay of one accepted before."""
    paper = await _paper(house, claims, pot_id)
    if refusal := check_choices(paper.style, paper.costs, sent.choices, sent.points):
        raise refusal
    choices, points = canonical(paper.style, sent.choices, sent.points)
    revision = _committed(claims, pot_id, key, sent.base_revision, choices, points)
    return await _settled(house, claims, pot_id, await house.casting.cast(claims.round_id, revision))


async def withdraw_ballot(
    house: House, claims: Pass, pot_id: UUID, key: str, sent: Withdrawal
) -> tuple[Accepted, bool]:
    """Take the voter's ballot back by a further revision, or say why not. She may vote again while voting is open.

    The second value is False for a replay of a withdrawal accepted before.
    """
    await _paper(house, claims, pot_id)
    revision = _committed(claims, pot_id, key, sent.base_revision, None, ())
    return await _settled(house, claims, pot_id, await house.casting.cast(claims.round_id, revision))


async def _paper(house: House, claims: Pass, pot_id: UUID) -> Paper:
    """What a ballot of this pot is checked against, for whoever has a pass for it and does not come too fast."""
    house.limits.take(CASTING, claims.tag)
    paper = await house.casting.paper(pot_id)
    if paper.round_id != claims.round_id:
        raise NotFound(what="pot")
    if claims.style != name_of(paper.style):
        raise BadPass(fault=marked("it is for another style of ballot"))
    return paper


def _committed(
    claims: Pass, pot_id: UUID, key: str, base_revision: int, choices: tuple[int, ...] | None, points: tuple[int, ...]
) -> Cast:
    """The revision with a fresh nonce and the commitment to it."""
    nonce = os.urandom(32)
    committed = commitment(claims.round_id, pot_id, claims.style or "", nonce, choices, points)
    return Cast(pot_id, claims.tag_bytes, key, base_revision, choices, points, nonce, committed)


async def _settled(house: House, claims: Pass, pot_id: UUID, answer: CastAnswer) -> tuple[Accepted, bool]:
    """The receipt for what was committed, and whether it is fresh; or the refusal that the database's answer is."""
    match answer.status:
        case "key_reused":
            raise KeyReused()
        case "stale":
            raise Stale(revision=answer.revision)
        case "nothing_to_withdraw":
            raise NothingToWithdraw()
        case "not_open":
            raise NotOpen(phase=answer.phase)
        case "on_paper":
            async with house.box.enter() as db:
                place = await paper.place_of_mark(db, claims.round_id, pot_id, claims.tag_bytes)
            raise OnPaper(place=place or _("a booth"))
        case "no_round":
            raise NotFound(what="round")
    receipt = sign_receipt(
        house.settings.box_url,
        claims.round_id,
        pot_id,
        answer.commitment,
        answer.accepted_at,
        house.ring.receipts if answer.status == "accepted" else house.ring.receipts_of(answer.accepted_at),
    )
    if answer.status == "accepted":
        house.doorbell.ring("judge")
    return Accepted(receipt, answer.revision), answer.status == "accepted"


async def current_ballot(house: House, claims: Pass, pot_id: UUID) -> CurrentBallot | None:
    """The voter's own last revision; what it holds is shown until voting closes."""
    async with house.box.enter() as db:
        return await ballots.current_ballot(db, claims.round_id, pot_id, claims.tag_bytes)


async def view_turnout(house: House, round_id: UUID) -> list[Turnout]:
    """How many may vote and have a ballot now, pot by pot."""
    async with house.box.enter() as db:
        return await ballots.turnout(db, round_id)
