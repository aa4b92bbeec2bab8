"""Bars as drawings of plain numbers: widths in percent, colours by class, no text. Their figures stand beside them."""

from collections.abc import Sequence
from fractions import Fraction

from markupsafe import Markup

_DRAWING = Markup('<svg class="bar {kind}" aria-hidden="true" width="100%" height="{height}">{parts}</svg>')
_PART = Markup('<rect class="{kind}" x="{begin}%" width="{width}%" height="{height}"/>')
SLIM, TALL = 10, 28


def bar(part: int, whole: int) -> Markup:
    """A part of a whole."""
    return _drawn("", SLIM, ("all", 0, whole, whole), ("part", 0, part, whole))


def cost_bar(got: int, cost: int, most: int) -> Markup:
    """What a project costs, beside the one that costs ``most``, and how much of that it got."""
    return _drawn("cost", SLIM, ("whole", 0, cost, most), ("part", 0, got, most))


def step_bar(before: int, part: int, whole: int) -> Markup:
    """A part of a whole that begins where those ``before`` it end."""
    return _drawn("", SLIM, ("all", 0, whole, whole), ("part", before, part, whole))


def flow_bar(parts: Sequence[int], whole: int) -> Markup:
    """All parts of a whole, one after the other; what is left of it stays empty."""
    drawn, before = [("all", 0, whole, whole)], 0
    for part in parts:
        drawn.append(("part", before, part, whole))
        before += part
    return _drawn("flow", TALL, *drawn)


def _drawn(kind: str, height: int, *parts: tuple[str, int, int, int]) -> Markup:
    """Each part has its class, where it begins and how long it is, and what the whole width stands for."""
    return _DRAWING.format(
        kind=kind,
        height=height,
        parts=Markup().join(
            _PART.format(kind=name, begin=_percent(begin, whole), width=_percent(length, whole), height=height)
            for name, begin, length, whole in parts
            if length and whole
        ),
    )


def _percent(part: int, whole: int) -> str:
    return f"{float(Fraction(100 * min(part, whole), whole)):.4g}"
