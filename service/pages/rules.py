"""The rule of a pot in sentences, with each of its options."""

from typing import assert_never

from schema.outcome import Comparison, Shares
from schema.rules import EqualShares, GreedyByVotes, MaximinSupport, Misfit, SequentialPhragmen
from schema.snapshot import Snapshot
from service.languages import grouped
from service.pages.telling import by_points, titles
from service.pages.words import counted, listed, money, near_money


def rule_told(snapshot: Snapshot) -> list[str]:
    """The rule in words, a paragraph each."""
    match snapshot.rule:
        case GreedyByVotes() as rule:
            return [
                f"{_order_told(rule, by_points(snapshot.outcome))} "
                f"{_misfit_told(rule.misfit, rule.partial_percent, rule.reserve)}",
                *_threshold_told(rule, by_points(snapshot.outcome)),
                *_exclusive_told(rule, titles(snapshot)),
                *_caps_told(rule, snapshot.currency),
            ]
        case EqualShares() as rule:
            return [_equal_shares_told(rule), *_shares_told(rule, snapshot)]
        case SequentialPhragmen(misfit=misfit, partial_percent=partial_percent):
            return [
                "Growing shares: every voter had the same share of the money, and it grew from nothing, for all alike."
                " As soon as the people who chose a project could pay for it together from what they had, it was"
                " funded, and what they had was spent on it.",
                _misfit_told(misfit, partial_percent),
            ]
        case MaximinSupport(misfit=misfit, partial_percent=partial_percent):
            return [
                "Growing shares: every voter had the same share of the money, to be spent only on projects that this"
                " voter chose. The next project was always the one for which the shares had to be raised least, so that"
                " it could be paid together with all that were funded before it. Who paid how much for which project"
                " was worked out anew each time, as evenly as possible.",
                _misfit_told(misfit, partial_percent),
            ]
        case _:
            assert_never(snapshot.rule)


def _order_told(rule: GreedyByVotes, pointed: bool) -> str:
    if rule.per_cost:
        measure = "points they got" if pointed else "people who chose them"
        return f"Projects were taken in the order of value for money: the number of {measure}, divided by their cost."
    measure = "how many points they got" if pointed else "how many people chose them"
    return f"Projects were taken in the order of {measure}."


def _misfit_told(misfit: Misfit, partial_percent: int, reserve: bool = False) -> str:
    """What became of a project that no longer fitted."""
    passed = "was passed over, and the next one had its turn"
    if not partial_percent:
        if misfit == "skip":
            return f"A project that cost more than what was left in the pot {passed}."
        return "The first project that cost more than what was left in the pot ended the count."
    least = f"at least {partial_percent}% of its cost"
    if reserve:
        granted = f"was funded all the same if the pot could pay {least}: a reserve outside the pot paid the rest"
    else:
        granted = f"got all of it, if that was {least}"
    ended = ". Either way the count ended there."
    if misfit == "skip":
        ended = f", and the count ended there. Otherwise it {passed}."
    return f"The first project that cost more than what was left in the pot {granted}{ended}"


def _threshold_told(rule: GreedyByVotes, pointed: bool) -> list[str]:
    least = []
    if rule.threshold:
        least.append(counted(rule.threshold, "point") if pointed else counted(rule.threshold, "person", "people"))
    if rule.threshold_percent:
        share = f"{counted(rule.threshold_percent, 'point')} for every hundred voters"
        least.append(share if pointed else f"{rule.threshold_percent}% of all voters")
    if not least:
        return []
    asked = listed([f"at least {each}" for each in least])
    return [f"Only projects {f'that got {asked}' if pointed else f'chosen by {asked}'} were in the running."]


def _exclusive_told(rule: GreedyByVotes, names: dict[str, str]) -> list[str]:
    return [
        f"Of {listed([names[number] for number in only_one])} only one could be funded, the one whose turn came first."
        for only_one in rule.exclusive
    ]


def _caps_told(rule: GreedyByVotes, currency: str) -> list[str]:
    said = []
    for cap in rule.caps:
        most = [] if cap.projects is None else [counted(cap.projects, "project")]
        most += [] if cap.money is None else [money(cap.money, currency)]
        said.append(f"For the category “{cap.category}” there was at most {listed(most)}.")
    return said


def _equal_shares_told(rule: EqualShares) -> str:
    match rule.utility:
        case "cost":
            first = "the one of whose cost each of them had to pay the smallest part"
        case "cardinality":
            first = "the one that asked the least of each of them"
        case "additive":
            first = "the one that asked the least of them for each point they gave it (a plain choice is one point)"
        case _:
            assert_never(rule.utility)
    return (
        "Equal shares: the money was divided equally among all voters, and each voter’s share was spent only on"
        " projects that this voter chose. A project was funded when the people who chose it could pay for it"
        f" together; first came {first}."
    )


def _shares_told(rule: EqualShares, snapshot: Snapshot) -> list[str]:
    """How large the shares were, what became of the rest, and whether the outcome by votes was better liked."""
    said = []
    shares = snapshot.outcome.shares
    if shares is not None:
        said.append(_increments_told(rule, shares, snapshot.currency))
    match rule.completion:
        case "none":
            said.append("What was left after that stays in the pot.")
        case "votes":
            said.append("What was left after that was given out by votes, to projects that still fitted.")
        case "phragmen":
            said.append(
                "For what was left after that, the shares grew on, for all alike: as soon as the people who chose a"
                " project could pay for it together, it was funded if it still fitted."
            )
        case _:
            assert_never(rule.completion)
    if rule.partial_percent:
        said.append(_misfit_told("skip", rule.partial_percent))
    if shares is not None and shares.comparison is not None:
        said.append(_comparison_told(shares.comparison))
    return said


def _increments_told(rule: EqualShares, shares: Shares, currency: str) -> str:
    share = near_money(shares.share, currency)
    if not rule.step:
        return f"Each voter’s share was {share}."
    match rule.until:
        case "overspending":
            until = "for as long as the projects did not cost more than the pot"
        case "exhaustive":
            until = "until no other project fitted into the pot, or the projects would have cost more than it"
        case _:
            assert_never(rule.until)
    return (
        f"So that little is left over, every share was raised by {money(rule.step, currency)} at a time, {until}:"
        f" {counted(shares.increments, 'time')} in the end. Each voter’s share was then {share}."
    )


def _comparison_told(comparison: Comparison) -> str:
    taken = "the outcome by votes was used instead" if comparison.replaced else "the outcome by equal shares stands"
    return (
        "The outcome was compared with the one that plain counting by votes would give:"
        f" {counted(comparison.prefer_shares, 'voter')} got more of the money to what they chose by equal shares,"
        f" {grouped(comparison.prefer_greedy)} by votes, so {taken}."
    )
