"""A real election, read from its ``.pb`` file, in Byalag's words: one pot, its projects, its ballots."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

import msgspec

from schema.pb import NotCounted, PbError, PbFile, PbVoter, parse_amount, parse_optional, read_pb, rule_of
from schema.rules import Rule, TieOrder
from schema.snapshot import Inputs
from schema.styles import Approval, Cumulative, Knapsack, Ranked, Scored, Style

Choices = tuple[int, ...]
"""Numbers of projects, ascending or, on a ranked ballot, the best first."""
TITLE = 200
"""Signs that a title may have."""


class Ballot(msgspec.Struct, frozen=True):
    """What a voter casts: choices, and the points beside them in a style that gives some."""

    choices: Choices
    points: tuple[int, ...] = ()


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
    ballots: tuple[Ballot, ...]
    published: frozenset[int] | None
    notes: tuple[str, ...]

    def form(self, ties: TieOrder) -> Inputs:
        """What an outcome depends on, but for the ballots."""
        costs = tuple((project.number, project.cost) for project in self.projects)
        return Inputs(self.money, self.rule, ties, self.style, costs, ())

    def another(self, ballot: Ballot, chance: Random) -> Ballot:
        """A valid ballot that is not this one (unless there is no other that a hundred draws would find)."""
        for _ in range(100):
            drawn = self._random_ballot(chance)
            if drawn != ballot:
                return drawn
        return ballot

    def _random_ballot(self, chance: Random) -> Ballot:
        numbers = range(1, len(self.projects) + 1)
        match self.style:
            case Approval(max_choices, min_choices):
                most = min(max_choices, len(numbers))
                return Ballot(tuple(sorted(chance.sample(numbers, chance.randint(min_choices, most)))))
            case Knapsack(left):
                taken: list[int] = []
                for project in chance.sample(self.projects, len(numbers)):
                    if project.cost <= left:
                        taken.append(project.number)
                        left -= project.cost
                return Ballot(tuple(sorted(taken)))
            case Ranked(max_choices, min_choices):
                most = min(max_choices, len(numbers))
                return Ballot(tuple(chance.sample(numbers, chance.randint(min_choices, most))))
            case Cumulative(max_points, max_points_per_project, _, min_choices):
                chosen = tuple(sorted(chance.sample(numbers, max(min_choices, 1))))
                most = min(max_points // len(chosen), max_points_per_project)
                return Ballot(chosen, tuple(chance.randint(1, most) for _ in chosen))
            case Scored(max_score):
                return Ballot((chance.choice(numbers),), (chance.randint(1, max_score),))


def read_election(path: Path) -> Election:
    """Read a file. Raises PbError, with the file's name, when it cannot be read or this release does not count it."""
    try:
        return _election(path.stem, read_pb(path.read_bytes()))
    except PbError as error:
        raise type(error)(f"{path.name}: {error}") from error


def _election(name: str, file: PbFile) -> Election:
    rule = rule_of(file)
    if file.default_score:
        raise NotCounted("A ballot gives points to projects that it does not name: a round here takes no such ballots.")
    if free := [project.id for project in file.projects if project.cost < 1]:
        raise PbError(f"Project {free[0]!r} costs nothing: a ballot here takes projects that cost something.")
    shown = [project for project in file.projects if project.id not in file.withdrawn]
    number = {project.id: at for at, project in enumerate(shown, 1)}
    costs = {number[project.id]: project.cost for project in shown}
    ballots = tuple(_ballot(file, voter, number) for voter in file.voters)
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
            Project(number[project.id], project.id, project.name or project.id, project.cost) for project in shown
        ),
        identities=distinct([voter.id for voter in file.voters]),
        ballots=ballots,
        published=None if file.published is None else frozenset(number[project] for project in file.published),
        notes=(*file.warnings, *file.remarks, *widened),
    )


def _ballot(file: PbFile, voter: PbVoter, number: dict[str, int]) -> Ballot:
    """A voter's ballot; a choice without points supports nothing and is left off."""
    if voter.points:
        given = sorted((number[project], points) for project, points in file.points_of(voter).items())
        return Ballot(tuple(project for project, _ in given), tuple(points for _, points in given))
    choices = [number[choice] for choice in voter.choices if choice in number]
    return Ballot(tuple(choices if file.vote_type == "ordinal" else sorted(choices)))


def style_of(meta: dict[str, str], ballots: Sequence[Ballot], costs: dict[int, int]) -> tuple[Style, list[str]]:
    """The style that a file declares, widened where its own ballots break it, and a sentence for each widening.

    A limit of length is an approval ballot; a limit of cost alone a knapsack; without either, any projects.
    """
    notes: list[str] = []

    def most(key: str, otherwise: int, reached: int, doing: str) -> int:
        limit = parse_optional(meta.get(key, "")) or otherwise
        if reached > limit:
            notes.append(f"A ballot {doing} over the file's limit of {limit}: the limit was raised.")
        return max(limit, reached)

    kind = meta["vote_type"]
    if kind in {"approval", "choose-1"} and "max_sum_cost" in meta and "max_length" not in meta:
        limit = parse_amount(meta["max_sum_cost"])
        dearest = max((sum(costs[number] for number in ballot.choices) for ballot in ballots), default=0)
        if dearest > limit:
            notes.append(f"A ballot spends more than the file's max_sum_cost {meta['max_sum_cost']}: it was raised.")
        return Knapsack(max(limit, dearest)), notes
    longest = max((len(ballot.choices) for ballot in ballots), default=0)
    length = most("max_length", 1 if kind == "choose-1" else len(costs), longest, f"names {longest} projects,")
    highest = max((max(ballot.points, default=0) for ballot in ballots), default=0)
    if kind == "scoring":
        return Scored(most("max_points", max(highest, 1), highest, f"gives {highest} points to a project,")), notes
    least = parse_optional(meta.get("min_length", "")) or 0
    shortest = min((len(ballot.choices) for ballot in ballots), default=0)
    if shortest < least:
        notes.append(f"A ballot names {shortest} projects, under the file's limit of {least}: the limit was lowered.")
    least = min(least, shortest)
    match kind:
        case "ordinal":
            return Ranked(min(length, len(costs)), least), notes
        case "cumulative":
            fullest = max((sum(ballot.points) for ballot in ballots), default=0)
            points = most("max_sum_points", max(fullest, 1), fullest, f"gives {fullest} points,")
            each = most("max_points", points, highest, f"gives {highest} points to a project,")
            return Cumulative(points, each, min(length, len(costs)), least), notes
    return Approval(min(length, len(costs)), least), notes


def distinct(names: list[str]) -> tuple[str, ...]:
    """The same names, with a mark on those that a register, blind to capitals, would take for the same person."""
    seen: Counter[str] = Counter()
    marked = []
    for name in names:
        seen[name.upper()] += 1
        marked.append(name if seen[name.upper()] == 1 else f"{name} ({seen[name.upper()]})")
    return tuple(marked)
