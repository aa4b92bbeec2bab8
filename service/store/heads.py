"""Where heads go, as the box keeps it."""

from datetime import datetime
from uuid import UUID

import msgspec

from schema.queries import Db, many, one, queries, run

SQL = queries(__file__)


class Webhook(msgspec.Struct, frozen=True):
    """An address to which a municipality's heads are posted; ``tried_at``: when that was last asked for at once."""

    id: UUID
    address: str
    added_at: datetime
    tried_at: datetime | None


class Delivery(msgspec.Struct, frozen=True):
    """What came of a ledger's heads at one place; ``webhook_id`` is null for the folder.

    ``round_id`` is the municipality's own id for the ledger of its audit log, which has no ``round`` (its name).

    ``size`` and ``sent_at`` are of the newest head that got there, ``fault`` and ``failed_at`` of the last attempt that
    failed: what is older than ``sent_at`` is over. ``failures`` is how many in a row failed, ``due_at`` when it will be
    tried again.
    """

    webhook_id: UUID | None
    round_id: UUID
    round: str | None
    size: int | None
    sent_at: datetime | None
    fault: str | None
    failed_at: datetime | None
    failures: int
    due_at: datetime | None


async def lock_webhooks(db: Db, municipality_id: UUID) -> None:
    """Wait until nobody else adds a webhook to this municipality; held until the transaction ends."""
    await run(db, SQL.lock_webhooks, municipality_id)


async def webhooks(db: Db, municipality_id: UUID) -> list[Webhook]:
    """A municipality's webhooks, the oldest first."""
    return await many(db, Webhook, SQL.webhooks, municipality_id)


async def insert_webhook(db: Db, municipality_id: UUID, address: str) -> Webhook:
    """A new webhook."""
    made = await one(db, Webhook, SQL.insert_webhook, municipality_id, address)
    assert made is not None
    return made


async def delete_webhook(db: Db, municipality_id: UUID, webhook_id: UUID) -> bool:
    """Take a webhook away, with what came of it; False when the municipality has no such one."""
    return await run(db, SQL.delete_webhook, municipality_id, webhook_id) == 1


async def try_webhook(db: Db, municipality_id: UUID, webhook_id: UUID) -> bool:
    """Want the newest heads to be posted to a webhook at once; False when the municipality has no such one."""
    return await run(db, SQL.try_webhook, municipality_id, webhook_id) == 1


async def deliveries(db: Db, municipality_id: UUID) -> list[Delivery]:
    """What came of this municipality's heads at every place, the newest round first and the audit log last."""
    return await many(db, Delivery, SQL.deliveries, municipality_id)
