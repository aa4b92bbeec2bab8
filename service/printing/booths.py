"""Lists for booths: names that a clerk brought, and in which pots each of them may vote."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from service.printing.paper import MARGIN, Paper
from service.store.rounds import Pot, Round

_ROW, _BOX, _MOST = 9.0, 5.5, 6
_NAME = 62.0


class BoothRow(msgspec.Struct, frozen=True):
    """A person as the clerk's file names them; ``pots`` in which they may vote, or None for nobody on the roll."""

    name: str
    pots: frozenset[UUID] | None


def print_booth_list(found: Round, pots: Sequence[Pot], rows: Sequence[BoothRow], language: str) -> bytes:
    """A PDF with a line for each person and, for every pot, a box to tick or a line. Six pots stand side by side."""
    paper = Paper()
    paper.speak(language)
    for start in range(0, len(pots), _MOST):
        _part(paper, found, pots[start : start + _MOST], rows)
    return paper.closed()


def _part(paper: Paper, found: Round, pots: Sequence[Pot], rows: Sequence[BoothRow]) -> None:
    _head(paper, found, pots)
    for row in rows:
        if paper.get_y() + _ROW > paper.h - MARGIN:
            _head(paper, found, pots)
        _line(paper, pots, row)


def _head(paper: Paper, found: Round, pots: Sequence[Pot]) -> None:
    paper.add_page()
    paper.say(f"{found.municipality} · {found.name}", 10)
    paper.say(paper.words.booth, 16, bold=True, gap=1)
    paper.say(paper.words.may_vote, 10, gap=2)
    for place, pot in enumerate(pots, 1):
        paper.say(f"{place}. {pot.name}", 10)
    paper.ln(2)
    top = paper.get_y()
    paper.script(10, bold=True)
    _cell(paper, 0, _NAME, top, paper.words.person)
    for place in range(len(pots)):
        _cell(paper, *_column(paper, pots, place), top, str(place + 1), centred=True)
    paper.set_y(top + _ROW)


def _line(paper: Paper, pots: Sequence[Pot], row: BoothRow) -> None:
    top = paper.get_y()
    paper.script(10)
    _cell(paper, 0, _NAME, top, row.name)
    if row.pots is None:
        _cell(paper, _NAME, paper.epw - _NAME, top, paper.words.stranger)
    else:
        for place, pot in enumerate(pots):
            across, broad = _column(paper, pots, place)
            if pot.id in row.pots:
                paper.rect(_at(paper, across, broad) + (broad - _BOX) / 2, top + 1.5, _BOX, _BOX)
            else:
                _cell(paper, across, broad, top, "–", centred=True)
    paper.set_y(top + _ROW)


def _column(paper: Paper, pots: Sequence[Pot], place: int) -> tuple[float, float]:
    """Where a pot's column begins, after the name, and how broad it is."""
    broad = (paper.epw - _NAME) / len(pots)
    return _NAME + place * broad, broad


def _at(paper: Paper, across: float, broad: float) -> float:
    """Where something begins that is so far along the line, in the direction in which people read."""
    return paper.l_margin + (paper.epw - across - broad if paper.words.rtl else across)


def _cell(paper: Paper, across: float, broad: float, top: float, text: str, centred: bool = False) -> None:
    """A text in one line; what is too long for its place is cut."""
    while text and paper.get_string_width(text) > broad - 2:
        text = text[:-1]
    paper.set_xy(_at(paper, across, broad), top)
    side = "R" if paper.words.rtl else "L"
    paper.cell(broad, _ROW, text, align="C" if centred else side)
