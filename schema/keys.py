"""Keys: everything secret comes from one master key, or lies wrapped under it.

* ``K_identity`` turns a verified identity into a ``person_ref``; it never leaves the roll side.
* ``K_round`` turns a ``person_ref`` into the round's pseudonyms. It is random per round and kept wrapped, so that it
  can be destroyed: afterwards nobody can join who voted with what was voted.
* Ed25519 keys sign passes, receipts and checkpoints; their public halves are published.
"""

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Signer:
    """An Ed25519 key with its id: the first eight bytes of SHA-256 over the public key, in hex."""

    def __init__(self, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self._public = self._private.public_key()
        self.public_bytes = self._public.public_bytes_raw()
        self.key_id = hashlib.sha256(self.public_bytes).hexdigest()[:16]

    def sign(self, message: bytes) -> bytes:
        """64 bytes; the same message gives the same signature (RFC 8032)."""
        return self._private.sign(message)

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether this key signed exactly this message."""
        return _verifies(self._public, signature, message)


class Keys:
    """What can be made of one master key of 32 bytes."""

    def __init__(self, master: bytes) -> None:
        self._master = master
        self._identity = self._derived("identity")
        self._wrapping = AESGCM(self._derived("wrapping"))
        self._codes = self._derived("codes")
        self._callers = self._derived("callers")
        self.passes = Signer(self._derived("passes"))
        self.receipts = Signer(self._derived("receipts"))
        self.checkpoints = Signer(self._derived("checkpoints"))

    def _derived(self, purpose: str) -> bytes:
        return HKDF(SHA256(), length=32, salt=None, info=f"byalag/1/{purpose}".encode()).derive(self._master)

    def person_ref(self, identity: str) -> bytes:
        """The keyed hash (32 bytes) that stands for a verified identity. An unkeyed hash could be run backwards."""
        return hmac.digest(self._identity, identity.strip().upper().encode(), "sha256")

    def code_hash(self, code: str) -> bytes:
        """The keyed hash (32 bytes) of a letter code in its plain form."""
        return hmac.digest(self._codes, code.encode(), "sha256")

    def caller_hash(self, name: str) -> bytes:
        """The keyed hash (16 bytes) under which others see the bucket of this name, which names a caller."""
        return hmac.digest(self._callers, name.encode(), "sha256")[:16]

    def new_round_key(self, round_id: bytes) -> bytes:
        """A fresh ``K_round``, wrapped for storage and bound to its round."""
        nonce = os.urandom(12)
        return nonce + self._wrapping.encrypt(nonce, os.urandom(32), round_id)

    def open_round_key(self, round_id: bytes, wrapped: bytes) -> bytes:
        """``K_round`` itself (32 bytes). Raises ValueError when the master key or the round is another."""
        try:
            return self._wrapping.decrypt(wrapped[:12], wrapped[12:], round_id)
        except InvalidTag:
            raise ValueError("this round key was wrapped under another master key or for another round") from None


def verifies(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the Ed25519 key with this public half (32 bytes) signed exactly this message."""
    return _verifies(Ed25519PublicKey.from_public_bytes(public), signature, message)


def _verifies(public: Ed25519PublicKey, signature: bytes, message: bytes) -> bool:
    try:
        public.verify(signature, message)
    except InvalidSignature:
        return False
    return True


def tag_of(round_key: bytes, person_ref: bytes) -> bytes:
    """A voter's pseudonym in one round's box (32 bytes)."""
    return hmac.digest(round_key, b"box" + person_ref, "sha256")


def member_of(round_key: bytes, person_ref: bytes) -> bytes:
    """A resident's pseudonym in one round's open debate (32 bytes): another than the tag, so they cannot be joined."""
    return hmac.digest(round_key, b"civic" + person_ref, "sha256")
