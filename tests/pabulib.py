"""Real elections, kept outside the repository: 160 of them lie beside it when it is tested by its makers."""

import os
from pathlib import Path

import pytest

HOME = Path(__file__).parents[1]


def elections() -> list[Path]:
    """Every real election at hand; none when they are not beside the repository."""
    return sorted((Path(os.environ.get("BYALAG_DATA", HOME.parent / "shared")) / "pabulib").glob("*.pb"))


def election(name: str) -> Path:
    """One real election by its name without ".pb"; the test is skipped when it is not at hand."""
    for path in elections():
        if path.stem == name:
            return path
    pytest.skip(f"The real election {name} is not at hand: set BYALAG_DATA to the folder that holds pabulib/.")
