"""Where a code can be sent: one spelling of each address, so that its keyed hash finds who has it."""

import re

from schema.faults import Fault

_MAIL = re.compile(
    r"[^\s@\x00-\x1f\x7f\"(),:;<>\[\\\]]{1,64}@[^\s@\x00-\x1f\x7f\"(),:;<>\[\\\]]{1,189}\.[^\s@.\x00-\x1f\x7f\"(),:;<>\[\\\]]{2,63}"
)
_NATIONAL = {
    "45": re.compile("([2-9][0-9]{7})", re.ASCII),
    "46": re.compile("0([1-9][0-9]{6,8})", re.ASCII),
    "47": re.compile("([2-9][0-9]{7})", re.ASCII),
    "358": re.compile("0([1-9][0-9]{4,9})", re.ASCII),
}
CALLING_CODES = tuple(_NATIONAL)
"""Countries in which a number may be written without its country, where the house says which one that is."""
_BETWEEN = re.compile(r"[\s().\-/\u00a0\u2010\u2011\u2013]")


def mail_contact(text: str) -> str:
    """``mail:`` and an e-mail address in small letters. Raises ValueError with a sentence's end for what is none."""
    address = text.strip().lower()
    if not _MAIL.fullmatch(address):
        raise Fault("the e-mail address is not one, such as amina@example.se")
    return f"mail:{address}"


def phone_contact(text: str, calling_code: str | None) -> str:
    """``phone:`` and a number's digits with those of its country first (E.164). Raises ValueError likewise.

    A number without its country is one of ``calling_code``. Without that it is refused: to guess the country would send
    codes to somebody else's telephone.
    """
    digits = _BETWEEN.sub("", text)
    if calling_code and (national := _NATIONAL[calling_code].fullmatch(digits)):
        return f"phone:{calling_code}{national[1]}"
    international = re.fullmatch(r"(?:\+|00)([1-9][0-9]{6,14})", digits, re.ASCII)
    if not international:
        raise Fault("the telephone number is not one with its country, such as +46 70 123 45 67")
    return f"phone:{international[1]}"
