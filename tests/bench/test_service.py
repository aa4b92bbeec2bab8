"""``byalag bench accept`` and ``judge``, made short."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from service.bench import accept, close, judge
from service.bench.load import Load, request


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


def test_a_voter_sends_her_revision() -> None:
    """Each cast names the revision that it changes, under a key of its own."""
    load = Load("cast", 80, "pot", ["pass"], [4], 9, 1, 1.0, 0.0)
    head, _, body = request(load, 0, 4).partition(b"\r\n\r\n")
    assert msgspec.json.decode(body) == {"choices": [2, 4, 5, 7, 9], "base_revision": 4}
    assert b"idempotency-key: 00000000-000004\r\n" in head
    assert f"content-length: {len(body)}".encode() in head
