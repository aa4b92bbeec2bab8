"""Which language a reader is answered in, and how messages, numbers and lists are said in it."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from service.languages import LANGUAGES, _, counted, grouped, listed, locale_of, moment, negotiated, speak, translated
from service.pages import words

pytestmark = pytest.mark.usefixtures("swedish")


@pytest.mark.parametrize(
    ("asked", "kept", "accepted", "spoken"),
    [
        ("sv", "da", "fi", "sv"),
        (None, "da", "fi", "da"),
        (None, None, "fi", "fi"),
        ("tlh", "da", "fi", "da"),
        (None, "tlh", "fi", "fi"),
        ("", "", "", "nb"),
        (None, None, "tlh, xx;q=0.5", "nb"),
    ],
)
def test_what_was_asked_for_comes_before_what_was_kept_and_that_before_the_browser(
    asked: str | None, kept: str | None, accepted: str, spoken: str
) -> None:
    """What the house does not speak is passed over; its own language is the last."""
    assert negotiated(asked, kept, accepted, "nb") == spoken


@pytest.mark.parametrize(
    ("accepted", "spoken"),
    [
        ("sv-SE,sv;q=0.9,en;q=0.8", "sv"),
        ("en;q=0.8, da", "da"),
        ("en;q=0.1,fi;q=0.7,da;q=0.3", "fi"),
        ("SV", "sv"),
        ("no", "nb"),
        ("nn-NO, en;q=0.9", "nb"),
        ("sv;q=0, da;q=0.1", "da"),
        ("sv;q=0", "en"),
        ("sv;q=many, da;q=0.1", "da"),
        ("de-DE, fr;q=0.9, ar;q=0.2", "ar"),
        ("*", "en"),
        (",;,=", "en"),
    ],
)
def test_a_browser_is_answered_in_what_it_likes_best(accepted: str, spoken: str) -> None:
    """Weights count, regions do not; a weight of nothing means no."""
    assert negotiated(None, None, accepted) == spoken


def test_a_message_is_said_in_the_language_that_is_spoken() -> None:
    """Facts stand where the translation has them."""
    assert _("Hello {name}", name="Amina") == "Hello Amina"
    speak("sv")
    assert _("Hello {name}", name="Amina") == "Hej Amina"


def test_what_nobody_translated_is_said_in_english() -> None:
    """In a language with a catalogue and in one without."""
    for language in ("sv", "fi"):
        speak(language)
        assert _("Good evening, {name}", name="Björn") == "Good evening, Björn"


def test_nothing_is_said_as_nothing() -> None:
    """A catalogue's head is not a translation of the empty text."""
    speak("sv")
    assert translated("") == ""


def test_a_fact_is_never_taken_for_a_message() -> None:
    """Braces in what somebody wrote stay as they are."""
    assert _("Hello {name}", name="{0} {name}") == "Hello {0} {name}"


def test_a_number_has_its_noun_in_the_form_for_it() -> None:
    """One is one, none and many are many; the number does not part from its noun."""
    assert counted(1, "{number} project", "{number} projects") == "1\xa0project"
    assert counted(0, "{number} project", "{number} projects") == "0\xa0projects"
    speak("sv")
    assert counted(1, "{number} project", "{number} projects") == "1\xa0projekt bara"
    assert counted(1204, "{number} project", "{number} projects") == "1\xa0204\xa0projekt"


def test_a_number_without_a_translation_has_the_english_forms() -> None:
    """Whatever forms the language itself would have."""
    speak("ar")
    assert counted(2, "{number} project", "{number} projects", name="x") == "2\xa0projects"


@pytest.mark.parametrize(("language", "said"), [("en", "A, B and C"), ("sv", "A, B och C"), ("ar", "A وB وC")])
def test_a_list_is_joined_as_the_language_joins_it(language: str, said: str) -> None:
    """With its own word for and."""
    speak(language)
    assert listed(["A", "B", "C"]) == said


def test_a_list_of_choices_says_or() -> None:
    """One of several, or the only one, or none."""
    speak("da")
    assert listed(["A", "B"], "or") == "A eller B"
    assert listed(["A"], "or") == "A"
    assert listed([]) == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_are_grouped_in_every_language(language: str) -> None:
    """No reader counts seven digits, and nobody reads digits of another script."""
    speak(language)
    assert "".join(sign for sign in grouped(1234567) if sign.isdigit()) == "1234567"
    assert len(grouped(1234567)) == len("1 234 567")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_runs_as_its_script_does(language: str) -> None:
    """CLDR says from where."""
    assert LANGUAGES[language].direction == locale_of(language).text_direction


def test_amounts_and_dates_stand_apart_where_a_page_runs_from_right_to_left() -> None:
    """The letters of a currency would turn a sentence round that begins with them. Elsewhere nothing is added."""
    at = datetime(2026, 12, 7, 14, 2, tzinfo=UTC)
    speak("ar")
    for said in (words.money(100_00, "SEK"), words.day(at), words.moment(at)):
        assert (said[0], said[-1]) == ("\u2068", "\u2069")
        assert said.count("\u2068") == 1
    speak("en")
    assert words.money(100_00, "SEK") == "100\xa0kr"
    assert words.day(at) == "7\xa0December\xa02026"


def test_times_are_those_of_the_house() -> None:
    """In Stockholm an afternoon in winter is an hour later than in UTC, and two in summer."""
    speak("en", ZoneInfo("Europe/Stockholm"))
    assert words.moment(datetime(2026, 12, 7, 14, 2, tzinfo=UTC)) == "7\xa0December\xa02026, 15:02\xa0CET"
    assert words.moment(datetime(2026, 7, 7, 22, 30, tzinfo=UTC)) == "8\xa0July\xa02026, 00:30\xa0CEST"


def test_what_a_form_takes_is_what_it_shows() -> None:
    """The field's text stands for the same moment, on both sides of the summer."""
    speak("en", ZoneInfo("Europe/Stockholm"))
    for month in range(1, 13):
        at = datetime(2027, month, 15, 20, 0, tzinfo=UTC)
        assert datetime.fromisoformat(words.read_moment(words.moment_field(at))) == at


def test_what_is_no_time_is_left_for_the_shape_to_refuse() -> None:
    """Nothing is guessed."""
    assert words.read_moment("tomorrow") == "tomorrow"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_thousand_can_be_read_as_decimals(language: str) -> None:
    """A comma begins them in every Nordic country, so between thousands there is none."""
    speak(language)
    assert "," not in grouped(316_000)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_day_has_24_hours(language: str) -> None:
    """Whoever comes at two in the night instead of the afternoon does not vote."""
    speak(language, UTC)
    assert re.search(r"14[:.]02", moment(datetime(2026, 12, 7, 14, 2, tzinfo=UTC)))
