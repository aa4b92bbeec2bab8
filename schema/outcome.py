"""What a count says: which projects are funded, why each one is or is not, and how ties were broken.

Pages turn these facts into sentences; auditors derive each decision from them again. Money is in minor units;
an `Exact` is an amount that need not be whole.
"""

from fractions import Fraction

from msgspec import Struct

from schema.rules import Criterion

Exact = str
"""A fraction in lowest terms, "num/den", or "num" when whole: what `fractions.Fraction` reads and writes."""


class FundedByVotes(Struct, frozen=True, tag="funded_by_votes"):
    """Taken by votes, as number `position` (from 1), with `left` still in the pot before it."""

    project: str
    position: int
    votes: int
    cost: int
    left: int


class DidNotFit(Struct, frozen=True, tag="did_not_fit"):
    """Reached in the order of votes when only `left` was in the pot; `missing` more would have paid it."""

    project: str
    votes: int
    cost: int
    left: int
    missing: int


class FundedByShares(Struct, frozen=True, tag="funded_by_shares"):
    """Paid by its supporters, as number `position` (from 1).

    Each supporter paid `payment`, or all that they still had where that was less; `rho` is payment per unit of cost
    utility, the measure by which it came before the others.
    """

    project: str
    position: int
    votes: int
    cost: int
    rho: Exact
    payment: Exact


class SupportersShort(Struct, frozen=True, tag="supporters_short"):
    """Its supporters together still `held` too little at the end, by `missing`.

    `left`: what was in the pot when the completion reached it and could not take it; null without a completion.
    """

    project: str
    votes: int
    cost: int
    held: Exact
    missing: Exact
    left: int | None = None


class FundedByCompletion(Struct, frozen=True, tag="funded_by_completion"):
    """Taken by votes out of what the equal shares left, as number `position`, with `left` in the pot before it."""

    project: str
    position: int
    votes: int
    cost: int
    left: int


class CostsMoreThanPot(Struct, frozen=True, tag="costs_more_than_pot"):
    """Never in the running: it alone costs more than the whole pot."""

    project: str
    votes: int
    cost: int
    budget: int


Explanation = FundedByVotes | DidNotFit | FundedByShares | SupportersShort | FundedByCompletion | CostsMoreThanPot


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

    `funded`: project ids in order of funding. `explanations`: one per project, funded ones first in that order, then
    the others by votes and tie order. `shares`: only for equal shares.
    """

    funded: tuple[str, ...]
    spent: int
    budget: int
    explanations: tuple[Explanation, ...]
    ties: tuple[TieBroken, ...]
    shares: Shares | None = None


def exact(amount: Fraction | int) -> Exact:
    """Write an amount without loss."""
    return str(Fraction(amount))
