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
    granted,
)
from schema.rules import EqualShares
from schema.snapshot import CountedProject, Snapshot
from service.languages import _, counted, grouped
from service.pages.words import money, near_money

Scored = (
    FundedByVotes | FundedInPart | FundedWithReserve | DidNotFit | NotReached | BelowThreshold | Excluded | CategoryFull
)
"""What the rules by score say, which knows of points."""


class Told(msgspec.Struct, frozen=True):
    """A project of an outcome with its reason in words. ``got`` is what it gets and ``paid`` what the pot pays of that.

    ``part``: it gets only a part of its cost. Sums are in minor units. ``support`` is its points where ballots gave
    points, and else the number of people who chose it.
    """

    project: CountedProject
    numbered: str
    why: str
    support: int
    got: int
    paid: int

    @property
    def part(self) -> bool:
        """Whether it gets money, but not its whole cost."""
        return 0 < self.got < self.project.cost


def told(snapshot: Snapshot) -> tuple[list[Told], list[Told]]:
    """All projects with their reasons: those that get money in order of funding, then the others."""
    projects = {str(project.number): project for project in snapshot.projects}
    pointed = by_points(snapshot.outcome)
    got_money = set(snapshot.outcome.funded)
    funded: list[Told] = []
    others: list[Told] = []
    for reason in snapshot.outcome.explanations:
        got = granted(reason)
        row = Told(
            project=projects[reason.project],
            numbered=_("No. {number}", number=reason.project),
            why=_why(reason, snapshot, pointed),
            support=reason.score if pointed and isinstance(reason, Scored) else reason.votes,
            got=got,
            paid=reason.left if isinstance(reason, FundedWithReserve) else got,
        )
        (funded if row.part or reason.project in got_money else others).append(row)
    return funded, others


def title(snapshot: Snapshot, project: str) -> str:
    """A project's title in quotation marks, by its id in the outcome."""
    return _("“{title}”", title=next(each.title for each in snapshot.projects if str(each.number) == project))


def by_points(outcome: Outcome) -> bool:
    """Whether ballots gave points, so that a score is not merely a number of people."""
    return any(isinstance(reason, Scored) and reason.score != reason.votes for reason in outcome.explanations)


def points(number: int) -> str:
    """So many points."""
    return counted(number, "{number} point", "{number} points")


def why(reason: Explanation, snapshot: Snapshot) -> str:
    """One explanation as sentences."""
    return _why(reason, snapshot, by_points(snapshot.outcome))


def _why(reason: Explanation, snapshot: Snapshot, pointed: bool) -> str:
    if isinstance(reason, Scored):
        return _why_scored(reason, snapshot, pointed)
    currency, votes, cost = snapshot.currency, reason.votes, reason.cost
    match reason:
        case FundedByShares() | FundedByLoad() if not cost:
            return " ".join((_chose(votes), _("It costs nothing.")))
        case FundedByShares(payment=payment):
            return _paid_by_shares(votes, payment, snapshot)
        case SupportersShort():
            return _why_short(reason, currency)
        case FundedByCompletion(left=left):
            rest = _("It was paid from what the shares had left over, {left} at its turn.", left=money(left, currency))
            return f"{_chose(votes)} {rest}"
        case FundedByLoad(load=load):
            return counted(
                votes,
                "{number} person chose it and could pay for it when each voter’s share was {share}.",
                "{number} people chose it and could pay for it when each voter’s share was {share}.",
                share=near_money(load, currency),
            )
        case LoadTooHigh():
            return _why_late(reason, snapshot)
        case CostsMoreThanPot(budget=budget):
            return _(
                "It costs more than the whole pot of {pot}, so it could not be funded.", pot=money(budget, currency)
            )
        case _:
            assert_never(reason)


def _why_scored(reason: Scored, snapshot: Snapshot, pointed: bool) -> str:
    """An explanation of a rule by score as sentences."""
    currency = snapshot.currency
    gave = _gave(reason.votes, reason.score) if pointed else _chose(reason.votes)
    match reason:
        case FundedByVotes(left=left):
            because = _("When its turn came, {left} was left: enough.", left=money(left, currency))
        case FundedInPart(left=left):
            because = _(
                "When its turn came, only {left} was left. It gets all of that, towards its cost of {cost}.",
                left=money(left, currency),
                cost=money(reason.cost, currency),
            )
        case FundedWithReserve(left=left, reserve=reserve):
            because = _(
                "When its turn came, only {left} was left. The pot pays that, and a reserve outside the pot pays the"
                " other {rest}.",
                left=money(left, currency),
                rest=money(reserve, currency),
            )
        case _:
            further = _further(reason.further, reason.cost > snapshot.money, pointed)
            because = f"{_why_passed(reason, snapshot, pointed)} {further}"
    return f"{gave} {because}"


