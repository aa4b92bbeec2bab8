"""Money, shares and long texts of signs, as people write and read them."""

import re
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from babel.numbers import format_percent

from schema.errors import Malformed
from schema.faults import Fault
from schema.outcome import Exact
from service.languages import HARD, _, apart, in_hundredths, spoken

KRONOR = {"SEK", "DKK", "NOK"}

_SUM = re.compile(
    r"([0-9]{1,13}|[0-9]{1,3}(?:\.[0-9]{3}){1,4}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:[.,]([0-9]{1,2}))?(?:kr|[A-Z]{3})?"
)


def percent(part: int, whole: int) -> str:
    """A part in whole percent; 0% and 100% mean none and all."""
    near = round(Fraction(100 * part, whole)) if whole else 0
    if near == 0 and part:
        return _("under {share}", share=_percent(1))
    return _("over {share}", share=_percent(99)) if near == 100 and part < whole else _percent(near)


def _percent(hundredths: int) -> str:
    return format_percent(Decimal(hundredths) / 100, locale=spoken())


def money(minor: int, currency: str) -> str:
    """An amount of minor units as people write it: 45 000 kr, 45 000,50 EUR."""
    return _money(minor, currency, spoken())


@lru_cache(maxsize=4096)
def _money(minor: int, currency: str, _language: str) -> str:
    """The same, in a language: a page of results says a sum again and again."""
    name = "kr" if currency in KRONOR else currency
    return apart(f"{'−' if minor < 0 else ''}{in_hundredths(abs(minor))}{HARD}{name}")


def near_money(amount: Exact, currency: str) -> str:
    """An amount that need not be whole, to the nearest minor unit."""
    exact = Fraction(amount)
    if exact.denominator == 1:
        return money(int(exact), currency)
    if near := round(exact):
        return _("about {money}", money=money(near, currency))
    return _("less than {money}", money=money(1, currency))


def read_money(text: str, what: str) -> int:
    """Minor units from what somebody wrote: 45 000, 45.000,50, 45000 kr. Raises Malformed; ``what`` is a message."""
    found = _SUM.fullmatch(re.sub(r"\s", "", text))
    if found is None:
        raise Malformed(fault=Fault("{what} is not a sum of money (write it like 45 000)", what=Fault(what)))
    whole = re.sub(r"[.,]", "", found[1])
    return int(whole) * 100 + int((found[2] or "").ljust(2, "0"))


def money_field(minor: int | None) -> str:
    """An amount as it stands in a form's field; nothing for none."""
    if minor is None:
        return ""
    whole, rest = divmod(minor, 100)
    return f"{whole},{rest:02}" if rest else str(whole)


def groups(text: str, size: int = 4) -> str:
    """A long text of signs in short groups, so that eyes do not lose their place."""
    return " ".join(text[start : start + size] for start in range(0, len(text), size))
