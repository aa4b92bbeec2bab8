"""A ballot: the form, casting it, taking it back, and the receipt. The pass in the form is all that is looked at."""

import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath

from schema.errors import (
    Appealed,
    ChosenTwice,
    KeyReused,
    NoKey,
    NothingToAppeal,
    NothingToWithdraw,
    NotOpen,
    OnPaper,
    PointsAmiss,
    Refusal,
    Stale,
    TooCostly,
    TooFast,
    TooFew,
    TooMany,
    Unavailable,
    UnknownProject,
)
from schema.styles import Approval, Knapsack
from service.house import House
from service.pages import words
from service.pages.forms import Fields, read_form, shaped
from service.pages.passes import NO_PASS, ask_again, box_pass
from service.pages.problems import problem_page
from service.pages.shell import Page, addresses, form_page, private_page, see_other
from service.people import TheHouse, leave_trace, take_pass
from service.reading import AnyRequest, idempotency_key
from service.store.projects import Project
from service.store.rounds import Pot, Round
from service.verbs import appeals as appeal_verbs
from service.verbs import ballots as verbs
from service.verbs import rounds as round_verbs
from service.verbs.appeals import BallotAppealDraft
from service.verbs.ballots import Accepted, Ballot, Withdrawal

MENDABLE = (
    UnknownProject,
    ChosenTwice,
    TooMany,
    TooFew,
    TooCostly,
    PointsAmiss,
    OnPaper,
    Stale,
    KeyReused,
    NoKey,
    TooFast,
)
"""Refusals after which the ballot is shown again with its choices."""

STANDING = (OnPaper, Stale, NothingToWithdraw, KeyReused, NoKey, TooFast)
"""Refusals of a withdrawal after which the ballot is shown as it stands."""

_SENT = ("pass", "others", "choices", "base_revision", "idempotency_key")


class Desk(msgspec.Struct, frozen=True):
    """What lies before a voter: a pot with its projects, the pass for it, and the passes for other pots."""

    round: Round
    pot: Pot
    projects: list[Project]
    token: str
    others: list[str]


@get(
    [
        "/pots/{pot_id:uuid}/ballot",
        "/pots/{pot_id:uuid}/ballots",
        "/pots/{pot_id:uuid}/withdrawals",
        "/pots/{pot_id:uuid}/appeals",
    ]
)
async def lead_to_sign_in(house: TheHouse, pot_id: FromPath[UUID]) -> Page:
    """A ballot is opened by a form that holds a pass; who types its address is led to where the way begins."""
    found, _, _ = await round_verbs.public_pot(house, pot_id)
    return see_other(f"{addresses(house.settings).roll}/rounds/{found.id}/sign-in")


@post("/pots/{pot_id:uuid}/ballot")
async def open_ballot(request: AnyRequest, house: TheHouse, pot_id: FromPath[UUID]) -> Page:
    """The ballot: as it was cast last, or with the choices that were sent to be added up."""
    fields = await read_form(request)
    found, pot, projects = await round_verbs.public_pot(house, pot_id)
    adding_up = bool(fields.text("add_up"))
    try:
        await box_pass(house, fields, found.id, pot_id)
    except NO_PASS as refusal:
        return _sign_in_again(house, pot, found, projects, "choices" if adding_up else "ballot", fields, refusal)
    desk = Desk(found, pot, projects, fields.text("pass"), fields.texts("others"))
    return await ballot_page(house, desk, fields.numbers("choices") if adding_up else None)


@post("/pots/{pot_id:uuid}/ballots")
async def cast_ballot(request: AnyRequest, house: TheHouse, pot_id: FromPath[UUID]) -> Page:
    """Cast the ballot and show its receipt; or show the ballot again, and why it was not taken."""
    fields = await read_form(request)
    try:
        return await _cast(request, house, pot_id, fields)
    except Unavailable:
        address = f"/pots/{pot_id}/ballots"
        return private_page("try_again.html", 503, address=address, kept=fields.kept(_SENT), taking_back=False)


@post("/pots/{pot_id:uuid}/withdrawals")
async def withdraw_ballot(request: AnyRequest, house: TheHouse, pot_id: FromPath[UUID]) -> Page:
    """Take the ballot back and show the receipt of that; or show the ballot again, and why it stands."""
    fields = await read_form(request)
    try:
        return await _withdraw(request, house, pot_id, fields)
    except Unavailable:
        address = f"/pots/{pot_id}/withdrawals"
        return private_page("try_again.html", 503, address=address, kept=fields.kept(_SENT), taking_back=True)


@post("/pots/{pot_id:uuid}/appeals")
async def appeal_ballot(request: AnyRequest, house: TheHouse, pot_id: FromPath[UUID]) -> Page:
    """Ask for one's ballot back, and show it as it stands then."""
    fields = await read_form(request)
    found, pot, projects = await round_verbs.public_pot(house, pot_id)
    try:
        claims = await box_pass(house, fields, found.id, pot_id)
    except NO_PASS as refusal:
        return _sign_in_again(house, pot, found, projects, "ballot", fields, refusal)
    try:
        await appeal_verbs.appeal_ballot(house, claims, shaped({"ground": fields.text("ground")}, BallotAppealDraft))
    except (Appealed, NothingToAppeal, TooFast) as refusal:
        return problem_page(refusal, (f"/rounds/{found.id}", found.name))
    return await ballot_page(house, Desk(found, pot, projects, fields.text("pass"), fields.texts("others")))


