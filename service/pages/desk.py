"""The fraud desk's page: what looks unusual, and the ballots that were set aside for it."""

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery

from schema.errors import Answered, LineGone, Malformed, Refusal, TakesTwo
from service.house import House
from service.languages import _, marked
from service.pages import words
from service.pages.forms import read_form, shaped
from service.pages.shell import Page, officer_form, see_other
from service.people import TheHouse, TheOfficer
from service.reading import AnyRequest, uuid_or_malformed
from service.store.roll import Officer
from service.verbs import appeals as appeal_verbs
from service.verbs import desk as verbs
from service.verbs import rounds as round_verbs
from service.verbs.appeals import AppealAnswer
from service.verbs.desk import QuarantineDraft

DONE = {
    "quarantine": marked("The ballots are set aside. They count as before, until two officers decide."),
    "answer": marked("The appeal is answered."),
}
"""What the page says after an act."""


@get("/rounds/{round_id:uuid}/desk")
async def view_desk(house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID], done: FromQuery[str] = "") -> Page:
    """The report of this moment."""
    return await desk_page(house, officer, round_id, said=_(DONE.get(done, "")))


async def desk_page(
    house: House,
    officer: Officer,
    round_id: UUID,
    *,
    said: str | None = None,
    refusal: Refusal | None = None,
    kept: dict[str, str] | None = None,
) -> Page:
    """The desk with what was just done or refused on top. ``kept``: what was written into forms, by line or appeal."""
    view = await round_verbs.view_own_round(house, officer, round_id)
    return officer_form(
        "officer_desk.html",
        refusal,
        view.round.currency,
        officer=officer,
        round=view.round,
        desk=await verbs.view_desk(house, officer, round_id),
        appeals=await appeal_verbs.list_appeals(house, officer, round_id),
        words=words,
        said=said,
        kept=kept or {},
    )


@get(["/rounds/{round_id:uuid}/quarantines", "/rounds/{round_id:uuid}/answers"])
async def lead_to_desk(officer: TheOfficer, round_id: FromPath[UUID]) -> Page:
    """What is sent to this address is sent from the desk."""
    return see_other(f"/officer/rounds/{round_id}/desk")


@post("/rounds/{round_id:uuid}/quarantines")
async def quarantine_line(request: AnyRequest, house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> Page:
    """Set the ballots behind a line aside; a refusal is told on the desk, which keeps what was written."""
    fields = await read_form(request)
    line, reason = fields.text("line"), fields.text("reason")
    try:
        await verbs.quarantine_line(house, officer, round_id, shaped({"line": line, "reason": reason}, QuarantineDraft))
    except (LineGone, Malformed) as refusal:
        return await desk_page(house, officer, round_id, refusal=refusal, kept={line: reason})
    return see_other(f"/officer/rounds/{round_id}/desk?done=quarantine")


@post("/rounds/{round_id:uuid}/answers")
async def answer_appeal(request: AnyRequest, house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> Page:
    """Answer an appeal; a refusal is told on the desk, which keeps what was written."""
    fields = await read_form(request)
    appeal, answer = fields.text("appeal"), fields.text("answer")
    try:
        sent = shaped({"granted": fields.text("verdict") == "grant", "answer": answer}, AppealAnswer)
        await appeal_verbs.answer_appeal(
            house, officer, round_id, uuid_or_malformed(appeal, marked("the appeal")), sent
        )
    except (Answered, TakesTwo, Malformed) as refusal:
        return await desk_page(house, officer, round_id, refusal=refusal, kept={appeal: answer})
    return see_other(f"/officer/rounds/{round_id}/desk?done=answer")


handlers: list[Any] = [view_desk, lead_to_desk, quarantine_line, answer_appeal]
