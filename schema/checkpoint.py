"""Checkpoints: signed heads of a round's tree, as notes of C2SP tlog-checkpoint and signed-note.

A note is the origin of the log, its size and its root, each on a line of its own, then a line with the signature. Any
program that reads such notes can check ours; whoever keeps one can prove later that the tree was another.
"""

import base64
import binascii
import hashlib
from collections.abc import Collection

import msgspec

from schema.keys import Signer, verifies

ED25519 = b"\x01"
MARK = "\u2014 "
"""What begins a line with a signature: a dash and a space."""


class Head(msgspec.Struct, frozen=True):
    """A tree of ``size`` leaves with this root (32 bytes)."""

    size: int
    root: bytes


class BadCheckpoint(Exception):
    """A note is not a checkpoint of this log, signed with its key; the message says why."""


def origin_of(box_url: str, round_id: object) -> str:
    """The name of a round's log: its address without the scheme."""
    return f"{box_url.partition('://')[2]}/api/log/{round_id}"


def sign_text(text: str, name: str, signer: Signer) -> str:
    """A signed note of this text, which ends with a line's end, by the key of this name."""
    signature = _key_id(name, signer.public_bytes) + signer.sign(text.encode())
    return f"{text}\n{MARK}{name} {base64.b64encode(signature).decode()}\n"


def signed_text(note: str, name: str, publics: Collection[bytes]) -> str:
    """The text of a note that one of these Ed25519 keys (32 bytes) of this name signs. Raises BadCheckpoint."""
    text, blank, lines = note.rpartition("\n\n")
    if not blank:
        raise BadCheckpoint("it is not a signed note")
    text += "\n"
    known = {_key_id(name, public): public for public in publics}
    for line in lines.splitlines():
        signed_by, _, encoded = line.removeprefix(MARK).rpartition(" ")
        signature = _decoded(encoded)
        if line.startswith(MARK) and signed_by == name and signature[:4] in known:
            if not verifies(known[signature[:4]], signature[4:], text.encode()):
                raise BadCheckpoint("the signature is forged")
            return text
    raise BadCheckpoint("it is not signed with a key of this log")


def write_checkpoint(origin: str, head: Head, signer: Signer) -> str:
    """The signed note."""
    return sign_text(f"{origin}\n{write_head(head)}", origin, signer)


def read_checkpoint(note: str, origin: str, publics: Collection[bytes]) -> Head:
    """The head that a note signs with one of these Ed25519 keys (32 bytes each). Raises BadCheckpoint."""
    if not note.startswith(f"{origin}\n"):
        raise BadCheckpoint("it is not a checkpoint of this log")
    _, size, root, *_ = [*signed_text(note, origin, publics).split("\n"), "", ""]
    return read_head(size, root)


def write_head(head: Head) -> str:
    """A head's two lines: its size and its root."""
    return f"{head.size}\n{base64.b64encode(head.root).decode()}\n"


def read_head(size: str, root: str) -> Head:
    """The head of these two lines. Raises BadCheckpoint."""
    if not size.isascii() or not size.isdigit() or str(int(size)) != size or len(_decoded(root)) != 32:
        raise BadCheckpoint("its size or its root is malformed")
    return Head(int(size), _decoded(root))


def verification_key(origin: str, public: bytes) -> str:
    """The key as programs that check such notes want it: name, id and public key on one line."""
    return f"{origin}+{_key_id(origin, public).hex()}+{base64.b64encode(ED25519 + public).decode()}"


def read_key(text: str) -> tuple[str, bytes]:
    """Origin and public key (32 bytes) of a verification key. Raises BadCheckpoint."""
    origin, _, rest = text.partition("+")  # the name of a key holds no plus, base64 may
    key_id, _, encoded = rest.partition("+")
    public = _decoded(encoded).removeprefix(ED25519)
    if len(public) != 32 or key_id != _key_id(origin, public).hex():
        raise BadCheckpoint("it is not a verification key")
    return origin, public


def _key_id(origin: str, public: bytes) -> bytes:
    return hashlib.sha256(origin.encode() + b"\n" + ED25519 + public).digest()[:4]


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise BadCheckpoint("it holds something that is not base64") from None
