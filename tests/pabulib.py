"""Real elections, kept outside the repository: 160 of them lie beside it when it is tested by its makers."""

import os
from math import inf
from pathlib import Path

import pytest

HOME = Path(__file__).parents[1]


def elections() -> list[Path]:
    """Every real election at hand; none when they are not beside the repository."""
    return sorted((Path(os.environ.get("BYALAG_DATA", HOME.parent / "shared")) / "pabulib").glob("*.pb"))


def some_elections(below: float = inf) -> list[Path]:
    """The real elections at hand, of fewer bytes than that; the test is skipped when there are none."""
    paths = [path for path in elections() if path.stat().st_size < below]
    if not paths:
        pytest.skip("No real elections are at hand: set BYALAG_DATA to the folder that holds pabulib/.")
    return paths


def election(name: str) -> Path:
    """One real election by its name without ".pb"; the test is skipped when it is not at hand."""
    for path in elections():
        if path.stem == name:
            return path
    pytest.skip(f"The real election {name} is not at hand: set BYALAG_DATA to the folder that holds pabulib/.")
