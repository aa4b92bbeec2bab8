"""Comparison: outcomes of the same case side by side, in exact numbers. `schema.comparison` defines each of them."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import accumulate, combinations

import numpy as np

from schema.comparison import Alternative, Area, AreaMoney, Distribution, Pair, WhatIf
from schema.outcome import Exact, Outcome, exact
from schema.rules import EqualShares, GreedyByVotes, Rule, SequentialPhragmen
from workers.tally.axioms import amounts, utilities
from workers.tally.case import Case
from workers.tally.instance import Ints


def alternatives(unit: int) -> tuple[Rule, ...]:
    """The rules that every pot is counted by besides its own; `unit`, a currency unit, is Add1's step."""
    return (
        GreedyByVotes(),
        EqualShares(step=unit, completion="votes"),
        SequentialPhragmen(),
        GreedyByVotes(per_cost=True),
    )


def compare(
    case: Case,
    outcomes: Sequence[tuple[Rule, Outcome]],
    areas: Mapping[str, str] | None = None,
    people: Mapping[str, int] | None = None,
) -> WhatIf:
    """Set outcomes side by side; `ValueError` if one funds what is no project of the case.

    `areas`: the area or category of a project by its id, to see where the money goes; a project that is not named
    belongs to none. `people`: how many live or voted in an area.
    """
    gained = [utilities(case, outcome.funded) for _, outcome in outcomes]
    names = [] if areas is None else [areas.get(project.id) for project in case.projects]
    return WhatIf(
        budget=case.budget,
        voters=case.voters,
        alternatives=tuple(
            _alternative(case, rule, outcome, utility, names)
            for (rule, outcome), utility in zip(outcomes, gained, strict=True)
        ),
        pairs=tuple(
            _pair(case, first, second, (outcomes[first][1], outcomes[second][1]), gained[first] - gained[second])
            for first, second in combinations(range(len(outcomes)), 2)
        ),
        areas=tuple(_area(case, name, names, people or {}) for name in _ordered(names)),
    )


def _alternative(case: Case, rule: Rule, outcome: Outcome, utility: Ints, names: Sequence[str | None]) -> Alternative:
    funded = set(outcome.funded)
    served = utilities(case, funded, "cardinality") > 0
    represented = int(case.weights[served].sum())
    parts = [project.cost // max(1, votes) for project, votes in zip(case.projects, case.votes, strict=True)]
    return Alternative(
        rule=rule,
        funded=outcome.funded,
        spent=outcome.spent,
        represented=represented,
        exclusion_ratio=_ratio(case.voters - represented, case.voters, empty=0),
        utility=_distribution(case, utility),
        share=_distribution(case, amounts(case, funded, parts)),
        areas=tuple(_area_money(case, outcome, name, names) for name in _ordered(names)),
    )


def _pair(case: Case, first: int, second: int, outcomes: tuple[Outcome, Outcome], ahead: Ints) -> Pair:
    """`ahead`: how much more utility the voters of each ballot have under the first."""
    costs = {project.id: project.cost for project in case.projects}
    one, other = (set(outcome.funded) for outcome in outcomes)
    common, either = one & other, one | other
    return Pair(
        first,
        second,
        len(common),
        len(either),
        _ratio(len(common), len(either), empty=1),
        _ratio(sum(costs[name] for name in common), sum(costs[name] for name in either), empty=1),
        prefer_first=int(case.weights[ahead > 0].sum()),
        prefer_second=int(case.weights[ahead < 0].sum()),
    )


def _distribution(case: Case, having: Ints) -> Distribution:
    """`having`: what each voter behind a distinct ballot has."""
    levels, level = np.unique(having, return_inverse=True)
    # Each sum is a whole number below 2**53, which a float holds.
    heads = [int(number) for number in np.bincount(level, case.weights, len(levels)).tolist()]
    up_to, values = list(accumulate(heads)), levels.tolist()
    total = sum(value * number for value, number in zip(values, heads, strict=True))
    # In rising order the i-th of n voters is ahead of i - 1 others and behind n - i; summed over those level with her.
    ahead = (2 * reached - number - case.voters for reached, number in zip(up_to, heads, strict=True))
    spread = sum(value * number * lead for value, number, lead in zip(values, heads, ahead, strict=True))
    return Distribution(
        _ratio(total, case.voters, empty=0),
        tuple(
            next((v for v, reached in zip(values, up_to, strict=True) if 10 * reached >= tenth * case.voters), 0)
            for tenth in range(1, 10)
        ),
        _ratio(spread, case.voters * total, empty=0),
    )


def _area(case: Case, name: str | None, names: Sequence[str | None], people: Mapping[str, int]) -> Area:
    within = [index for index, area in enumerate(names) if area == name]
    return Area(
        name,
        len(within),
        sum(case.projects[index].cost for index in within),
        sum(case.votes[index] for index in within),
        None if name is None else people.get(name),
    )


def _area_money(case: Case, outcome: Outcome, name: str | None, names: Sequence[str | None]) -> AreaMoney:
    costs = {p.id: p.cost for p, area in zip(case.projects, names, strict=True) if area == name}
    within = [project for project in outcome.funded if project in costs]
    money = sum(costs[project] for project in within)
    if outcome.partly in costs:
        money += outcome.spent - sum(project.cost for project in case.projects if project.id in outcome.funded)
    return AreaMoney(name, len(within), money)


def _ordered(names: Sequence[str | None]) -> list[str | None]:
    """Each area once, by name; what belongs to none comes last."""
    return sorted(set(names), key=lambda name: (name is None, name or ""))


def _ratio(part: int, whole: int, empty: int) -> Exact:
    """A part of a whole; `empty` where there is no whole."""
    return exact(Fraction(part, whole) if whole else empty)
