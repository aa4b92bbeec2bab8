"""Ballot styles and the one check that every client shares: page, API, worker and rehearsal ask the same function."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec

from schema.errors import ChosenTwice, Refusal, TooCostly, TooFew, TooMany, UnknownProject

Count = Annotated[int, msgspec.Meta(ge=0, le=1000)]
Money = Annotated[int, msgspec.Meta(ge=1, le=10**15, description="minor units: öre, cents")]


class Approval(msgspec.Struct, frozen=True, tag_field="style", tag="approval", forbid_unknown_fields=True):
    """Choose any projects, within a number of them. A blank ballot is allowed when ``min_choices`` is 0."""

    max_choices: Annotated[int, msgspec.Meta(ge=1, le=1000)]
    min_choices: Count = 0


class Knapsack(msgspec.Struct, frozen=True, tag_field="style", tag="knapsack", forbid_unknown_fields=True):
    """Spend the money: projects whose costs together stay within ``max_cost`` (minor units)."""

    max_cost: Money


Style = Approval | Knapsack


def check_choices(style: Style, costs: Mapping[int, int], choices: Sequence[int]) -> Refusal | None:
    """Why these choices are not a ballot of this style; None when they are.

    ``costs`` maps the number of every project on the ballot to its cost (minor units); ``choices`` are such numbers.
    """
    seen: set[int] = set()
    for number in choices:
        if number not in costs:
            return UnknownProject(number=number)
        if number in seen:
            return ChosenTwice(number=number)
        seen.add(number)
    match style:
        case Approval(max_choices, min_choices):
            if len(seen) > max_choices:
                return TooMany(limit=max_choices, chosen=len(seen))
            if len(seen) < min_choices:
                return TooFew(limit=min_choices, chosen=len(seen))
        case Knapsack(max_cost):
            cost = sum(costs[number] for number in seen)
            if cost > max_cost:
                return TooCostly(limit=max_cost, chosen=cost, over=cost - max_cost)
    return None
