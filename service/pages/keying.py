"""Keying sheets: numbers with blanks between, and their titles before they are saved; what two read differently."""

from typing import Any, TypeVar
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath, FromQuery

from schema.errors import Refusal
from schema.styles import Cumulative, Scored
from service.house import House
from service.languages import _, marked
from service.pages import words
from service.pages.forms import Fields, read_form, shaped
from service.pages.shell import Page, officer_form, see_other
from service.people import TheHouse, TheOfficer
from service.problems import details
from service.reading import AnyRequest, uuid_or_malformed
from service.store.projects import Project
from service.store.roll import Officer
from service.store.rounds import Pot, Round
from service.verbs import paper as verbs
from service.verbs import rounds as round_verbs
from service.verbs.paper import BatchView, Decided, Keyed

K = TypeVar("K", Keyed, Decided)


class Keyboard(msgspec.Struct, frozen=True):
    """What a clerk keys into: a batch, and a pot of its round with the projects on the ballot."""

    batch: BatchView
    round: Round
    pot: Pot
    projects: list[Project]


async def _keyboard(house: House, officer: Officer, batch_id: UUID, wanted: str) -> Keyboard:
    """The keyboard of the pot of this id, or of the round's first pot."""
    batch = await verbs.view_batch(house, officer, batch_id)
    view = await round_verbs.view_own_round(house, officer, batch.batch.round_id)
    pot = next((each for each in view.pots if str(each.id) == wanted), view.pots[0])
    return Keyboard(batch, view.round, pot, [each for each in view.projects if each.pot_id == pot.id])


@get("/paper/{batch_id:uuid}/keying")
async def view_keying(
    house: TheHouse,
    officer: TheOfficer,
    batch_id: FromPath[UUID],
    pot: FromQuery[str] = "",
    number: FromQuery[int] = 1,
    done: FromQuery[str] = "",
) -> Page:
    """The form for a sheet; ``done`` says what became of the one before."""
    keyboard = await _keyboard(house, officer, batch_id, pot)
    said = _(words.SHEETS[done], number=number - 1) if done in words.SHEETS else None
    return _keying(officer, keyboard, Fields({"number": [str(number)]}), said=said)


@post("/paper/{batch_id:uuid}/keying")
async def key_sheet(request: AnyRequest, house: TheHouse, officer: TheOfficer, batch_id: FromPath[UUID]) -> Page:
    """Show what was typed with the titles; save it once it was shown as it is, and go on to the next sheet."""
    fields = await read_form(request)
    keyboard = await _keyboard(house, officer, batch_id, fields.text("pot"))
    shown = " ".join(fields.text(name) for name in ("number", "numbers", "void"))
    try:
        sent = _keyed(fields, keyboard.pot.id, Keyed)
        if fields.text("step") != "save" or fields.text("shown") != shown:
            await verbs.check_sheet(house, officer, batch_id, sent)
            return _keying(officer, keyboard, fields, looked=sent, shown=shown)
        state = await verbs.key_sheet(house, officer, batch_id, sent)
    except Refusal as refusal:
        return _keying(officer, keyboard, fields, refusal=refusal)
    address = f"/officer/paper/{batch_id}/keying?pot={keyboard.pot.id}&number={sent.number + 1}"
    return see_other(f"{address}&done={state.state}")


def _keyed(fields: Fields, pot_id: UUID, shape: type[K]) -> K:
    choices, points = words.read_sheet(fields.text("numbers"))
    return shaped(
        {
            "pot_id": pot_id,
            "number": fields.number("number"),
            "choices": choices,
            "points": points,
            "void": fields.text("void") or None,
            "words": fields.text("words"),
            "page": fields.text("page"),
        },
        shape,
    )


def _keying(
    officer: Officer,
    keyboard: Keyboard,
    typed: Fields,
    *,
    looked: Keyed | None = None,
    shown: str = "",
    said: str | None = None,
    refusal: Refusal | None = None,
) -> Page:
    """The form with what was typed; ``looked`` is what it says, with the titles, before it is saved."""
    titles = {project.number: project.title for project in keyboard.projects}
    points = looked.points if looked else ()
    return officer_form(
        "officer_keying.html",
        refusal,
        keyboard.round.currency,
        officer=officer,
        view=keyboard.batch,
        round=keyboard.round,
        pot=keyboard.pot,
        with_points=isinstance(keyboard.pot.style, Cumulative | Scored),
        limits=words.limits(keyboard.pot.style, keyboard.round.currency),
        typed=typed,
        void=typed.text("void") or (verbs.void_for(refusal) if refusal and details(refusal).status == 422 else ""),
        looked=looked,
        read=[
            (number, titles[number], points[at] if points else None)
            for at, number in enumerate(looked.choices if looked else ())
        ],
        shown=shown,
        voids=words.VOIDS,
        said=said,
    )


@get("/paper/{batch_id:uuid}/differences")
async def view_differences(
    house: TheHouse, officer: TheOfficer, batch_id: FromPath[UUID], done: FromQuery[str] = ""
) -> Page:
    """Sheets that are not settled, and those that this officer may decide."""
    return await _differences(house, officer, batch_id, said=_("The sheet is decided.") if done else None)


@post("/paper/{batch_id:uuid}/differences")
async def decide_sheet(request: AnyRequest, house: TheHouse, officer: TheOfficer, batch_id: FromPath[UUID]) -> Page:
    """Decide a sheet that two clerks read differently, or remove one that does not exist."""
    fields = await read_form(request)
    try:
        sent = _keyed(fields, uuid_or_malformed(fields.text("pot"), marked("the pot")), Decided)
        await verbs.key_sheet(house, officer, batch_id, sent)
    except Refusal as refusal:
        return await _differences(house, officer, batch_id, refusal=refusal, fields=fields)
    return see_other(f"/officer/paper/{batch_id}/differences?done=decided")


async def _differences(
    house: House,
    officer: Officer,
    batch_id: UUID,
    *,
    said: str | None = None,
    refusal: Refusal | None = None,
    fields: Fields | None = None,
) -> Page:
    view = await verbs.view_batch(house, officer, batch_id)
    return officer_form(
        "officer_differences.html",
        refusal,
        "",
        officer=officer,
        view=view,
        names={sums.pot_id: sums.pot for sums in view.pots},
        waiting=await verbs.waiting_sheets(house, officer, batch_id),
        differences=await verbs.list_differences(house, officer, batch_id) if "officer" in officer.roles else [],
        typed=fields or Fields({}),
        voids=words.VOIDS,
        words=words,
        said=said,
    )


handlers: list[Any] = [view_keying, key_sheet, view_differences, decide_sheet]
