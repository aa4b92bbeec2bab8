"""A round's dates as an iCalendar file (RFC 5545), so that a telephone reminds who has no e-mail and no account."""

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from urllib.parse import urlsplit

from service.languages import _
from service.pages import words
from service.pages.words.rounds import Step
from service.store.rounds import Round

CALENDAR = "text/calendar"

_LINE = 75
"""Octets in a line at most; longer ones are folded."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def calendar(found: Round, address: str) -> bytes:
    """The steps in which residents act, from their beginning to the next; ``address`` is that of the round's page.

    The last day of voting has a reminder. An event's id stays when its time is moved, and who made the file is the
    house that serves it.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Byalag//Byalag//EN", "METHOD:PUBLISH"]
    for step, later in pairwise(words.timeline(found)):
        if step.phase in words.OPEN and step.begins_at and later.begins_at:
            lines += _event(found, step, later.begins_at, address)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line)).encode()


def _event(found: Round, step: Step, ends_at: datetime, address: str) -> list[str]:
    assert step.begins_at is not None
    lines = [
        "BEGIN:VEVENT",
        f"UID:{found.id}-{step.phase}@{urlsplit(address).hostname}",
        f"DTSTAMP:{_written(found.scheduled_at or found.announced_at or step.begins_at)}",
        f"SEQUENCE:{found.revision}",
        f"DTSTART:{_written(step.begins_at)}",
        f"DTEND:{_written(ends_at)}",
        f"SUMMARY:{_escaped(f'{found.name}: {step.title}')}",
        f"DESCRIPTION:{_escaped(step.says)}",
        f"URL:{address}",
        "TRANSP:TRANSPARENT",
    ]
    if step.phase == "voting":
        says = _("{name}: voting closes tomorrow.", name=found.name)
        lines += ["BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER;RELATED=END:-P1D"]
        lines += [f"DESCRIPTION:{_escaped(says)}", "END:VALARM"]
    return [*lines, "END:VEVENT"]


def _written(at: datetime) -> str:
    """To the minute, as pages say it: nobody plans by seconds."""
    return f"{at:%Y%m%dT%H%M00Z}"


def _escaped(text: str) -> str:
    """A text as a value: what separates is marked, and what no line may hold is gone."""
    marked_up = re.sub(r"([\\;,])", r"\\\1", text.replace("\r\n", "\n"))
    return _CONTROL.sub("", marked_up.replace("\n", "\\n"))


def _folded(line: str) -> Iterator[str]:
    """A line in parts that are short enough, none of which ends within a sign; all but the first begin with a blank."""
    part = ""
    for sign in line:
        if len(f"{part}{sign}".encode()) > _LINE:
            yield part
            part = " "
        part += sign
    yield part
