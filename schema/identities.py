"""Identity numbers of the Nordic countries: one spelling of each, so that its keyed hash finds who has it.

Only what means the same is made alike. Where a text could be the number of two people, it stays as it was written.
"""

import re
from datetime import date

_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2212"), "-")
_WHOLE = re.compile(r"(\d{4})(\d{2})(\d{2})[-+]?(\d{4})", re.ASCII)
_SHORT = re.compile(r"(\d{2})(\d{2})(\d{2})([-+]?)(\d{4})", re.ASCII)
_LONG = re.compile(r"(\d{2})(\d{2})(\d{2})-?(\d{5})", re.ASCII)
_FINNISH = re.compile(r"\d{6}[-+A-FU-Y]\d{3}[0-9A-Y]", re.ASCII)


def plain_identity(text: str, year: int) -> str:
    """An identity as it is hashed; what is no such number keeps everything but its case and the blanks around it.

    Swedish ones become ``YYYYMMDD-NNNN`` from ten digits as well, where they add up: + means a hundredth birthday in
    ``year`` or before. Danish ones become ``DDMMYY-NNNN`` and Norwegian ones eleven digits. A Finnish sign in the
    middle stays, because it tells the century.
    """
    number = "".join(text.split()).translate(_DASHES).upper()
    if (whole := _WHOLE.fullmatch(number)) and _is_day(*map(int, whole.groups()[:3])):
        return "{}{}{}-{}".format(*whole.groups())
    if short := _SHORT.fullmatch(number):
        short_year, month, day, sign, serial = short.groups()
        latest = year - 100 if sign == "+" else year
        born = latest - (latest - int(short_year)) % 100
        if _is_day(born, int(month), int(day)) and _adds_up(short_year + month + day + serial):
            return f"{born}{month}{day}-{serial}"
        if sign != "+" and _may_be_day(int(short_year), int(month), 60):
            return f"{short_year}{month}{day}-{serial}"
    if (long := _LONG.fullmatch(number)) and _may_be_day(int(long[1]), int(long[2]), 40):
        return "".join(long.groups())
    return number if _FINNISH.fullmatch(number) else text.strip().upper()


def _is_day(year: int, month: int, day: int) -> bool:
    """Whether somebody may be born then; 60 is added to the day of people who are not on the population register."""
    try:
        return bool(date(year, month, day - 60 if day > 60 else day))
    except ValueError:
        return False


def _may_be_day(day: int, month: int, added: int) -> bool:
    """Whether somebody may be born on such a day of whatever year; ``added`` as above, each country has its own."""
    return 1 <= (day - added if day > added else day) <= 31 and 1 <= month <= 12


def _adds_up(digits: str) -> bool:
    """Whether the last of ten digits follows from the others (Luhn's sum, ISO/IEC 7812-1)."""
    doubled = (int(digit) * (2 - at % 2) for at, digit in enumerate(digits))
    return sum(part // 10 + part % 10 for part in doubled) % 10 == 0
