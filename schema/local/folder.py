"""The data folder: who may use it, who uses it now, and the secrets made for it.

    master.key   0600   64 hex digits, made once
    lock                held by the one run that uses the folder; holds its process id
    heads/              every signed head, for whoever wants to see them; see schema/heads.py
    postgres/ redis/ sockets/ binaries/   0700, belong to the account that the servers run as

Root makes the folder itself 0711, so that this account can walk through it. Parent folders are left as they are.
"""

import fcntl
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from schema.local.account import Account, reaches, servant
from schema.local.trouble import FolderInUse, FolderNotOurs, FolderOfAnother, FolderOutOfReach

OURS = ("lock", "master.key", "house.json")  # any of them tells a data folder of ours
SOCKET_PATH_BYTES = 103  # the kernel takes 104 on macOS and 108 on Linux, with the NUL


class Folder(msgspec.Struct, frozen=True):
    """An opened data folder. ``account`` is who the servers run as, or None for whoever we are."""

    path: Path
    account: Account | None

    def part(self, name: str) -> Path:
        """A subfolder that only the servers' account enters; made when it is not there."""
        return private(self.path / name, self.account)

    def log(self, name: str) -> Path:
        """The file that holds what a server says."""
        return self.path / f"{name}.log"


def default_folder() -> Path:
    """BYALAG_FOLDER, or ``/var/lib/byalag`` for root, or ``.byalag`` under the current directory for anybody else."""
    named = os.environ.get("BYALAG_FOLDER") or ("/var/lib/byalag" if os.geteuid() == 0 else ".byalag")
    return Path(named).absolute()


def private(path: Path, account: Account | None) -> Path:
    """Make ``path`` a 0700 folder of ``account``. A folder that is there already keeps what it is."""
    if not path.exists():
        path.mkdir(mode=0o700)
        if account:
            os.chown(path, account.uid, account.gid)
    return path


@contextmanager
def opened(data: Path) -> Iterator[Folder]:
    """Hold the data folder for this run. Raises FolderInUse and the other troubles of folders."""
    data = data.absolute()
    _make(data)
    descriptor = os.open(data / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderInUse(data, os.read(descriptor, 20).decode().strip()) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        account = servant()
        if account and not reaches(account, data):
            raise FolderOutOfReach(data, account.name)
        yield Folder(data, account)
    finally:
        os.close(descriptor)


def _make(data: Path) -> None:
    """Make the folder, or see that it is one of ours. Its parents keep the permissions they have."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    if data.stat().st_uid != os.geteuid():
        raise FolderOfAnother(data, data.owner())
    if any(data.iterdir()) and not any((data / name).exists() for name in OURS):
        raise FolderNotOurs(data)
    if os.geteuid() == 0:
        data.chmod(0o711)  # the servers' account walks through; what lies inside is closed to others by itself


def master_key(data: Path) -> str:
    """The folder's master key, 64 hex digits; made on the first call and the same ever after."""
    file = data / "master.key"
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not file.exists():
        with tempfile.NamedTemporaryFile("w", dir=data, prefix=".key", delete=False) as draft:  # 0600 by itself
            draft.write(secrets.token_hex(32) + "\n")
            draft.flush()
            os.fsync(draft.fileno())
        try:
            os.link(draft.name, file)  # two processes at once: the first stays, and both read it
        except FileExistsError:
            pass
        finally:
            os.unlink(draft.name)
    return file.read_text(encoding="ascii").strip()


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A data folder that is gone afterwards, where the servers' account can reach it also when we are root."""
    path = Path(tempfile.mkdtemp(prefix="byalag-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def sockets(folder: Folder, longest_name: str) -> Iterator[Path]:
    """A private folder for Unix sockets: in the data folder, or a short one if that path is too long."""
    inside = folder.path / "sockets"
    if len(os.fsencode(inside / longest_name)) <= SOCKET_PATH_BYTES:
        yield folder.part("sockets")
        return
    with temporary_folder() as short:
        if folder.account:
            os.chown(short, folder.account.uid, folder.account.gid)
        yield short
