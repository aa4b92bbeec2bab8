"""A pot's projects as a CSV file that a spreadsheet opens, and back."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from uuid import UUID

import msgspec

from schema.errors import Malformed
from schema.faults import Fault, Faults
from service.languages import LANGUAGES, marked
from service.pages import words
from service.pages.forms import shaped
from service.sources.rows import RowFault
from service.store.projects import Project
from service.verbs.projects import ProjectDraft, Wording, Wordings

COLUMNS = ("number", "title", "cost", "area", "about")
NEEDED = ("title", "cost")
WORDED = ("title", "about")
"""What a column of a language holds, as in ``title:ar``."""
LIMIT = 1024 * 1024
"""Bytes of a file."""

_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")


class Sheet(msgspec.Struct, frozen=True):
    """What a file says: projects that are good, each with its line, and what is wrong in other lines.

    ``translated`` has the words of each of these projects in other languages.
    """

    rows: list[tuple[int, ProjectDraft]]
    translated: list[dict[str, Wording]]
    faults: list[RowFault]

    @property
    def drafts(self) -> list[ProjectDraft]:
        """The projects."""
        return [draft for _line, draft in self.rows]


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe stands before what looks like one."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """The same cell without that apostrophe."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def written(found: Sequence[Project | ProjectDraft], translated: Sequence[Wordings] = ()) -> str:
    """Projects as rows below the names of the columns, parted by semicolons as spreadsheets here expect it.

    ``translated`` has the words of each in other languages; each language that there is has two columns.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    tongues = [code for code in LANGUAGES if any(code in wordings for wordings in translated)]
    writer.writerow((*COLUMNS, *(f"{name}:{code}" for code in tongues for name in WORDED)))
    for each, wordings in zip(found, translated or [{}] * len(found), strict=True):
        number = "" if each.number is None else str(each.number)
        cells = (number, each.title, words.money_field(each.cost), each.area or "", each.about)
        words_of = [wordings.get(code, Wording()) for code in tongues]
        more = [text or "" for wording in words_of for text in (wording.title, wording.about)]
        writer.writerow(guarded(cell) for cell in (*cells, *more))
    return text.getvalue()


def read(body: bytes, pot_id: UUID, areas: Iterable[str]) -> Sheet:
    """The projects in a UTF-8 file parted by semicolons, commas or tabs. Raises Malformed when it is no such file."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Malformed(fault=Fault("the file is not UTF-8 text; save it as CSV UTF-8")) from None
    first = text.partition("\n")[0]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=next((sign for sign in ";\t" if sign in first), ","), strict=True
    )
    sheet, known, numbers = Sheet([], [], []), set(areas), set[int]()
    names: list[str] = []
    line = 1
    try:
        for cells in reader:
            if not names:
                names = _names(cells)
            elif any(cell.strip() for cell in cells):
                try:
                    draft = _draft(names, cells, pot_id, known)
                    if draft.number in numbers:
                        raise Malformed(
                            fault=Fault("the number {number} stands in the file twice", number=draft.number)
                        )
                    wordings = _wordings(names, cells)
                    sheet.rows.append((line, draft))
                    sheet.translated.append(wordings)
                    numbers |= {draft.number} if draft.number else set()
                except Malformed as refusal:
                    fault = refusal.facts["fault"]
                    sheet.faults.append(
                        RowFault(line, Faults([fault if isinstance(fault, Fault) else Fault(str(fault))]))
                    )
            line = reader.line_num + 1
    except csv.Error:
        unclosed = Fault("a quotation mark stands where none belongs, or is not closed")
        sheet.faults.append(RowFault(line, Faults([unclosed])))
    if not names:
        raise Malformed(fault=Fault("the file is empty"))
    return sheet


def _names(cells: list[str]) -> list[str]:
    names = [cell.strip().casefold() for cell in cells]
    if lacking := [name for name in NEEDED if name not in names]:
        raise Malformed(fault=Fault("the file lacks the column {column} in its first line", column=", ".join(lacking)))
    if twice := [name for name in names if name and names.count(name) > 1 and (name in COLUMNS or ":" in name)]:
        raise Malformed(fault=Fault("the first line names the column {column} twice", column=twice[0]))
    for name in names:
        first, colon, code = name.partition(":")
        if colon and first in WORDED and code not in LANGUAGES:
            raise Malformed(fault=Fault("no page is written in the language of the column {column}", column=name))
    return names


def _wordings(names: list[str], cells: list[str]) -> dict[str, Wording]:
    """The words of a row in other languages; an empty cell says nothing. Raises Malformed."""
    found: dict[str, dict[str, str]] = {}
    for name, cell in zip(names, cells, strict=True):
        first, colon, code = name.partition(":")
        text = unguarded(cell).replace("\r\n", "\n").strip()
        if colon and first in WORDED and text:
            found.setdefault(code, {})[first] = text
    return {code: shaped(texts, Wording) for code, texts in found.items()}


def _draft(names: list[str], cells: list[str], pot_id: UUID, areas: set[str]) -> ProjectDraft:
    """The project in a row. Raises Malformed."""
    if len(cells) != len(names):
        raise Malformed(
            fault=Fault("it has {cells} values, and the first line names {names}", cells=len(cells), names=len(names))
        )
    row = dict.fromkeys(COLUMNS, "") | {
        name: unguarded(cell).replace("\r\n", "\n") for name, cell in zip(names, cells, strict=True) if name in COLUMNS
    }
    number, area = row["number"].strip(), row["area"].strip()
    if number and not re.fullmatch("[0-9]{1,6}", number):
        raise Malformed(fault=Fault("the number is not a whole number"))
    if area and area not in areas:
        raise Malformed(fault=Fault("the round has no area “{area}”", area=area))
    sent = {"pot_id": pot_id, "title": row["title"].strip(), "about": row["about"], "area": area or None}
    sent |= {"number": int(number) if number else None, "cost": words.read_money(row["cost"], marked("the cost"))}
    return shaped(sent, ProjectDraft)
