"""A snapshot in sentences: why each project is funded or not, how ties were broken, where every ballot went."""

from collections.abc import Sequence

import msgspec

from schema.outcome import (
    Comparison,
    CostsMoreThanPot,
    DidNotFit,
    Explanation,
    FundedByCompletion,
    FundedByShares,
    FundedByVotes,
    Shares,
    SupportersShort,
    TieBroken,
)
from schema.rules import Criterion, EqualShares, GreedyByVotes
from schema.snapshot import CountedProject, Snapshot, Sums
from service.pages.words import counted, grouped, listed, money, near_money

_FIRST: dict[Criterion, str] = {
    "lower_cost": "the project that costs less",
    "more_votes": "the project that more people chose",
    "lot": "a lot",
}
_BECAUSE: dict[Criterion, str] = {
    "lower_cost": "it costs less",
    "more_votes": "more people chose it",
    "lot": "the lot put it first",
}
_REFUSED = {
    "not-on-roll": "from somebody who is not on the roll of this pot",
    "unknown-project": "with a project that is not on this ballot",
    "chosen-twice": "with a project chosen twice",
    "too-many": "with too many projects",
    "too-few": "with too few projects",
    "too-costly": "with projects that cost more than allowed",
}


class Told(msgspec.Struct, frozen=True):
    """A project of an outcome with its reason in words."""

    project: CountedProject
    why: str


def told(snapshot: Snapshot) -> tuple[list[Told], list[Told]]:
    """All projects with their reasons: the funded ones in order of funding, then the others."""
    projects = {str(project.number): project for project in snapshot.projects}
    funded = set(snapshot.outcome.funded)
    rows = [(reason.project, Told(projects[reason.project], _why(reason, snapshot))) for reason in _reasons(snapshot)]
    return [row for number, row in rows if number in funded], [row for number, row in rows if number not in funded]


def _reasons(snapshot: Snapshot) -> Sequence[Explanation]:
    return snapshot.outcome.explanations


def _why(reason: Explanation, snapshot: Snapshot) -> str:
    """One explanation as sentences."""
    currency = snapshot.currency
    chose = f"{counted(reason.votes, 'person', 'people')} chose it"
    match reason:
        case FundedByVotes(left=left):
            return f"{chose}. When its turn came, {money(left, currency)} was left: enough."
        case DidNotFit(left=left, missing=missing):
            return (
                f"{chose}. When its turn came, only {money(left, currency)} was left,"
                f" {money(missing, currency)} too little."
            )
        case FundedByShares(payment=payment):
            return f"{chose} and paid for it from their shares, nobody more than {near_money(payment, currency)}."
        case SupportersShort(held=held, missing=missing, left=left):
            after = (
                "" if left is None else f" What remained at the end, {money(left, currency)}, was too little as well."
            )
            return (
                f"{chose}. Together they had {near_money(held, currency)} of their shares left for it,"
                f" {near_money(missing, currency)} too little.{after}"
            )
        case FundedByCompletion(left=left):
            return f"{chose}. It was paid from what the shares had left over, {money(left, currency)} at its turn."
        case CostsMoreThanPot(budget=budget):
            return f"It costs more than the whole pot of {money(budget, currency)}, so it could not be funded."


def rule_told(snapshot: Snapshot) -> list[str]:
    """The rule in words, a paragraph each."""
    match snapshot.rule:
        case GreedyByVotes():
            return [
                "Projects were taken in the order of how many people chose them. A project that cost more than what was"
                " left was passed over, and the next one had its turn."
            ]
        case EqualShares(fill=fill) as rule:
            said = [
                "Equal shares: the money was divided equally among all voters, and each voter’s share was spent only on"
                " projects that this voter chose. A project was funded when the people who chose it could pay for it"
                " together; the one that asked the least of each of them came first."
            ]
            if snapshot.outcome.shares is not None:
                said += _shares_told(rule, snapshot.outcome.shares, snapshot.currency)
            if fill:
                said.append("What was left after that was given out by votes, to projects that still fitted.")
            return said


def _shares_told(rule: EqualShares, shares: Shares, currency: str) -> list[str]:
    said = []
    if rule.step:
        said.append(
            f"So that little is left over, every share was raised by {money(rule.step, currency)} at a time for as long"
            f" as the projects did not cost more than the pot: {counted(shares.increments, 'time')} in the end."
            f" Each voter’s share was then {near_money(shares.share, currency)}."
        )
    else:
        said.append(f"Each voter’s share was {near_money(shares.share, currency)}.")
    if shares.comparison is not None:
        said.append(_comparison_told(shares.comparison))
    return said


def _comparison_told(comparison: Comparison) -> str:
    taken = "the outcome by votes was used instead" if comparison.replaced else "the outcome by equal shares stands"
    return (
        "The outcome was compared with the one that plain counting by votes would give:"
        f" {counted(comparison.prefer_shares, 'voter')} got more of the money to what they chose by equal shares,"
        f" {grouped(comparison.prefer_greedy)} by votes, so {taken}."
    )


def tie_order_told(snapshot: Snapshot) -> str:
    """What comes first where the rule itself does not say."""
    first, *rest = [_FIRST[criterion] for criterion in snapshot.ties.criteria]
    then = f"; then {'; then '.join(rest)}" if rest else ""
    return f"Where two projects were level, this decided: {first}{then}. The lot is drawn from the public text below."


def ties_told(snapshot: Snapshot) -> list[str]:
    """Each tie that was broken."""
    titles = {str(project.number): project.title for project in snapshot.projects}
    return [_tie_told(tie, titles) for tie in snapshot.outcome.ties]


def _tie_told(tie: TieBroken, titles: dict[str, str]) -> str:
    level = listed([f"“{titles[number]}”" for number in tie.tied])
    return f"{level} were level. “{titles[tie.first]}” came first, because {_BECAUSE[tie.criterion]}."


class Term(msgspec.Struct, frozen=True):
    """One term of the sum of ballots."""

    ballots: int
    what: str


def sum_told(sums: Sums) -> list[Term]:
    """Where every ballot went; the terms add up to all ballots that were sent (P11)."""
    return [
        Term(sums.counted, "counted, one for each voter"),
        Term(sums.superseded, "replaced by a later ballot of the same voter"),
        *(Term(ballots, f"not counted: {_REFUSED.get(code, code)}") for code, ballots in sums.refused.items()),
    ]
