"""How a pot is counted: the rule and the order that breaks ties. Frozen when voting opens, published with the outcome.

Money is in minor units. *Points* are what a ballot gives to a project: 1 for each choice of an approval or knapsack
ballot, the points of a cumulative or scored one, Borda points for the places of a ranked one. A project's *score* is
the sum of its points, its *votes* the number of voters who give it at least one.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from schema.faults import Fault

# The largest whole number that every JSON reader keeps exact.
Money = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Score = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Percent = Annotated[int, Meta(ge=0, le=100)]
Misfit = Literal["skip", "stop"]
Utility = Literal["cost", "cardinality", "additive"]
Completion = Literal["none", "votes", "phragmen"]
Criterion = Literal["lower_cost", "more_votes", "id", "lot"]


class CategoryCap(Struct, frozen=True, forbid_unknown_fields=True):
    """The most that may be funded of a category: so many `projects`, which cost so much `money`; null for no cap.

    `ValueError` if both are null.
    """

    category: Annotated[str, Meta(min_length=1, max_length=200)]
    projects: Annotated[int, Meta(ge=0, le=100_000)] | None = None
    money: Money | None = None

    def __post_init__(self) -> None:
        if self.projects is None and self.money is None:
            raise Fault("a cap on a category says how many projects it may have, or how much money")


class GreedyByVotes(Struct, frozen=True, forbid_unknown_fields=True, tag_field="rule", tag="greedy_by_votes"):
    """Fund in the order of scores while the money lasts.

    `per_cost`: in the order of score per cost instead.
    `misfit`: whether a project that no longer fits is passed over ("skip") or ends the count ("stop").
    `threshold`, `threshold_percent`: the least score a project needs, as a number and as a share of all ballots.
    `exclusive`: sets of project ids of which only the one that is reached first may be funded.
    `partial_percent`: the first project that does not fit gets all that is left, if that is at least this part of its
    cost, and nothing is funded after it; 0 for no partial funding.
    `reserve`: money from outside the pot then pays the rest, so that it is funded whole.
    `caps`: what would take a category above its cap is passed over and ends nothing, wherever it would have fitted. A
    project counts with its whole cost in each of its categories, also if the pot gives only a part of that.
    """

    per_cost: bool = False
    misfit: Misfit = "skip"
    threshold: Score = 0
    threshold_percent: Percent = 0
    exclusive: tuple[tuple[str, ...], ...] = ()
    partial_percent: Percent = 0
    reserve: bool = False
    caps: Annotated[tuple[CategoryCap, ...], Meta(max_length=100)] = ()


class EqualShares(Struct, frozen=True, forbid_unknown_fields=True, tag_field="rule", tag="equal_shares"):
    """The method of equal shares.

    `utility`: what a voter gets out of a funded project she supports: its cost, 1, or the points she gave it.
    `step`: Add1, what each increment gives every voter; 0 for a single run without increments.
    `until`: increments go on until one overspends, or until an outcome leaves room for no further project.
    `completion`: what is left is then spent by votes, by Phragmen's loads, or not at all.
    `comparison`: the greedy outcome is used instead if strictly more voters prefer it by cost utility.
    `partial_percent`: the first project that does not fit when the completion comes to it gets all that is left, as
    for `GreedyByVotes`; what it gets is no utility in the comparison. Not without a completion, for shares are never
    spent on a part: supporters who cannot pay a project keep their money. `ValueError` then.
    """

    utility: Utility = "cost"
    step: Money = 0
    until: Literal["overspending", "exhaustive"] = "overspending"
    completion: Completion = "none"
    comparison: bool = False
    partial_percent: Percent = 0

    def __post_init__(self) -> None:
        if self.partial_percent and self.completion == "none":
            raise Fault("only a completion funds a project in part: declare one, or no partial funding")


class SequentialPhragmen(Struct, frozen=True, forbid_unknown_fields=True, tag_field="rule", tag="sequential_phragmen"):
    """Voters earn at the same pace; the project that its supporters can pay first comes next.

    `misfit`: whether a project that its supporters can pay, but the pot cannot, ends the count or is passed over.
    `partial_percent`: the first such project gets all that is left, if that is at least this part of its cost, and
    nothing is funded after it; 0 for no partial funding. Of several at the same load it is the first in the tie order.
    """

    misfit: Misfit = "stop"
    partial_percent: Percent = 0


class MaximinSupport(Struct, frozen=True, forbid_unknown_fields=True, tag_field="rule", tag="maximin_support"):
    """The project that keeps the largest burden of a voter smallest, all burdens shared anew, comes next.

    `misfit`, `partial_percent`: as for `SequentialPhragmen`.
    """

    misfit: Misfit = "stop"
    partial_percent: Percent = 0


Rule = GreedyByVotes | EqualShares | SequentialPhragmen | MaximinSupport


class TieOrder(Struct, frozen=True, forbid_unknown_fields=True):
    """Which of two projects comes first where the rule itself does not say: the first criterion that tells them apart.

    `id` is the order of the projects' ids as text. `seed` fixes the lot and has to be public before voting closes;
    `ValueError` when the criteria leave a tie open.
    """

    seed: Annotated[str, Meta(min_length=1, max_length=200)]
    criteria: tuple[Criterion, ...] = ("lower_cost", "more_votes", "lot")

    def __post_init__(self) -> None:
        if not self.seed:
            raise Fault("the lot needs a seed: give a text that is fixed before voting closes")
        if not self.criteria or self.criteria[-1] not in {"id", "lot"}:
            raise Fault("the tie order ends with “lot” or “id”, so that no tie stays open")
        if len(set(self.criteria)) < len(self.criteria):
            raise Fault("each criterion of the tie order is named once")
