"""The page on which somebody who signed in, and whom the roll does not have, declares herself."""

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath

from schema.errors import PassExpired, Refusal
from service.languages import spoken
from service.pages.forms import Fields, read_form, shaped
from service.pages.passes import ask_again
from service.pages.shell import Page, form_page, private_page, see_other
from service.pages.words import RELATIONS
from service.people import TheHouse
from service.reading import AnyRequest
from service.verbs import declarations as verbs
from service.verbs import readings
from service.verbs.declarations import Declaration
from service.verbs.readings import RoundInWords


@get("/rounds/{round_id:uuid}/declaration")
async def lead_to_sign_in(round_id: FromPath[UUID]) -> Page:
    """The form opens with a slip; who types the address is led to where the way begins."""
    return see_other(f"/rounds/{round_id}/sign-in")


def declaration_form(
    view: RoundInWords, slip: str, fields: Fields | None = None, refusal: Refusal | None = None
) -> Page:
    """The form, with what was written so far; ``slip`` is from a sign-in to it."""
    wrote = fields or Fields({"relations": ["lives"]})
    return form_page(
        "declare.html",
        refusal,
        view.round.currency,
        round=view.round,
        areas=view.areas,
        texts=view.texts,
        slip=slip,
        wrote={name: wrote.text(name) for name in ("area", "birth_year", "birth_month")},
        related=wrote.texts("relations"),
        relations=RELATIONS,
    )


@post("/rounds/{round_id:uuid}/declaration")
async def declare(request: AnyRequest, house: TheHouse, round_id: FromPath[UUID]) -> Page:
    """Take what somebody says of herself, and say when she can vote."""
    view = await readings.read_round(house, round_id, spoken())
    fields = await read_form(request)
    try:
        declared = await verbs.declare(house, round_id, _sent(fields))
    except PassExpired as refusal:
        return ask_again(view.round, "declaration", fields, refusal)
    except Refusal as refusal:
        return declaration_form(view, fields.text("slip"), fields, refusal)
    return private_page("declared.html", round=view.round, on_roll_at=declared.on_roll_at)


def _sent(fields: Fields) -> Declaration:
    numbers = {name: fields.number(name) for name in ("birth_year", "birth_month") if fields.text(name).strip()}
    values = {
        "slip": fields.text("slip"),
        "area": fields.text("area"),
        "relations": fields.texts("relations"),
        **numbers,
    }
    return shaped(values, Declaration)


handlers: list[Any] = [lead_to_sign_in, declare]
