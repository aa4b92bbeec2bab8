"""The languages that this house speaks: which one a reader is answered in, and how a message is said in it.

Messages are written in English where they are used, and translated in ``service/catalogues`` (gettext). Python says
``_("Hello {name}", name=name)``; templates use ``{% trans %}`` and ``_()``; both count with ``counted``. A message that
stands in a table is ``marked`` there, and said where it is shown.
"""

from collections.abc import Sequence
from contextvars import ContextVar
from datetime import UTC, date, datetime, tzinfo
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Literal

import msgspec
from babel import Locale
from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import get_decimal_symbol, get_group_symbol

CATALOGUES = Path(__file__).parent / "catalogues"
COOKIE = "language"
HARD = "\u00a0"


class Language(msgspec.Struct, frozen=True):
    """A language: its ``name`` as its readers write it, and the ``locale`` (CLDR) of its dates, numbers and money.

    ``whole``: officers' pages are translated, too, and a test fails on a message that is not. ``own_figures``: numbers
    and times are the locale's; else the country's, where a comma begins decimals and a day has 24 hours.
    """

    name: str
    locale: str
    direction: str = "ltr"
    whole: bool = False
    own_figures: bool = True

    @property
    def figures(self) -> str:
        """The locale of numbers."""
        return self.locale if self.own_figures else "en_SE"

    @property
    def clock(self) -> str:
        """The pattern of times (CLDR)."""
        return "short" if self.own_figures else "HH:mm"


LANGUAGES = {
    "sv": Language("Svenska", "sv_SE", whole=True),
    "en": Language("English", "en_SE", whole=True),
    "da": Language("Dansk", "da_DK", whole=True),
    "nb": Language("Norsk", "nb_NO"),
    "fi": Language("Suomi", "fi_FI"),
    "so": Language("Soomaali", "so_SO", own_figures=False),
    "ar": Language("العربية", "ar", "rtl", own_figures=False),
}
Tongue = Literal["sv", "en", "da", "nb", "fi", "so", "ar"]
"""The keys of LANGUAGES, for what is sent to us."""

ORIGINAL = "en"
"""The language in which messages are written in the code, and that stands in where there is no translation."""


class Text(str):
    """What somebody wrote, as it is shown: a text that knows its language, and whether it is a translation.

    It goes wherever a text goes, so that what shows it need not ask. ``corrected_at``: the translation had other words
    before, until then; ``stale``: its original has changed since.
    """

    def __new__(
        cls, text: str, language: str, written_in: str, corrected_at: datetime | None = None, stale: bool = False
    ) -> "Text":
        """The text in ``language``, whose original is ``written_in`` that or another one."""
        made = super().__new__(cls, text)
        made.language, made.written_in, made.corrected_at, made.stale = language, written_in, corrected_at, stale
        return made

    language: str
    written_in: str
    corrected_at: datetime | None
    stale: bool


_spoken: ContextVar[str] = ContextVar("spoken", default=ORIGINAL)
_zone: ContextVar[tzinfo] = ContextVar("zone", default=UTC)


def speak(language: str, zone: tzinfo = UTC) -> None:
    """From here on, this request is answered in ``language``, a key of LANGUAGES, with its times in ``zone``."""
    _spoken.set(language)
    _zone.set(zone)


def local_zone() -> tzinfo:
    """The time zone that this request is answered in."""
    return _zone.get()


def spoken() -> str:
    """The language that this request is answered in."""
    return _spoken.get()


def negotiated(asked: str | None, kept: str | None, accepted: str, house: str = ORIGINAL) -> str:
    """The language for a reader: what she asked for now, or before (a cookie), or her browser does; else the house's.

    ``accepted`` is an Accept-Language header (RFC 9110, 12.5.4). Norwegian is written ``no``, ``nb`` or ``nn``.
    """
    for wanted in (asked, kept):
        if wanted in LANGUAGES:
            return wanted
    parts = [part.replace(" ", "").lower().partition(";q=") for part in accepted.split(",")]
    for tag, _quality, weight in sorted(parts, key=lambda part: _weighed(part[2]), reverse=True):
        primary = tag.partition("-")[0]
        primary = "nb" if primary in {"no", "nn"} else primary
        if primary in LANGUAGES and _weighed(weight) > 0:
            return primary
    return house


