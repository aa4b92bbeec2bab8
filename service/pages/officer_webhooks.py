"""The officers' page of where signed heads go: the webhooks, how each does, and the house's own folder."""

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery

from schema.errors import BadAddress, Malformed, NameTaken, Refusal, TooManyWebhooks
from service.house import House
from service.languages import _, marked
from service.pages import words
from service.pages.forms import Fields, read_form, shaped
from service.pages.shell import Page, officer_form, see_other
from service.people import TheHouse, TheOfficer
from service.reading import AnyRequest
from service.store.roll import Officer
from service.verbs import heads as verbs
from service.verbs.heads import MOST, WebhookDraft

DONE = {
    "added": marked("Heads are posted there from now on. How the first ones fare stands below in a moment."),
    "trial": marked("The newest heads are posted there once more. How they fare stands below in a moment."),
    "removed": marked("Nothing is posted there any more."),
}
"""What the page says after an act, by the name in its address."""


@get("/webhooks")
async def view_webhooks(house: TheHouse, officer: TheOfficer, done: FromQuery[str] = "") -> Page:
    """Where the heads of the municipality's ledgers go, and how each place does."""
    return await _page(house, officer, said=_(DONE.get(done, "")))


async def _page(
    house: House,
    officer: Officer,
    *,
    said: str | None = None,
    refusal: Refusal | None = None,
    typed: Fields | None = None,
) -> Page:
    places = await verbs.list_places(house, officer)
    live = {"script": "live.js"} if places.folder or places.webhooks else {}
    return officer_form(
        "officer_webhooks.html",
        refusal,
        "",
        officer=officer,
        places=places,
        most=MOST,
        words=words,
        said=said,
        typed=typed or Fields({}),
        **live,
    )


@post("/webhooks")
async def add_webhook(request: AnyRequest, house: TheHouse, officer: TheOfficer) -> Page:
    """Post heads to a further address."""
    fields = await read_form(request)
    try:
        draft = shaped({"address": fields.text("webhook").strip()}, WebhookDraft)
        await verbs.add_webhook(house, officer, draft)
    except (Malformed, BadAddress, NameTaken, TooManyWebhooks) as refusal:
        return await _page(house, officer, refusal=refusal, typed=fields)
    return see_other("/officer/webhooks?done=added")


@post("/webhooks/{webhook_id:uuid}/trial")
async def try_webhook(house: TheHouse, officer: TheOfficer, webhook_id: FromPath[UUID]) -> Page:
    """Post the newest heads there once more, now."""
    await verbs.try_webhook(house, officer, webhook_id)
    return see_other("/officer/webhooks?done=trial")


@post("/webhooks/{webhook_id:uuid}/removal")
async def remove_webhook(house: TheHouse, officer: TheOfficer, webhook_id: FromPath[UUID]) -> Page:
    """Post nothing there any more."""
    await verbs.remove_webhook(house, officer, webhook_id)
    return see_other("/officer/webhooks?done=removed")


handlers: list[Any] = [view_webhooks, add_webhook, try_webhook, remove_webhook]
