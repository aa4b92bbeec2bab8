"""A snapshot's projects in sentences: why each one is funded or not."""

from typing import assert_never

import msgspec

from schema.outcome import (
    BelowThreshold,
    CategoryFull,
    CostsMoreThanPot,
    DidNotFit,
    Exact,
    Excluded,
    Explanation,
    FundedByCompletion,
    FundedByLoad,
    FundedByShares,
    FundedByVotes,
    FundedInPart,
    FundedWithReserve,
    LoadTooHigh,
    NotReached,
    Outcome,
    SupportersShort,
)
from schema.rules import EqualShares
from schema.snapshot import CountedProject, Snapshot
from service.languages import grouped
from service.pages.words import counted, money, near_money

Scored = (
    FundedByVotes | FundedInPart | FundedWithReserve | DidNotFit | NotReached | BelowThreshold | Excluded | CategoryFull
)
"""What the rules by score say, which knows of points."""


class Told(msgspec.Struct, frozen=True):
    """A project of an outcome with its reason in words; `part` is what it gets (minor units) if not its whole cost."""

    project: CountedProject
    why: str
    part: int | None = None


def told(snapshot: Snapshot) -> tuple[list[Told], list[Told]]:
    """All projects with their reasons: those that get money in order of funding, then the others."""
    projects = {str(project.number): project for project in snapshot.projects}
    funded: list[Told] = []
    others: list[Told] = []
    for reason in snapshot.outcome.explanations:
        part = reason.left if isinstance(reason, FundedInPart) else None
        row = Told(projects[reason.project], why(reason, snapshot), part)
        (funded if part is not None or reason.project in snapshot.outcome.funded else others).append(row)
    return funded, others


def titles(snapshot: Snapshot) -> dict[str, str]:
    """Each project's title in quotation marks, by its id in the outcome."""
    return {str(project.number): f"“{project.title}”" for project in snapshot.projects}


def by_points(outcome: Outcome) -> bool:
    """Whether ballots gave points, so that a score is not merely a number of people."""
    return any(isinstance(reason, Scored) and reason.score != reason.votes for reason in outcome.explanations)


def why(reason: Explanation, snapshot: Snapshot) -> str:
    """One explanation as sentences."""
    if isinstance(reason, Scored):
        return _why_scored(reason, snapshot)
    currency, votes, cost = snapshot.currency, reason.votes, reason.cost
    match reason:
        case FundedByShares() if not cost:
            return f"{_chose(votes)}. It costs nothing."
        case FundedByShares(payment=payment):
            return f"{_chose(votes)} and paid for it from their shares, {_paid(payment, snapshot)}."
        case SupportersShort():
            return _why_short(reason, currency)
        case FundedByCompletion(left=left):
            return (
                f"{_chose(votes)}. It was paid from what the shares had left over, {money(left, currency)} at its turn."
            )
        case FundedByLoad() if not cost:
            return f"{_chose(votes)}. It costs nothing."
        case FundedByLoad(load=load):
            share = near_money(load, currency)
            return f"{_chose(votes)} and could pay for it when each voter’s share was {share}."
        case LoadTooHigh():
            return _why_late(reason, snapshot)
        case CostsMoreThanPot(budget=budget):
            return f"It costs more than the whole pot of {money(budget, currency)}, so it could not be funded."
        case _:
            assert_never(reason)


