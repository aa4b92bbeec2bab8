"""Keys as workers use them: read from the database each time, so that a rotation needs no restart."""

import asyncpg

from schema.events import Lane
from schema.keys import NO_KEYS, Keys, KeysError, Signer
from workers.store import keys as store


async def checkpoint_signer(db: asyncpg.Connection, keys: Keys) -> Signer:
    """The key that signs checkpoints now. Raises KeysError."""
    secret = await store.checkpoint_secret(db)
    if secret is None:
        raise KeysError(NO_KEYS)
    return Signer(keys.unwrap("checkpoints", secret))


async def refuse_without_keys(db: asyncpg.Connection, keys: Keys, lane: Lane) -> None:
    """Raise KeysError when there are no keys, or the master key does not open those that this lane uses."""
    if not await store.complete(db):
        raise KeysError(NO_KEYS)
    if lane in ("sequence", "count"):
        await checkpoint_signer(db, keys)
    if lane == "roll" and (found := await store.any_round_key(db)):
        keys.open_round_key(found.round_id.bytes, found.wrapped)
