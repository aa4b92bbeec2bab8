"""A round's timeline, and the rules and ballots of its pots."""

from datetime import datetime
from typing import assert_never

import msgspec

from schema.rules import EqualShares, GreedyByVotes, MaximinSupport, Rule, SequentialPhragmen
from schema.styles import Approval, Cumulative, Knapsack, Ranked, Scored, Style
from service.languages import _, counted, grouped, marked
from service.pages.words.numbers import money
from service.refusals import PHASES
from service.store.rounds import Round

OPEN = {"proposing", "supporting", "voting"}
"""Phases in which residents act."""


class Step(msgspec.Struct, frozen=True):
    """A step of a round's timeline; ``state`` is past, now or later."""

    phase: str
    title: str
    says: str
    begins_at: datetime | None
    state: str


_STEPS = {
    "framing": marked("The round is made known."),
    "proposing": marked("You put forward what you would like to see done."),
    "reviewing": marked("Officers find out what can be done, and what it costs."),
    "supporting": marked("You back the proposals that you like."),
    "voting": marked("You choose among the projects."),
    "counting": marked("The ballots are counted; nobody can vote any more."),
    "published": marked("Everybody sees the outcome, with its reasons."),
}


def timeline(found: Round) -> list[Step]:
    """The steps of a round in their order; steps it does not have are left out."""
    begins = {
        "framing": found.announced_at,
        "proposing": found.proposing_at,
        "reviewing": found.reviewing_at,
        "supporting": found.supporting_at,
        "voting": found.voting_at,
        "counting": found.closed_at or found.closes_at,
        "published": found.published_at,
    }
    order = list(_STEPS)
    now = order.index(found.phase) if found.phase in order else -1
    first = next(at for phase, at in begins.items() if phase != "framing" and at is not None)
    steps = []
    for place, phase in enumerate(order):
        announced = phase == "framing" and (place == now or (begins[phase] or first) < first)
        if announced or phase == "published" or (phase != "framing" and begins[phase] is not None):
            state = "now" if place == now else "past" if place < now else "later"
            steps.append(Step(phase, _(PHASES[phase]), _(_STEPS[phase]), begins[phase], state))
    return steps


def next_act(found: Round) -> Step | None:
    """The next step in which residents act, for those who come too early."""
    later = [step for step in timeline(found) if step.state == "later" and step.phase in OPEN]
    return later[0] if later else None


def supportable(found: Round) -> bool:
    """Whether its proposals can be supported, or could: before, nobody need read that none of them is."""
    return found.supporting_at is not None and found.phase in {"supporting", "voting", "counting", "published"}


def limits(style: Style, currency: str) -> str:
    """What a ballot of this style may hold, as sentences."""
    match style:
        case Approval(max_choices=most, min_choices=least) if most == least:
            return counted(most, "Choose exactly {number} project.", "Choose exactly {number} projects.")
        case Approval(max_choices=most, min_choices=0):
            return counted(
                most,
                "Choose up to {number} project. You may also choose none: that is a blank ballot.",
                "Choose up to {number} projects. You may also choose none: that is a blank ballot.",
            )
        case Approval(max_choices=most, min_choices=least):
            return counted(
                most,
                "Choose at least {least} and at most {number} project.",
                "Choose at least {least} and at most {number} projects.",
                least=grouped(least),
            )
        case Knapsack(max_cost=most):
            return _(
                "Choose projects that together cost at most {money}. You may also choose none: that is a blank ballot.",
                money=money(most, currency),
            )
        case Cumulative():
            return _points(style)
        case Ranked(max_choices=most, min_choices=0):
            return counted(
                most,
                "Put up to {number} project in order, the best first.",
                "Put up to {number} projects in order, the best first.",
            )
        case Ranked(max_choices=most, min_choices=least) if most == least:
            return counted(
                most,
                "Put {number} project in order, the best first.",
                "Put {number} projects in order, the best first.",
            )
        case Ranked(max_choices=most, min_choices=least):
            return counted(
                most,
                "Put at least {least} and at most {number} project in order, the best first.",
                "Put at least {least} and at most {number} projects in order, the best first.",
                least=grouped(least),
            )
        case Scored(max_score=most):
            return counted(most, "Give each project up to {number} point.", "Give each project up to {number} points.")


def _points(style: Cumulative) -> str:
    most, each = style.max_points, grouped(style.max_points_per_project)
    match style.min_choices, style.max_choices:
        case 0, None:
            return counted(
                most,
                "Give up to {number} point in all, and up to {each} to one project.",
                "Give up to {number} points in all, and up to {each} to one project.",
                each=each,
            )
        case least, None:
            return counted(
                most,
                "Give up to {number} point in all to at least {least} of the projects,"
                " and up to {each} to one project.",
                "Give up to {number} points in all to at least {least} of the projects,"
                " and up to {each} to one project.",
                each=each,
                least=grouped(least),
            )
        case 0, int(few):
            return counted(
                most,
                "Give up to {number} point in all to at most {few} of the projects, and up to {each} to one project.",
                "Give up to {number} points in all to at most {few} of the projects, and up to {each} to one project.",
                each=each,
                few=grouped(few),
            )
        case least, int(few):
            return counted(
                most,
                "Give up to {number} point in all to at least {least} and at most {few} of the projects,"
                " and up to {each} to one project.",
                "Give up to {number} points in all to at least {least} and at most {few} of the projects,"
                " and up to {each} to one project.",
                each=each,
                least=grouped(least),
                few=grouped(few),
            )


def rule_name(rule: Rule) -> str:
    """A rule in a few words."""
    match rule:
        case GreedyByVotes(per_cost=True):
            return _("By votes for what a project costs, while the money lasts")
        case GreedyByVotes():
            return _("By votes while the money lasts")
        case EqualShares():
            return _("Equal shares: every voter gives out the same amount")
        case SequentialPhragmen():
            return _("Growing shares: what its supporters can pay first comes first")
        case MaximinSupport():
            return _("Growing shares, divided anew for each project")
        case _:
            assert_never(rule)
