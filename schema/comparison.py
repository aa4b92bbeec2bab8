"""What-if: the same ballots counted by several rules side by side.

Money is in minor units; an `Exact` is a fraction as text. *Utility* is a voter's cost utility: what the funded
projects that she supports cost together. Blank ballots are voters, who support nothing.
"""

from typing import Literal

from msgspec import Struct

from schema.outcome import Exact
from schema.rules import Rule


class Distribution(Struct, frozen=True):
    """How an amount of money spreads over the voters.

    `deciles`: the nine least amounts such that 1/10, 2/10, ... 9/10 of the voters at least have no more (the inverse
    of the empirical distribution; Hyndman and Fan, Sample Quantiles in Statistical Packages, 1996, definition 1).
    `gini`: the mean difference between two voters, each pair taken both ways, over twice the mean (Gini, 1912):
    0 where all have the same, near 1 where one has everything; 0 where nobody has anything.
    """

    mean: Exact
    deciles: tuple[int, ...]
    gini: Exact


class AreaMoney(Struct, frozen=True):
    """What one rule gives to an area: how many of its projects, and their cost (with what a project gets in part)."""

    area: str | None
    funded: int
    money: int


class Alternative(Struct, frozen=True):
    """What one rule makes of the ballots.

    `funded`: project ids in order of funding; `spent`: all that the pot gives.
    `represented`: voters who support at least one funded project. `exclusion_ratio`: the others, as a part of all
    voters (Faliszewski et al., Participatory Budgeting: Data, Tools, and Analysis, IJCAI 2023).
    `utility`: cost utility (Talmon and Faliszewski, A Framework for Approval-Based Budgeting Methods, AAAI 2019).
    `share`: what is spent on a voter when the cost of each funded project is parted equally among its supporters, each
    part rounded down (Maly, Rey, Endriss and Lackner, Fairness in Participatory Budgeting via Equality of Resources,
    AAMAS 2023). `areas`: in the order of `WhatIf.areas`.
    """

    rule: Rule
    funded: tuple[str, ...]
    spent: int
    represented: int
    exclusion_ratio: Exact
    utility: Distribution
    share: Distribution
    areas: tuple[AreaMoney, ...]


class Pair(Struct, frozen=True):
    """Two alternatives against each other, by their places (from 0), the first before the second.

    `common`, `either`: how many projects both fund, and at least one of them. `overlap`, `overlap_by_cost`: the former
    over the latter (Jaccard, 1901), in numbers and in cost; 1 where neither funds anything (or only what is free).
    `prefer_first`, `prefer_second`: voters with more utility there than here, as in the comparison step of
    equalshares.net; the other voters are indifferent.
    """

    first: int
    second: int
    common: int
    either: int
    overlap: Exact
    overlap_by_cost: Exact
    prefer_first: int
    prefer_second: int


class Area(Struct, frozen=True):
    """A place or a category with projects on the ballot; `name` is null for projects that belong to none.

    `projects`, `cost`, `votes`: how many there are, what they cost together, and the votes they got together (a voter
    counts once for each that she supports). `people`: how many live or voted there, null where that is not known.
    """

    name: str | None
    projects: int
    cost: int
    votes: int
    people: int | None


class WithoutHeld(Struct, frozen=True):
    """What a pot's outcome would be without the ballots in quarantine, by the same rule.

    `held` ballots are left out, `counted` remain. `funded`: project ids in order of funding; `partly`: which one gets a
    part; `spent`: in minor units. No project's votes are in it: what it loses would tell how the held ones voted.
    """

    held: int
    counted: int
    funded: tuple[str, ...]
    partly: str | None
    spent: int
    format: Literal["byalag without held 1"] = "byalag without held 1"


class WhatIf(Struct, frozen=True):
    """The alternatives in the order they were asked for, every pair of them, and the areas they are looked at by."""

    budget: int
    voters: int
    alternatives: tuple[Alternative, ...]
    pairs: tuple[Pair, ...]
    areas: tuple[Area, ...] = ()
    format: Literal["byalag what-if 1"] = "byalag what-if 1"
