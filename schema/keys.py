"""Keys: random secrets, each of which lies wrapped in the room that may use it, under one master key.

* ``K_identity`` turns a verified identity into a ``person_ref``; it never leaves the roll side.
* ``K_round`` turns a ``person_ref`` into the round's pseudonyms. It is random per round and kept wrapped, so that it
  can be destroyed: afterwards nobody can join who voted with what was voted.
* Ed25519 keys sign passes, receipts, checkpoints and the heads of audit logs. They can be rotated; their public halves
  are published for ever.

Codes and callers are hashed, and cookies sealed, with keys derived from the master key: they need not outlive it.
"""

import base64
import hashlib
import hmac
import os
from datetime import UTC, date, datetime
from typing import Literal, get_args

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from nacl.bindings import crypto_sign, crypto_sign_open, crypto_sign_seed_keypair
from nacl.exceptions import BadSignatureError

from schema.identities import plain_identity

Signing = Literal["passes", "receipts", "checkpoints", "audit"]
Purpose = Literal["identity", "passes", "receipts", "checkpoints", "audit"]
SIGNATURE = 64
"""Bytes. libsodium signs and verifies in half the time that OpenSSL takes, and every ballot waits for it."""
SIGNING: tuple[Signing, ...] = get_args(Signing)

NO_KEYS = "the house has no keys yet, or not all of them: run `byalag keys init`"


class KeysError(Exception):
    """A key is missing, or the master key does not open it; the message says what to do."""


class Secret(msgspec.Struct, frozen=True):
    """A wrapped key as it is stored."""

    key_id: str
    wrapped: bytes


class PublicKey(msgspec.Struct, frozen=True):
    """The public half (Ed25519, 32 bytes) of a signing key. It signs from ``made_at`` until ``retired_at``."""

    key_id: str
    purpose: Signing
    public_key: bytes
    made_at: datetime
    retired_at: datetime | None


