"""The public bundle of a round: one ZIP file with all that a stranger needs to check the count without asking us.

    READ-ME.txt             what the other files are
    bundle.json             the manifest: round, log, keys, and where each pot's files lie
    checkpoints.json        every signed head of the ledger, the smallest first
    leaves.txt              the ledger: one commitment in hex a line, in their order
    minutes.txt             the last head and the hash of each snapshot, signed
    pots/N/snapshot.json    the outcome with its rule, projects, sums and reasons
    pots/N/inputs.json      all that the outcome depends on, with the counted ballots: sorted, without name or time
    pots/N/ballots.pb       the same ballots in the field's own format

The last two are not there for a pot whose ballots are too few to be shown to everybody.
"""

import io
import zipfile
import zlib
from datetime import date
from typing import TypeVar
from uuid import UUID

import msgspec

from schema.snapshot import Inputs, Snapshot, canonical

T = TypeVar("T")
S = TypeVar("S", bound=msgspec.Struct)

MOST_BYTES = 2**31
"""What all files of a bundle may hold together: more than a city's, less than what would fill a laptop."""

READ_ME = """\
This is a round of participatory budgeting, complete, for anybody to count again.

bundle.json          which round it is, the name of its ledger, and the public keys
checkpoints.json     every signed head of the ledger (C2SP tlog-checkpoint), the smallest first
leaves.txt           the ledger itself (RFC 6962): one commitment for each ballot and each change of one
minutes.txt          the ledger's last head and the SHA-256 of each snapshot.json, signed by the same key
pots/N/snapshot.json the outcome of one pot, with its rule, the sums of ballots, and a reason for each project
pots/N/inputs.json   all that it depends on, with the counted ballots; its SHA-256 is the snapshot's input_hash
pots/N/ballots.pb    the same ballots as a Pabulib file, which other programs read

To check:            byalag verify THIS-FILE
By hand:             the number of leaves is the sum of `revisions` in all snapshots, and in each snapshot
                     revisions = counted + superseded + withdrawn + refused, and counted = all `channels` together.
Where a pot has neither inputs.json nor ballots.pb, fewer ballots were counted than `ballots_floor` says, and showing
them could show how somebody voted. A named auditor can check those.
"""


class BundledPot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pot and the folder of its files in the bundle."""

    pot_id: UUID
    pot: str
    folder: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which round it is. ``keys`` are verification keys as C2SP writes them, of all heads and of the minutes."""

    municipality: str
    round_id: UUID
    round: str
    opened_on: date
    closed_on: date
    origin: str
    keys: tuple[str, ...]
    pots: tuple[BundledPot, ...]
    format: str = "byalag bundle 1"


class PotFiles(msgspec.Struct, frozen=True):
    """A pot's files as bytes; ``inputs`` and ``pb`` are None where the ballots are withheld."""

    snapshot: bytes
    inputs: bytes | None
    pb: bytes | None


class Bundle(msgspec.Struct, frozen=True):
    """A round's bundle. ``heads`` are notes; ``leaves`` 32 bytes each; ``pots`` in the manifest's order."""

    manifest: Manifest
    heads: tuple[str, ...]
    leaves: tuple[bytes, ...]
    minutes: str
    pots: tuple[PotFiles, ...]


class BadBundle(Exception):
    """This is no bundle, or one that lacks something; the message says what."""


def pack(bundle: Bundle) -> bytes:
    """The ZIP file. The same bundle gives the same files, with the same dates."""
    files = {
        "READ-ME.txt": READ_ME.encode(),
        "bundle.json": canonical(bundle.manifest),
        "checkpoints.json": msgspec.json.encode(bundle.heads),
        "leaves.txt": "".join(f"{leaf.hex()}\n" for leaf in bundle.leaves).encode(),
        "minutes.txt": bundle.minutes.encode(),
    }
    for listed, pot in zip(bundle.manifest.pots, bundle.pots, strict=True):
        parts = {"snapshot.json": pot.snapshot, "inputs.json": pot.inputs, "ballots.pb": pot.pb}
        files |= {f"{listed.folder}/{name}": part for name, part in parts.items() if part is not None}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def unpack(packed: bytes) -> Bundle:
    """Read a bundle; every file that it should have and no other. Raises BadBundle."""
    files = _files(packed)
    manifest = _canonical(_taken(files, "bundle.json"), Manifest, "bundle.json")
    if manifest.format != "byalag bundle 1":
        raise BadBundle(f"it has the format {manifest.format!r}, which this program does not know")
    heads = _decoded(files, "checkpoints.json", tuple[str, ...])
    try:
        leaves = tuple(bytes.fromhex(line) for line in _taken(files, "leaves.txt").decode("ascii").splitlines())
        minutes = _taken(files, "minutes.txt").decode()
    except ValueError:
        raise BadBundle("leaves.txt or minutes.txt holds something that does not belong there") from None
    if any(len(leaf) != 32 for leaf in leaves):
        raise BadBundle("a line of leaves.txt is not a commitment of 64 hex digits")
    pots = tuple(
        PotFiles(
            _taken(files, f"{pot.folder}/snapshot.json"),
            files.pop(f"{pot.folder}/inputs.json", None),
            files.pop(f"{pot.folder}/ballots.pb", None),
        )
        for pot in manifest.pots
    )
    files.pop("READ-ME.txt", None)
    if files:
        raise BadBundle(f"it holds a file that does not belong there: {min(files)}")
    return Bundle(manifest, heads, leaves, minutes, pots)


def read_snapshot(content: bytes) -> Snapshot:
    """A snapshot from its canonical JSON, and from no other writing of it. Raises BadBundle."""
    return _canonical(content, Snapshot, "a snapshot")


def read_inputs(content: bytes) -> Inputs:
    """Inputs from their canonical JSON, and from no other writing of them. Raises BadBundle."""
    return _canonical(content, Inputs, "an inputs.json")


def _files(packed: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            listed = archive.infolist()
            if len({entry.filename for entry in listed}) != len(listed):
                raise BadBundle("it holds a file twice")
            if sum(entry.file_size for entry in listed) > MOST_BYTES:
                raise BadBundle("it is larger than any round's bundle")
            return {entry.filename: archive.read(entry) for entry in listed}
    # The library's ways to say: no archive, damaged, cut off, a place before its beginning, packed in a way that it
    # does not know, encrypted.
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        raise BadBundle(f"it is not a ZIP file that can be read: {error}") from None


def _taken(files: dict[str, bytes], name: str) -> bytes:
    try:
        return files.pop(name)
    except KeyError:
        raise BadBundle(f"{name} is missing") from None


def _decoded(files: dict[str, bytes], name: str, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(_taken(files, name), type=kind)
    except (msgspec.DecodeError, ValueError) as error:
        raise BadBundle(f"{name} cannot be read: {error}") from None


def _canonical(content: bytes, kind: type[S], what: str) -> S:
    try:
        value = msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, ValueError) as error:
        raise BadBundle(f"{what} cannot be read: {error}") from None
    if canonical(value) != content:
        raise BadBundle(f"{what} is not in its canonical form")
    return value