async def _cast(request: AnyRequest, house: House, pot_id: UUID, fields: Fields) -> Page:
    found, pot, projects = await round_verbs.public_pot(house, pot_id)
    try:
        claims = await box_pass(house, fields, found.id, pot_id)
    except NO_PASS as refusal:
        return _sign_in_again(house, pot, found, projects, "choices", fields, refusal)
    desk = Desk(found, pot, projects, fields.text("pass"), fields.texts("others"))
    choices = fields.numbers("choices")
    sent = shaped({"choices": choices, "base_revision": fields.number("base_revision")}, Ballot)
    try:
        accepted, fresh = await verbs.cast_ballot(
            house, claims, pot_id, idempotency_key(fields.text("idempotency_key")), sent
        )
    except MENDABLE as refusal:
        return await ballot_page(house, desk, choices, refusal)
    except NotOpen as refusal:
        return _not_open(found, refusal)
    if fresh:
        leave_trace(request, house, claims)
    return await _receipt_page(house, desk, accepted)


async def _withdraw(request: AnyRequest, house: House, pot_id: UUID, fields: Fields) -> Page:
    found, pot, projects = await round_verbs.public_pot(house, pot_id)
    try:
        claims = await box_pass(house, fields, found.id, pot_id)
    except NO_PASS as refusal:
        return _sign_in_again(house, pot, found, projects, "ballot", fields, refusal)
    desk = Desk(found, pot, projects, fields.text("pass"), fields.texts("others"))
    sent = shaped({"base_revision": fields.number("base_revision")}, Withdrawal)
    try:
        accepted, fresh = await verbs.withdraw_ballot(
            house, claims, pot_id, idempotency_key(fields.text("idempotency_key")), sent
        )
    except STANDING as refusal:
        return await ballot_page(house, desk, None, refusal, taking_back=True)
    except NotOpen as refusal:
        return _not_open(found, refusal)
    if fresh:
        leave_trace(request, house, claims)
    return await _receipt_page(house, desk, accepted, withdrawn=True)


def _sign_in_again(
    house: House, pot: Pot, found: Round, projects: list[Project], then: str, fields: Fields, refusal: Refusal
) -> Page:
    """The sign-in form, which keeps the choices; or, where it is the other room's, a page to keep beside it.

    Who signs in says who they are, and a choice must not come along (P7).
    """
    if house.settings.separate_box_url is None:
        return ask_again(found, then, fields, refusal, pot.id)
    chosen = set(fields.numbers("choices"))
    return form_page(
        "signed_out.html",
        refusal,
        found.currency,
        round=found,
        pot=pot,
        chosen=[project for project in projects if project.number in chosen],
    )


async def ballot_page(
    house: House,
    desk: Desk,
    choices: list[int] | None = None,
    refusal: Refusal | None = None,
    *,
    returned: bool = False,
    taking_back: bool = False,
) -> Page:
    """The ballot with these choices; without any, with those of the ballot that was cast last.

    ``returned`` says that the choices come back from the sign-in form, ``taking_back`` that a withdrawal was refused.
    """
    found, pot = desk.round, desk.pot
    if found.phase not in {"voting", "counting", "published"}:
        return _not_open(found, NotOpen(phase=found.phase))
    cast = await verbs.current_ballot(house, await take_pass(desk.token, house, "box"), pot.id)
    before = cast.choices if cast else ()
    if found.phase != "voting" or before is None:  # it may have closed since the round was read
        return private_page("own_ballot.html", desk=desk, cast=cast, words=words)
    chosen = set(before if choices is None else choices)
    costs = [project.cost for project in desk.projects if project.number in chosen]
    return form_page(
        "ballot.html",
        refusal,
        found.currency,
        desk=desk,
        ticked=isinstance(pot.style, Approval | Knapsack),
        cast=cast,
        chosen=chosen,
        differs=cast is not None and chosen != set(before),
        costs=costs,
        words=words,
        limits=words.limits(pot.style, found.currency),
        over=max(0, sum(costs) - getattr(pot.style, "max_cost", sum(costs))),
        returned=returned,
        taking_back=taking_back,
        idempotency_key=secrets.token_urlsafe(16),
        withdrawal_key=secrets.token_urlsafe(16),
    )


async def _receipt_page(house: House, desk: Desk, accepted: Accepted, withdrawn: bool = False) -> Page:
    view = await round_verbs.public_round(house, desk.round.id)
    pots = {pot.id: pot for pot in view.pots}
    others = {}
    for token in desk.others:
        try:
            claims = await take_pass(token, house, "box")
        except NO_PASS:
            continue
        if claims.pot_id in pots and claims.pot_id != desk.pot.id:
            others[token] = pots[claims.pot_id]
    return private_page(
        "receipt.html",
        desk=desk,
        accepted=accepted,
        receipt=msgspec.json.format(msgspec.json.encode(accepted.receipt)).decode(),
        accepted_at=datetime.fromisoformat(accepted.receipt.accepted_at),
        others=others,
        withdrawn=withdrawn,
    )


def _not_open(found: Round, refusal: NotOpen) -> Page:
    return problem_page(refusal, (f"/rounds/{found.id}", found.name))


handlers: list[Any] = [lead_to_sign_in, open_ballot, cast_ballot, withdraw_ballot, appeal_ballot]
