"""Taking one's own proposal back: what that does is said first."""

from typing import Any
from uuid import UUID

from litestar import post
from litestar.params import FromPath

from schema.errors import Changed, NotInPhase, NotYours, Settled, TooFast
from service.house import House
from service.languages import _, spoken
from service.pages.forms import read_form
from service.pages.passes import civic_pass
from service.pages.problems import problem_page
from service.pages.shell import Page, private_page
from service.people import TheHouse, take_pass
from service.reading import AnyRequest
from service.verbs import proposals as verbs
from service.verbs import readings
from service.verbs.readings import RoundInWords

REFUSED = (Changed, NotInPhase, NotYours, Settled, TooFast)
"""Refusals that lead back to the proposal."""


@post("/proposals/{proposal_id:uuid}/withdrawal/new")
async def open_withdrawal(request: AnyRequest, house: TheHouse, proposal_id: FromPath[UUID]) -> Page:
    """What becomes of one's own proposal when it is taken back, and the button for it."""
    fields = await read_form(request)
    _seen, view = await readings.read_proposal(house, proposal_id, spoken())
    await civic_pass(house, fields, view.round, "withdrawal", proposal_id)
    return await withdrawal_page(house, view, proposal_id, fields.text("pass"))


@post("/proposals/{proposal_id:uuid}/withdrawal")
async def withdraw_proposal(request: AnyRequest, house: TheHouse, proposal_id: FromPath[UUID]) -> Page:
    """Take one's own proposal back; twice is once."""
    fields = await read_form(request)
    proposal, view = await readings.read_proposal(house, proposal_id, spoken())
    claims = await civic_pass(house, fields, view.round, "withdrawal", proposal_id)
    try:
        await verbs.withdraw_proposal(house, claims, proposal_id)
    except REFUSED as refusal:
        return problem_page(refusal, (f"/proposals/{proposal_id}", proposal.title))
    return private_page("withdrawn.html", round=view.round, proposal_id=proposal_id, token=fields.text("pass"))


async def withdrawal_page(house: House, view: RoundInWords, proposal_id: UUID, token: str) -> Page:
    """What becomes of it, and the button; or why it cannot be taken back."""
    try:
        stands = await verbs.view_withdrawable(house, await take_pass(token, house, "civic"), proposal_id)
    except REFUSED as refusal:
        return problem_page(refusal, (f"/proposals/{proposal_id}", _("The proposal")))
    (proposal,), _texts = await readings.read_proposals(house, [stands], view.texts)
    return private_page("withdraw.html", round=view.round, proposal=proposal, token=token)


handlers: list[Any] = [open_withdrawal, withdraw_proposal]
