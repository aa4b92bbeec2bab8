"""Logs of our own: what happened, never what somebody said or who they are.

A line is a time (UTC), a level, an event and ``name=value`` pairs, for people; with BYALAG_LOG=json, one JSON object.
Libraries that use the standard logging come out the same way, but only with their first line: what follows may be a
traceback whose last line quotes a row. Of an exception the type and the places it came through are logged, not the
text, which may quote what was sent.
"""

import json
import logging
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import msgspec
import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

WITHHELD = frozenset(
    {"authorization", "body", "choices", "cookie", "cookies", "headers", "identity", "letter_code", "master_key"}
    | {"nonce", "password", "person", "person_ref", "query", "tag", "token", "url"}
)
LINE = 300  # characters of a foreign message


def configure_logs() -> None:
    """Send our logs and the libraries' to stderr. Call it before an RQ worker is made, or RQ makes its own handler."""
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        withhold,
        place_fault,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *common, ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=[first_line, *common], processors=[ProcessorFormatter.remove_processors_meta, _renderer()]
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    logging.getLogger("uvicorn.access").setLevel(logging.WARNING)  # its lines hold addresses and whole paths
    logging.getLogger("rq").setLevel(logging.WARNING)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # its lines hold whole addresses


def write_lines(events: Iterable[EventDict]) -> None:
    """Write many events at once, each with its ``timestamp``, ``level`` and ``event``, and no fault.

    Nothing is withheld here: this is for what happens a thousand times a second and is known to hold no secret. Where a
    log cannot be written, on a full disk, work goes on without it.
    """
    render = _renderer()
    with suppress(OSError):
        sys.stderr.write("".join(f"{render(None, '', event)}\n" for event in events))


def _renderer() -> Callable[[WrappedLogger, str, EventDict], str]:
    return render_json if os.environ.get("BYALAG_LOG") == "json" else render_line


def withhold(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Blank the values whose names say that they must not be written down. A net, not a licence."""
    return {name: "withheld" if name in WITHHELD else value for name, value in event.items()}


def first_line(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Keep the first line of a library's message."""
    return {**event, "event": str(event["event"]).partition("\n")[0][:LINE]}


def place_fault(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Replace an exception by its type and the places it came through, innermost last."""
    fault = event.pop("exc_info", None)
    if fault is True:
        fault = sys.exc_info()
    error = fault[1] if isinstance(fault, tuple) else fault
    if isinstance(error, BaseException):
        event["fault"], event["through"] = name_fault(error), places(error.__traceback__)
    return event


def name_fault(error: BaseException) -> str:
    """The exception's type; Postgres' own code and constraint where there is one; an operating system's words."""
    named = [str(part) for part in (getattr(error, "sqlstate", None), getattr(error, "constraint_name", None)) if part]
    words = [str(error)] if isinstance(error, OSError) else named
    return ": ".join([type(error).__name__, *words])


def places(trace: TracebackType | None) -> list[str]:
    """``file:line function`` of the last eight frames."""
    frames = traceback.extract_tb(trace)[-8:]
    return [f"{'/'.join(Path(frame.filename).parts[-2:])}:{frame.lineno} {frame.name}" for frame in frames]


def render_json(logger: WrappedLogger, method: str, event: EventDict) -> str:
    """One JSON object."""
    return msgspec.json.encode(event, enc_hook=str).decode()


def render_line(logger: WrappedLogger, method: str, event: EventDict) -> str:
    """``12:01:02.345678 info  event name=value``; where a fault came through stands below it."""
    time, level, what = event.pop("timestamp"), event.pop("level"), event.pop("event")
    through = event.pop("through", [])
    pairs = "".join(f" {name}={_plain(value)}" for name, value in event.items())
    below = "".join(f"\n      {place}" for place in through)
    return f"{time[11:26]} {level:<7} {_plain(what, ' ')}{pairs}{below}"


_PLAIN = re.compile(r"[\w\-./:+@%,()\[\]']+")


def _plain(value: object, also: str = "") -> str:
    """A value as it is when it is one word, or quoted, so that no value can look like another pair or line."""
    text = str(value)
    return text if _PLAIN.fullmatch(text.replace(also, "")) else json.dumps(text)
