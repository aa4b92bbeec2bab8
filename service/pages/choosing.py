"""What a ballot's form holds, whatever its style: reading it, moving a place, and how far each limit is used."""

import re
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from schema.styles import Approval, Cumulative, Knapsack, Ranked, Scored, Style, canonical
from service.languages import _, counted, grouped, listed
from service.pages import words
from service.pages.forms import Fields

FEW = 10
"""Up to this many points are chosen from a list; more are written."""

MOVES = {"up", "down", "choose", "drop", "place"}
"""What a button of a ranked ballot does with a project; its value names both, as in ``up 3``.

``place`` is pressed by the script: the project was dragged to where the form has it.
"""

_WRITTEN = re.compile(r"[0-9]{1,9}")


class Chosen(msgspec.Struct, frozen=True):
    """The choices on a ballot that is being filled in: project numbers, and the points of each where there are some."""

    numbers: tuple[int, ...] = ()
    points: tuple[int, ...] = ()

    @property
    def given(self) -> dict[int, int]:
        """The points by project."""
        return dict(zip(self.numbers, self.points, strict=False))

    @property
    def written(self) -> str:
        """The same as people read it: No. 3, No. 7 and No. 9 (5)."""
        return listed(
            [
                _("No. {number} ({points})", number=number, points=self.given[number])
                if self.points
                else _("No. {number}", number=number)
                for number in self.numbers
            ]
        )

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The same as fields of a form."""
        return [("choices", str(number)) for number in self.numbers] + [("points", str(each)) for each in self.points]

    def same(self, style: Style, other: "Chosen") -> bool:
        """Whether both are one ballot, in whatever order they name the projects."""
        return canonical(style, self.numbers, self.points) == canonical(style, other.numbers, other.points)


def chosen(fields: Fields, style: Style) -> Chosen:
    """The choices in a form. Raises Malformed.

    A project beside which nothing or 0 is written is not chosen. What is no number counts as 0 points, so that the
    check of the style names the project, and nothing else that was written is lost.
    """
    numbers, written = fields.numbers("choices"), fields.texts("points")
    if not gives_points(style) or len(written) != len(numbers):
        return Chosen(tuple(numbers))
    pairs = [(number, text) for number, text in zip(numbers, written, strict=True) if text.strip() not in {"", "0"}]
    return Chosen(tuple(number for number, _text in pairs), tuple(_read(text) for _number, text in pairs))


def _read(text: str) -> int:
    return int(text) if _WRITTEN.fullmatch(text.strip()) else 0


def gives_points(style: Style) -> bool:
    """Whether a ballot of this style has points beside its choices."""
    return isinstance(style, Cumulative | Scored)


def most_points(style: Style) -> int:
    """How many points one project may get; 0 in a style without points."""
    match style:
        case Cumulative(max_points=most, max_points_per_project=each):
            return min(most, each)
        case Scored(max_score=most):
            return most
    return 0


def moved(numbers: Sequence[int], move: str, number: int) -> tuple[int, ...]:
    """An order of projects after a button was pressed; as it was where that cannot be."""
    rest = [each for each in numbers if each != number]
    at = numbers.index(number) if number in numbers else None
    match move:
        case "choose" if at is None:
            rest.append(number)
        case "up" if at:
            rest.insert(at - 1, number)
        case "down" if at is not None:
            rest.insert(at + 1, number)
        case "drop":
            pass
        case _:
            return tuple(numbers)
    return tuple(rest)


def focused(move: str, number: int, numbers: Sequence[int], on_ballot: Sequence[int]) -> str:
    """The button that has the focus after ``move`` led to ``numbers``, so that a keyboard goes on where it was."""
    if move in {"up", "down", "place"} and number in numbers:
        edge, on, back = (numbers[-1], "down", "up") if move == "down" else (numbers[0], "up", "down")
        return f"{on if number != edge else back} {number}"
    free = [each for each in on_ballot if each not in numbers]
    after = [each for each in free if each >= number] or free[-1:]
    return f"choose {after[0]}" if move and after else ""


class Gauge(msgspec.Struct, frozen=True):
    """How far a ballot goes in one respect. A script can fill in the number in each text, ``{n}``, anew.

    ``used`` is a number of projects or points, or an amount in minor units; so are its bounds. A gauge without ``most``
    says a sum and limits nothing.
    """

    what: Literal["projects", "points", "money"]
    used: int
    of: str
    least: int = 0
    most: int | None = None
    need: str = ""
    left: str = ""
    over: str = ""

    @property
    def beyond(self) -> bool:
        """Whether it is more than may be."""
        return self.most is not None and self.used > self.most

    def said(self, currency: str) -> str:
        """The words as they are now."""
        how, rest = self.left, (self.most or 0) - self.used
        if self.beyond:
            how, rest = self.over, -rest
        elif self.used < self.least:
            how, rest = self.need, self.least - self.used
        of = self.of.format(n=self.written(self.used, currency))
        return f"{of}: {how.format(n=self.written(rest, currency))}" if how else of

    def written(self, number: int, currency: str) -> str:
        """A number of what is measured."""
        return words.money(number, currency) if self.what == "money" else grouped(number)


def gauges(style: Style, costs: Mapping[int, int], made: Chosen, currency: str) -> list[Gauge]:
    """What is used of each limit of the style, and what the choices cost."""
    number, cost = len(made.numbers), sum(costs.get(each, 0) for each in made.numbers)
    together = Gauge("money", cost, _("{n} together"))
    match style:
        case Approval(max_choices=most, min_choices=least) | Ranked(max_choices=most, min_choices=least):
            return [_projects(number, least, most), together]
        case Knapsack(max_cost=most):
            of = _("{n} of {limit}", n="{n}", limit=words.money(most, currency))
            return [
                Gauge("money", cost, of, 0, most, left=_("{n} left"), over=_("{n} too much")),
                _projects(number, 0, None),
            ]
        case Cumulative(max_points=most, max_choices=few, min_choices=least):
            of = counted(most, "{n} of {number} point", "{n} of {number} points", n="{n}")
            return [
                Gauge("points", sum(made.points), of, 0, most, left=_("{n} left"), over=_("{n} too many")),
                _projects(number, least, few),
                together,
            ]
        case Scored():
            return [_projects(number, 0, None), together]


def _projects(number: int, least: int, most: int | None) -> Gauge:
    need = _("{n} more needed") if least else ""
    if most is None:
        return Gauge("projects", number, _("Projects chosen: {n}"), least, need=need)
    of = counted(most, "{n} of {number} project", "{n} of {number} projects", n="{n}")
    return Gauge("projects", number, of, least, most, need=need, left=_("{n} left"), over=_("{n} too many"))