def _why_passed(
    reason: DidNotFit | NotReached | BelowThreshold | Excluded | CategoryFull, snapshot: Snapshot, pointed: bool
) -> str:
    """What stood in the way of a project under a rule by score."""
    currency = snapshot.currency
    match reason:
        case DidNotFit(left=left, missing=missing):
            return _(
                "When its turn came, only {left} was left, {missing} too little.",
                left=money(left, currency),
                missing=money(missing, currency),
            )
        case NotReached(ended_at=ended_at):
            return _("The count had ended before its turn came, at {project}.", project=title(snapshot, ended_at))
        case BelowThreshold(threshold=threshold) if pointed:
            return _("To be in the running it needed at least {points}.", points=points(threshold))
        case BelowThreshold(threshold=threshold):
            return counted(
                threshold,
                "To be in the running it needed at least {number} person.",
                "To be in the running it needed at least {number} people.",
            )
        case Excluded(by=by):
            return _(
                "It could not be funded together with {project}, whose turn came first.", project=title(snapshot, by)
            )
        case CategoryFull(category=category, measure="projects", most=most, taken=taken):
            return counted(
                most,
                "Of the category “{category}” at most {number} project could be funded, and {taken} had been when its"
                " turn came.",
                "Of the category “{category}” at most {number} projects could be funded, and {taken} had been when"
                " its turn came.",
                category=category,
                taken=grouped(taken),
            )
        case CategoryFull(category=category, most=most, taken=taken):
            return _(
                "For projects of the category “{category}” at most {most} could be spent, and {taken} had been when"
                " its turn came.",
                category=category,
                most=money(most, currency),
                taken=money(taken, currency),
            )
        case _:
            assert_never(reason)


def _why_short(reason: SupportersShort, currency: str) -> str:
    """Why equal shares did not fund a project."""
    said = [_no_shares()]
    if reason.votes:
        said = [
            _chose(reason.votes),
            _(
                "Together they had {held} of their shares left for it, {missing} too little.",
                held=near_money(reason.held, currency),
                missing=near_money(reason.missing, currency),
            ),
        ]
    if reason.left is not None:
        left = money(reason.left, currency)
        said.append(_("What remained at the end, {left}, was too little as well.", left=left))
    if reason.further is None:
        said.append(_in_vain())
    elif reason.further:
        said.append(
            counted(
                reason.further,
                "{number} more person choosing it, and nothing else, would have been enough.",
                "{number} more people choosing it, and nothing else, would have been enough.",
            )
        )
    return " ".join(said)


def _why_late(reason: LoadTooHigh, snapshot: Snapshot) -> str:
    """Why a rule by growing shares did not fund a project."""
    currency = snapshot.currency
    if reason.load is None:
        return _no_shares()
    share = near_money(reason.load, currency)
    if reason.ended_at is not None:
        return counted(
            reason.votes,
            "{number} person chose it and could have paid for it when each voter’s share was {share}, but the count"
            " had ended before, at {project}.",
            "{number} people chose it and could have paid for it when each voter’s share was {share}, but the count"
            " had ended before, at {project}.",
            share=share,
            project=title(snapshot, reason.ended_at),
        )
    return counted(
        reason.votes,
        "{number} person chose it and could have paid for it when each voter’s share was {share}, but only {left} was"
        " left in the pot then, {missing} too little.",
        "{number} people chose it and could have paid for it when each voter’s share was {share}, but only {left} was"
        " left in the pot then, {missing} too little.",
        share=share,
        left=money(reason.left, currency),
        missing=money(reason.cost - reason.left, currency),
    )


def _chose(votes: int) -> str:
    if not votes:
        return _("Nobody chose it.")
    return counted(votes, "{number} person chose it.", "{number} people chose it.")


def _gave(votes: int, score: int) -> str:
    if not votes:
        return _("Nobody chose it.")
    return counted(
        votes, "{number} person gave it {points}.", "{number} people gave it {points}.", points=points(score)
    )


def _no_shares() -> str:
    return _("Nobody chose it, so there were no shares to pay for it.")


def _paid_by_shares(votes: int, payment: Exact, snapshot: Snapshot) -> str:
    """What supporters paid, at most; equal shares for points let them pay by their points."""
    most = near_money(payment, snapshot.currency)
    match snapshot.rule:
        case EqualShares(utility="additive"):
            return counted(
                votes,
                "{number} person chose it and paid for it from their shares, at most {most} for each point they gave"
                " it.",
                "{number} people chose it and paid for it from their shares, at most {most} for each point they gave"
                " it.",
                most=most,
            )
        case _:
            return counted(
                votes,
                "{number} person chose it and paid for it from their shares, nobody more than {most}.",
                "{number} people chose it and paid for it from their shares, nobody more than {most}.",
                most=most,
            )


def _in_vain() -> str:
    return _("No number of further votes would have been enough.")


def _further(further: int | None, beyond: bool, pointed: bool) -> str:
    """How many more supporters would have had it funded; ``beyond``: it costs more than the pot."""
    if further is None and beyond:
        return _("It costs more than the whole pot, so no number of further votes would have been enough.")
    if further is None:
        return _in_vain()
    if pointed:
        return counted(
            further,
            "{number} more person giving it one point each would have been enough.",
            "{number} more people giving it one point each would have been enough.",
        )
    return counted(
        further,
        "{number} more person choosing it would have been enough.",
        "{number} more people choosing it would have been enough.",
    )
