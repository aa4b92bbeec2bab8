"""The officers' page of a round's proposals: read them in full, shortlist, decline, hide, and take that back."""

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery

from schema.errors import Refusal
from service.house import House
from service.languages import _, marked
from service.pages import words
from service.pages.forms import Fields, read_form, shaped
from service.pages.rounds import SIZE, After
from service.pages.shell import Page, officer_form, see_other
from service.people import TheHouse, TheOfficer
from service.reading import AnyRequest, uuid_or_malformed
from service.store.roll import Officer
from service.verbs import moderation
from service.verbs import proposals as proposal_verbs
from service.verbs import reviews as verbs
from service.verbs import rounds as round_verbs
from service.verbs.proposals import Shortlisting
from service.verbs.reviews import Queue, ReviewDraft

DONE = {
    "shortlist": marked("The proposal is on the ballot now."),
    "declined": marked("The proposal is declined. Everybody can read why."),
    "hidden": marked("The proposal is hidden. Only officers can read it, and its author is told why."),
    "reopened": marked("The decision is taken back."),
    "reports": marked("The reports are laid aside."),
}
"""What the page says after an act, by the name in its address."""


@get("/rounds/{round_id:uuid}/proposals")
async def list_proposals(
    house: TheHouse,
    officer: TheOfficer,
    round_id: FromPath[UUID],
    queue: FromQuery[str] = "submitted",
    after: After = None,
    done: FromQuery[str] = "",
) -> Page:
    """A round's proposals in one state: those that wait unless another is asked for."""
    state = queue if queue in words.QUEUES else "submitted"
    found = await verbs.view_queue(house, officer, round_id, state, after, SIZE + 1)
    return await _page(house, officer, round_id, state, found, said=DONE.get(done), first=after is None)


async def _page(
    house: House,
    officer: Officer,
    round_id: UUID,
    state: str,
    queue: Queue,
    *,
    said: str | None = None,
    refusal: Refusal | None = None,
    tried: str = "",
    typed: Fields | None = None,
    first: bool = True,
) -> Page:
    view = await round_verbs.view_own_round(house, officer, round_id)
    found = queue.proposals
    return officer_form(
        "officer_proposals.html",
        refusal,
        view.round.currency,
        officer=officer,
        round=view.round,
        pots=view.pots,
        state=state,
        counts=queue.counts,
        proposals=found[:SIZE],
        reports=await moderation.view_reports(house, officer, round_id, [each.id for each in found]),
        first=first,
        more=found[SIZE - 1].id if len(found) > SIZE else None,
        words=words,
        said=_(said) if said else None,
        tried=tried,
        typed=typed or Fields({}),
    )


@post("/proposals/{proposal_id:uuid}/shortlist")
async def shortlist_proposal(
    request: AnyRequest, house: TheHouse, officer: TheOfficer, proposal_id: FromPath[UUID]
) -> Page:
    """Put a proposal on a pot's ballot, with what it costs."""
    fields = await read_form(request)
    try:
        pot_id = uuid_or_malformed(fields.text("pot"), marked("the pot"))
        cost = words.read_money(fields.text("cost"), marked("the cost"))
        into = shaped({"pot_id": pot_id, "cost": cost}, Shortlisting)
        project = await proposal_verbs.shortlist_proposal(house, officer, proposal_id, into)
    except Refusal as refusal:
        return await _told(house, officer, proposal_id, "shortlist", fields, refusal)
    return see_other(f"/officer/rounds/{project.round_id}/proposals?done=shortlist")


@post("/proposals/{proposal_id:uuid}/decline")
async def decline_proposal(
    request: AnyRequest, house: TheHouse, officer: TheOfficer, proposal_id: FromPath[UUID]
) -> Page:
    """Say that a proposal cannot be done, and why."""
    return await _decide(request, house, officer, proposal_id, "declined")


@post("/proposals/{proposal_id:uuid}/hide")
async def hide_proposal(request: AnyRequest, house: TheHouse, officer: TheOfficer, proposal_id: FromPath[UUID]) -> Page:
    """Show a proposal that breaks the rules of conduct to nobody but officers."""
    return await _decide(request, house, officer, proposal_id, "hidden")


@post("/proposals/{proposal_id:uuid}/reopen")
async def reopen_proposal(
    request: AnyRequest, house: TheHouse, officer: TheOfficer, proposal_id: FromPath[UUID]
) -> Page:
    """Take back that a proposal was declined or hidden."""
    return await _decide(request, house, officer, proposal_id, "reopened")


@post("/proposals/{proposal_id:uuid}/reports")
async def settle_reports(house: TheHouse, officer: TheOfficer, proposal_id: FromPath[UUID]) -> Page:
    """Lay aside what readers reported of a proposal that may stand."""
    before, _queue = await verbs.view_queued(house, officer, proposal_id)
    await moderation.settle_proposal_reports(house, officer, proposal_id)
    return see_other(f"/officer/rounds/{before.round_id}/proposals?queue={before.state}&done=reports")


async def _decide(request: AnyRequest, house: House, officer: Officer, proposal_id: UUID, state: str) -> Page:
    """Do it and lead back to the queue from which it came; a refusal is told beside the proposal."""
    fields = await read_form(request)
    before, _queue = await verbs.view_queued(house, officer, proposal_id)
    sent = {"state": state, "ground": fields.text("ground") or None, "reason": fields.text("reason").strip() or None}
    try:
        await verbs.review_proposal(house, officer, proposal_id, shaped(sent, ReviewDraft))
    except Refusal as refusal:
        return await _told(house, officer, proposal_id, state, fields, refusal)
    return see_other(f"/officer/rounds/{before.round_id}/proposals?queue={before.state}&done={state}")


async def _told(
    house: House, officer: Officer, proposal_id: UUID, tried: str, fields: Fields, refusal: Refusal
) -> Page:
    """The proposal alone, with what was tried and typed, and why it was not done."""
    one, queue = await verbs.view_queued(house, officer, proposal_id)
    return await _page(house, officer, one.round_id, one.state, queue, refusal=refusal, tried=tried, typed=fields)


handlers: list[Any] = [
    list_proposals,
    shortlist_proposal,
    decline_proposal,
    hide_proposal,
    reopen_proposal,
    settle_reports,
]
