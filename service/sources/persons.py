"""Rows become persons as the register keeps them: checked, hashed, and written as lines for COPY.

Identities and addresses end here. What comes out has keyed hashes in their place.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from uuid import UUID

import msgspec

from schema.contacts import mail_contact, phone_contact
from schema.faults import Fault, Faults
from service.sources.rows import Batch, RowFault

RELATIONS = ("lives", "works", "studies", "rents", "member")
NOTHING = "\\N"
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")
_FEW = 4096
"""Different texts of a column that are remembered: a register has millions of rows, and a few hundred areas."""

Ref = Callable[[str], bytes]


class Staged(msgspec.Struct):
    """Lines for COPY (text format) into the two staging tables, how many persons they are, and what was wrong."""

    persons: list[str]
    contacts: list[str]
    faults: list[RowFault]


def stage_batch(batch: Batch, import_id: UUID, ref: Ref, calling_code: str | None) -> Staged:
    """The persons of a batch. ``ref`` makes the keyed hash of an identity or a contact.

    ``calling_code`` is the country of telephone numbers that do not say theirs.
    """
    staged = Staged([], [], batch.faults)
    persons, contacts, faults = staged.persons, staged.contacts, staged.faults
    start = str(import_id)
    for line, (identity, area, year, month, language, relations, mail, phone) in batch.rows:
        try:
            person = _identity_ref(identity, ref)
            known = f"{_area(area)}\t{_year(year)}\t{_month(month)}\t{_language(language)}\t{_relations(relations)}"
            if mail and not mail.isspace():
                contacts.append(f"{start}\t\\\\x{ref(mail_contact(mail)).hex()}\t\\\\x{person}\n")
            if phone and not phone.isspace():
                contacts.append(f"{start}\t\\\\x{ref(phone_contact(phone, calling_code)).hex()}\t\\\\x{person}\n")
            persons.append(f"{start}\t{line}\t\\\\x{person}\t{known}\n")
        except Fault:
            texts = (identity, area, year, month, language, relations, mail, phone)
            faults.append(RowFault(line, _all_faults(texts, calling_code)))
    return staged


def _all_faults(texts: Sequence[str], calling_code: str | None) -> Faults:
    """Everything that is wrong with a row, not the first thing only."""
    found = []
    checks: tuple[Callable[[str], object], ...] = (
        _identity,
        _area,
        _year,
        _month,
        _language,
        _relations,
        _mail,
        partial(_phone, calling_code=calling_code),
    )
    for check, text in zip(checks, texts, strict=True):
        try:
            check(text)
        except Fault as fault:
            found.append(fault)
    return Faults(found)


def _identity(text: str) -> str:
    identity = text.strip()
    if not identity or len(identity) > 200:
        raise Fault("the identity is empty or too long")
    return identity


def _identity_ref(text: str, ref: Ref) -> str:
    return ref(_identity(text)).hex()


@lru_cache(_FEW)
def _area(text: str) -> str:
    area = text.strip()
    if not area or len(area) > 120:
        raise Fault("the area is empty or too long")
    if _CONTROL.search(area):
        raise Fault("the area holds a sign that is no text")
    return area.replace("\\", "\\\\")


def _number(text: str, name: str, lowest: int, highest: int) -> str:
    digits = text.strip()
    if not digits:
        return NOTHING
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 4 and lowest <= int(digits) <= highest):
        raise Fault("{name} must be a number from {lowest} to {highest}", name=name, lowest=lowest, highest=highest)
    return digits


@lru_cache(_FEW)
def _year(text: str) -> str:
    return _number(text, "birth_year", 1890, 2100)


@lru_cache(_FEW)
def _month(text: str) -> str:
    return _number(text, "birth_month", 1, 12)


@lru_cache(_FEW)
def _language(text: str) -> str:
    code = text.strip().lower()
    if code and not re.fullmatch("[a-z]{2,3}", code):
        raise Fault("language must be a code of two or three letters, such as sv")
    return code or NOTHING


@lru_cache(_FEW)
def _relations(text: str) -> str:
    """In one order whatever that of the file, so that what is the same looks the same."""
    said = set(re.split(r"[\s,]+", text.strip().lower())) - {""}
    if said - set(RELATIONS):
        raise Fault("relations may be {relations}, with a blank between two", relations=", ".join(RELATIONS))
    return f"{{{','.join(each for each in RELATIONS if each in said) or 'lives'}}}"


def _mail(text: str) -> None:
    if text.strip():
        mail_contact(text)


def _phone(text: str, calling_code: str | None) -> None:
    if text.strip():
        phone_contact(text, calling_code)
