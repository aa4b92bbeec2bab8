"""Identities have one spelling each, and two people never have the same one."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.identities import plain_identity

YEAR = 2026


def check_digit(nine: str) -> int:
    """The last digit of a Swedish number, reckoned another way than the house does."""
    parts = "".join(str(int(digit) * 2) if at % 2 == 0 else digit for at, digit in enumerate(nine))
    return -sum(map(int, parts)) % 10


@st.composite
def swedes(draw: st.DrawFn) -> str:
    """Twelve digits of somebody who lives in YEAR, with a number of either kind."""
    born = date(1910, 1, 1) + timedelta(days=draw(st.integers(0, 116 * 365)))
    day = born.day + draw(st.sampled_from([0, 60]))
    nine = f"{born:%y%m}{day:02}{draw(st.integers(0, 999)):03}"
    return f"{born.year}{nine[2:]}{check_digit(nine)}"


def spellings(number: str) -> list[str]:
    """All the ways to write twelve digits down."""
    sign = "+" if int(number[:4]) <= YEAR - 100 else "-"
    written = [
        number,
        f"{number[:8]}-{number[8:]}",
        f"{number[:8]} {number[8:]}",
        f" {number[:8]} - {number[8:]}\u00a0",
    ]
    written += [f"{number[:8]}{sign}{number[8:]}", f"{number[2:8]}{sign}{number[8:]}"]
    return (
        written
        if sign == "+"
        else [*written, number[2:], f"{number[2:8]} {number[8:]}", f"{number[2:8]}\u2013{number[8:]}"]
    )


@given(swedes())
def test_a_swedish_number_is_one_however_it_is_written(number: str) -> None:
    """With ten digits or twelve, with hyphen, plus, blanks or nothing."""
    assert {plain_identity(written, YEAR) for written in spellings(number)} == {f"{number[:8]}-{number[8:]}"}


@given(swedes(), swedes())
def test_two_numbers_are_two_people(one: str, other: str) -> None:
    """Whatever way each of them is written."""
    alike = {plain_identity(text, YEAR) for text in spellings(one)} & {
        plain_identity(text, YEAR) for text in spellings(other)
    }
    assert bool(alike) == (one == other)


def test_a_century_makes_another_person() -> None:
    """The same ten digits: somebody of a hundred years, and a child."""
    assert plain_identity("260101+1239", YEAR) != plain_identity("260101-1239", YEAR)


@given(st.text(), st.integers(1900, 2200))
def test_a_plain_identity_stays_what_it_is(text: str, year: int) -> None:
    """Nothing changes when it is read a second time."""
    plain = plain_identity(text, year)
    assert plain_identity(plain, year) == plain


@given(st.text("0123456789-+ ", max_size=14), st.text("0123456789-+ ", max_size=14))
def test_no_digit_is_lost_but_for_a_century_that_is_added(one: str, other: str) -> None:
    """What becomes alike has the same digits, or the other's after its century."""
    if plain_identity(one, YEAR) == plain_identity(other, YEAR):
        short, long = sorted(("".join(filter(str.isdigit, text)) for text in (one, other)), key=len)
        assert short == long or (long[:2] in {"19", "20"} and long[2:] == short)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("311299 9873", "311299-9873"),
        ("3112999873", "311299-9873"),
        ("711299-9873", "711299-9873"),
        ("311299 98765", "31129998765"),
        ("711299-98765", "71129998765"),
        (" 131052-308t ", "131052-308T"),
        ("131052a308T", "131052A308T"),
    ],
)
def test_the_neighbours_numbers_have_one_spelling_as_well(written: str, plain: str) -> None:
    """Danish, Norwegian and Finnish ones; a Finnish sign stays."""
    assert plain_identity(written, YEAR) == plain


@pytest.mark.parametrize(
    "text",
    [
        "AMINA-1",
        "mail:a@b.se",
        "19851312-1234",
        "850312-1234",
        "991399-1234",
        "323299 98765",
        "131052+3081",
        "1 2",
        "٨٥٠٣١٢-١٢٣٤",
    ],
)
def test_what_is_no_such_number_stays_as_it_is_written(text: str) -> None:
    """No blank or hyphen goes: a house that counts its members by numbers knows why it writes them so."""
    assert plain_identity(f" {text.lower()} ", YEAR) == text.upper()
