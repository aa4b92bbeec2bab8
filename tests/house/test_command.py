"""The command line, the logs and the first start of a fresh clone."""

import json
import os
import subprocess
import sys
import tomllib

import pytest

from tests.house.conftest import ROOT, python

BARE = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "VIRTUAL_ENV")}


def byalag(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the command with these settings and no others."""
    environment = {**BARE, "BYALAG_FOLDER": "/nonexistent", **settings}
    command = [sys.executable, "-m", "schema.cli", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_there_is_one_version_number() -> None:
    """The command says the version that pyproject has."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert byalag("--version").stdout == f"byalag {version}\n"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "DATABASE_URL is not set"),
        (
            {
                "DATABASE_URL": "postgresql://b@/b?host=/nowhere",
                "REDIS_URL": "redis://x",
                "BYALAG_MASTER_KEY": "0" * 64,
            },
            "No such file or directory",
        ),
    ],
)
def test_what_a_person_can_put_right_is_one_line(settings: dict[str, str], words: str) -> None:
    """A missing setting, or a server that is not there, is one line on stderr and exit code 2."""
    done = byalag("migrate", **settings)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert words in done.stderr


LOGS = """
import logging
import structlog
from schema.logs import configure_logs
log = structlog.get_logger("house")
configure_logs()
log.info("cast", route="/ballots", body="CANARY", tag="CANARY", choices=["CANARY"], cookie="CANARY", password="CANARY")
logging.getLogger("rq.worker").warning("job failed%s", chr(10) + "DETAIL: Failing row contains (CANARY).")
try:
    raise ValueError("CANARY")
except ValueError:
    log.exception("fault")
    logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
logging.getLogger("uvicorn.access").info("CANARY")
log.info("odd", name="two words" + chr(10) + "and a line")
"""


@pytest.fixture(params=["json", "lines"])
def logged(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What those statements write, line by line, in both forms."""
    monkeypatch.setenv("BYALAG_LOG", request.param)
    _, errors = python(LOGS).communicate()
    return errors.splitlines()


def test_logs_hold_no_canary(logged: list[str]) -> None:
    """No body, tag, choice, cookie or password, nor the text of an exception or a row, gets into a log."""
    assert "cast" in logged[0]
    assert not [line for line in logged if "CANARY" in line]


def test_logs_say_where_it_broke(logged: list[str]) -> None:
    """Of an exception the type and the place are written down, ours and a library's."""
    written = "\n".join(logged)
    assert written.count("ValueError") == 2
    assert "string>:10" in written or "<string>:11" in written


def test_a_value_cannot_forge_a_line(logged: list[str]) -> None:
    """A line break in a value stays inside of the value."""
    assert r"two words\nand a line" in logged[-1]


def test_json_logs_are_json(monkeypatch: pytest.MonkeyPatch) -> None:
    """With BYALAG_LOG=json every line is one object with a time, a level and an event."""
    monkeypatch.setenv("BYALAG_LOG", "json")
    _, errors = python(LOGS).communicate()
    assert all({"timestamp", "level", "event"} <= set(json.loads(line)) for line in errors.splitlines())


def run_bare(code: str) -> subprocess.CompletedProcess[str]:
    """Run code on a Python that has nothing but its standard library."""
    prelude = f"import sys; sys.path.insert(0, {str(ROOT)!r}); "
    command = [sys.executable, "-I", "-S", "-c", prelude + code]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_first_start_needs_no_package() -> None:
    """A fresh clone starts on a Python that has nothing but its standard library."""
    done = run_bare("import schema.bootstrap, schema.__main__, tests.__main__")
    assert (done.returncode, done.stderr) == (0, "")


def test_an_old_python_is_refused_in_words() -> None:
    """Python 3.10 ends with a sentence that says which Python is needed."""
    done = run_bare("sys.version_info = (3, 10, 0); import schema.bootstrap; schema.bootstrap.demand_python()")
    assert (done.returncode, done.stderr) == (
        1,
        "Byalag needs Python 3.11 or newer; this is 3.10. Try: python3.11 -m schema\n",
    )
