"""Where a register comes from: files and services, at the command line."""

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import asyncpg
import msgspec
import pytest
from click.testing import CliRunner, Result

from schema.errors import SourceFailed
from service.cli.register import TOKEN, register
from service.sources import places
from service.sources.places import http_rows
from service.sources.rows import Batch
from tests.builders import MASTER_KEY
from tests.town import REGISTER, Town

PLACE = ("--municipality", "Hagaby")
ROWS = [
    {"identity": "AMINA-1", "area": "North", "birth_year": 1985, "relations": ["lives", "works"]},
    {"identity": "BJORN-2", "area": "North", "language": None, "unknown": {"x": 1}},
]
LINES = b"\n".join(map(msgspec.json.encode, ROWS))


class Service(BaseHTTPRequestHandler):
    """A population register that answers what its path says, to whoever has the token."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:  # its name in the standard library
        """Answer."""
        if self.headers["Authorization"] != "Bearer a-token":
            self._answer(401, "text/plain", b"")
        elif self.path == "/rows.csv?all=1":
            self._answer(200, "text/csv; charset=utf-8", REGISTER.encode())
        elif self.path == "/rows":
            self._answer(200, "application/x-ndjson", LINES)
        elif self.path == "/elsewhere":
            self._answer(302, "text/plain", b"", Location="/rows")
        elif self.path == "/cut":
            self._answer(200, "text/csv", REGISTER.encode()[:-20], length=len(REGISTER))
        elif self.path == "/endless":
            self._answer(200, "text/csv", REGISTER.encode(), length=None)
        elif self.path == "/long":
            self._answer(200, "text/csv", REGISTER.encode() + b"V,North,1980,1\n" * 500)

    def _answer(self, status: int, kind: str, body: bytes, length: int | None = -1, **more: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if length is not None:
            self.send_header("Content-Length", str(len(body) if length < 0 else length))
        for name, value in more.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def service() -> Iterator[str]:
    """The address of such a service on loopback."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


async def read(address: str, token: str = "a-token") -> Batch:
    """All that a service answers."""
    whole = Batch()
    async for batch in http_rows(address, token, {}):
        whole.rows += batch.rows
        whole.faults += batch.faults
    return whole


async def test_json_lines_are_rows(service: str) -> None:
    """Numbers and lists say what they would in a CSV file, null and what is missing say nothing."""
    found = await read(f"{service}/rows")
    assert found == Batch(
        [
            (1, ("AMINA-1", "North", "1985", "", "", "lives works", "", "")),
            (2, ("BJORN-2", "North", "", "", "", "", "", "")),
        ]
    )


