"""Published heads: a folder with one file for each, and the refusal of a database that lacks one of them.

    ROUND_ID/SIZE      the signed head of so many leaves; written once
    ROUND_ID/latest    the newest of them

Whoever restores a backup takes acknowledged ballots back without a trace in the database itself. The folder is the
trace: it lies elsewhere, and what this house has published once it must be able to publish again.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import msgspec

from schema.checkpoint import BadCheckpoint, Head, read_checkpoint
from schema.queries import Db, one, queries

SQL = queries(__file__)

LATEST = "latest"
DRAFT = ".draft"


class NotAsPublished(Exception):
    """The database is not the one whose heads were published; the message says how it differs and what to do."""


class OtherHead(Exception):
    """The folder has another head where this one should go."""


class Standing(msgspec.Struct, frozen=True):
    """What the database has of a round: the note of a head of one size, and the size of its newest head."""

    note: str | None
    size: int | None


def keep_heads(folder: Path, round_id: UUID, heads: Sequence[tuple[int, str]]) -> None:
    """Put these heads (size, note), in the order of their sizes, into the folder, safe against a loss of power.

    What is there already stays as it is. Raises OtherHead, and OSError.
    """
    home = folder / str(round_id)
    if not home.exists():
        home.mkdir(parents=True)
        _settle(folder)
    latest = _latest(home)
    for size, note in heads:
        if latest and latest[0] == size and latest[1] != note.encode():
            raise OtherHead
        _keep(home, home / str(size), note)
    _settle(home)  # so that latest never names a head that a crash took
    _draft(home, heads[-1][1]).replace(home / LATEST)
    _settle(home)


def kept_size(folder: Path, round_id: UUID) -> int:
    """The size of the newest head in the folder, -1 when there is none. Raises OtherHead, and OSError."""
    latest = _latest(folder / str(round_id))
    return latest[0] if latest else -1


async def refuse_other_database(db: Db, folder: Path | None) -> None:
    """Raise NotAsPublished unless the newest head of every round in the folder is in the database, letter by letter."""
    if folder is None:
        return
    try:
        newest = [(round_id, file, file.read_bytes()) for round_id, file in _newest(folder)]
    except OSError as fault:
        raise NotAsPublished(
            f"the folder of published heads cannot be read ({fault}), so nobody knows whether this database is as new"
            " as they are: make it readable, and start again"
        ) from None
    publics = [row["public_key"] for row in await db.fetch(SQL.checkpoint_keys)]
    for round_id, file, kept in newest:
        head = _signed(round_id, file, kept, publics)
        standing = await one(db, Standing, SQL.standing, round_id, head.size)
        assert standing is not None  # the query always has a row
        _compare(round_id, file, kept, head.size, standing)


def _newest(folder: Path) -> Iterator[tuple[UUID, Path]]:
    """Of each round the file with the largest size and, since a crash may have come between them, the latest."""
    with suppress(FileNotFoundError):
        for home in sorted(folder.iterdir()):
            try:
                round_id = UUID(home.name)
            except ValueError:
                continue
            names = os.listdir(home)
            sizes = [int(name) for name in names if name.isascii() and name.isdigit()]
            if sizes:
                yield round_id, home / str(max(sizes))
            if LATEST in names:
                yield round_id, home / LATEST


def _signed(round_id: UUID, file: Path, kept: bytes, publics: Sequence[bytes]) -> Head:
    try:
        note = kept.decode()
        origin = note.partition("\n")[0]
        if origin.endswith(f"/api/log/{round_id}"):  # the address before it may have been another when the round began
            return read_checkpoint(note, origin, publics)
    except (BadCheckpoint, ValueError):
        pass
    raise NotAsPublished(
        f"{file} is not signed with a key that this database knows: the database is older than the last `byalag keys"
        " rotate`, it is another house's, or somebody else wrote the file. Restore the newest backup; if that does not"
        " help, keep the file elsewhere as evidence and tell whoever audits the round"
    )


def _compare(round_id: UUID, file: Path, kept: bytes, size: int, standing: Standing) -> None:
    if standing.note is not None and standing.note.encode() == kept:
        return
    if standing.note is None and (standing.size is None or standing.size < size):
        here = "has no ledger of it" if standing.size is None else f"ends at {standing.size}"
        raise NotAsPublished(
            f"this database is older than what was published: of round {round_id} a head of {size} leaves is in {file},"
            f" and the database {here}. Ballots that were acknowledged are missing in it, so nothing was started."
            " Restore a newer backup. Do not delete the folder: it is the proof. If this is another house altogether,"
            " give it a folder of its own in BYALAG_HEADS"
        )
    raise NotAsPublished(
        f"this database is not the one that was published: of round {round_id} the head of {size} leaves in {file} is"
        " another than here. Either was altered, or the database was restored from a backup and went on from there."
        " Start nothing, keep both as they are, and tell whoever audits the round"
    )


def _latest(home: Path) -> tuple[int, bytes] | None:
    """Size and text of the newest head, as the file says."""
    try:
        kept = (home / LATEST).read_bytes()
    except FileNotFoundError:
        return None
    lines = kept.split(b"\n")
    if len(lines) < 2 or not lines[1].isdigit():
        raise OtherHead
    return int(lines[1]), kept


def _keep(home: Path, file: Path, note: str) -> None:
    draft = _draft(home, note)
    try:
        os.link(draft, file)  # never over another
    except FileExistsError:
        if file.read_bytes() != note.encode():
            raise OtherHead from None
    finally:
        draft.unlink()


def _draft(home: Path, note: str) -> Path:
    draft = home / DRAFT
    with draft.open("wb") as written:
        written.write(note.encode())
        written.flush()
        os.fsync(written.fileno())
    return draft


def _settle(folder: Path) -> None:
    """Let the names in a folder survive a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
