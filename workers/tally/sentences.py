"""A count in sentences for the command line: rules, reasons, ties, verdicts of axioms."""

from collections.abc import Callable
from fractions import Fraction
from typing import assert_never

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
    Shares,
    SupportersShort,
    TieBroken,
)
from schema.rules import EqualShares, GreedyByVotes, MaximinSupport, Rule, SequentialPhragmen
from workers.tally.axioms import Axiom, Overdrawn, Overspent, RoomLeft, Underserved, Unspent, Verdict, WronglyPaid

Money = Callable[[int | Exact], str]
"""Writes an amount, which need not be whole, in currency units."""
AXIOMS: dict[Axiom, str] = {
    "feasibility": "feasibility (no more is spent than there is)",
    "exhaustiveness": "exhaustiveness (nothing that is left would pay another project)",
    "ejr_plus_up_to_any_project": "EJR+ up to any project (no group gets too little for its part of the pot)",
    "priceability": "priceability (the payments of the supporters explain what is funded)",
}
COMPLETIONS = {"none": "", "votes": ", completed by votes", "phragmen": ", completed by Phragmén's loads"}


def name_of(rule: Rule, money: Money, unit: str) -> str:
    """The rule with its variant, as part of a sentence; `unit` is what makes a score, "votes" or "points"."""
    match rule:
        case GreedyByVotes():
            return "".join(_greedy_parts(rule, money, unit))
        case EqualShares():
            utility = "" if rule.utility == "cost" else f" with {rule.utility} utilities"
            stop = "an increment overspends" if rule.until == "overspending" else "no further project fits"
            add1 = f", Add1 by {money(rule.step)} until {stop}" if rule.step else ""
            compared = ", compared with greedy" if rule.comparison else ""
            completed = COMPLETIONS[rule.completion] + _in_part(rule.partial_percent)
            return f"equal shares{utility}{add1}{completed}{compared}"
        case SequentialPhragmen():
            return "sequential Phragmén" + _on_misfit(rule.misfit) + _in_part(rule.partial_percent)
        case MaximinSupport():
            return "maximin support" + _on_misfit(rule.misfit) + _in_part(rule.partial_percent)
        case _:
            assert_never(rule)


def _greedy_parts(rule: GreedyByVotes, money: Money, unit: str) -> list[str]:
    parts = [f"greedy by {unit} per cost" if rule.per_cost else f"greedy by {unit}"]
    if rule.misfit == "stop":
        parts.append(", ending at the first that does not fit")
    if rule.threshold:
        parts.append(f", at least {rule.threshold} {unit}")
    if rule.threshold_percent:
        parts.append(f", at least {rule.threshold_percent} {unit} for every 100 ballots")
    if rule.exclusive:
        parts.append(", of projects that exclude each other only the first")
    for cap in rule.caps:
        most = [] if cap.projects is None else [_number(cap.projects, "project")]
        most += [] if cap.money is None else [money(cap.money)]
        parts.append(f", at most {' and '.join(most)} for {cap.category!r}")
    if rule.partial_percent:
        parts.append(_in_part(rule.partial_percent, rule.reserve))
    return parts


def _in_part(percent: int, reserve: bool = False) -> str:
    if not percent:
        return ""
    rest = " and a reserve pays the rest of it" if reserve else ""
    return f", the first that does not fit gets what is left if that is {percent} % of its cost or more{rest}"


def _on_misfit(misfit: str) -> str:
    return ", ending at the first that does not fit" if misfit == "stop" else ", passing over what does not fit"


def shares_in_words(shares: Shares | None, money: Money) -> list[str]:
    """How equal shares were reached, if that was the rule."""
    if shares is None:
        return []
    increments = f", {shares.increments} increments included" if shares.increments else ""
    reached = f"Every voter had a share of {money(shares.share)}{increments}."
    if shares.comparison is None:
        return [reached]
    verdict = "the greedy outcome is used" if shares.comparison.replaced else "the equal shares stand"
    return [
        reached,
        f"{shares.comparison.prefer_greedy} voters get more out of the greedy outcome, "
        f"{shares.comparison.prefer_shares} out of equal shares, so {verdict}.",
    ]


def tie_in_words(tie: TieBroken) -> str:
    """How one tie was broken."""
    return f"Tie between {', '.join(tie.tied)}: {tie.first} came first ({tie.criterion.replace('_', ' ')})."