class Signer:
    """An Ed25519 key with its id: the first eight bytes of SHA-256 over the public key, in hex."""

    def __init__(self, seed: bytes) -> None:
        self.public_bytes, self._secret = crypto_sign_seed_keypair(seed)
        self.key_id = hashlib.sha256(self.public_bytes).hexdigest()[:16]

    def sign(self, message: bytes) -> bytes:
        """64 bytes; the same message gives the same signature (RFC 8032)."""
        return crypto_sign(message, self._secret)[:SIGNATURE]

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether this key signed exactly this message."""
        return verifies(self.public_bytes, signature, message)


class Keys:
    """What can be made of one master key of 32 bytes: hashes, and the wrapping of every other secret."""

    def __init__(self, master: bytes) -> None:
        self._master = master
        self._wrapping = AESGCM(self._derived("wrapping"))
        self._codes = self._derived("codes")
        self._callers = self._derived("callers")
        self._cookies = AESGCM(self._derived("cookies"))

    def _derived(self, purpose: str) -> bytes:
        return HKDF(SHA256(), length=32, salt=None, info=f"byalag/1/{purpose}".encode()).derive(self._master)

    def code_hash(self, code: str) -> bytes:
        """The keyed hash (32 bytes) of a letter code in its plain form."""
        return hmac.digest(self._codes, code.encode(), "sha256")

    def caller_hash(self, name: str) -> bytes:
        """The keyed hash (16 bytes) under which others see the bucket of this name, which names a caller."""
        return hmac.digest(self._callers, name.encode(), "sha256")[:16]

    def seal_cookie(self, name: str, plain: bytes) -> str:
        """What a browser keeps for us and can neither read nor change, of use only under this name."""
        nonce = os.urandom(12)
        return base64.urlsafe_b64encode(nonce + self._cookies.encrypt(nonce, plain, name.encode())).decode()

    def open_cookie(self, name: str, sealed: str) -> bytes | None:
        """What was sealed; None for anything else."""
        try:
            raw = base64.b64decode(sealed, altchars=b"-_", validate=True)
            return self._cookies.decrypt(raw[:12], raw[12:], name.encode())
        except (ValueError, InvalidTag):
            return None

    def wrap(self, purpose: Purpose, key_id: str, secret: bytes) -> bytes:
        """A secret as it is stored: of no use for another purpose or under another id."""
        return self._wrap(secret, f"{purpose} {key_id}".encode())

    def unwrap(self, purpose: Purpose, secret: Secret) -> bytes:
        """The secret itself (32 bytes). Raises KeysError when it was wrapped under another master key."""
        try:
            return self._unwrap(secret.wrapped, f"{purpose} {secret.key_id}".encode())
        except InvalidTag:
            raise KeysError(
                f"the master key does not open the key {secret.key_id} ({purpose}): "
                "BYALAG_MASTER_KEY is not the one with which this database's keys were made"
            ) from None

    def new_round_key(self, round_id: bytes) -> bytes:
        """A fresh ``K_round``, wrapped for storage and bound to its round."""
        return self._wrap(os.urandom(32), round_id)

    def open_round_key(self, round_id: bytes, wrapped: bytes) -> bytes:
        """``K_round`` itself (32 bytes). Raises KeysError when the master key or the round is another."""
        try:
            return self._unwrap(wrapped, round_id)
        except InvalidTag:
            raise KeysError("this round key was wrapped under another master key or for another round") from None

    def new_trace_key(self, day: date) -> bytes:
        """A fresh key for the traces of one UTC day, wrapped for storage and bound to that day."""
        return self._wrap(os.urandom(32), f"traces {day}".encode())

    def open_trace_key(self, day: date, wrapped: bytes) -> bytes:
        """That key itself (32 bytes). Raises KeysError when the master key or the day is another."""
        try:
            return self._unwrap(wrapped, f"traces {day}".encode())
        except InvalidTag:
            raise KeysError("this key of traces was wrapped under another master key or for another day") from None

    def seal_slip(self, round_id: bytes, person_ref: bytes, expires: int) -> str:
        """A slip for somebody who signed in to a round, of use to nobody who cannot open it: not even to compare two.

        ``expires`` is in seconds since 1970.
        """
        return base64.urlsafe_b64encode(
            self._wrap(expires.to_bytes(8, "big") + person_ref, b"slip" + round_id)
        ).decode()

    def open_slip(self, round_id: bytes, slip: str) -> tuple[bytes, int] | None:
        """Whose slip this is (a person_ref) and when it expires; None when it is none of this round's."""
        try:
            opened = self._unwrap(base64.b64decode(slip, altchars=b"-_", validate=True), b"slip" + round_id)
        except (InvalidTag, ValueError):
            return None
        return opened[8:], int.from_bytes(opened[:8], "big")

    def wrap_totp(self, officer_id: bytes, secret: bytes) -> bytes:
        """The secret of an officer's app, wrapped for storage and bound to the officer."""
        return self._wrap(secret, b"totp" + officer_id)

    def open_totp(self, officer_id: bytes, wrapped: bytes) -> bytes:
        """The secret itself (20 bytes). Raises KeysError when the master key or the officer is another."""
        try:
            return self._unwrap(wrapped, b"totp" + officer_id)
        except InvalidTag:
            raise KeysError("this app's secret was wrapped under another master key or for another officer") from None

    def _wrap(self, secret: bytes, bound_to: bytes) -> bytes:
        nonce = os.urandom(12)
        return nonce + self._wrapping.encrypt(nonce, secret, bound_to)

    def _unwrap(self, wrapped: bytes, bound_to: bytes) -> bytes:
        return self._wrapping.decrypt(wrapped[:12], wrapped[12:], bound_to)


def verifies(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the Ed25519 key with this public half (32 bytes) signed exactly this message."""
    try:
        return len(signature) == SIGNATURE and crypto_sign_open(signature + message, public) == message
    except BadSignatureError:
        return False


def person_ref(identity_key: bytes, identity: str) -> bytes:
    """The keyed hash (32 bytes) that stands for a verified identity. An unkeyed hash could be run backwards."""
    return hmac.digest(identity_key, plain_identity(identity, datetime.now(UTC).year).encode(), "sha256")


def tag_of(round_key: bytes, person_ref: bytes) -> bytes:
    """A voter's pseudonym in one round's box (32 bytes)."""
    return hmac.digest(round_key, b"box" + person_ref, "sha256")


def member_of(round_key: bytes, person_ref: bytes) -> bytes:
    """A resident's pseudonym in one round's open debate (32 bytes): another than the tag, so they cannot be joined."""
    return hmac.digest(round_key, b"civic" + person_ref, "sha256")
