"""`byalag bench tally`: what it says, on elections small enough to wait for."""

from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from workers import bench
from workers.bench import INSTANCES, generate, measure_both, measure_size, read
from workers.tally import Profile

VILLAGE = """META
key;value
description;A small village
country;Sverige
unit;Lillby
instance;2026
num_projects;4
num_votes;4
budget;100
vote_type;approval
rule;greedy
date_begin;2026
date_end;2026
PROJECTS
project_id;cost
a;60
b;50
c;70
d;10
VOTES
voter_id;vote
1;a,b
2;a,b
3;b,a
4;c,d
"""


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks run in this process, on all its cores."""
    monkeypatch.setattr(bench, "fresh", lambda task, *given: task(*given))
    monkeypatch.setattr(bench, "one_core", lambda: None)


@pytest.fixture
def village(tmp_path: Path) -> Path:
    """A folder with a very small election in the place of one instance."""
    (tmp_path / "pabulib").mkdir()
    (tmp_path / "pabulib" / f"{INSTANCES[0]}.pb").write_text(VILLAGE, encoding="utf-8")
    return tmp_path


def tally(*options: str) -> tuple[int, str]:
    """Exit code and output of the command."""
    result = CliRunner().invoke(bench.tally, [*options], env={"BYALAG_DATA": ""})
    return result.exit_code, result.output


def figures(path: Path) -> dict[str, Any]:
    """What was written to a JSON file."""
    read: dict[str, Any] = msgspec.json.decode(path.read_bytes())
    return read


@pytest.mark.usefixtures("here")
def test_it_compares_with_pabutools(village: Path, tmp_path: Path) -> None:
    """Each rule has its seconds on both sides, and reading too; the median ratio is told by rule."""
    code, output = tally("--data", str(village), "--runs", "1", "--json", str(tmp_path / "figures.json"))
    assert code == 0, output
    assert f"{INSTANCES[1]} is not in {village}: left out." in output
    assert "Median ratio, add1: " in output
    timings = {timing["what"]: timing for timing in figures(tmp_path / "figures.json")["timings"]}
    compared = {what for what, timing in timings.items() if timing["theirs"] is not None}
    assert compared == {"read", "greedy", "phragmen", "one pass", "add1"}
    assert set(timings) - compared == {"add1 published"}
    assert all(timing["ours"] > 0 and timing["voters"] == 4 for timing in timings.values())


@pytest.mark.usefixtures("here")
def test_without_pabutools_it_shows_ours(village: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where pabutools is not installed the command says so, and there are no ratios."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    code, output = tally("--data", str(village), "--runs", "1")
    assert code == 0
    assert "pabutools is not installed: only our figures." in output
    assert "Median ratio" not in output


def test_it_does_not_time_different_outcomes(village: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A count that funds other projects than pabutools is no measurement."""
    monkeypatch.setattr(bench, "our_count", lambda *given: ["another"])
    with pytest.raises(bench.Disagreement, match="greedy: pabutools funds"):
        measure_both(next(village.rglob("*.pb")), "greedy", 1)


def test_it_asks_where_the_elections_are() -> None:
    """Without --data and BYALAG_DATA there is nothing to count."""
    code, output = tally()
    assert code == 2
    assert "Name their folder with --data or BYALAG_DATA." in output


def test_what_takes_minutes_is_left_to_full() -> None:
    """Add1 on the two large Warsaw rounds is compared with --full only, and on Budapest's never."""
    left_out = {name for name in INSTANCES if not bench.comparable(name, "add1", full=False)}
    assert left_out == {"Poland_Warszawa_2023_Ursynow", "Poland_Warszawa_2026", "Hungary_Budapest_2024"}
    assert {name for name in INSTANCES if not bench.comparable(name, "add1", full=True)} == {"Hungary_Budapest_2024"}


def test_a_generated_round_is_always_the_same(tmp_path: Path) -> None:
    """The same numbers give the same bytes, with as many voters and projects as asked for and 1 to 8 choices each."""
    paths = [tmp_path / "one.pb", tmp_path / "two.pb"]
    for path in paths:
        generate(path, voters=300, projects=40)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    instance, profile = read(paths[0])
    assert (len(instance.projects), profile.voters) == (40, 300)
    assert set(lengths(profile)) <= set(range(1, 9))


def lengths(profile: Profile) -> Counter[int]:
    """How many distinct ballots name so many projects."""
    return Counter(len(profile.ballots.row(index)) for index in range(len(profile.ballots)))


@pytest.mark.usefixtures("here")
def test_a_size_has_its_seconds(tmp_path: Path) -> None:
    """Reading, one pass and Add1 of a generated round are timed, and its memory is told."""
    path = tmp_path / "round.pb"
    generate(path, voters=200, projects=20)
    size = measure_size(path, path, 1)
    assert size.voters == 200
    assert min(size.read, size.one_pass, size.add1, size.memory) > 0


def test_memory_is_that_of_a_fresh_process() -> None:
    """A task in a process of its own starts from little memory, whatever this one has."""
    held = bytearray(400 * 2**20)
    held[::4096] = b"1" * len(held[::4096])
    assert bench.fresh(bench.peak) < 300
