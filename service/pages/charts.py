"""Bars as drawings of plain numbers: lengths in percent, colours by class, no text. Their figures stand beside them."""

from collections.abc import Sequence

from markupsafe import Markup

SLIM, TALL = 10, 28


def bar(part: int, whole: int) -> Markup:
    """A part of a whole."""
    return _drawn("", SLIM, ("all", 0, whole), ("part", 0, part), whole=whole)


def support_bar(support: int, most: int) -> Markup:
    """How much support a project has, beside the one that has ``most``."""
    return _drawn("", SLIM, ("support", 0, support), whole=most)


def cost_bar(got: int, cost: int, most: int) -> Markup:
    """What a project costs, beside the one that costs ``most``, and how much of that it got."""
    return _drawn("", SLIM, ("all", 0, cost), ("part", 0, got), whole=most)


def step_bar(before: int, part: int, whole: int) -> Markup:
    """A part of a whole that begins where those ``before`` it end."""
    return _drawn("", SLIM, ("all", 0, whole), ("part", before, part), whole=whole)


def flow_bar(parts: Sequence[int], whole: int) -> Markup:
    """All parts of a whole, one after the other; what is left of it stays empty."""
    drawn, before = [("all", 0, whole)], 0
    for part in parts:
        drawn.append(("part", before, part))
        before += part
    return _drawn("flow", TALL, *drawn, whole=whole)


def _drawn(kind: str, height: int, *parts: tuple[str, int, int], whole: int) -> Markup:
    """Each part has its class, where it begins, and how long it is."""
    drawn = "".join(
        f'<rect class="{name}" x="{_percent(begin, whole)}%" width="{_percent(length, whole)}%" height="{height}"/>'
        for name, begin, length in parts
        if length and whole
    )
    return Markup(  # noqa: S704 - numbers, and names from here
        f'<svg class="bar {kind}" aria-hidden="true" width="100%" height="{height}">{drawn}</svg>'
    )


def _percent(part: int, whole: int) -> float:
    return min(10_000, 10_000 * part // whole) / 100
