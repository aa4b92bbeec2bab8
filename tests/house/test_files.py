"""Files outside of Python name only what the program knows."""

import re
import tomllib
from typing import Any

import pytest
import yaml

from schema.events import LANES
from schema.local import postgres, redis
from schema.settings import VARIABLES
from tests.house.conftest import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "byalag"}


@pytest.mark.parametrize("name", OURS)
def test_compose_sets_what_the_program_reads(name: str) -> None:
    """Every variable that compose sets is one that the settings know, or that numba does."""
    assert set(OURS[name]["environment"]) <= {*VARIABLES, "NUMBA_CACHE_DIR"}


@pytest.mark.parametrize("name", OURS)
def test_compose_runs_commands_that_exist(name: str) -> None:
    """Every command in compose is one that the package declares."""
    program, command, *_ = OURS[name]["command"]
    assert program in PROJECT["scripts"]
    assert command in PROJECT["entry-points"]["byalag.commands"]


def test_compose_has_a_worker_for_every_lane() -> None:
    """No lane is left without a worker."""
    assert {service["command"][3] for service in OURS.values() if service["command"][1] == "workers"} == set(LANES)


@pytest.mark.parametrize(("part", "host"), [("roll", "ROLL_HOST"), ("box", "BOX_HOST")])
def test_each_room_has_its_process_and_its_name(part: str, host: str) -> None:
    """Each room's service serves that room only, the proxy leads its name there, and its address is that name."""
    assert " ".join(SERVICES[f"service-{part}"]["command"]).startswith(f"byalag service --room {part} ")
    conf = SERVICES["proxy"]["build"]["dockerfile_inline"]
    server = next(each for each in conf.split("server {") if f"http://service-{part}:8400" in each)
    assert f"server_name ${{{host}}};" in server
    variable = {"roll": "BYALAG_PUBLIC_URL", "box": "BYALAG_BOX_URL"}[part]
    assert OURS[f"service-{part}"]["environment"][variable].startswith(f"https://${{{host}:")


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_runs_as_root(name: str) -> None:
    """No container has root, a writable file system or a capability, and each has time to end well."""
    service = SERVICES[name]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"])
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["stop_grace_period"] == "30s"


@pytest.mark.parametrize("name", ["proxy", "service-roll", "service-box", "postgres", "redis"])
def test_what_answers_is_asked(name: str) -> None:
    """Whatever answers requests has a health check."""
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"


def test_both_ways_to_run_postgres_agree() -> None:
    """Postgres in compose is as durable, and as silent, as the one that we start ourselves."""
    given = dict(option.split("=") for option in SERVICES["postgres"]["command"] if "=" in option)
    assert given == {name: given.get(name, value) for name, value in postgres.SETTINGS.items() if name in given}
    assert {"fsync", "synchronous_commit", "log_error_verbosity", "log_min_error_statement"} <= set(given)


def test_both_ways_to_run_redis_agree() -> None:
    """Redis in compose keeps and evicts as the one that we start ourselves does."""
    words = SERVICES["redis"]["command"][1:]
    given = {name.removeprefix("--"): value for name, value in zip(words[::2], words[1::2], strict=True)}
    common = ("appendonly", "appendfsync", "save", "maxmemory-policy")
    assert {name: given[name] for name in common} == {name: redis.SETTINGS[name] for name in common}


@pytest.mark.parametrize("name", ["run", "test"])
def test_locks_name_no_registry(name: str) -> None:
    """A lock says what is installed, by hash, and not from where."""
    lock = (ROOT / ".ci" / "locks" / f"{name}.txt").read_text()
    packages = re.findall(r"^[a-z0-9][^=\s]*==", lock, re.MULTILINE)
    assert not re.search(r"://|--index|--find-links|--extra|@ ", lock.partition("\n")[2])
    assert len(re.findall(r"==.*?\\\n    --hash=sha256:", lock)) == len(packages) > 30


def test_the_test_lock_holds_the_run_lock() -> None:
    """Tests run with exactly the packages that run."""
    run, test = ((ROOT / ".ci" / "locks" / f"{name}.txt").read_text().split("\n", 1)[1] for name in ("run", "test"))
    pinned = [set(re.findall(r"^[a-z0-9].*?==[^\s;]+", lock, re.MULTILINE)) for lock in (run, test)]
    assert pinned[0] <= pinned[1]


@pytest.mark.parametrize(
    ("name", "requirements"),
    [
        ("run", PROJECT["dependencies"] + PROJECT["optional-dependencies"]["build"]),
        ("test", PROJECT["optional-dependencies"]["test"]),
    ],
)
def test_a_lock_has_every_requirement(name: str, requirements: list[str]) -> None:
    """Everything that pyproject asks for is in the lock."""
    lock = (ROOT / ".ci" / "locks" / f"{name}.txt").read_text()
    for requirement in requirements:
        assert re.search(rf"^{re.split('[^a-z0-9-]', requirement)[0]}==", lock, re.MULTILINE), requirement
