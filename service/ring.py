"""The ring: the secrets that the service may use, opened with the master key, and read again when they are rotated."""

import asyncio
from contextlib import suppress
from datetime import datetime
from time import monotonic

import structlog

from schema.errors import Unavailable
from schema.keys import NO_KEYS, Keys, KeysError, PublicKey, Signer, person_ref
from schema.passes import Issuer
from service.room import Room
from service.store import keys as store

EVERY = 2.0
AGAIN = 1.0
"""Seconds between looks for new keys, and between those that passes with unknown keys may ask for."""

log = structlog.get_logger("keys")


class Ring:
    """The keys of one service process: ``passes`` and ``receipts`` sign, ``issuer`` tells which passes are ours."""

    passes: Signer
    receipts: Signer
    issuer: Issuer

    def __init__(self, keys: Keys, address: str, roll: Room, box: Room) -> None:
        self._keys = keys
        self._address = address
        self._roll = roll
        self._box = box
        self._published: list[PublicKey] = []
        self._identity = b""
        self._receipts: list[tuple[datetime, Signer]] = []
        self._looked_at = -AGAIN
        self._looking = asyncio.Lock()

    def person_ref(self, identity: str) -> bytes:
        """The keyed hash (32 bytes) that stands for a verified identity."""
        return person_ref(self._identity, identity)

    def receipts_of(self, minute: datetime) -> Signer:
        """The key that signed the receipts of a minute, so that a cast that comes again gets the same one (P4).

        In the minute of a rotation it may be another than the one that did; both are published.
        """
        return next((signer for made_at, signer in self._receipts if made_at <= minute), self._receipts[-1][1])

    async def load(self) -> None:
        """Read the keys if there are new ones. Raises KeysError and Unavailable; then the ring stays as it was."""
        async with self._box.enter() as db:
            published = await store.verification_keys(db)
            if published == self._published:
                return
            receipts = await store.receipt_secrets(db)
        async with self._roll.enter() as db:
            secrets = await store.roll_secrets(db)
        if not receipts or set(secrets) != {"identity", "passes"}:
            raise KeysError(NO_KEYS)
        identity = self._keys.unwrap("identity", secrets["identity"])
        passes = Signer(self._keys.unwrap("passes", secrets["passes"]))
        signers = [(secret.made_at, Signer(self._keys.unwrap("receipts", secret))) for secret in receipts]
        # Nothing is awaited from here on: nobody meets half a ring.
        self._published, self._identity, self.passes = published, identity, passes
        self._receipts, self.receipts = signers, signers[0][1]
        self.issuer = Issuer(self._address, published)

    async def look(self) -> None:
        """Read the keys for somebody whose pass names one that is not known; not more often than once a second."""
        async with self._looking:  # who comes meanwhile finds what was read
            if monotonic() >= self._looked_at + AGAIN:
                with suppress(KeysError):  # which the log knows already
                    await self.load()
                self._looked_at = monotonic()

    async def serve(self) -> None:
        """Look for new keys until cancelled, so that a rotation needs no restart."""
        trouble = False
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self.load()
                trouble = False
            except (KeysError, Unavailable) as error:
                if not trouble:
                    log.warning("trouble", subject="keys", what=str(error))
                trouble = True
