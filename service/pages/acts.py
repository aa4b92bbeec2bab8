"""What takes two officers, on the page of a round: one asks with a reason, another one confirms."""

from typing import Any
from uuid import UUID

from litestar import post
from litestar.params import FromPath

from service.languages import marked
from service.pages.forms import Fields, read_form, shaped
from service.pages.officer_rounds import done_or_said
from service.pages.shell import Page
from service.people import TheHouse, TheOfficer, TheSession
from service.reading import AnyRequest, uuid_or_malformed
from service.verbs import acts as verbs
from service.verbs.acts import ActDraft

_SENT = ("kind", "closes_at", "project_id", "title", "about", "quarantine_id", "appeal_id")


@post("/rounds/{round_id:uuid}/acts")
async def request_act(
    request: AnyRequest, house: TheHouse, officer: TheOfficer, session: TheSession, round_id: FromPath[UUID]
) -> Page:
    """Ask another officer for an act; what was typed stays in the form when it is refused."""
    fields = await read_form(request)

    async def asking() -> object:
        return await verbs.request_act(house, officer, session, round_id, _draft(fields))

    return await done_or_said(house, officer, round_id, "ask", asking(), fields)


@post("/rounds/{round_id:uuid}/confirmation")
async def confirm_act(
    request: AnyRequest, house: TheHouse, officer: TheOfficer, session: TheSession, round_id: FromPath[UUID]
) -> Page:
    """Confirm what another officer asked for, or carry out again what was decided."""
    act_id = uuid_or_malformed((await read_form(request)).text("act"), marked("the act"))
    doing = verbs.confirm_act(house, officer, session, act_id)
    return await done_or_said(house, officer, round_id, "confirm", doing)


@post("/rounds/{round_id:uuid}/withdrawal")
async def withdraw_act(
    request: AnyRequest, house: TheHouse, officer: TheOfficer, session: TheSession, round_id: FromPath[UUID]
) -> Page:
    """Take back what one asked for."""
    act_id = uuid_or_malformed((await read_form(request)).text("act"), marked("the act"))
    doing = verbs.withdraw_act(house, officer, session, act_id)
    return await done_or_said(house, officer, round_id, "withdraw", doing)


def _draft(fields: Fields) -> ActDraft:
    """What a form asks for."""
    act = {name: fields.text(name) for name in _SENT if fields.text(name)}
    if closes_at := fields.moment("closes_at"):
        act["closes_at"] = closes_at
    return shaped({"act": act, "reason": fields.text("reason")}, ActDraft)


handlers: list[Any] = [request_act, confirm_act, withdraw_act]
