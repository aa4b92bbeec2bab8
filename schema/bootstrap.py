"""From a fresh clone to a running program with nothing but Python 3.11 and git. Standard library only.

``python3 -m schema`` and ``python3 -m tests`` come here: make ``.venv``, install what the lock names (by hash), then
run. A second time costs nothing: a stamp in ``.venv`` says what was installed.
"""

from __future__ import annotations  # so that an older Python gets as far as the sentence that refuses it

import fcntl
import hashlib
import importlib.util
import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCKS = ROOT / ".ci" / "locks"
PYTHON = VENV / "bin" / "python"


def demand_python() -> None:
    """End with a sentence when this Python cannot do it."""
    if sys.version_info < (3, 11):  # noqa: UP036 - it is older Pythons that this is for
        sys.exit(
            "Byalag needs Python 3.11 or newer; this is {}.{}. Try: python3.11 -m schema".format(*sys.version_info)
        )
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        sys.exit("This Python cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv")


def prepare(lock: str) -> None:
    """Make ``.venv`` hold what ``.ci/locks/<lock>.txt`` names, and Byalag itself. Ends the program when pip fails."""
    demand_python()
    turn = os.open(ROOT, os.O_RDONLY)
    fcntl.flock(turn, fcntl.LOCK_EX)  # two at once on one clone: the second waits, and finds it done
    try:
        home = "{} {}.{}".format(ROOT, *sys.version_info)
        locked, declared = digest(LOCKS / f"{lock}.txt"), digest(ROOT / "pyproject.toml")
        if stamp("home") != home or stamp(lock) not in ("", locked):
            step("a fresh .venv", [sys.executable, "-m", "venv", "--clear", str(VENV)])
            put_stamp("home", home)
        if stamp(lock) != locked:
            install_packages(LOCKS / f"{lock}.txt")
            put_stamp(lock, locked)
        if stamp("self") != declared:
            install_self()
            put_stamp("self", declared)
    finally:
        os.close(turn)


PIP = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]


def install_packages(lock: Path) -> None:
    """Install what the lock names. Wheels only: building one would fetch tools that no hash vouches for."""
    count = len(re.findall(r"^\w", lock.read_text(encoding="utf-8"), re.MULTILINE))
    step(
        f"{count} packages, each checked by its hash",
        [*PIP, "--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", str(lock)],
    )


def install_self() -> None:
    """Install this checkout as it stands; it fetches nothing, for its build backend is in the lock."""
    step("Byalag itself", [*PIP, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)])


def digest(file: Path) -> str:
    """SHA-256 of a file, in hex."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def stamp(name: str) -> str:
    """What was written down about this ``.venv``, or the empty string."""
    file = VENV / f"byalag-{name}"
    return file.read_text(encoding="utf-8") if file.exists() else ""


def put_stamp(name: str, text: str) -> None:
    """Write down what is in this ``.venv`` now."""
    (VENV / f"byalag-{name}").write_text(text, encoding="utf-8")


def step(what: str, command: list[str]) -> None:
    """Run one step of the installation: one line and its seconds. Its output shows only when it fails."""
    sys.stderr.write(f"installing {what} ... ")
    sys.stderr.flush()
    began = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=ROOT, check=False)
    sys.stderr.write(f"{time.monotonic() - began:.1f} s\n")
    if done.returncode:
        sys.stderr.write(done.stdout.decode(errors="replace"))
        sys.exit(f"That did not work: {' '.join(command)}")


def environment() -> dict[str, str]:
    """Our environment with ``.venv`` entered."""
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return {**os.environ, "VIRTUAL_ENV": str(VENV), "PATH": path}


def run_byalag(arguments: list[str]) -> None:
    """Become ``byalag`` with these arguments."""
    prepare("run")
    os.execve(PYTHON, [str(PYTHON), "-m", "schema.cli", *arguments], environment())  # noqa: S606


CHECKS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("lint-imports",),
    ("pytest",),
)
DIVIDED = ("-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder")
"""How the whole suite runs: a file at a time on each core, each with servers of its own, the slow folders first."""


def run_checks(arguments: list[str]) -> int:
    """Run every check, and pytest with these arguments or, without any, everything on all cores.

    Returns the exit code of the first that fails, or 0.
    """
    prepare("test")
    for check in CHECKS:
        command = [*check, *((arguments or DIVIDED) if check[0] == "pytest" else ())]
        sys.stderr.write(f"\n== {' '.join(command)}\n")
        began = time.monotonic()
        code = subprocess.run(
            [VENV / "bin" / command[0], *command[1:]], cwd=ROOT, env=environment(), check=False
        ).returncode
        sys.stderr.write(f"== {check[0]}: {'failed' if code else 'good'} after {time.monotonic() - began:.1f} s\n")
        if code:
            return code
    return 0