def _why_scored(reason: Scored, snapshot: Snapshot) -> str:
    """An explanation of a rule by score as sentences."""
    currency = snapshot.currency
    pointed = by_points(snapshot.outcome)
    gave = _gave(reason.votes, reason.score) if pointed else _chose(reason.votes)
    match reason:
        case FundedByVotes(left=left):
            return f"{gave}. When its turn came, {money(left, currency)} was left: enough."
        case FundedInPart(left=left):
            return (
                f"{gave}. When its turn came, only {money(left, currency)} was left."
                f" It gets all of that, towards its cost of {money(reason.cost, currency)}."
            )
        case FundedWithReserve(left=left, reserve=reserve):
            return (
                f"{gave}. When its turn came, only {money(left, currency)} was left. The pot pays that,"
                f" and a reserve outside the pot pays the other {money(reserve, currency)}."
            )
        case DidNotFit(left=left, missing=missing):
            because = (
                f"When its turn came, only {money(left, currency)} was left, {money(missing, currency)} too little."
            )
        case NotReached(ended_at=ended_at):
            because = f"The count had ended before its turn came, at {titles(snapshot)[ended_at]}."
        case BelowThreshold(threshold=threshold):
            needed = counted(threshold, "point") if pointed else counted(threshold, "person", "people")
            because = f"To be in the running it needed at least {needed}."
        case Excluded(by=by):
            because = f"It could not be funded together with {titles(snapshot)[by]}, whose turn came first."
        case CategoryFull(category=category, measure="projects", most=most, taken=taken):
            because = (
                f"Of the category “{category}” at most {counted(most, 'project')} could be funded,"
                f" and {grouped(taken)} had been when its turn came."
            )
        case CategoryFull(category=category, most=most, taken=taken):
            because = (
                f"For projects of the category “{category}” at most {money(most, currency)} could be spent,"
                f" and {money(taken, currency)} had been when its turn came."
            )
        case _:
            assert_never(reason)
    return f"{gave}. {because} {_further(reason.further, reason.cost > snapshot.money, pointed)}"


def _why_short(reason: SupportersShort, currency: str) -> str:
    """Why equal shares did not fund a project."""
    if not reason.votes:
        because = "Nobody chose it, so there were no shares to pay for it."
    else:
        held, missing = near_money(reason.held, currency), near_money(reason.missing, currency)
        because = f"{_chose(reason.votes)}. Together they had {held} of their shares left for it, {missing} too little."
    if reason.left is not None:
        because += f" What remained at the end, {money(reason.left, currency)}, was too little as well."
    match reason.further:
        case None:
            return f"{because} No number of further votes would have been enough."
        case 0:
            return because
        case more:
            return f"{because} {_people(more)} choosing it, and nothing else, would have been enough."


def _why_late(reason: LoadTooHigh, snapshot: Snapshot) -> str:
    """Why a rule by growing shares did not fund a project."""
    currency = snapshot.currency
    if reason.load is None:
        return "Nobody chose it, so there were no shares to pay for it."
    share = near_money(reason.load, currency)
    could = f"{_chose(reason.votes)} and could have paid for it when each voter’s share was {share}"
    if reason.ended_at is not None:
        return f"{could}, but the count had ended before, at {titles(snapshot)[reason.ended_at]}."
    return (
        f"{could}, but only {money(reason.left, currency)} was left in the pot then,"
        f" {money(reason.cost - reason.left, currency)} too little."
    )


def _chose(votes: int) -> str:
    return f"{counted(votes, 'person', 'people')} chose it" if votes else "Nobody chose it"


def _gave(votes: int, score: int) -> str:
    return f"{counted(votes, 'person', 'people')} gave it {counted(score, 'point')}" if votes else "Nobody chose it"


def _paid(payment: Exact, snapshot: Snapshot) -> str:
    """What supporters paid, at most; equal shares for points let them pay by their points."""
    match snapshot.rule:
        case EqualShares(utility="additive"):
            return f"at most {near_money(payment, snapshot.currency)} for each point they gave it"
        case _:
            return f"nobody more than {near_money(payment, snapshot.currency)}"


def _people(more: int) -> str:
    return counted(more, "more person", "more people")


def _further(further: int | None, beyond: bool, pointed: bool) -> str:
    """How many more supporters would have had it funded; `beyond`: it costs more than the pot."""
    if further is None:
        because = "It costs more than the whole pot, so no" if beyond else "No"
        return f"{because} number of further votes would have been enough."
    giving = "giving it one point each" if pointed else "choosing it"
    return f"{_people(further)} {giving} would have been enough."
