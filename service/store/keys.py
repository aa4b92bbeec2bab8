"""Keys as they are stored: wrapped secrets, each in its own room, and their public halves in the box."""

from datetime import datetime
from typing import assert_never
from uuid import UUID

import msgspec

from schema.keys import PublicKey, Purpose, Secret, Signing
from schema.queries import Db, many, one, queries, run

SQL = queries(__file__)


class StoredSecret(Secret, frozen=True):
    """A wrapped key, what it is for, and since when."""

    purpose: Purpose
    made_at: datetime


class Destroyed(msgspec.Struct, frozen=True):
    """That a round's key was destroyed: when, by which decision, and the two officers who did it."""

    destroyed_at: datetime
    decision: str
    officers: tuple[str, str]


class RoundKey(msgspec.Struct, frozen=True):
    """What became of a round's key: it is ``present``, or was destroyed, or never was."""

    round_id: UUID
    name: str
    municipality: str
    present: bool
    destroyed_at: datetime | None
    decision: str | None
    officers: tuple[str, str] | None


class RoundEnd(msgspec.Struct, frozen=True):
    """Until when a round's outcome can be appealed against, None before publication, and whether that is ``over``."""

    appeal_ends_at: datetime | None
    over: bool


async def lock(db: Db) -> None:
    """Wait until nobody else makes or rotates keys; held until the transaction ends."""
    await run(db, SQL.lock)


async def verification_keys(db: Db) -> list[PublicKey]:
    """Every public key there ever was, the active ones first, then the one retired last."""
    return await many(db, PublicKey, SQL.verification_keys)


async def roll_secrets(db: Db) -> dict[Purpose, StoredSecret]:
    """The secrets of the roll, by purpose."""
    return {secret.purpose: secret for secret in await many(db, StoredSecret, SQL.roll_secrets)}


async def receipt_secrets(db: Db) -> list[StoredSecret]:
    """The secrets of receipts, the active one first."""
    return await many(db, StoredSecret, SQL.receipt_secrets)


async def checkpoint_secret(db: Db) -> Secret | None:
    """The secret of checkpoints."""
    return await one(db, Secret, SQL.checkpoint_secret)


async def audit_secret(db: Db) -> Secret | None:
    """The secret of the audit log's heads."""
    return await one(db, Secret, SQL.audit_secret)


async def insert_verification_key(db: Db, key_id: str, purpose: Signing, public_key: bytes) -> None:
    """Publish a key. Raises when its purpose has an active one."""
    await run(db, SQL.insert_verification_key, key_id, purpose, public_key)


async def insert_secret(db: Db, purpose: Purpose, secret: Secret) -> None:
    """Keep a wrapped key in the room that uses it; one that signs is published before."""
    match purpose:
        case "identity" | "passes":
            await run(db, SQL.insert_roll_secret, purpose, secret.key_id, secret.wrapped)
        case "receipts":
            await run(db, SQL.insert_receipt_secret, secret.key_id, secret.wrapped)
        case "checkpoints":
            await run(db, SQL.insert_checkpoint_secret, secret.key_id, secret.wrapped)
        case "audit":
            await run(db, SQL.insert_audit_secret, secret.key_id, secret.wrapped)
        case _:
            assert_never(purpose)


async def retire(db: Db, purpose: Signing) -> None:
    """Retire the active key; its secret goes unless something may have to be signed with it again."""
    await run(db, SQL.retire, purpose)
    match purpose:
        case "passes":
            await run(db, SQL.delete_pass_secret)
        case "checkpoints":
            await run(db, SQL.delete_checkpoint_secret)
        case "audit":
            await run(db, SQL.delete_audit_secret)


async def round_keys(db: Db) -> list[RoundKey]:
    """Every round and what became of its key, the oldest first."""
    return await many(db, RoundKey, SQL.round_keys)


async def has_round_key(db: Db, round_id: UUID) -> bool:
    """Whether the round has its key."""
    found: bool = await db.fetchval(SQL.has_round_key, round_id)
    return found


async def destroyed_key(db: Db, round_id: UUID) -> Destroyed | None:
    """How the round's key was destroyed; None when it was not."""
    return await one(db, Destroyed, SQL.destroyed_key, round_id)


async def round_end(db: Db, round_id: UUID) -> RoundEnd | None:
    """When a round can no longer be appealed against."""
    return await one(db, RoundEnd, SQL.round_end, round_id)
