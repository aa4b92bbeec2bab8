"""Checkpoints: notes as other programs read them, and nothing in them that can be bent."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.checkpoint import (
    BadCheckpoint,
    Head,
    origin_of,
    read_checkpoint,
    read_key,
    verification_key,
    write_checkpoint,
)
from schema.keys import Signer
from schema.tree import EMPTY

SIGNER = Signer(bytes(range(32)))
PUBLIC = SIGNER.public_bytes
ORIGIN = "vote.example.se/api/log/7"
HEAD = Head(5, hashlib.sha256(b"root").digest())
NOTE = write_checkpoint(ORIGIN, HEAD, SIGNER)


def test_the_origin_is_the_log_s_address() -> None:
    """Without the scheme, as C2SP recommends."""
    assert origin_of("https://vote.example.se", 7) == ORIGIN


def test_a_note_has_these_lines() -> None:
    """Origin, size, root, an empty line, and the signature after the key's name and id."""
    origin, size, root, empty, signature, end = NOTE.split("\n")
    assert (origin, size, base64.b64decode(root), empty, end) == (ORIGIN, "5", HEAD.root, "", "")
    dash, name, encoded = signature.split(" ")
    key_id = hashlib.sha256(ORIGIN.encode() + b"\n\x01" + PUBLIC).digest()[:4]
    assert (dash, name, base64.b64decode(encoded)[:4]) == ("\u2014", ORIGIN, key_id)
    assert SIGNER.verifies(base64.b64decode(encoded)[4:], f"{origin}\n{size}\n{root}\n".encode())


def test_the_key_is_published_in_one_line() -> None:
    """Name, id and key with its kind, as programs for such notes want it."""
    name, key_id, encoded = verification_key(ORIGIN, PUBLIC).split("+", 2)
    assert (name, base64.b64decode(encoded)) == (ORIGIN, b"\x01" + PUBLIC)
    assert key_id == hashlib.sha256(ORIGIN.encode() + b"\n" + base64.b64decode(encoded)).digest()[:4].hex()


def test_the_published_key_is_read() -> None:
    """And one whose id or length is another is refused."""
    text = verification_key(ORIGIN, PUBLIC)
    assert read_key(text) == (ORIGIN, PUBLIC)
    for bent in (text.replace("example", "other"), text[:-8], "", "a+b"):
        with pytest.raises(BadCheckpoint, match=r"not a verification key|not base64"):
            read_key(bent)


@given(size=st.integers(0, 2**62), root=st.binary(min_size=32, max_size=32))
def test_what_is_written_is_read(size: int, root: bytes) -> None:
    """Any head comes back as it was."""
    assert read_checkpoint(write_checkpoint(ORIGIN, Head(size, root), SIGNER), ORIGIN, [PUBLIC]) == Head(size, root)


def test_others_may_sign_as_well() -> None:
    """Lines of witnesses whom we do not know are passed over."""
    witness = f"\u2014 witness.example {base64.b64encode(bytes(76)).decode()}\n"
    text, _, lines = NOTE.rpartition("\n\n")
    assert read_checkpoint(f"{text}\n\n{witness}{lines}", ORIGIN, [PUBLIC]) == HEAD


def test_heads_of_before_and_after_a_rotation_are_read() -> None:
    """Each by the key of its time; whose key is not named is refused."""
    new = Signer(bytes(32))
    later = write_checkpoint(ORIGIN, Head(6, HEAD.root), new)
    both = [new.public_bytes, PUBLIC]
    assert [read_checkpoint(note, ORIGIN, both).size for note in (NOTE, later)] == [5, 6]
    with pytest.raises(BadCheckpoint, match="not signed with a key of this log"):
        read_checkpoint(NOTE, ORIGIN, [new.public_bytes])


BENT = {
    "another log's": (write_checkpoint("other", HEAD, SIGNER), "not a checkpoint of this log"),
    "another key's": (write_checkpoint(ORIGIN, HEAD, Signer(bytes(32))), "not signed with a key of this log"),
    "another size": (NOTE.replace("\n5\n", "\n6\n"), "forged"),
    "another root": (NOTE.replace(base64.b64encode(HEAD.root).decode(), base64.b64encode(EMPTY).decode()), "forged"),
    "a further line": (NOTE.replace("\n\n", "\nmore\n\n"), "forged"),
    "no signature": (NOTE.partition("\u2014")[0], "not signed"),
    "no base64": (NOTE[:-2] + "!\n", "not base64"),
    "nothing": ("", "not a checkpoint"),
    "one line": ("\n\n", "not a checkpoint"),
}


@pytest.mark.parametrize("bent", BENT)
def test_what_was_bent_is_refused(bent: str) -> None:
    """With the reason."""
    note, reason = BENT[bent]
    with pytest.raises(BadCheckpoint, match=reason):
        read_checkpoint(note, ORIGIN, [PUBLIC])


@pytest.mark.parametrize("size", ["05", "-1", "five", "", "٥"])
def test_a_size_is_a_plain_number(size: str) -> None:
    """Even our own key does not make a head of what two programs might read in two ways."""
    text = f"{ORIGIN}\n{size}\n{base64.b64encode(HEAD.root).decode()}\n"
    key_id = hashlib.sha256(ORIGIN.encode() + b"\n\x01" + PUBLIC).digest()[:4]
    signature = base64.b64encode(key_id + SIGNER.sign(text.encode())).decode()
    with pytest.raises(BadCheckpoint, match="malformed"):
        read_checkpoint(f"{text}\n\u2014 {ORIGIN} {signature}\n", ORIGIN, [PUBLIC])
