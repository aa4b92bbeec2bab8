"""Lines of several processes on one terminal, each with its name in front."""

import sys
import threading
from collections.abc import Callable
from typing import TextIO

Say = Callable[[str, str], None]  # who, one line

COLOURS = (36, 32, 33, 35, 34, 96, 92, 93)  # as terminals number them; red is left for faults


def console(stream: TextIO | None = None) -> Say:
    """A ``Say`` that writes ``name     | line`` to stderr (or ``stream``), in colour on a terminal only."""
    out = stream or sys.stderr
    turn = threading.Lock()
    colours: dict[str, int] = {}

    def say(name: str, line: str) -> None:
        head = f"{name:<8} |"
        with turn:
            if out.isatty():
                colour = colours.setdefault(name, COLOURS[len(colours) % len(COLOURS)])
                head = f"\x1b[{colour}m{head}\x1b[0m"
            out.write(f"{head} {line}\n")
            out.flush()

    return say
