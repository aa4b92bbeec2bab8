"""The rule of a pot in sentences, with each of its options."""

from typing import assert_never

from schema.outcome import Comparison, Shares
from schema.rules import CategoryCap, EqualShares, GreedyByVotes, MaximinSupport, Misfit, SequentialPhragmen
from schema.snapshot import Snapshot
from service.languages import _, counted, grouped, listed
from service.pages.telling import by_points, points, title
from service.pages.words import money, near_money


def rule_told(snapshot: Snapshot) -> list[str]:
    """The rule in words, a paragraph each."""
    match snapshot.rule:
        case GreedyByVotes() as rule:
            pointed = by_points(snapshot.outcome)
            return [
                f"{_order_told(rule, pointed)} {_misfit_told(rule.misfit, rule.partial_percent, rule.reserve)}",
                *_threshold_told(rule, pointed),
                *_exclusive_told(rule, snapshot),
                *(_cap_told(cap, snapshot.currency) for cap in rule.caps),
            ]
        case EqualShares() as rule:
            return [_equal_shares_told(rule), *_shares_told(rule, snapshot)]
        case SequentialPhragmen(misfit=misfit, partial_percent=partial_percent):
            return [
                _(
                    "Growing shares: every voter had the same share of the money, and it grew from nothing, for all"
                    " alike. As soon as the people who chose a project could pay for it together from what they had,"
                    " it was funded, and what they had was spent on it."
                ),
                _misfit_told(misfit, partial_percent),
            ]
        case MaximinSupport(misfit=misfit, partial_percent=partial_percent):
            return [
                _(
                    "Growing shares: every voter had the same share of the money, to be spent only on projects that"
                    " this voter chose. The next project was always the one for which the shares had to be raised"
                    " least, so that it could be paid together with all that were funded before it. Who paid how much"
                    " for which project was worked out anew each time, as evenly as possible."
                ),
                _misfit_told(misfit, partial_percent),
            ]
        case _:
            assert_never(snapshot.rule)


def _order_told(rule: GreedyByVotes, pointed: bool) -> str:
    match rule.per_cost, pointed:
        case True, True:
            return _(
                "Projects were taken in the order of value for money: the number of points they got, divided by their"
                " cost."
            )
        case True, False:
            return _(
                "Projects were taken in the order of value for money: the number of people who chose them, divided by"
                " their cost."
            )
        case False, True:
            return _("Projects were taken in the order of how many points they got.")
        case _:
            return _("Projects were taken in the order of how many people chose them.")


def _misfit_told(misfit: Misfit, partial_percent: int, reserve: bool = False) -> str:
    """What became of a project that no longer fitted."""
    skips = misfit == "skip"
    if not partial_percent:
        if skips:
            return _(
                "A project that cost more than what was left in the pot was passed over, and the next one had its turn."
            )
        return _("The first project that cost more than what was left in the pot ended the count.")
    if reserve and skips:
        said = _(
            "The first project that cost more than what was left in the pot was funded all the same if the pot could"
            " pay at least {percent}% of its cost: a reserve outside the pot paid the rest, and the count ended"
            " there. Otherwise it was passed over, and the next one had its turn.",
            percent=partial_percent,
        )
    elif reserve:
        said = _(
            "The first project that cost more than what was left in the pot was funded all the same if the pot could"
            " pay at least {percent}% of its cost: a reserve outside the pot paid the rest. Either way the count"
            " ended there.",
            percent=partial_percent,
        )
    elif skips:
        said = _(
            "The first project that cost more than what was left in the pot got all of it, if that was at least"
            " {percent}% of its cost, and the count ended there. Otherwise it was passed over, and the next one had"
            " its turn.",
            percent=partial_percent,
        )
    else:
        said = _(
            "The first project that cost more than what was left in the pot got all of it, if that was at least"
            " {percent}% of its cost. Either way the count ended there.",
            percent=partial_percent,
        )
    return said


def _threshold_told(rule: GreedyByVotes, pointed: bool) -> list[str]:
    least, percent = rule.threshold, rule.threshold_percent
    if least and percent and pointed:
        said = _(
            "Only projects that got at least {points} and at least {more} for every hundred voters were in the"
            " running.",
            points=points(least),
            more=points(percent),
        )
    elif least and percent:
        said = counted(
            least,
            "Only projects chosen by at least {number} person and at least {percent}% of all voters were in the"
            " running.",
            "Only projects chosen by at least {number} people and at least {percent}% of all voters were in the"
            " running.",
            percent=percent,
        )
    elif least and pointed:
        said = _("Only projects that got at least {points} were in the running.", points=points(least))
    elif least:
        said = counted(
            least,
            "Only projects chosen by at least {number} person were in the running.",
            "Only projects chosen by at least {number} people were in the running.",
        )
    elif percent and pointed:
        said = _(
            "Only projects that got at least {points} for every hundred voters were in the running.",
            points=points(percent),
        )
    elif percent:
        said = _("Only projects chosen by at least {percent}% of all voters were in the running.", percent=percent)
    else:
        return []
    return [said]