@pytest.mark.parametrize(
    ("path", "token", "said"),
    [
        ("/rows", "another", "answered 401"),
        ("/elsewhere", "a-token", "answered 302"),
        ("/cut", "a-token", "broke off"),
        ("/endless", "a-token", "where its answer ends"),
        ("/long", "a-token", "longer than 1000 bytes"),
    ],
)
async def test_a_service_that_fails_is_named(
    service: str, path: str, token: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No redirect is followed, and half an answer is none."""
    monkeypatch.setattr(places, "ALL_BYTES", 1000)
    with pytest.raises(SourceFailed) as refusal:
        await read(service + path, token)
    assert said in str(refusal.value.facts["fault"])


async def test_a_service_may_not_answer_for_ever(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of its answer has a limit of time."""
    monkeypatch.setattr(places, "ALL_SECONDS", -1.0)
    with pytest.raises(SourceFailed) as refusal:
        await read(f"{service}/rows")
    assert "takes longer" in str(refusal.value.facts["fault"])


@pytest.mark.parametrize(
    "address", ["http://register.example.se/rows", "ftp://127.0.0.1/", "https://", "http://127.0.0.1:x/"]
)
async def test_a_register_goes_over_no_open_wire(address: str) -> None:
    """Another machine is asked over https only."""
    with pytest.raises(SourceFailed, match="source-failed"):
        await read(address)


async def test_nobody_there_is_a_plain_refusal() -> None:
    """A service that cannot be reached is named as that."""
    with pytest.raises(SourceFailed) as refusal:
        await read("http://127.0.0.1:1/rows")
    assert "not reached" in str(refusal.value.facts["fault"])


# At the command line


@pytest.fixture(autouse=True)
def operator(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator's environment, where a test has a town."""
    if "town" in request.fixturenames:
        monkeypatch.setenv("DATABASE_URL", request.getfixturevalue("database_url"))
        monkeypatch.setenv("REDIS_URL", request.getfixturevalue("redis_url"))
        monkeypatch.setenv("BYALAG_MASTER_KEY", MASTER_KEY.hex())
        monkeypatch.setenv(TOKEN, "a-token")


async def run(*words: object) -> Result:
    """`byalag register`, in a thread of its own because it runs a loop of its own."""
    return await asyncio.to_thread(lambda: CliRunner().invoke(register, [str(word) for word in words]))


async def persons(db: asyncpg.Connection) -> int:
    """How many are on registers."""
    count: int = await db.fetchval("select count(*) from roll.person")
    return count


async def test_a_file_is_imported_at_the_command_line(town: Town, db: asyncpg.Connection, tmp_path: Path) -> None:
    """Dry, it changes nothing; applied, the API knows the same people; again, nothing differs."""
    await town.hire()
    file = tmp_path / "people.csv"
    file.write_text(REGISTER.replace("area", "stadsdel"), encoding="utf-8")
    words = ("import", file, *PLACE, "--map", "area=stadsdel")
    dry = await run(*words, "--dry-run")
    assert (dry.exit_code, await persons(db)) == (0, 0), dry.output
    assert "added               3" in dry.output
    applied = await run(*words, "--apply")
    assert "Applied: the register is at version 1 now." in applied.output
    again = await run(*words, "--apply")
    assert "Nothing differs: the register stays at version 1." in again.output
    view = await town.act("GET", "/api/register/imports")
    assert [(each["state"], each["started_by"]) for each in view["imports"]] == [
        ("applied", "the operator"),
        ("applied", "the operator"),
        ("discarded", "the operator"),
    ]
    assert await persons(db) == 3


async def test_an_import_waits_to_be_applied(town: Town, db: asyncpg.Connection, service: str) -> None:
    """Without --apply the command says how to, and that does it; a query of the address is not kept."""
    await town.hire()
    staged = await run("import", f"{service}/rows.csv?all=1", *PLACE)
    assert staged.exit_code == 0, staged.output
    assert await persons(db) == 0
    view = await town.act("GET", "/api/register/imports")
    assert view["imports"][0]["source"] == f"{service}/rows.csv"
    applied = await run("apply", view["imports"][0]["id"], *PLACE)
    assert (applied.exit_code, await persons(db)) == (0, 3), applied.output


async def test_faults_are_told_here_or_in_a_file(town: Town, db: asyncpg.Connection, tmp_path: Path) -> None:
    """All of them, by line; and the command fails."""
    await town.hire()
    file, report = tmp_path / "people.csv", tmp_path / "faults.csv"
    file.write_text("identity,area\n" + "A,\n" * 50, encoding="utf-8")
    here = await run("import", file, *PLACE, "--apply")
    assert (here.exit_code, here.output.count("the area is empty"), await persons(db)) == (1, 50, 0)
    assert "50 lines are wrong" in here.output
    assert (await run("import", file, *PLACE, "--report", report)).exit_code == 1
    assert report.read_text(encoding="utf-8").splitlines()[:2] == ["line,fault", '2,"the area is empty or too long"']


async def test_a_municipality_that_is_not_there_is_not_made(town: Town, tmp_path: Path) -> None:
    """A slip of the pen makes no second register."""
    file = tmp_path / "people.csv"
    file.write_text(REGISTER, encoding="utf-8")
    refused = await run("import", file, "--municipality", "Hagabyy", "--apply")
    assert refused.exit_code == 1
    assert "no municipality called Hagabyy" in refused.output


async def test_the_command_stands_in_the_audit_log(town: Town, tmp_path: Path, db: asyncpg.Connection) -> None:
    """Whoever looks back sees that no officer did it, and which command did."""
    await town.hire()
    file = tmp_path / "people.csv"
    file.write_text(REGISTER)
    await run("import", str(file), *PLACE, "--apply")
    rows = await db.fetch(
        "select distinct action, officer from roll.audit where subject in ('register', 'register_import')"
    )
    assert [tuple(row) for row in rows] == [("register import", None)]
