"""Ballot styles and the one check that every client shares: page, API, worker and rehearsal ask the same function.

A ballot is a list of project numbers and, in the styles that give points, a list of points beside them. The order of
the numbers says nothing, except on a ranked ballot. Every style takes a blank ballot that breaks no limit, such as a
``min_choices`` above 0: it counts as participation, and under equal shares its voter holds a share like all others.

Any rule counts any style. Greedy rules add the points up, and so does equal shares with additive utilities; equal
shares with cost or cardinality utilities, Phragmen's method and maximin support ask only which projects have any.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec

from schema.errors import (
    ChosenTwice,
    NoPoints,
    PointsAmiss,
    Refusal,
    TooCostly,
    TooFew,
    TooMany,
    TooManyForOne,
    TooManyPoints,
    UnknownProject,
)
from schema.faults import Fault

MOST_POINTS = 100_000
Few = Annotated[int, msgspec.Meta(ge=1, le=1000)]
Count = Annotated[int, msgspec.Meta(ge=0, le=1000)]
Points = Annotated[int, msgspec.Meta(ge=1, le=MOST_POINTS)]
Money = Annotated[int, msgspec.Meta(ge=1, le=10**15, description="minor units: öre, cents")]


def _refuse_impossible(least: int, most: int) -> None:
    if least > most:
        raise Fault(
            "at least {least} choices are asked for, and no more than {most} are possible", least=least, most=most
        )


class Approval(msgspec.Struct, frozen=True, tag_field="style", tag="approval", forbid_unknown_fields=True):
    """Choose any projects, within a number of them; each gets one point. To choose one is ``max_choices`` 1."""

    max_choices: Few
    min_choices: Count = 0

    def __post_init__(self) -> None:
        _refuse_impossible(self.min_choices, self.max_choices)


class Knapsack(msgspec.Struct, frozen=True, tag_field="style", tag="knapsack", forbid_unknown_fields=True):
    """Spend the money: projects whose costs together stay within ``max_cost`` (minor units); each gets one point."""

    max_cost: Money


class Cumulative(msgspec.Struct, frozen=True, tag_field="style", tag="cumulative", forbid_unknown_fields=True):
    """Hand out points: ``max_points`` in all, ``max_points_per_project`` to one project, to ``max_choices`` projects.

    Points may be kept back. Without ``max_choices`` any number of projects may get some.
    """

    max_points: Points
    max_points_per_project: Points
    max_choices: Few | None = None
    min_choices: Count = 0

    def __post_init__(self) -> None:
        _refuse_impossible(self.min_choices, self.max_choices or self.max_points)
        _refuse_impossible(self.min_choices, self.max_points)


class Ranked(msgspec.Struct, frozen=True, tag_field="style", tag="ranked", forbid_unknown_fields=True):
    """Put up to ``max_choices`` projects in order, the best first.

    Counted by Borda: the last one on the ballot gets 1 point, each other one more than the one after it.
    """

    max_choices: Few
    min_choices: Count = 0

    def __post_init__(self) -> None:
        _refuse_impossible(self.min_choices, self.max_choices)


class Scored(msgspec.Struct, frozen=True, tag_field="style", tag="scored", forbid_unknown_fields=True):
    """Give each project a score of its own, up to ``max_score`` points; a project that is not named gets none."""

    max_score: Points


Style = Approval | Knapsack | Cumulative | Ranked | Scored


def name_of(style: Style) -> str:
    """The name by which passes and commitments call a style."""
    return str(style.__struct_config__.tag)


def check_choices(
    style: Style, costs: Mapping[int, int], choices: Sequence[int], points: Sequence[int] = ()
) -> Refusal | None:
    """Why these choices are not a ballot of this style; None when they are.

    ``costs`` maps the number of every project on the ballot to its cost (minor units); ``choices`` are such numbers,
    the best first on a ranked ballot. ``points``: of each choice, on a cumulative or scored ballot; none on others.
    """
    seen: set[int] = set()
    for number in choices:
        if number not in costs:
            return UnknownProject(number=number)
        if number in seen:
            return ChosenTwice(number=number)
        seen.add(number)
    needed = len(choices) if isinstance(style, Cumulative | Scored) else 0
    if len(points) != needed:
        return PointsAmiss(needed=needed, given=len(points))
    match style:
        case Approval(max_choices, min_choices):
            return _number(choices, min_choices, max_choices)
        case Knapsack(max_cost):
            cost = sum(costs[number] for number in choices)
            return TooCostly(limit=max_cost, chosen=cost, over=cost - max_cost) if cost > max_cost else None
        case Cumulative(max_points, max_points_per_project, max_choices, min_choices):
            if refusal := _number(choices, min_choices, max_choices):
                return refusal
            if refusal := _each(choices, points, max_points_per_project):
                return refusal
            given = sum(points)
            return TooManyPoints(limit=max_points, given=given, over=given - max_points) if given > max_points else None
        case Ranked(max_choices, min_choices):
            return _number(choices, min_choices, max_choices)
        case Scored(max_score):
            return _each(choices, points, max_score)


def _number(choices: Sequence[int], least: int, most: int | None) -> Refusal | None:
    if len(choices) < least:
        return TooFew(limit=least, chosen=len(choices))
    return TooMany(limit=most, chosen=len(choices)) if most is not None and len(choices) > most else None


def _each(choices: Sequence[int], points: Sequence[int], limit: int) -> Refusal | None:
    for number, given in zip(choices, points, strict=True):
        # A ballot could say in two ways that a project gets nothing; this leaves one of them.
        if given < 1:
            return NoPoints(number=number)
        if given > limit:
            return TooManyForOne(number=number, limit=limit, given=given)
    return None


def canonical(style: Style, choices: Sequence[int], points: Sequence[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Choices and points in the one order in which they are stored and committed to.

    By project number, points beside their projects; a ranked ballot as it stands. It must be a ballot of the style.
    """
    if isinstance(style, Ranked):
        return tuple(choices), ()
    if not points:
        return tuple(sorted(choices)), ()
    order = sorted(range(len(choices)), key=choices.__getitem__)
    return tuple(choices[place] for place in order), tuple(points[place] for place in order)


def counted_points(style: Style, choices: Sequence[int], points: Sequence[int]) -> Sequence[int] | None:
    """The points that the rules count, one for each choice of a ballot of this style; None where each is 1."""
    match style:
        case Approval() | Knapsack():
            return None
        case Ranked():
            return range(len(choices), 0, -1)
        case Cumulative() | Scored():
            return points
