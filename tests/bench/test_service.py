"""``byalag bench`` of the service, made short."""

from pathlib import Path
from typing import Any

import click
import msgspec
import pytest
from click.testing import CliRunner

from schema import cli
from service.bench import accept, close, judge, ledger, read, register, results, soak
from service.bench.load import Load, request
from service.languages import LANGUAGES


def figures(command: Any, folder: Path, *options: str) -> dict[str, Any]:
    """What a command writes, when it ends well."""
    target = folder / "figures.json"
    result = CliRunner().invoke(command, ["--seconds", "0.5", "--json", str(target), *options])
    assert result.exit_code == 0, result.output
    read: dict[str, Any] = msgspec.json.decode(target.read_bytes())
    return read


def test_every_ballot_that_was_accepted_is_in_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """P1: the command compares both, and all its loads were answered 201 or 202."""
    monkeypatch.setattr(accept, "VOTERS", 2_000)
    measured = figures(accept.accept, tmp_path)
    assert measured["accepted"] == measured["kept"] > 0
    assert {status for row in measured["rows"] for status in row["statuses"]} == {"201", "202"}
    assert [row["what"] for row in measured["rows"]].count("pgbench") == len(accept.CLIENTS)


def test_a_backlog_is_judged_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that was put before the worker is judged, and what waited was looked at meanwhile."""
    monkeypatch.setattr(judge, "VOTERS", 2_000)
    measured = figures(judge.judge, tmp_path, "--backlog", "3000")
    assert measured["backlog"] == 3000
    assert measured["oldest_p99"] >= measured["oldest_p50"] >= 0


def test_a_close_amid_a_crowd_loses_nothing(tmp_path: Path) -> None:
    """P3: what was accepted is what the box holds right after the close, and in the end."""
    target = tmp_path / "figures.json"
    result = CliRunner().invoke(close.close, ["--times", "3", "--json", str(target)])
    assert result.exit_code == 0, result.output
    measured = msgspec.json.decode(target.read_bytes())
    assert measured["wrong"] == 0
    assert {closing["others"] for closing in measured["rounds"]} == {0}
    assert measured["accepted"] > 0


def test_a_ledger_is_built_and_cast_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each ballot of the backlog has its leaf, and everybody was answered 201, with and without signatures."""
    monkeypatch.setattr(ledger, "VOTERS", 1_000)
    monkeypatch.setattr(ledger, "PROOFS", 50)
    measured = figures(ledger.ledger, tmp_path, "--leaves", "1500")
    assert [tuple(row["statuses"]) for row in measured["rows"]] == [("201",)] * 3
    assert min(measured["tree"].values()) > 0


def test_every_address_is_read_whole_and_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody new gets 200, whoever has it already 304 and nothing else."""
    monkeypatch.setattr(read, "VOTERS", 200)
    rows = figures(read.read, tmp_path)["rows"]
    assert {tuple(row["statuses"]) for row in rows if row["what"].endswith(", known")} == {("304",)}
    assert {tuple(row["statuses"]) for row in rows[1:] if not row["what"].endswith(", known")} == {("200",)}


def test_memory_of_every_process_is_watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service, each worker and the clock hold some, and all that was accepted is told."""
    monkeypatch.setattr(soak, "VOTERS", 200)
    monkeypatch.setattr(soak, "SAMPLE", 0.2)
    target = tmp_path / "figures.json"
    result = CliRunner().invoke(soak.soak, ["--minutes", "0.1", "--rate", "50", "--json", str(target)])
    assert result.exit_code == 0, result.output
    measured = msgspec.json.decode(target.read_bytes())
    assert measured["accepted"] == 300
    assert set(measured["figures"]) == {"service", "judge", "sequence", "count", "clock"}
    assert all(first > 1 and last > 1 for first, last, _ in measured["figures"].values())


def test_a_register_is_imported_and_then_the_same(tmp_path: Path) -> None:
    """Everybody in the file is on the register, and the second time nothing differs."""
    target = tmp_path / "figures.json"
    result = CliRunner().invoke(register.register, ["--rows", "2000", "--json", str(target)])
    assert result.exit_code == 0, result.output
    measured = msgspec.json.decode(target.read_bytes())
    assert measured["kept"] == measured["rows"] == 2000
    assert [run["said"] for run in measured["runs"].values()] == [
        "Applied: the register is at version 1 now.",
        "Nothing differs: the register stays at version 1.",
    ]


def test_all_measurements_run_though_one_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What went well leaves its figures, and what failed is named."""

    @click.command()
    @click.option("--json", "target")
    def well(target: str) -> None:
        Path(target).write_text("1", encoding="ascii")

    @click.command()
    @click.option("--json", "target")
    def badly(target: str) -> None:
        raise click.ClickException(f"no ground for {Path(target).name}")

    class Entry(msgspec.Struct):
        name: str
        command: click.Command

        def load(self) -> click.Command:
            return self.command

    entries = [Entry("badly", badly), Entry("well", well), Entry("all", cli.every)]
    monkeypatch.setattr(cli, "entry_points", lambda group: entries)
    result = CliRunner().invoke(cli.every, ["--json", str(tmp_path / "figures")], prog_name="all")
    assert result.exit_code == 1
    assert "Not done: badly." in result.output
    assert [file.name for file in (tmp_path / "figures").iterdir()] == ["well.json"]


def test_a_voter_sends_her_revision() -> None:
    """Each cast names the revision that it changes, under a key of its own."""
    load = Load("cast", 80, "pot", ["pass"], [4], 9, 1, 1.0, 0.0)
    head, _, body = request(load, 0, 4).partition(b"\r\n\r\n")
    assert msgspec.json.decode(body) == {"choices": [2, 4, 5, 7, 9], "base_revision": 4}
    assert b"idempotency-key: 00000000-000004\r\n" in head
    assert f"content-length: {len(body)}".encode() in head


def test_the_results_page_comes_from_memory(tmp_path: Path) -> None:
    """In every language; making it anew is what costs."""
    target = tmp_path / "figures.json"
    result = CliRunner().invoke(results.results, ["--projects", "300", "--times", "3", "--json", str(target)])
    assert result.exit_code == 0, result.output
    rows = msgspec.json.decode(target.read_bytes())["rows"]
    assert [row["language"] for row in rows] == list(LANGUAGES)
    assert all(row["anew"] > 10 * row["cached"] for row in rows)
