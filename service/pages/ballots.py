"""A ballot: the form, casting it, taking it back, and the receipt. The pass in the form is all that is looked at."""

import secrets
from datetime import datetime
from hashlib import sha256
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
    NoPoints,
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
    TooManyForOne,
    TooManyPoints,
    Unavailable,
    UnknownProject,
)
from schema.passes import Pass
from schema.styles import Ranked, check_choices, name_of
from service.house import House
from service.pages import words
from service.pages.choosing import FEW, MOVES, Chosen, chosen, focused, gauges, gives_points, most_points, moved
from service.pages.forms import Fields, read_form, shaped
from service.pages.passes import NO_PASS, SignInAgain, ask_code
from service.pages.problems import problem_page
from service.pages.shell import Page, form_page, here, private_page, see_other, wanted
from service.people import TheHouse, leave_trace, refuse_other_round, take_pass
from service.reading import AnyRequest, idempotency_key
from service.store.projects import Project
from service.store.rounds import Pot, Round
from service.verbs import appeals as appeal_verbs
from service.verbs import ballots as verbs
from service.verbs import readings
from service.verbs import rounds as round_verbs
from service.verbs.appeals import BallotAppealDraft
from service.verbs.ballots import Accepted, Ballot, Withdrawal
from service.verbs.readings import PotInWords, Texts

MENDABLE = (
    UnknownProject,
    ChosenTwice,
    TooMany,
    TooFew,
    TooCostly,
    PointsAmiss,
    NoPoints,
    TooManyForOne,
    TooManyPoints,
    OnPaper,
    Stale,
    KeyReused,
    NoKey,
    TooFast,
)
"""Refusals after which the ballot is shown again with its choices."""

STANDING = (OnPaper, Stale, NothingToWithdraw, KeyReused, NoKey, TooFast)
"""Refusals of a withdrawal after which the ballot is shown as it stands."""

_SENT = ("pass", "others", "choices", "points", "easy", "original", "base_revision", "idempotency_key")

SCRIPT = "ballot.js"
"""What adds up while choices are made, and keeps them until they are cast; every page works without it."""


class Desk(msgspec.Struct, frozen=True):
    """What lies before a voter: a pot with its projects, the pass for it, and the passes for other pots.

    ``texts`` is how it is worded for her. ``easy``: she reads the page with larger type and fewer words.
    """

    round: Round
    pot: Pot
    projects: list[Project]
    token: str
    others: list[str]
    texts: Texts
    easy: bool = False

    @property
    def costs(self) -> dict[int, int]:
        """What each project costs (minor units), by its number."""
        return {project.number: project.cost for project in self.projects}


@get(
    [
        "/pots/{pot_id:uuid}/ballot",
        "/pots/{pot_id:uuid}/ballots",
        "/pots/{pot_id:uuid}/withdrawals",
        "/pots/{pot_id:uuid}/appeals",
    ]
)
async def lead_to_sign_in(request: AnyRequest, house: TheHouse, pot_id: FromPath[UUID]) -> Page:
    """A ballot is opened by a form that holds a pass; who types its address is led to where the way begins."""
    found, _, _ = await round_verbs.public_pot(house, pot_id)
    return see_other(here(request).roll(f"/rounds/{found.id}/sign-in"))


@post("/pots/{pot_id:uuid}/ballot")
async def open_ballot(request: AnyRequest, house: TheHouse, pot_id: FromPath[UUID]) -> Page:
    """The ballot: as it was cast last, or with the choices that were sent by one of its buttons, named ``press``."""
    fields = await read_form(request)
    seen = await _seen(request, house, pot_id, fields)
    press = fields.text("press")
    made = chosen(fields, seen.pot.style) if press else None
    await _box_pass(house, seen, fields, made)
    desk = _desk(seen, fields)
    if made is None:
        return await ballot_page(house, desk)
    move, _, number = press.partition(" ")
    if move in MOVES and number.isdecimal():
        numbers = moved(made.numbers, move, int(number))
        return await ballot_page(house, desk, Chosen(numbers), pressed=(move, int(number)))
    if press == "review":
        return await _review(house, desk, made, fields.number("base_revision"))
    if press in {"easy", "usual"}:
        desk = msgspec.structs.replace(desk, easy=press == "easy")
    return await ballot_page(house, desk, made)


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
    seen = await _seen(request, house, pot_id, fields)
    claims = await _box_pass(house, seen, fields)
    try:
        await appeal_verbs.appeal_ballot(house, claims, shaped({"ground": fields.text("ground")}, BallotAppealDraft))
    except (Appealed, NothingToAppeal, TooFast) as refusal:
        return problem_page(refusal, (f"/rounds/{seen.round.id}", seen.round.name))
    return await ballot_page(house, _desk(seen, fields))


