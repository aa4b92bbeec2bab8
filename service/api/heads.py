"""Where a municipality's heads go, over HTTP."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Router, delete, get, post
from litestar.params import FromPath

from schema.errors import (
    BadAddress,
    Malformed,
    NameTaken,
    NotFound,
    NotSignedIn,
    TooLarge,
    TooManyWebhooks,
    Unavailable,
    UnknownForm,
)
from service.api.replies import OFFICER
from service.openapi import json_body
from service.people import TheHouse, TheOfficer
from service.problems import answers
from service.reading import AnyRequest, read_json
from service.store.heads import Webhook
from service.verbs import heads as verbs
from service.verbs.heads import HeadPlaces, WebhookDraft

_WEBHOOK = msgspec.json.Decoder(WebhookDraft)


@post(
    "/head-webhooks",
    operation_class=json_body(WebhookDraft),
    responses=answers(
        NotSignedIn, Malformed, TooLarge, UnknownForm, BadAddress, NameTaken, TooManyWebhooks, Unavailable
    ),
    security=OFFICER,
    tags=["ledger"],
)
async def add_webhook(request: AnyRequest, house: TheHouse, officer: TheOfficer) -> Webhook:
    """Let every new head of the municipality's ledgers be posted to an address, as text/plain. Body: WebhookDraft."""
    return await verbs.add_webhook(house, officer, await read_json(request, _WEBHOOK))


@get("/head-webhooks", responses=answers(NotSignedIn, Unavailable), security=OFFICER, tags=["ledger"])
async def list_places(house: TheHouse, officer: TheOfficer) -> HeadPlaces:
    """Where the heads of the municipality's ledgers go, and how far each place has come."""
    return await verbs.list_places(house, officer)


@post(
    "/head-webhooks/{webhook_id:uuid}/trial",
    status_code=202,
    responses=answers(NotSignedIn, NotFound, Malformed, Unavailable),
    security=OFFICER,
    tags=["ledger"],
)
async def try_webhook(house: TheHouse, officer: TheOfficer, webhook_id: FromPath[UUID]) -> None:
    """Post the newest heads to this address once more, now. What comes of it stands in the list a moment later."""
    await verbs.try_webhook(house, officer, webhook_id)


@delete(
    "/head-webhooks/{webhook_id:uuid}",
    responses=answers(NotSignedIn, NotFound, Malformed, Unavailable),
    security=OFFICER,
    tags=["ledger"],
)
async def remove_webhook(house: TheHouse, officer: TheOfficer, webhook_id: FromPath[UUID]) -> None:
    """Post no more heads to this address."""
    await verbs.remove_webhook(house, officer, webhook_id)


router: Any = Router(path="", route_handlers=[add_webhook, list_places, try_webhook, remove_webhook])
