"""Clerks' pages of papers: the batches of a round, the booth where people are marked, and closing."""

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery

from schema.errors import Refusal
from service.house import House
from service.languages import _, marked
from service.pages import words
from service.pages.forms import Fields, read_form, shaped
from service.pages.shell import Page, officer_form, see_other
from service.people import TheHouse, TheOfficer
from service.reading import AnyRequest, uuid_or_malformed
from service.store.roll import Officer
from service.verbs import booth
from service.verbs import paper as verbs
from service.verbs import rounds as round_verbs
from service.verbs.booth import Marking, Unmarking
from service.verbs.paper import BatchDraft, BatchView, Totals

DONE = {
    "opened": marked("The batch is open. Mark people at the booth, and key the sheets when you have them."),
    "totals": marked("The numbers are noted."),
    "unmarked": marked("The mark is taken back: this person can vote online, or be given a paper."),
    "closed": marked("The batch is closed, and its ballots are in the box."),
}
"""What a page says after an act; the address holds the name alone."""


@get("/rounds/{round_id:uuid}/paper")
async def list_batches(house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> Page:
    """The batches of a round."""
    return await _batches(house, officer, round_id)


@post("/rounds/{round_id:uuid}/paper")
async def open_batch(request: AnyRequest, house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> Page:
    """Open a batch, and go on to it."""
    fields = await read_form(request)
    try:
        draft = shaped({name: fields.text(name) for name in ("reference", "place")}, BatchDraft)
        view = await verbs.open_batch(house, officer, round_id, draft)
    except Refusal as refusal:
        return await _batches(house, officer, round_id, fields, refusal)
    return see_other(f"/officer/paper/{view.batch.id}?done=opened")


async def _batches(
    house: House, officer: Officer, round_id: UUID, fields: Fields | None = None, refusal: Refusal | None = None
) -> Page:
    view = await round_verbs.view_own_round(house, officer, round_id)
    return officer_form(
        "officer_batches.html",
        refusal,
        "",
        officer=officer,
        round=view.round,
        batches=await verbs.list_batches(house, officer, round_id),
        typed=fields or Fields({}),
    )


@get("/paper/{batch_id:uuid}")
async def view_batch(house: TheHouse, officer: TheOfficer, batch_id: FromPath[UUID], done: FromQuery[str] = "") -> Page:
    """A batch: its sums, what it lacks, and where to go on."""
    return await _batch(house, officer, batch_id, said=_(DONE.get(done, "")))


async def _batch(
    house: House,
    officer: Officer,
    batch_id: UUID,
    *,
    said: str | None = None,
    refusal: Refusal | None = None,
) -> Page:
    view = await verbs.view_batch(house, officer, batch_id)
    found = await round_verbs.view_own_round(house, officer, view.batch.round_id)
    return officer_form(
        "officer_batch.html",
        refusal,
        "",
        officer=officer,
        round=found.round,
        view=view,
        said=said,
    )


@post("/paper/{batch_id:uuid}/totals")
async def declare_totals(request: AnyRequest, house: TheHouse, officer: TheOfficer, batch_id: FromPath[UUID]) -> Page:
    """Note how many sheets were counted by hand."""
    fields = await read_form(request)
    try:
        pots = fields.texts("pot")
        totals = [{"pot_id": pot, "sheets": fields.number(f"sheets-{pot}")} for pot in pots]
        await verbs.declare_totals(house, officer, batch_id, shaped({"totals": totals}, Totals))
    except Refusal as refusal:
        return await _batch(house, officer, batch_id, refusal=refusal)
    return see_other(f"/officer/paper/{batch_id}?done=totals")


@post("/paper/{batch_id:uuid}/close")
async def close_batch(house: TheHouse, officer: TheOfficer, batch_id: FromPath[UUID]) -> Page:
    """Close a batch that adds up, or say what is missing."""
    try:
        await verbs.close_batch(house, officer, batch_id)
    except Refusal as refusal:
        return await _batch(house, officer, batch_id, refusal=refusal)
    return see_other(f"/officer/paper/{batch_id}?done=closed")


@get("/paper/{batch_id:uuid}/booth")
async def view_booth(house: TheHouse, officer: TheOfficer, batch_id: FromPath[UUID], done: FromQuery[str] = "") -> Page:
    """The booth: a field for the next person."""
    return _booth(officer, await verbs.view_batch(house, officer, batch_id), said=_(DONE.get(done, "")))


@post("/paper/{batch_id:uuid}/booth")
async def mark_paper(request: AnyRequest, house: TheHouse, officer: TheOfficer, batch_id: FromPath[UUID]) -> Page:
    """Mark a person and say at once which papers to give out, or why none."""
    fields = await read_form(request)
    try:
        sent = shaped(_person(fields), Marking)
        given = await booth.mark_paper(house, officer, batch_id, sent)
    except Refusal as refusal:
        return _booth(officer, await verbs.view_batch(house, officer, batch_id), fields, refusal=refusal)
    view = await verbs.view_batch(house, officer, batch_id)
    papers = words.listed([f"“{pot}”" for pot in given.pots])
    return _booth(
        officer, view, said=_("Marked. Give out a paper for {pots}.", pots=papers), pots=[str(pot) for pot in sent.pots]
    )


@post("/paper/{batch_id:uuid}/unmarkings")
async def unmark_paper(request: AnyRequest, house: TheHouse, officer: TheOfficer, batch_id: FromPath[UUID]) -> Page:
    """Take a mark back that was a mistake."""
    fields = await read_form(request)
    try:
        sent = shaped(_person(fields) | {"reason": fields.text("reason")}, Unmarking)
        await booth.unmark_paper(house, officer, batch_id, sent)
    except Refusal as refusal:
        view = await verbs.view_batch(house, officer, batch_id)
        return _booth(officer, view, fields, refusal=refusal, unmarking=True)
    return see_other(f"/officer/paper/{batch_id}/booth?done=unmarked")


def _person(fields: Fields) -> dict[str, object]:
    pots = [uuid_or_malformed(text, marked("the pot")) for text in fields.texts("pot")]
    return {"person": fields.text("person"), "by": fields.text("by") or "identity", "pots": pots}


def _booth(
    officer: Officer,
    view: BatchView,
    fields: Fields | None = None,
    *,
    said: str | None = None,
    refusal: Refusal | None = None,
    unmarking: bool = False,
    pots: list[str] | None = None,
) -> Page:
    """The booth's page. After a refusal it holds what was typed, after a mark the pots that were ticked."""
    ticked = fields.texts("pot") if fields else pots
    return officer_form(
        "officer_booth.html",
        refusal,
        "",
        officer=officer,
        view=view,
        typed=fields or Fields({}),
        ticked=ticked or [str(sums.pot_id) for sums in view.pots],
        unmarking=unmarking,
        said=said,
    )


handlers: list[Any] = [
    list_batches,
    open_batch,
    view_batch,
    declare_totals,
    close_batch,
    view_booth,
    mark_paper,
    unmark_paper,
]
