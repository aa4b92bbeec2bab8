"""How a pot is counted: the rule and the order that breaks ties. Frozen when voting opens, published with the outcome.

Money is in minor units.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

# The largest whole number that every JSON reader keeps exact.
Money = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Criterion = Literal["lower_cost", "more_votes", "lot"]


class GreedyByVotes(Struct, frozen=True, forbid_unknown_fields=True, tag_field="rule", tag="greedy_by_votes"):
    """Fund by votes while the money lasts, skipping each project that no longer fits."""


class EqualShares(Struct, frozen=True, forbid_unknown_fields=True, tag_field="rule", tag="equal_shares"):
    """The method of equal shares with cost utilities.

    `step`: Add1, what each increment gives every voter; 0 for a single run without increments.
    `fill`: what is left is then spent greedily by votes.
    `comparison`: the greedy outcome is used instead if strictly more voters prefer it by cost utility.
    """

    step: Money = 0
    fill: bool = False
    comparison: bool = False


Rule = GreedyByVotes | EqualShares


class TieOrder(Struct, frozen=True, forbid_unknown_fields=True):
    """Which of two projects comes first where the rule itself does not say: the first criterion that tells them apart.

    `seed` fixes the lot and has to be public before voting closes; `ValueError` when the criteria leave a tie open.
    """

    seed: Annotated[str, Meta(min_length=1, max_length=200)]
    criteria: Annotated[tuple[Criterion, ...], Meta(max_length=3)] = ("lower_cost", "more_votes", "lot")

    def __post_init__(self) -> None:
        if not self.seed:
            raise ValueError("The lot needs a seed: give a text that is fixed before voting closes.")
        if not self.criteria or self.criteria[-1] != "lot":
            raise ValueError('End the tie order with "lot", so that no tie stays open.')
        if len(set(self.criteria)) < len(self.criteria):
            raise ValueError("Name each criterion of the tie order once.")
