"""Sheets of paper and the clerk's desk, as clerks read and type them."""

import re
from collections.abc import Sequence

from schema.errors import Malformed
from service.languages import marked

_ON_SHEET = re.compile(r"[0-9]{1,6}(:[0-9]{1,6})?")

VOIDS = {
    "blank": marked("blank"),
    "unclear": marked("unclear what is meant"),
    "too-many": marked("too many projects or points"),
    "too-few": marked("too few projects"),
    "too-much-money": marked("projects that cost too much together"),
    "identifying-mark": marked("a name or mark that shows whose it is"),
    "other": marked("something else (say what)"),
}
"""Why a sheet is void, as clerks choose it."""

SHEETS = {
    "keyed": marked("Sheet {number} is saved. It waits for a second clerk."),
    "agreed": marked("Sheet {number} is saved. Two clerks read the same: it is settled."),
    "void": marked("Sheet {number} is saved. It is settled as void."),
    "differs": marked(
        "Sheet {number} is saved. The two clerks read differently: it is held back until both look again,"
        " or somebody else decides."
    ),
}
"""What a sheet is after an entry."""

DOCUMENTS = {
    "identity-card": marked("Identity card"),
    "passport": marked("Passport"),
    "licence": marked("Driving licence"),
    "other": marked("Another document with name and picture"),
}
"""What somebody shows at a clerk's desk."""


def read_sheet(text: str) -> tuple[list[int], list[int]]:
    """Choices and points as a clerk types them: ``3 7 12``, or ``3:5 7:2`` with points. Raises Malformed."""
    parts = text.replace(",", " ").split()
    if not all(_ON_SHEET.fullmatch(part) for part in parts):
        raise Malformed(fault=marked("the numbers are not written like 3 7 12, or like 3:5 7:2 where there are points"))
    pairs = [part.partition(":") for part in parts]
    return [int(number) for number, _, _ in pairs], [int(points) for _, colon, points in pairs if colon]


def written_sheet(choices: Sequence[int], points: Sequence[int]) -> str:
    """The same as text."""
    return " ".join(f"{number}:{points[at]}" if points else str(number) for at, number in enumerate(choices))
