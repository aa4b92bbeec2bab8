"""Casting: check the ballot, let one SQL function decide, and sign a receipt only after the commit."""

import os
from typing import Annotated
from uuid import UUID

import msgspec

from schema.ballots import Receipt, commitment, sign_receipt
from schema.errors import KeyReused, NotFound, NotOpen, Stale
from schema.passes import Pass
from schema.styles import MOST_POINTS, canonical, check_choices
from service.house import House
from service.limits import CASTING
from service.store import ballots
from service.store.ballots import Cast, CurrentBallot, Turnout

Number = Annotated[int, msgspec.Meta(ge=1, le=100_000)]
Given = Annotated[int, msgspec.Meta(ge=0, le=MOST_POINTS)]


class Ballot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a voter sends: project numbers, and the revision of their ballot that they saw (0 for none).

    On a ranked ballot the best comes first. ``points``: of each choice, where the style gives points.
    """

    choices: Annotated[tuple[Number, ...], msgspec.Meta(max_length=1000, examples=[[1, 2]])]
    base_revision: Annotated[int, msgspec.Meta(ge=0, le=1_000_000, examples=[0])]
    points: Annotated[tuple[Given, ...], msgspec.Meta(max_length=1000)] = ()


class Accepted(msgspec.Struct, frozen=True):
    """The answer to an accepted ballot. ``revision`` is what the next change must name as its base."""

    receipt: Receipt
    revision: int


async def cast_ballot(house: House, claims: Pass, pot_id: UUID, key: str, sent: Ballot) -> tuple[Accepted, bool]:
    """Accept a ballot revision, or say why not. The second value is False for a replay of one accepted before."""
    house.limits.take(CASTING, claims.tag)
    paper = await house.casting.paper(pot_id)
    if paper.round_id != claims.round_id:
        raise NotFound(what="pot")
    if refusal := check_choices(paper.style, paper.costs, sent.choices, sent.points):
        raise refusal
    choices, points = canonical(paper.style, sent.choices, sent.points)
    nonce = os.urandom(32)
    committed = commitment(claims.round_id, pot_id, claims.style or "", nonce, choices, points)
    answer = await house.casting.cast(
        claims.round_id,
        Cast(pot_id, claims.tag_bytes, key, sent.base_revision, choices, points, nonce, committed),
    )
    match answer.status:
        case "key_reused":
            raise KeyReused()
        case "stale":
            raise Stale(revision=answer.revision)
        case "not_open":
            raise NotOpen(phase=answer.phase)
        case "no_round":
            raise NotFound(what="round")
    receipt = sign_receipt(
        house.settings.box_url,
        claims.round_id,
        pot_id,
        answer.commitment,
        answer.accepted_at,
        house.keys.receipts,
    )
    if answer.status == "accepted":
        house.doorbell.ring("judge")
    return Accepted(receipt, answer.revision), answer.status == "accepted"


async def current_ballot(house: House, claims: Pass, pot_id: UUID) -> CurrentBallot | None:
    """The voter's own last revision."""
    async with house.box.enter() as db:
        return await ballots.current_ballot(db, claims.round_id, pot_id, claims.tag_bytes)


async def view_turnout(house: House, round_id: UUID) -> list[Turnout]:
    """How many may vote and have voted, pot by pot."""
    async with house.box.enter() as db:
        return await ballots.turnout(db, round_id)
