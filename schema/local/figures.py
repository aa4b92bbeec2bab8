"""Figures of measurements: where they are written, and which of them stand for all."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
import msgspec

to_json: Callable[[Any], Any] = click.option(
    "--json", "target", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures there, too."
)
"""The option of a command whose figures ``keep`` writes."""


def keep(target: Path | None, figures: object) -> None:
    """Write figures as JSON, where somebody wants them."""
    if target:
        target.write_bytes(msgspec.json.format(msgspec.json.encode(figures)) + b"\n")


def percentile(ordered: Sequence[float], part: float) -> float:
    """What this part of all does not exceed."""
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]
