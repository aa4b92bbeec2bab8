"""The demo, and the residents it makes up."""

import os
import subprocess
import sys
from pathlib import Path
from random import Random

from schema.styles import check_choices
from service.rehearsal.residents import make_residents, register_rows
from service.rehearsal.suburb import AREAS, IDEAS, KRONA, POTS, YOUTH
from tests import verify_bundle

SERVERS = {"DATABASE_URL", "REDIS_URL"}


def test_demo_ends_well(tmp_path: Path) -> None:
    """It ends with code 0, having explained both pots, and with a bundle that the second program accepts."""
    own = {name: value for name, value in os.environ.items() if name not in SERVERS}
    command = [
        sys.executable,
        "-m",
        "schema.cli",
        "demo",
        "--exit",
        "--port",
        "0",
        "--bundle",
        str(tmp_path / "bundle.zip"),
    ]
    done = subprocess.run(command, env=own, capture_output=True, text=True, timeout=80, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert verify_bundle.main([str(tmp_path / "bundle.zip")]) == 0
    assert "WRONG" not in done.stdout
    for words in (
        "Funded:",
        "Not funded:",
        "chose it and paid for it",
        "By votes while the money lasts",
        "verify accepts",
        "6 have a picture",
        "can be read in four languages",
    ):
        assert words in done.stdout


def test_the_same_seed_makes_the_same_residents() -> None:
    """Chance begins at the seed."""
    assert make_residents(50, Random(7)) == make_residents(50, Random(7))
    assert make_residents(50, Random(7)) != make_residents(50, Random(8))


def test_residents_are_twelve_or_older_and_live_in_every_area() -> None:
    """Whatever the month in which the demo runs."""
    rows = register_rows(make_residents(400, Random(1)), 2026)
    assert {area for _, area, _, _ in rows} == set(AREAS)
    assert max(year for _, _, year, _ in rows) <= 2026 - 13


def test_residents_cast_what_the_pots_allow() -> None:
    """Their ballots are ballots of the styles."""
    numbers = {idea.title: at for at, idea in enumerate((idea for idea in IDEAS if idea.pot == YOUTH), 1)}
    costs = {numbers[idea.title]: idea.cost * KRONA for idea in IDEAS if idea.title in numbers}
    for resident in make_residents(100, Random(1)):
        assert check_choices(POTS[1].style, costs, resident.pack(numbers, POTS[1].money)) is None
        assert len(resident.approve(numbers, 2)) == 2
