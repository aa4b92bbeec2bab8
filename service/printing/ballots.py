"""Ballots for paper: one pot's projects by number, with a box for a mark or a figure beside each."""

from collections.abc import Iterator, Sequence
from typing import assert_never

from schema.styles import Approval, Cumulative, Knapsack, Ranked, Scored, Style
from service.printing.paper import MARGIN, Paper
from service.printing.words import Words, amount
from service.store.projects import Project
from service.store.rounds import Pot, Round

_LARGEST, _SMALLEST = 15.0, 9.0
"""Points. Many projects are written smaller, so that a ballot is one page as long as anybody can read it."""

_BOX = 7.5
_COST = 38.0


def print_ballot(found: Round, pot: Pot, projects: Sequence[Project], language: str) -> bytes:
    """A PDF with one ballot of a pot. It says nothing of who fills it in."""
    paper = Paper()
    paper.speak(language)
    paper.add_page()
    words = paper.words
    paper.say(f"{found.municipality} · {found.name}", 11)
    paper.say(f"{words.ballot}: {pot.name}", 20, bold=True, gap=1)
    paper.say(words.may_spend.format(money=amount(pot.money, found.currency)), 12, gap=1)
    paper.say(" ".join(_instructions(words, pot.style, found.currency)), 13, bold=True, gap=1)
    paper.say(words.secret, 11, gap=4)
    room = paper.h - MARGIN - paper.get_y()
    step = max(min(room / max(len(projects), 1), _LARGEST), _BOX + 1.5)
    size = max(_SMALLEST, min(_LARGEST, step))
    for project in projects:
        _row(paper, project, found.currency, size, step)
    return paper.closed()


def _instructions(words: Words, style: Style, currency: str) -> Iterator[str]:
    """What a ballot of this style may hold, as sentences."""
    match style:
        case Approval(max_choices=most, min_choices=least):
            yield words.approval.format(most=most)
        case Knapsack(max_cost=most):
            least = 0
            yield words.knapsack.format(money=amount(most, currency))
        case Cumulative(max_points=points, max_points_per_project=each, max_choices=few, min_choices=least):
            yield words.cumulative.format(points=points, each=each)
            if few:
                yield words.few.format(few=few)
        case Ranked(max_choices=most, min_choices=least):
            yield words.ranked.format(most=most)
        case Scored(max_score=most):
            least = 0
            yield words.scored.format(most=most)
        case _:
            assert_never(style)
    if least:
        yield words.least.format(least=least)


def _row(paper: Paper, project: Project, currency: str, size: float, step: float) -> None:
    """Box, number, title and cost; in the other order where people read from right to left."""
    paper.script(size)
    width = paper.epw - _BOX - _COST - 17
    titled = paper.multi_cell(width, size * 0.45, project.title, dry_run=True, output="HEIGHT")
    assert isinstance(titled, float)
    height = max(step, titled + 2)
    if paper.get_y() + height > paper.h - MARGIN:
        paper.add_page()
    top, rtl = paper.get_y(), paper.words.rtl
    left = paper.l_margin

    def at(place: float, broad: float) -> float:
        return left + (paper.epw - place - broad if rtl else place)

    paper.rect(at(0, _BOX), top + 0.5, _BOX, _BOX)
    paper.set_xy(at(_BOX + 2, 12), top)
    paper.script(size, bold=True)
    paper.cell(12, _BOX + 1, str(project.number), align="C")
    paper.script(size)
    paper.set_xy(at(_BOX + 15, width), top + 1)
    paper.multi_cell(width, size * 0.45, project.title, align="R" if rtl else "L")
    paper.set_xy(at(paper.epw - _COST, _COST), top)
    paper.cell(_COST, _BOX + 1, amount(project.cost, currency), align="L" if rtl else "R")
    paper.set_y(top + height)