async def _seen(request: AnyRequest, house: House, pot_id: UUID, fields: Fields) -> PotInWords:
    """The pot in the words that the voter reads it in."""
    return await readings.read_pot(house, pot_id, wanted(request, fields.text("original")))


def _desk(seen: PotInWords, fields: Fields) -> Desk:
    return Desk(
        seen.round,
        seen.pot,
        seen.projects,
        fields.text("pass"),
        fields.texts("others"),
        seen.texts,
        bool(fields.text("easy")),
    )


async def _review(house: House, desk: Desk, made: Chosen, seen: int) -> Page:
    """The choices once more, before they are cast; or the ballot, and why it would not be taken.

    ``seen`` is the revision that stood on the ballot: over a newer one nobody casts without having seen it.
    """
    if desk.round.phase != "voting":
        return _not_open(desk.round, NotOpen(phase=desk.round.phase))
    if refusal := check_choices(desk.pot.style, desk.costs, made.numbers, made.points):
        return await ballot_page(house, desk, made, refusal)
    cast = await verbs.current_ballot(house, await take_pass(desk.token, house, "box"), desk.pot.id)
    if (stands := cast.revision if cast else 0) != seen:
        return await ballot_page(house, desk, made, Stale(revision=stands))
    return _ballot_form("review.html", desk, made, base_revision=seen, idempotency_key=secrets.token_urlsafe(16))


async def _cast(request: AnyRequest, house: House, pot_id: UUID, fields: Fields) -> Page:
    seen = await _seen(request, house, pot_id, fields)
    made = chosen(fields, seen.pot.style)
    claims = await _box_pass(house, seen, fields, made)
    desk = _desk(seen, fields)
    sent = shaped(
        {"choices": made.numbers, "points": made.points, "base_revision": fields.number("base_revision")}, Ballot
    )
    try:
        accepted, fresh = await verbs.cast_ballot(
            house, claims, pot_id, idempotency_key(fields.text("idempotency_key")), sent
        )
    except MENDABLE as refusal:
        return await ballot_page(house, desk, made, refusal)
    except NotOpen as refusal:
        return _not_open(seen.round, refusal)
    if fresh:
        leave_trace(request, house, claims)
    return await _receipt_page(house, desk, accepted)


async def _withdraw(request: AnyRequest, house: House, pot_id: UUID, fields: Fields) -> Page:
    seen = await _seen(request, house, pot_id, fields)
    claims = await _box_pass(house, seen, fields)
    desk = _desk(seen, fields)
    sent = shaped({"base_revision": fields.number("base_revision")}, Withdrawal)
    try:
        accepted, fresh = await verbs.withdraw_ballot(
            house, claims, pot_id, idempotency_key(fields.text("idempotency_key")), sent
        )
    except STANDING as refusal:
        return await ballot_page(house, desk, None, refusal, taking_back=True)
    except NotOpen as refusal:
        return _not_open(seen.round, refusal)
    if fresh:
        leave_trace(request, house, claims)
    return await _receipt_page(house, desk, accepted, withdrawn=True)


