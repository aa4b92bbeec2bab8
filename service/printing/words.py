"""What stands on paper, in the languages of ``words.toml``."""

import functools
import tomllib
from datetime import datetime
from pathlib import Path

import msgspec

from service.languages import local_zone

FALLBACK = "en"
_OTHER_NAMES = {"no": "nb", "nn": "nb"}
_KRONOR = {"SEK", "DKK", "NOK"}
_HARD = "\u00a0"


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All texts in one language. ``rtl``: it is written from right to left."""

    name: str
    months: str
    date: str
    title: str
    what: str
    when: str
    how: str
    code: str
    address: str
    personal: str
    ask: str
    number: str
    test: str
    ballot: str
    may_spend: str
    approval: str
    knapsack: str
    cumulative: str
    ranked: str
    scored: str
    least: str
    few: str
    secret: str
    project: str
    cost: str
    booth: str
    may_vote: str
    person: str
    stranger: str
    rtl: bool = False

    def moment(self, at: datetime) -> str:
        """A time with its zone, as people read it."""
        there = at.astimezone(local_zone())
        month = self.months.split()[there.month - 1]
        return self.date.format(day=there.day, month=month, year=there.year, time=f"{there:%H:%M}{_HARD}{there:%Z}")


@functools.cache
def languages() -> dict[str, Words]:
    """Every language there is, by its code (ISO 639)."""
    text = Path(__file__).with_name("words.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, Words])


def known_language(code: str | None) -> str | None:
    """The language that we write for this code; None when there is none."""
    wanted = (code or "").strip().lower().partition("-")[0]
    wanted = _OTHER_NAMES.get(wanted, wanted)
    return wanted if wanted in languages() else None


def amount(minor: int, currency: str) -> str:
    """An amount of minor units as it stands on paper: 45 000 kr, 45 000,50 EUR."""
    whole, rest = divmod(minor, 100)
    digits = f"{whole:,}".replace(",", _HARD) + (f",{rest:02}" if rest else "")
    return f"{digits}{_HARD}{'kr' if currency in _KRONOR else currency}"