def reason(fact: Explanation, money: Money, per_point: bool) -> str:  # noqa: PLR0912 - a sentence for each kind
    """Why a project is funded or not; `per_point`: supporters paid for each point they gave it."""
    match fact:
        case FundedByVotes():
            return f"funded by {_points(fact.votes, fact.score)}, with {money(fact.left)} in the pot before it."
        case FundedInPart():
            return f"gets {money(fact.left)}, all that was left, of the {money(fact.cost)} it costs."
        case FundedWithReserve():
            return (
                f"funded by {_points(fact.votes, fact.score)}; {money(fact.left)} was left for it, "
                f"and {money(fact.reserve)} come from the reserve."
            )
        case DidNotFit():
            return (
                f"not funded; when its turn came by {_points(fact.votes, fact.score)}, {money(fact.left)} was left, "
                f"{money(fact.missing)} too little{_further(fact.further, fact.score != fact.votes)}."
            )
        case NotReached():
            return (
                f"not funded; with {_points(fact.votes, fact.score)} it came after {fact.ended_at}, which did not fit "
                f"and ended the count{_further(fact.further, fact.score != fact.votes)}."
            )
        case BelowThreshold():
            return (
                f"not funded; {_points(fact.votes, fact.score)}, fewer than the {fact.threshold} "
                f"it needs{_further(fact.further, fact.score != fact.votes)}."
            )
        case Excluded():
            return (
                f"not funded; {fact.by}, which rules it out, was funded before"
                f"{_further(fact.further, fact.score != fact.votes)}."
            )
        case CategoryFull():
            counts = fact.measure == "projects"
            taken, most = (
                _number(amount, "project") if counts else money(amount) for amount in (fact.taken, fact.most)
            )
            return (
                f"not funded; when its turn came by {_points(fact.votes, fact.score)}, {fact.category!r} had {taken}, "
                f"and may have {most}{_further(fact.further, fact.score != fact.votes)}."
            )
        case FundedByShares():
            return (
                f"funded by its supporters ({fact.votes}), who paid {money(fact.payment)} "
                f"{'for each of their points' if per_point else 'each'}, or all they had left where that was less."
            )
        case SupportersShort():
            left = "" if fact.left is None else f"; {money(fact.left)} was left when the completion came to it"
            return (
                f"not funded; its supporters ({fact.votes}) had {money(fact.held)} left together, "
                f"{money(fact.missing)} too little{_further(fact.further)}{left}."
            )
        case FundedByCompletion():
            return f"funded ({fact.votes} votes) out of the {money(fact.left)} that the shares had left over."
        case FundedByLoad():
            return (
                f"funded by its supporters ({fact.votes}), none of whom has paid more than {money(fact.load)} so far."
            )
        case LoadTooHigh():
            return _load_too_high(fact, money)
        case CostsMoreThanPot():
            return f"not funded; it costs {money(fact.cost)}, more than the whole pot."
        case _:
            assert_never(fact)


def _load_too_high(fact: LoadTooHigh, money: Money) -> str:
    if fact.load is None:
        return "not funded; nobody supports it."
    turn = f"its turn is when its supporters ({fact.votes}) have paid {money(fact.load)} each"
    if fact.ended_at is None:
        return f"not funded; {turn}, and then only {money(fact.left)} was left of the pot."
    return f"not funded; {turn}, and {fact.ended_at}, which did not fit, ended the count before."


def _points(votes: int, score: int) -> str:
    if score != votes:
        return f"{score} points from {_number(votes, 'voter')}"
    return _number(votes, "vote")


def _number(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _further(further: int | None, pointed: bool = False) -> str:
    if further is None:
        return ""
    giving = (" giving it one point" if further == 1 else " giving it one point each") if pointed else ""
    return f"; {_number(further, 'more supporter')}{giving} would have done it"


def verdict_in_words(verdict: Verdict, money: Money) -> str:
    """What an axiom says of the outcome."""
    name = AXIOMS[verdict.axiom]
    if verdict.witness is None:
        return f"{name}: {'holds' if verdict.holds else 'does not hold'}."
    return f"{name}: does not hold; {_witness(verdict, money)}."


def _witness(verdict: Verdict, money: Money) -> str:
    match verdict.witness:
        case Overspent(cost=cost, budget=budget):
            return f"the funded projects cost {money(cost)}, the pot is {money(budget)}"
        case RoomLeft(project=project, cost=cost, left=left):
            return f"{project} costs {money(cost)}, and {money(left)} is left"
        case Underserved(project=project, voters=voters, money=held, cost=cost):
            return (
                f"{voters} voters who support {project} ({money(cost)}) stand for {money(held)} of the pot, "
                "and too little of what they support is funded"
            )
        case WronglyPaid(project=project, due=due, paid=paid):
            return f"{project} is paid {money(paid)}, where {money(due)} is due"
        case Overdrawn(voters=voters, share=share, paid=paid):
            return f"{voters} voters pay {money(paid)} each out of a share of {money(share)}"
        case Unspent(project=project, voters=voters, held=held, cost=cost):
            return f"the {voters} supporters of {project} ({money(cost)}) have {money(held)} left"
        case None:
            return "it cannot be told"
        case _:
            assert_never(verdict.witness)


def rounded(amount: int | Exact, scale: int) -> int:
    """An amount times `scale`, to the nearest whole number, for reading."""
    return round(Fraction(amount) * scale)
