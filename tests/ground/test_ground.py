"""Queries, settings, codes and styles."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.codes import ALPHABET, LENGTH, new_code, plain_code
from schema.errors import Refusal, TooCostly
from schema.queries import Queries
from schema.settings import SettingsError, read_settings
from schema.styles import Approval, Knapsack, Style, check_choices

GOOD = {"DATABASE_URL": "postgresql://db/byalag", "REDIS_URL": "redis://redis", "BYALAG_MASTER_KEY": "ab" * 32}
COSTS = {1: 100, 2: 200, 3: 300}


def test_a_query_is_the_text_under_its_name(tmp_path: Path) -> None:
    """A file holds several."""
    file = tmp_path / "x.sql"
    file.write_text("-- name: one\nselect 1\n\n-- name: two\nselect 2\n")
    assert (Queries(file).one, Queries(file).two) == ("select 1", "select 2")


def test_an_unknown_query_is_an_error_that_lists_what_there_is(tmp_path: Path) -> None:
    """A typing error is found at once."""
    file = tmp_path / "x.sql"
    file.write_text("-- name: one\nselect 1\n")
    with pytest.raises(AttributeError, match=r"no query 'three'; it has \['one'\]"):
        _ = Queries(file).three


def test_a_name_used_twice_is_refused(tmp_path: Path) -> None:
    """Which of the two would be meant?"""
    file = tmp_path / "x.sql"
    file.write_text("-- name: one\nselect 1\n-- name: one\nselect 2\n")
    with pytest.raises(ValueError, match="used twice"):
        Queries(file)


def test_settings_are_read_from_the_environment() -> None:
    """The key becomes bytes, and the address loses its last slash."""
    settings = read_settings(GOOD | {"BYALAG_PUBLIC_URL": "https://vote.example.se/"})
    assert (settings.master_key, settings.public_url) == (b"\xab" * 32, "https://vote.example.se")


@pytest.mark.parametrize("name", GOOD)
def test_a_missing_setting_is_named(name: str) -> None:
    """And what it should look like."""
    with pytest.raises(SettingsError, match=f"{name} is not set"):
        read_settings({**GOOD, name: ""})


@pytest.mark.parametrize("key", ["ab", "AB" * 32, "g" * 64])
def test_a_wrong_master_key_is_refused_and_not_shown(key: str) -> None:
    """Errors end up in logs."""
    with pytest.raises(SettingsError, match="64 lower-case hex digits") as refused:
        read_settings(GOOD | {"BYALAG_MASTER_KEY": key})
    assert key not in str(refused.value)


def test_settings_do_not_show_their_secrets() -> None:
    """Printed by accident, they say only the address."""
    shown = repr(read_settings(GOOD | {"DATABASE_URL": "postgresql://byalag:secret@db/byalag"}))
    assert "secret" not in shown
    assert "ab" * 4 not in shown


def test_a_new_code_is_read_back_as_it_was_printed() -> None:
    """Sixteen signs in groups of four, of 32 kinds each: 80 bits."""
    code = new_code()
    assert plain_code(code) == code.replace("-", "")
    assert len(ALPHABET) ** LENGTH == 2**80


@pytest.mark.parametrize("typed", ["o123-4567-89ab-cdel", " O123 4567 89AB CDEI ", "0123456789abcde1"])
def test_a_code_is_understood_as_people_type_it(typed: str) -> None:
    """Small letters, blanks, and what is misread on paper."""
    assert plain_code(typed) == "0123456789ABCDE1"


STYLES: list[tuple[Style, tuple[int, ...], str | None]] = [
    (Approval(max_choices=2), (), None),
    (Approval(max_choices=2), (1, 2), None),
    (Approval(max_choices=2), (1, 2, 3), "too-many"),
    (Approval(max_choices=2, min_choices=1), (), "too-few"),
    (Approval(max_choices=2), (4,), "unknown-project"),
    (Approval(max_choices=2), (1, 1), "chosen-twice"),
    (Knapsack(max_cost=300), (1, 2), None),
    (Knapsack(max_cost=299), (1, 2), "too-costly"),
]


@pytest.mark.parametrize(("style", "choices", "code"), STYLES)
def test_the_one_check_says_which_limit_is_broken(style: Style, choices: tuple[int, ...], code: str | None) -> None:
    """None for a ballot that is one."""
    refusal = check_choices(style, COSTS, choices)
    assert (refusal.code if refusal else None) == code


@given(st.lists(st.sampled_from(sorted(COSTS)), unique=True), st.integers(1, 700))
def test_a_knapsack_ballot_is_refused_exactly_when_it_costs_too_much(choices: list[int], limit: int) -> None:
    """And the refusal says by how much."""
    refusal = check_choices(Knapsack(limit), COSTS, choices)
    over = sum(COSTS[number] for number in choices) - limit
    assert isinstance(refusal, TooCostly) == (over > 0)
    assert over <= 0 or (isinstance(refusal, Refusal) and refusal.facts["over"] == over)
