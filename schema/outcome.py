"""What a count says: which projects are funded, why each one is or is not, and how ties were broken.

Pages turn these facts into sentences; auditors derive each decision from them again. Money is in minor units; an
`Exact` is an amount that need not be whole. `votes` are a project's supporters, `score` the points they gave it.
`further` is how many more supporters would have done it, all else being as it was: voters who give it one point
each for the rules by score, voters with a full share and no other wish for equal shares.
"""

from fractions import Fraction
from typing import Literal

from msgspec import Struct

from schema.rules import Criterion

Measure = Literal["projects", "money"]
Exact = str
"""A fraction in lowest terms, "num/den", or "num" when whole: what `fractions.Fraction` reads and writes."""


class FundedByVotes(Struct, frozen=True, tag="funded_by_votes"):
    """Taken in the order of scores, as number `position` (from 1), with `left` still in the pot before it."""

    project: str
    position: int
    votes: int
    score: int
    cost: int
    left: int


class FundedInPart(Struct, frozen=True, tag="funded_in_part"):
    """The first that did not fit: it gets all that was `left`, which is less than its cost. Not among `funded`.

    Under equal shares it is the first that did not fit when the completion came to it.
    """

    project: str
    votes: int
    score: int
    cost: int
    left: int


class FundedWithReserve(Struct, frozen=True, tag="funded_with_reserve"):
    """The first that did not fit, as number `position`: the pot pays all that was `left`, a reserve the rest."""

    project: str
    position: int
    votes: int
    score: int
    cost: int
    left: int
    reserve: int


class DidNotFit(Struct, frozen=True, tag="did_not_fit"):
    """Reached in the order of scores when only `left` was in the pot; `missing` more would have paid it.

    `further` is null where no number of supporters helps: it costs more than the pot.
    """

    project: str
    votes: int
    score: int
    cost: int
    left: int
    missing: int
    further: int | None


class NotReached(Struct, frozen=True, tag="not_reached"):
    """The count had ended at `ended_at`, a project before it that did not fit."""

    project: str
    votes: int
    score: int
    cost: int
    ended_at: str
    further: int | None


class BelowThreshold(Struct, frozen=True, tag="below_threshold"):
    """Fewer points than the `threshold` that the rule asks for; never in the running."""

    project: str
    votes: int
    score: int
    cost: int
    threshold: int
    further: int | None


class Excluded(Struct, frozen=True, tag="excluded"):
    """`by`, which rules it out, was funded before it was reached."""

    project: str
    votes: int
    score: int
    cost: int
    by: str
    further: int | None


class CategoryFull(Struct, frozen=True, tag="category_full"):
    """`category` had no room for it when it was reached: `taken` of at most `most` were used, and it needs more.

    `measure`: what the rule caps there, the number of "projects" or the "money" they cost.
    """

    project: str
    votes: int
    score: int
    cost: int
    category: str
    measure: Measure
    most: int
    taken: int
    further: int | None


class FundedByShares(Struct, frozen=True, tag="funded_by_shares"):
    """Paid by its supporters, as number `position` (from 1).

    Each supporter paid `payment` (for additive utilities: for each of her points), or all that she still had where
    that was less; `rho` is payment per unit of utility, the measure by which it came before the others.
    """

    project: str
    position: int
    votes: int
    cost: int
    rho: Exact
    payment: Exact


class SupportersShort(Struct, frozen=True, tag="supporters_short"):
    """Its supporters together still `held` too little at the end, by `missing`.

    `left`: what was in the pot when the completion reached it and could not take it: 0 after a project that got a
    part; null without a completion.
    """

    project: str
    votes: int
    cost: int
    held: Exact
    missing: Exact
    further: int | None
    left: int | None = None


class FundedByCompletion(Struct, frozen=True, tag="funded_by_completion"):
    """Taken out of what the equal shares left, as number `position`, with `left` in the pot before it."""

    project: str
    position: int
    votes: int
    cost: int
    left: int


class FundedByLoad(Struct, frozen=True, tag="funded_by_load"):
    """Taken by Phragmen's method or by maximin support, as number `position`, with `left` in the pot before it.

    `load`: the largest load of a voter once it was taken: what she has paid so far, for it and for others.
    """

    project: str
    position: int
    votes: int
    cost: int
    load: Exact
    left: int


class LoadTooHigh(Struct, frozen=True, tag="load_too_high"):
    """Its turn would have come at the load `load` (null: never, it has no supporter), but only `left` was in the pot.

    `ended_at`: the project that had ended the count before, null if it was reached itself.
    """

    project: str
    votes: int
    cost: int
    load: Exact | None
    left: int
    ended_at: str | None


class CostsMoreThanPot(Struct, frozen=True, tag="costs_more_than_pot"):
    """Never in the running: it alone costs more than the whole pot."""

    project: str
    votes: int
    cost: int
    budget: int


Explanation = (
    FundedByVotes
    | FundedInPart
    | FundedWithReserve
    | DidNotFit
    | NotReached
    | BelowThreshold
    | Excluded
    | CategoryFull
    | FundedByShares
    | SupportersShort
    | FundedByCompletion
    | FundedByLoad
    | LoadTooHigh
    | CostsMoreThanPot
)


class TieBroken(Struct, frozen=True):
    """One choice that the tie order made between projects that could each be funded then.

    `tied` are their ids in the tie order; `criterion` is what put `first` before the next one.
    """

    tied: tuple[str, ...]
    first: str
    criterion: Criterion


class Comparison(Struct, frozen=True):
    """The comparison step: how many voters have more cost utility under each outcome (the rest are indifferent)."""

    prefer_greedy: int
    prefer_shares: int
    replaced: bool


class Shares(Struct, frozen=True):
    """How equal shares were reached: the Add1 increments kept, and the share of each voter after them."""

    increments: int
    share: Exact
    comparison: Comparison | None = None


class Outcome(Struct, frozen=True):
    """What a count gives money to, with its reasons.

    `funded`: project ids in order of funding. `spent`: all that the pot gives, a grant to `partly` included.
    `explanations`: one per project, funded ones first in that order, then the one funded in part, then the others by
    score (by votes per cost, if the rule is) and tie order. `shares`: only for equal shares. `partly`: the project
    that gets only a part of its cost.
    """

    funded: tuple[str, ...]
    spent: int
    budget: int
    explanations: tuple[Explanation, ...]
    ties: tuple[TieBroken, ...]
    shares: Shares | None = None
    partly: str | None = None


def granted(reason: Explanation) -> int:
    """What a project gets in all, in minor units: its cost, a part of it, or nothing."""
    match reason:
        case FundedByVotes() | FundedWithReserve() | FundedByShares() | FundedByCompletion() | FundedByLoad():
            return reason.cost
        case FundedInPart():
            return reason.left
        case _:
            return 0


def code(reason: Explanation) -> str:
    """A reason's name, as it stands in the snapshot."""
    return str(reason.__struct_config__.tag)


def exact(amount: Fraction | int) -> Exact:
    """Write an amount without loss."""
    return str(Fraction(amount))


def ratio(numerator: int, denominator: int) -> Exact:
    """Write an amount that is in lowest terms already."""
    return str(numerator) if denominator == 1 else f"{numerator}/{denominator}"
