"""Appeals of residents who were refused: the form, the number to keep, and the answer."""

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath

from schema.errors import Appealed, Malformed, Refusal, TooFast, WrongReceipt
from service.languages import marked, spoken
from service.pages import words
from service.pages.forms import read_form, shaped
from service.pages.shell import Page, form_page, private_page, see_other
from service.people import TheHouse, caller_address
from service.reading import AnyRequest, uuid_or_malformed
from service.store.rounds import Pot
from service.verbs import appeals as verbs
from service.verbs import readings
from service.verbs.appeals import AppealDraft, AppealQuestion
from service.verbs.rounds import RoundView


@get("/rounds/{round_id:uuid}/appeals")
async def view_appeals(house: TheHouse, round_id: FromPath[UUID]) -> Page:
    """The form for whoever could not sign in, and the one for reading an answer."""
    return _page(await readings.read_round(house, round_id, spoken()))


def _page(
    view: RoundView,
    refusal: Refusal | None = None,
    *,
    pot: Pot | None = None,
    slip: str = "",
    kept: str = "",
    receipt: str = "",
) -> Page:
    facts = {"pot": pot, "slip": slip, "kept": kept, "receipt": receipt}
    return form_page("appeals.html", refusal, view.round.currency, round=view.round, **facts)


@post("/rounds/{round_id:uuid}/appeals")
async def make_appeal(request: AnyRequest, house: TheHouse, round_id: FromPath[UUID]) -> Page:
    """Take an appeal and show its number; or show the form again, with what was written."""
    view = await readings.read_round(house, round_id, spoken())
    fields = await read_form(request)
    written, slip, named = fields.text("words"), fields.text("slip"), fields.text("pot")
    pot = next((each for each in view.pots if str(each.id) == named), None)
    try:
        pot_id = uuid_or_malformed(named, marked("the pot")) if named else None
        sent = shaped({"words": written, "pot_id": pot_id, "slip": slip or None}, AppealDraft)
        made = await verbs.make_appeal(house, round_id, sent, caller_address(request))
    except WrongReceipt as refusal:  # the sign-in has ended: who she is has to be said in words, or she signs in again
        return _page(view, refusal, pot=pot, kept=written)
    except (Malformed, Appealed, TooFast) as refusal:
        return _page(view, refusal, pot=pot, slip=slip, kept=written)
    return private_page("appealed.html", round=view.round, receipt=made.receipt, known=bool(slip))


@get("/rounds/{round_id:uuid}/appeal-answers")
async def lead_to_appeals(round_id: FromPath[UUID]) -> Page:
    """An answer is read by a form; who types this address is led to it."""
    return see_other(f"/rounds/{round_id}/appeals")


@post("/rounds/{round_id:uuid}/appeal-answers")
async def read_answer(request: AnyRequest, house: TheHouse, round_id: FromPath[UUID]) -> Page:
    """What became of the appeal with this number."""
    view = await readings.read_round(house, round_id, spoken())
    receipt = (await read_form(request)).text("receipt")
    try:
        sent = shaped({"proof": receipt}, AppealQuestion)
        found = await verbs.read_answers(house, round_id, sent, caller_address(request))
    except (Malformed, WrongReceipt, TooFast) as refusal:
        return _page(view, refusal, receipt=receipt)
    return private_page("appeal_answers.html", round=view.round, texts=view.texts, appeals=found, words=words)


handlers: list[Any] = [view_appeals, make_appeal, lead_to_appeals, read_answer]