async def _box_pass(house: House, seen: PotInWords, fields: Fields, made: Chosen | None = None) -> Pass:
    """The pass for this pot's ballot. Raises SignInAgain, which keeps the choices."""
    try:
        claims = await take_pass(fields.text("pass"), house, "box")
        refuse_other_round(claims, seen.round.id, seen.pot.id)
    except NO_PASS as refusal:
        raise SignInAgain(_sign_in_again(house, seen, made, fields, refusal)) from None
    return claims


def _sign_in_again(house: House, seen: PotInWords, made: Chosen | None, fields: Fields, refusal: Refusal) -> Page:
    """The sign-in form, which keeps the choices; or, where it is the other room's, a page to keep beside it.

    Who signs in says who they are, and a choice must not come along (P7).
    """
    found, pot = seen.round, seen.pot
    if house.settings.separate_box_url is None:
        then = [("then", "choices" if made else "ballot"), ("pot", str(pot.id))]
        return ask_code(found, [*then, *(made.fields if made else []), *fields.kept(("easy", "original"))], refusal)
    numbers, given = (made.numbers, made.given) if made else ((), {})
    named = {project.number: project for project in seen.projects}
    return form_page(
        "signed_out.html",
        refusal,
        found.currency,
        round=found,
        pot=pot,
        chosen=[(named[number], given.get(number)) for number in numbers if number in named],
        placed=isinstance(pot.style, Ranked),
    )


async def ballot_page(
    house: House,
    desk: Desk,
    made: Chosen | None = None,
    refusal: Refusal | None = None,
    *,
    pressed: tuple[str, int] = ("", 0),
    returned: bool = False,
    taking_back: bool = False,
) -> Page:
    """The ballot with these choices; without any, with those of the ballot that was cast last.

    ``pressed`` is the button that moved a project, ``returned`` says that the choices come back from the sign-in form,
    ``taking_back`` that a withdrawal was refused.
    """
    found, pot = desk.round, desk.pot
    if found.phase not in {"voting", "counting", "published"}:
        return _not_open(found, NotOpen(phase=found.phase))
    claims = await take_pass(desk.token, house, "box")
    cast = await verbs.current_ballot(house, claims, pot.id)
    if found.phase != "voting" or (cast and cast.choices is None):  # it may have closed since the round was read
        return private_page("own_ballot.html", desk=desk, cast=cast, words=words, script=SCRIPT)
    before = Chosen(cast.choices or (), cast.points or ()) if cast else Chosen()
    return _ballot_form(
        "ballot.html",
        desk,
        before if made is None else made,
        refusal,
        cast=cast,
        before=before,
        differs=cast is not None and made is not None and not made.same(pot.style, before),
        sent=made is not None,
        whose=sha256(f"kept {claims.tag}".encode()).hexdigest()[:16],
        words=words,
        focus=focused(*pressed, before.numbers if made is None else made.numbers, list(desk.costs)),
        returned=returned,
        taking_back=taking_back,
        withdrawal_key=secrets.token_urlsafe(16),
    )


def _ballot_form(template: str, desk: Desk, made: Chosen, refusal: Refusal | None = None, **facts: object) -> Page:
    """A page with choices in its form: the ballot, or the look at it before it is cast."""
    style, currency = desk.pot.style, desk.round.currency
    named = {project.number: project for project in desk.projects}
    return form_page(
        template,
        refusal,
        currency,
        desk=desk,
        style=name_of(style),
        made=made,
        chosen=[named[number] for number in dict.fromkeys(made.numbers) if number in named],
        gives_points=gives_points(style),
        most_points=most_points(style),
        few=FEW,
        limits=words.limits(style, currency),
        gauges=gauges(style, desk.costs, made, currency),
        script=SCRIPT,
        **facts,
    )


async def _receipt_page(house: House, desk: Desk, accepted: Accepted, withdrawn: bool = False) -> Page:
    view = await readings.read_round(house, desk.round.id, desk.texts.language)
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
        script=SCRIPT,
    )


def _not_open(found: Round, refusal: NotOpen) -> Page:
    return problem_page(refusal, (f"/rounds/{found.id}", found.name))


handlers: list[Any] = [lead_to_sign_in, open_ballot, cast_ballot, withdraw_ballot, appeal_ballot]
