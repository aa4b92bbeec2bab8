"""Names in the docs exist: files, commands, variables, words."""

import re
from importlib.metadata import entry_points, version
from pathlib import Path

import pytest

from schema.settings import VARIABLES

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PATHS = sorted(set(re.findall(r"`((?:schema|service|workers|tests|\.ci)/[\w./-]*)`", README)))


@pytest.mark.parametrize("path", PATHS)
def test_a_file_that_the_readme_names_exists(path: str) -> None:
    """A stranger finds what the README points to."""
    assert (ROOT / path).exists()


@pytest.mark.parametrize("command", sorted(set(re.findall(r"`byalag (\w+)", README))))
def test_a_command_that_the_readme_names_exists(command: str) -> None:
    """Each command is an entry point."""
    assert command in {entry.name for entry in entry_points(group="byalag.commands")}


def test_every_command_is_in_the_readme() -> None:
    """No command is a secret."""
    named = set(re.findall(r"`byalag (\w+)", README))
    assert {entry.name for entry in entry_points(group="byalag.commands")} == named


def test_the_settings_in_the_readme_are_those_of_the_code() -> None:
    """The table of variables is whole."""
    table = README.partition("## Settings")[2].partition("## Why")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == set(VARIABLES)


def test_the_folders_in_the_drawing_exist() -> None:
    """The drawing is of this house."""
    drawing = README.partition("## The house")[2].partition("Grow by")[0]
    for room in ("schema", "service", "workers"):
        assert f"{room}/" in drawing
    for place in (
        "service/api",
        "service/pages",
        "service/verbs",
        "service/store",
        "service/rehearsal",
        "workers/tally",
    ):
        assert (ROOT / place).is_dir()
        assert f"{place.rpartition('/')[2]}/" in drawing


@pytest.mark.parametrize("promise", re.findall(r"^\| (P\d+) \|.*\| kept", README, re.MULTILINE))
def test_a_promise_that_is_kept_has_a_test_that_names_it(promise: str) -> None:
    """What the README claims can be looked up."""
    named = re.compile(rf"\b{promise}\b")
    assert any(named.search(file.read_text(encoding="utf-8")) for file in (ROOT / "tests").rglob("test_*.py"))


def test_the_changelog_tells_of_this_version() -> None:
    """One version number: the project's own."""
    assert f"## {version('byalag')}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