def _weighed(quality: str) -> float:
    try:
        return float(quality or 1)
    except ValueError:
        return 0


@cache
def _catalogue(language: str) -> NullTranslations:
    """The translations into a language; none for a language without a catalogue."""
    file = CATALOGUES / f"{language}.po"
    if not file.exists():
        return NullTranslations()
    compiled = BytesIO()
    with file.open("rb") as opened:
        write_mo(compiled, read_po(opened, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


@cache
def locale_of(language: str) -> Locale:
    """How dates, numbers and money are written in a language."""
    return Locale.parse(LANGUAGES[language].locale)


def language_name(code: str) -> str:
    """What a language is called in the language of this request."""
    return str(locale_of(_spoken.get()).languages.get(code, code))


@cache
def _signs(language: str) -> tuple[str, str]:
    """What stands between groups of three digits, and before decimals. A page of results has thousands of numbers."""
    locale = LANGUAGES[language].figures
    return get_group_symbol(locale), get_decimal_symbol(locale)


def marked(message: str) -> str:
    """The same text: it says that a message in a table is to be translated, and is said with ``_`` later."""
    return message


def translated(message: str) -> str:
    """A message in the language of this request, as it stands in the catalogue."""
    return _catalogue(_spoken.get()).gettext(message) if message else ""


def translated_number(one: str, more: str, number: int) -> str:
    """The form of a message for a number, in the language of this request, as it stands in the catalogue."""
    return _catalogue(_spoken.get()).ngettext(one, more, number)


def _(message: str, /, **facts: object) -> str:
    """A message in the language of this request; ``{name}`` stands for a fact."""
    said = translated(message)
    return said.format(**facts) if facts else said


def grouped(number: int) -> str:
    """A whole number as the language of this request groups it: 1 204."""
    return str(number) if -1000 < number < 1000 else f"{number:,}".replace(",", _signs(_spoken.get())[0])


def in_hundredths(number: int) -> str:
    """A natural number of hundredths in whole ones: 45 000, or 45 000,50 where it is none."""
    whole, rest = divmod(number, 100)
    return f"{grouped(whole)}{_signs(_spoken.get())[1]}{rest:02}" if rest else grouped(whole)


def counted(number: int, one: str, more: str, /, **facts: object) -> str:
    """A message with a number, in the form for that number: ``counted(3, "{number} project", "{number} projects")``."""
    said = translated_number(one, more, number).replace("{number} ", "{number}" + HARD)
    return said.format(number=grouped(number), **facts)


def listed(parts: Sequence[str], last: Literal["and", "or"] = "and") -> str:
    """A, B and C, as the language of this request writes it."""
    return format_list(parts, "or" if last == "or" else "standard", locale_of(_spoken.get()))


def apart(text: str) -> str:
    """A fact of a sentence: on a page from right to left it keeps its own order, and leaves the sentence its."""
    return f"\u2068{text}\u2069" if LANGUAGES[_spoken.get()].direction == "rtl" else text


def dated(on: date) -> str:
    """A day: 7 December 2026."""
    return apart(_dated(on))


def moment(at: datetime) -> str:
    """A time in this request's zone: 7 December 2026, 15:02 CET."""
    there = at.astimezone(_zone.get())
    language = LANGUAGES[_spoken.get()]
    time = f"{format_time(there, language.clock, there.tzinfo, language.locale)}{HARD}{there:%Z}"
    return apart(_("{day}, {time}", day=_dated(there.date()), time=time))


def _dated(on: date) -> str:
    return format_date(on, "long", locale_of(_spoken.get())).replace(" ", HARD)
