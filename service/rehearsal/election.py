"""A real election, read from its ``.pb`` file, in Byalag's words: one pot, its projects, its ballots."""

from collections import Counter
from pathlib import Path
from random import Random

import msgspec

from schema.pb import PbError, PbFile, parse_amount, parse_optional, read_pb, rule_of
from schema.rules import Rule, TieOrder
from schema.snapshot import Inputs
from schema.styles import Approval, Knapsack, Style

Choices = tuple[int, ...]
"""Numbers of projects, ascending."""
TITLE = 200
"""Signs that a title may have."""


class Project(msgspec.Struct, frozen=True):
    """A project as it goes on our ballot; ``cost`` in minor units, ``known_as`` and ``name`` are the file's."""

    number: int
    known_as: str
    name: str
    cost: int

    @property
    def title(self) -> str:
        """Its name, cut where a title ends."""
        return self.name if len(self.name) <= TITLE else f"{self.name[: TITLE - 1]}…"


class Election(msgspec.Struct, frozen=True):
    """What a file holds. ``ballots``: one per voter, beside ``identities``; ``published``: the numbers it calls funded.

    ``notes``: what was put right or widened, one sentence each.
    """

    name: str
    place: str
    year: str
    currency: str
    money: int
    rule: Rule
    rule_name: str
    style: Style
    projects: tuple[Project, ...]
    identities: tuple[str, ...]
    ballots: tuple[Choices, ...]
    published: frozenset[int] | None
    notes: tuple[str, ...]

    def form(self, ties: TieOrder) -> Inputs:
        """What an outcome depends on, but for the ballots."""
        costs = tuple((project.number, project.cost) for project in self.projects)
        return Inputs(self.money, self.rule, ties, self.style, costs, ())

    def another(self, choices: Choices, chance: Random) -> Choices:
        """A valid ballot that is not this one (unless there is no other that a hundred draws would find)."""
        for _ in range(100):
            drawn = self._random_choices(chance)
            if drawn != choices:
                return drawn
        return choices

    def _random_choices(self, chance: Random) -> Choices:
        match self.style:
            case Approval(max_choices, min_choices):
                most = min(max_choices, len(self.projects))
                return tuple(sorted(chance.sample(range(1, len(self.projects) + 1), chance.randint(min_choices, most))))
            case Knapsack(left):
                taken: list[int] = []
                for project in chance.sample(self.projects, len(self.projects)):
                    if project.cost <= left:
                        taken.append(project.number)
                        left -= project.cost
                return tuple(sorted(taken))


def read_election(path: Path) -> Election:
    """Read a file. Raises PbError, with the file's name, when it cannot be read or this release does not count it."""
    try:
        return _election(path.stem, read_pb(path.read_bytes()))
    except PbError as error:
        raise type(error)(f"{path.name}: {error}") from error


def _election(name: str, file: PbFile) -> Election:
    rule = rule_of(file)
    if free := [project.id for project in file.projects if project.cost < 1]:
        raise PbError(f"Project {free[0]!r} costs nothing: a ballot here takes projects that cost something.")
    number = {project.id: at for at, project in enumerate(file.projects, 1)}
    costs = {number[project.id]: project.cost for project in file.projects}
    ballots = tuple(tuple(sorted(number[choice] for choice in voter.choices)) for voter in file.voters)
    style, widened = style_of(file.meta, ballots, costs)
    return Election(
        name=name,
        place=file.meta.get("unit", "") or name,
        year=file.meta.get("instance", ""),
        currency=file.meta.get("currency", "XXX"),
        money=file.budget,
        rule=rule,
        rule_name=file.meta["rule"],
        style=style,
        projects=tuple(
            Project(number[project.id], project.id, project.name or project.id, project.cost)
            for project in file.projects
        ),
        identities=distinct([voter.id for voter in file.voters]),
        ballots=ballots,
        published=None if file.published is None else frozenset(number[project] for project in file.published),
        notes=(*file.warnings, *widened),
    )


def style_of(meta: dict[str, str], ballots: tuple[Choices, ...], costs: dict[int, int]) -> tuple[Style, list[str]]:
    """The style that a file declares, widened where its own ballots break it, and a sentence for each widening.

    A limit of length is an approval ballot; a limit of cost alone a knapsack; without either, any projects.
    """
    single = 1 if meta["vote_type"] == "choose-1" else len(costs)
    if "max_sum_cost" in meta and "max_length" not in meta:
        limit = parse_amount(meta["max_sum_cost"])
        dearest = max((sum(costs[number] for number in choices) for choices in ballots), default=0)
        said = [f"A ballot spends more than the file's max_sum_cost {meta['max_sum_cost']}: the limit was raised."]
        return Knapsack(max(limit, dearest)), said if dearest > limit else []
    most = min(parse_optional(meta.get("max_length", "")) or single, len(costs))
    least = parse_optional(meta.get("min_length", "")) or 0
    longest = max(map(len, ballots), default=0)
    shortest = min(map(len, ballots), default=0)
    notes = []
    if longest > most:
        notes.append(f"A ballot names {longest} projects, over the file's limit of {most}: the limit was raised.")
    if shortest < least:
        notes.append(f"A ballot names {shortest} projects, under the file's limit of {least}: the limit was lowered.")
    return Approval(max(most, longest), min(least, shortest)), notes


def distinct(names: list[str]) -> tuple[str, ...]:
    """The same names, with a mark on those that a register, blind to capitals, would take for the same person."""
    seen: Counter[str] = Counter()
    marked = []
    for name in names:
        seen[name.upper()] += 1
        marked.append(name if seen[name.upper()] == 1 else f"{name} ({seen[name.upper()]})")
    return tuple(marked)
