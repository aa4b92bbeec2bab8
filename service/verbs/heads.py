"""What officers do about heads abroad: name the addresses to which they are posted, and see how far each place is."""

from datetime import datetime
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from schema.errors import BadAddress, NotFound, TooManyWebhooks
from service.house import House
from service.languages import marked
from service.store import heads
from service.store.heads import Delivery, Webhook
from service.store.roll import Officer

MOST = 10
"""Webhooks of a municipality: heads in a few places that do not know each other are worth more than in many."""

Address = Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern="^[!-~]*$")]


class WebhookDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An address that takes heads: ``https://…``, without a name or password in it."""

    address: Address


class WebhookView(msgspec.Struct, frozen=True):
    """A webhook, and what came of the heads of each round there."""

    id: UUID
    address: str
    added_at: datetime
    tried_at: datetime | None
    deliveries: list[Delivery]


class HeadPlaces(msgspec.Struct, frozen=True):
    """All places of a municipality's heads: the house's own folder, when it has one, and the webhooks."""

    folder: list[Delivery]
    webhooks: list[WebhookView]


async def add_webhook(house: House, officer: Officer, draft: WebhookDraft) -> Webhook:
    """Post heads there from now on, beginning with the newest ones. Raises BadAddress, NameTaken, TooManyWebhooks."""
    fault = fault_of(draft.address)
    if fault:
        raise BadAddress(fault=fault)
    async with house.box.write() as db:
        await heads.lock_webhooks(db, officer.municipality_id)
        if len(await heads.webhooks(db, officer.municipality_id)) >= MOST:
            raise TooManyWebhooks(limit=MOST)
        made = await heads.insert_webhook(db, officer.municipality_id, draft.address)
    house.doorbell.ring("spread")
    return made


async def list_places(house: House, officer: Officer) -> HeadPlaces:
    """Where the heads of the officer's municipality go."""
    async with house.box.enter() as db:
        webhooks = await heads.webhooks(db, officer.municipality_id)
        deliveries = await heads.deliveries(db, officer.municipality_id)

    def to(webhook_id: UUID | None) -> list[Delivery]:
        return [delivery for delivery in deliveries if delivery.webhook_id == webhook_id]

    return HeadPlaces(
        to(None), [WebhookView(row.id, row.address, row.added_at, row.tried_at, to(row.id)) for row in webhooks]
    )


async def try_webhook(house: House, officer: Officer, webhook_id: UUID) -> None:
    """Post the newest head of every ledger there once more, now; the list says what comes of it. Raises NotFound."""
    async with house.box.write() as db:
        if not await heads.try_webhook(db, officer.municipality_id, webhook_id):
            raise NotFound(what="webhook")
    house.doorbell.ring("spread")


async def remove_webhook(house: House, officer: Officer, webhook_id: UUID) -> None:
    """Post nothing there any more. Raises NotFound, also for another municipality's."""
    async with house.box.write() as db:
        if not await heads.delete_webhook(db, officer.municipality_id, webhook_id):
            raise NotFound(what="webhook")


def fault_of(address: str) -> str | None:
    """Why nothing may be posted to this address; None when it may."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return marked("it is not an address")
    if not address.startswith(("http://", "https://")) or not host or port == 0:
        return marked("it does not begin with https:// and the name of a machine")
    if parts.username is not None or parts.password is not None:
        return marked("it holds a name or a password, which would stand in lists for all officers to read")
    if parts.fragment:
        return marked("what follows # in it is never sent")
    if parts.scheme == "http" and not _is_here(host):
        return marked("it must begin with https://, or somebody on the way could change what is posted")
    return None


def _is_here(host: str) -> bool:
    """Whether a host is this machine itself, where nobody is on the way."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
