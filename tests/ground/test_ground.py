"""Queries, settings and codes."""

from pathlib import Path

import pytest

from schema.codes import ALPHABET, LENGTH, new_code, plain_code
from schema.queries import Queries
from schema.settings import SettingsError, read_settings

GOOD = {"DATABASE_URL": "postgresql://db/byalag", "REDIS_URL": "redis://redis", "BYALAG_MASTER_KEY": "ab" * 32}


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


ONE = "https://vote.example.se"


@pytest.mark.parametrize(
    ("said", "separate"),
    [
        ({}, None),
        ({"BYALAG_BOX_URL": ""}, None),
        ({"BYALAG_BOX_URL": f"{ONE}/"}, None),
        ({"BYALAG_BOX_URL": "http://b/"}, "http://b"),
    ],
)
def test_the_box_is_where_residents_begin_unless_it_says_otherwise(said: dict[str, str], separate: str | None) -> None:
    """With one address there is nothing to set, and setting the same one changes nothing."""
    settings = read_settings({**GOOD, "BYALAG_PUBLIC_URL": ONE, **said})
    assert (settings.separate_box_url, settings.box_url) == (separate, separate or ONE)


@pytest.mark.parametrize("name", ["BYALAG_PUBLIC_URL", "BYALAG_BOX_URL"])
def test_an_address_without_a_scheme_is_refused(name: str) -> None:
    """It would stand in links."""
    with pytest.raises(SettingsError, match=f"{name} must start with https"):
        read_settings(GOOD | {name: "vote.example.se"})


@pytest.mark.parametrize(("said", "limits"), [("", True), ("on", True), ("off", False)])
def test_callers_are_limited_unless_it_says_off(said: str, limits: bool) -> None:
    """Only one word takes the limits away."""
    assert read_settings(GOOD | {"BYALAG_LIMITS": said}).limits is limits


@pytest.mark.parametrize(("said", "code"), [("", None), ("46", "46"), ("358", "358")])
def test_the_country_of_telephones_is_read(said: str, code: str | None) -> None:
    """None unless somebody says which."""
    assert read_settings(GOOD | {"BYALAG_CALLING_CODE": said}).calling_code == code


def test_a_country_whose_numbers_nobody_knows_here_is_refused() -> None:
    """With those that are known."""
    with pytest.raises(SettingsError, match=r"BYALAG_CALLING_CODE must be one of 45, 46, 47, 358, not '\+46'"):
        read_settings(GOOD | {"BYALAG_CALLING_CODE": "+46"})


def test_a_misspelt_setting_does_not_take_the_limits_away() -> None:
    """It is refused, with the words that there are."""
    with pytest.raises(SettingsError, match="BYALAG_LIMITS must be on or off, not 'of'"):
        read_settings(GOOD | {"BYALAG_LIMITS": "of"})


@pytest.mark.parametrize(("said", "folder"), [("", None), ("/srv/heads", Path("/srv/heads"))])
def test_heads_are_kept_where_it_says(said: str, folder: Path | None) -> None:
    """Without a word there is no folder of heads."""
    assert read_settings(GOOD | {"BYALAG_HEADS": said}).heads == folder


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


def test_the_master_key_may_lie_in_a_file(tmp_path: Path) -> None:
    """As container platforms hand secrets over: with or without a line break at its end."""
    file = tmp_path / "master.key"
    for text in ("ab" * 32, "ab" * 32 + "\n"):
        file.write_text(text)
        assert read_settings(FILED | {"BYALAG_MASTER_KEY_FILE": str(file)}).master_key == b"\xab" * 32


FILED = {name: value for name, value in GOOD.items() if name != "BYALAG_MASTER_KEY"}


def test_a_master_key_that_is_named_twice_is_refused(tmp_path: Path) -> None:
    """Which of the two would be meant?"""
    file = tmp_path / "master.key"
    file.write_text("ab" * 32)
    with pytest.raises(SettingsError, match="are both set"):
        read_settings(GOOD | {"BYALAG_MASTER_KEY_FILE": str(file)})


@pytest.mark.parametrize(("text", "words"), [("ab" * 31, "64 lower-case hex digits"), (None, "cannot be read")])
def test_a_wrong_file_for_the_master_key_is_refused_by_its_name(tmp_path: Path, text: str | None, words: str) -> None:
    """Whether it holds something else or is not there; what it holds is not shown."""
    file = tmp_path / "master.key"
    if text:
        file.write_text(text)
    with pytest.raises(SettingsError, match=words) as refused:
        read_settings(FILED | {"BYALAG_MASTER_KEY_FILE": str(file)})
    assert str(file) in str(refused.value)
    assert "ab" * 8 not in str(refused.value)


def test_settings_do_not_show_their_secrets() -> None:
    """Printed by accident, they say only the address."""
    shown = repr(read_settings(GOOD | {"DATABASE_URL": "postgresql://byalag:secret@db/byalag"}))
    assert "secret" not in shown
    assert "ab" * 4 not in shown


def test_a_new_code_is_read_back_as_it_was_printed() -> None:
    """Sixteen signs in groups of four, of 32 kinds each: 80 bits; and one that checks them."""
    code = new_code()
    assert plain_code(code) == code.replace("-", "")
    assert len(ALPHABET) ** LENGTH == 2**80


@pytest.mark.parametrize("typed", ["o123-4567-89ab-cdel-a", " O123 4567 89AB CDEI A ", "0123456789abcde1a"])
def test_a_code_is_understood_as_people_type_it(typed: str) -> None:
    """Small letters, blanks, and what is misread on paper."""
    assert plain_code(typed) == "0123456789ABCDE1A"


def test_a_sign_misread_and_two_exchanged_are_always_noticed() -> None:
    """Whichever signs they are, wherever they stand: no such text is the code of another letter."""
    plain = new_code().replace("-", "")
    misread = [plain[:at] + sign + plain[at + 1 :] for at in range(17) for sign in ALPHABET]
    exchanged = [
        plain[:one] + plain[other] + plain[one + 1 : other] + plain[one] + plain[other + 1 :]
        for other in range(17)
        for one in range(other)
    ]
    assert {plain_code(text) for text in misread + exchanged if text != plain} == {None}


def test_a_code_that_lacks_a_sign_is_none() -> None:
    """Nor is one with a sign too many."""
    code = new_code()
    assert (plain_code(code[:-1]), plain_code(code + "0")) == (None, None)


@pytest.mark.parametrize("said", ["Europe/Hagaby", "../etc/passwd", "Europe", "\0"])
def test_a_zone_that_is_none_is_refused_by_its_name(said: str) -> None:
    """Whoever mistypes it reads what such a name looks like."""
    with pytest.raises(SettingsError, match="BYALAG_ZONE must be a time zone such as Europe/Stockholm"):
        read_settings(GOOD | {"BYALAG_ZONE": said})


def test_without_a_zone_a_house_is_in_stockholm() -> None:
    """Where most of those who asked for it are."""
    assert str(read_settings(GOOD).zone) == "Europe/Stockholm"
