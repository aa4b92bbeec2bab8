"""Making, rotating, listing and destroying keys. All but the listing is the operator's, at the command line."""

import os
from datetime import datetime
from typing import get_args
from uuid import UUID

import msgspec

from schema.errors import Appealable, KeyDestroyed, NotFound, NotPublished, RoundKeyMissing
from schema.keys import NO_KEYS, Keys, KeysError, PublicKey, Purpose, Secret, Signer, Signing
from schema.queries import Db
from service.floorplan import Part
from service.house import House
from service.store import acts
from service.store import keys as store
from service.store.keys import Destroyed, RoundKey

PURPOSES: tuple[Purpose, ...] = get_args(Purpose)


class KeyList(msgspec.Struct, frozen=True):
    """What is known of all keys, and no secret. ``identity``: the id of the key of identities, and when it was made."""

    identity: tuple[str, datetime] | None
    signing: list[PublicKey]
    rounds: list[RoundKey]


async def make_keys(db: Db, keys: Keys) -> list[Purpose]:
    """Make the keys that are missing, and answer their purposes; two callers at once make one set.

    ``db`` is a connection of the database's owner. Raises KeysError when the master key does not open what is there.
    """
    async with db.transaction():
        await store.lock(db)
        there = await _active(db)
        for purpose, secret in there.items():
            keys.unwrap(purpose, secret)
        missing = [purpose for purpose in PURPOSES if purpose not in there]
        for purpose in missing:
            if purpose == "identity":
                await _keep(db, keys, purpose, os.urandom(8).hex(), os.urandom(32))
            else:
                await store.retire(db, purpose)  # one that is active without its secret can sign nothing any more
                await _make_signer(db, keys, purpose)
    return missing


async def rotate_key(db: Db, keys: Keys, purpose: Signing) -> tuple[str, str]:
    """Retire the key that signs these and make another; the ids of both. What was signed before stays good.

    ``db`` is a connection of the database's owner. Raises KeysError.
    """
    async with db.transaction():
        await store.lock(db)
        old = (await _active(db)).get(purpose)
        if old is None:
            raise KeysError(NO_KEYS)
        keys.unwrap(purpose, old)
        await store.retire(db, purpose)
        return old.key_id, await _make_signer(db, keys, purpose)


async def open_signer(db: Db, keys: Keys, purpose: Signing) -> Signer:
    """The key that signs these now. ``db`` is a connection of the database's owner. Raises KeysError."""
    secret = (await _active(db)).get(purpose)
    if secret is None:
        raise KeysError(NO_KEYS)
    return Signer(keys.unwrap(purpose, secret))


async def refuse_without_keys(db: Db, keys: Keys, part: Part) -> None:
    """Raise KeysError unless every key that this part of the house uses is there and opens."""
    there = {} if part == "box" else dict(await store.roll_secrets(db))
    if part != "roll" and (receipts := await store.receipt_secrets(db)):
        there["receipts"] = receipts[0]
    wanted: dict[Part, set[Purpose]] = {"roll": {"identity", "passes"}, "box": {"receipts"}}
    if set(there) != wanted.get(part, wanted["roll"] | wanted["box"]):
        raise KeysError(NO_KEYS)
    for purpose, secret in there.items():
        keys.unwrap(purpose, secret)


async def _active(db: Db) -> dict[Purpose, Secret]:
    """The secret in use for each purpose that has one."""
    found: dict[Purpose, Secret] = dict(await store.roll_secrets(db))
    if receipts := await store.receipt_secrets(db):
        found["receipts"] = receipts[0]
    if checkpoints := await store.checkpoint_secret(db):
        found["checkpoints"] = checkpoints
    if audit := await store.audit_secret(db):
        found["audit"] = audit
    return found


async def _make_signer(db: Db, keys: Keys, purpose: Signing) -> str:
    seed = os.urandom(32)
    signer = Signer(seed)
    await store.insert_verification_key(db, signer.key_id, purpose, signer.public_bytes)
    await _keep(db, keys, purpose, signer.key_id, seed)
    return signer.key_id


async def _keep(db: Db, keys: Keys, purpose: Purpose, key_id: str, secret: bytes) -> None:
    await store.insert_secret(db, purpose, Secret(key_id, keys.wrap(purpose, key_id, secret)))


async def public_keys(house: House) -> list[PublicKey]:
    """Every public key there ever was, the active ones first."""
    async with house.box.enter() as db:
        return await store.verification_keys(db)


async def list_keys(db: Db) -> KeyList:
    """What is known of all keys. ``db`` is a connection of the roll."""
    identity = (await store.roll_secrets(db)).get("identity")
    return KeyList(
        (identity.key_id, identity.made_at) if identity else None,
        await store.verification_keys(db),
        await store.round_keys(db),
    )


async def destroy_round_key(db: Db, round_id: UUID, decision: UUID) -> Destroyed:
    """Destroy a round's key, so that nobody can join who voted with what was voted, as two officers decided.

    ``db`` is a connection of the roll. Raises NotFound, KeyDestroyed, NotPublished, Appealable, RoundKeyMissing and
    Undecided.
    """
    end = await store.round_end(db, round_id)
    if end is None:
        raise NotFound(what="round")
    answer = await acts.destroy_round_key(db, round_id, decision)
    match answer:
        case "not_published":
            raise NotPublished()
        case "appealable":
            assert end.appeal_ends_at is not None
            raise Appealable(ends_at=end.appeal_ends_at)
        case "no_key":
            raise RoundKeyMissing()
    done = await store.destroyed_key(db, round_id)
    assert done is not None
    if answer == "destroyed_before":
        raise KeyDestroyed(destroyed_at=done.destroyed_at, decision=done.decision)
    return done
