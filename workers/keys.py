"""Keys as workers use them: read from the database each time, so that a rotation needs no restart."""

import asyncpg

from schema.events import Lane
from schema.keys import NO_KEYS, Keys, KeysError, Secret, Signer, Signing
from workers.store import keys as store


async def checkpoint_signer(db: asyncpg.Connection, keys: Keys) -> Signer:
    """The key that signs checkpoints now. Raises KeysError."""
    return _signer(keys, "checkpoints", await store.checkpoint_secret(db))


async def audit_signer(db: asyncpg.Connection, keys: Keys) -> Signer:
    """The key that signs the heads of audit logs now. Raises KeysError."""
    return _signer(keys, "audit", await store.audit_secret(db))


def _signer(keys: Keys, purpose: Signing, secret: Secret | None) -> Signer:
    if secret is None:
        raise KeysError(NO_KEYS)
    return Signer(keys.unwrap(purpose, secret))


async def refuse_without_keys(db: asyncpg.Connection, keys: Keys, lane: Lane) -> None:
    """Raise KeysError when there are no keys, or the master key does not open those that this lane uses."""
    if not await store.complete(db):
        raise KeysError(NO_KEYS)
    if lane in ("sequence", "count"):
        await checkpoint_signer(db, keys)
    if lane == "roll":
        await audit_signer(db, keys)
        if found := await store.any_round_key(db):
            keys.open_round_key(found.round_id.bytes, found.wrapped)