def _exclusive_told(rule: GreedyByVotes, snapshot: Snapshot) -> list[str]:
    return [
        _(
            "Of {projects} only one could be funded, the one whose turn came first.",
            projects=listed([title(snapshot, number) for number in only_one]),
        )
        for only_one in rule.exclusive
    ]


def _cap_told(cap: CategoryCap, currency: str) -> str:
    most = None if cap.money is None else money(cap.money, currency)
    if cap.projects is None:
        return _("For the category “{category}” there was at most {money}.", category=cap.category, money=most)
    if most is None:
        return counted(
            cap.projects,
            "For the category “{category}” there was at most {number} project.",
            "For the category “{category}” there were at most {number} projects.",
            category=cap.category,
        )
    return counted(
        cap.projects,
        "For the category “{category}” there was at most {number} project and {money}.",
        "For the category “{category}” there was at most {number} projects and {money}.",
        category=cap.category,
        money=most,
    )


def _equal_shares_told(rule: EqualShares) -> str:
    divided = _(
        "Equal shares: the money was divided equally among all voters, and each voter’s share was spent only on"
        " projects that this voter chose."
    )
    match rule.utility:
        case "cost":
            first = _(
                "A project was funded when the people who chose it could pay for it together; first came the one of"
                " whose cost each of them had to pay the smallest part."
            )
        case "cardinality":
            first = _(
                "A project was funded when the people who chose it could pay for it together; first came the one that"
                " asked the least of each of them."
            )
        case "additive":
            first = _(
                "A project was funded when the people who chose it could pay for it together; first came the one that"
                " asked the least of them for each point they gave it (a plain choice is one point)."
            )
        case _:
            assert_never(rule.utility)
    return f"{divided} {first}"


def _shares_told(rule: EqualShares, snapshot: Snapshot) -> list[str]:
    """How large the shares were, what became of the rest, and whether the outcome by votes was better liked."""
    said = []
    shares = snapshot.outcome.shares
    if shares is not None:
        said.append(_increments_told(rule, shares, snapshot.currency))
    match rule.completion:
        case "none":
            said.append(_("What was left after that stays in the pot."))
        case "votes":
            said.append(_("What was left after that was given out by votes, to projects that still fitted."))
        case "phragmen":
            said.append(
                _(
                    "For what was left after that, the shares grew on, for all alike: as soon as the people who chose"
                    " a project could pay for it together, it was funded if it still fitted."
                )
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
        return _("Each voter’s share was {share}.", share=share)
    step = money(rule.step, currency)
    match rule.until:
        case "overspending":
            raised = counted(
                shares.increments,
                "So that little is left over, every share was raised by {step} at a time, for as long as the projects"
                " did not cost more than the pot: {number} time in the end.",
                "So that little is left over, every share was raised by {step} at a time, for as long as the projects"
                " did not cost more than the pot: {number} times in the end.",
                step=step,
            )
        case "exhaustive":
            raised = counted(
                shares.increments,
                "So that little is left over, every share was raised by {step} at a time, until no other project"
                " fitted into the pot, or the projects would have cost more than it: {number} time in the end.",
                "So that little is left over, every share was raised by {step} at a time, until no other project"
                " fitted into the pot, or the projects would have cost more than it: {number} times in the end.",
                step=step,
            )
        case _:
            assert_never(rule.until)
    return " ".join((raised, _("Each voter’s share was then {share}.", share=share)))


def _comparison_told(comparison: Comparison) -> str:
    others = grouped(comparison.prefer_greedy)
    compared = _("The outcome was compared with the one that plain counting by votes would give.")
    if comparison.replaced:
        preferred = counted(
            comparison.prefer_shares,
            "{number} voter got more of the money to what they chose by equal shares, {others} by votes, so the"
            " outcome by votes was used instead.",
            "{number} voters got more of the money to what they chose by equal shares, {others} by votes, so the"
            " outcome by votes was used instead.",
            others=others,
        )
    else:
        preferred = counted(
            comparison.prefer_shares,
            "{number} voter got more of the money to what they chose by equal shares, {others} by votes, so the"
            " outcome by equal shares stands.",
            "{number} voters got more of the money to what they chose by equal shares, {others} by votes, so the"
            " outcome by equal shares stands.",
            others=others,
        )
    return f"{compared} {preferred}"
