"""Drafts of proposals: saved from the form, listed for their author, gone on with, and deleted."""

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath

from schema.errors import Changed, Malformed, NotFound, NotInPhase, TooFast, TooManyDrafts
from service.house import House
from service.languages import _, marked, spoken
from service.pages.forms import Fields, read_form, shaped
from service.pages.passes import civic_pass
from service.pages.proposing import proposal_form
from service.pages.shell import Page, private_page, see_other
from service.people import TheHouse, take_pass
from service.reading import AnyRequest, uuid_or_malformed
from service.verbs import drafts as verbs
from service.verbs import readings
from service.verbs.drafts import DraftWords
from service.verbs.readings import RoundInWords


@get(["/rounds/{round_id:uuid}/drafts", "/rounds/{round_id:uuid}/drafts/deletion"])
async def lead_to_sign_in(round_id: FromPath[UUID]) -> Page:
    """Drafts are read with a pass; who types the address is led to where the way begins."""
    return see_other(f"/rounds/{round_id}/sign-in")


@post("/rounds/{round_id:uuid}/drafts")
async def save_draft(request: AnyRequest, house: TheHouse, round_id: FromPath[UUID]) -> Page:
    """Keep what is written so far; or show the form again with it."""
    view = await readings.read_round(house, round_id, spoken())
    fields = await read_form(request)
    claims = await civic_pass(house, fields, view.round, "proposal")
    try:
        draft_id = uuid_or_malformed(fields.text("draft"), marked("the draft"))
        revision = fields.number_or("revision", 0)
        await verbs.save_draft(house, claims, draft_id, revision, shaped(_words(fields), DraftWords))
    except Changed as refusal:  # as another draft, so that neither is lost
        return await proposal_form(house, view, fields.text("pass"), fields.without("draft", "revision"), refusal)
    except (Malformed, NotFound, NotInPhase, TooFast, TooManyDrafts) as refusal:
        return await proposal_form(house, view, fields.text("pass"), fields, refusal)
    said = marked("Your draft is saved. Nobody else can read it.")
    return await _drafts(house, view, fields.text("pass"), said)


@post("/rounds/{round_id:uuid}/drafts/deletion")
async def delete_draft(request: AnyRequest, house: TheHouse, round_id: FromPath[UUID]) -> Page:
    """Delete a draft; twice is once."""
    view = await readings.read_round(house, round_id, spoken())
    fields = await read_form(request)
    claims = await civic_pass(house, fields, view.round, "")
    await verbs.delete_draft(house, claims, uuid_or_malformed(fields.text("draft"), marked("the draft")))
    return await _drafts(house, view, fields.text("pass"), marked("The draft is deleted."))


async def _drafts(house: House, view: RoundInWords, token: str, said: str) -> Page:
    found = await verbs.own_drafts(house, await take_pass(token, house, "civic"))
    return private_page("drafts.html", round=view.round, drafts=found, token=token, said=_(said))


def _words(fields: Fields) -> dict[str, str]:
    lines = ("title", "author_name", "language", "area", "cost_guess", "theme", "place", "point")
    return {name: fields.text(name).strip() for name in lines} | {"about": fields.text("about")}


handlers: list[Any] = [lead_to_sign_in, save_draft, delete_draft]
