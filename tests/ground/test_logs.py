"""Lines that are written together: their forms, and what happens where they cannot be written."""

import errno
import io
import sys
from typing import Any

import msgspec
import pytest

from schema.logs import write_lines

Captured = pytest.CaptureFixture[str]


def event(**facts: object) -> dict[str, Any]:
    """Something that happened."""
    return {"timestamp": "2026-11-22T18:00:01.234567+00:00", "level": "info", "event": "request", **facts}


def test_each_event_is_a_line(capsys: Captured) -> None:
    """In the order in which they came."""
    write_lines([event(status=200), event(status=404)])
    assert capsys.readouterr().err == (
        "18:00:01.234567 info    request status=200\n18:00:01.234567 info    request status=404\n"
    )


def test_a_value_cannot_look_like_another_line(capsys: Captured) -> None:
    """What is not one word is quoted, with its ends of lines."""
    write_lines([event(route="a b\nc=1")])
    assert capsys.readouterr().err.endswith(' route="a b\\nc=1"\n')


def test_lines_are_json_where_that_is_wanted(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    """One object each."""
    monkeypatch.setenv("BYALAG_LOG", "json")
    write_lines([event(status=200), event(status=404)])
    assert [msgspec.json.decode(line)["status"] for line in capsys.readouterr().err.splitlines()] == [200, 404]


class Full(io.StringIO):
    """A log on a full disk."""

    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_work_goes_on_where_nothing_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk is full: the lines are lost, and nothing else."""
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", Full())
        write_lines([event()])
