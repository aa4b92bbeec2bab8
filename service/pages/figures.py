"""The figures of the results page: its projects side by side, the way of the money, and where every ballot went."""

from collections.abc import Sequence

import msgspec
from markupsafe import Markup

from schema.comparison import WhatIf
from schema.rules import Rule
from schema.snapshot import Channel, Snapshot, Sums
from service.languages import _, marked
from service.pages import charts
from service.pages.telling import Told
from service.pages.words import all_refused, percent, rule_name


class Beside(msgspec.Struct, frozen=True):
    """A project beside the others: ``support`` in words and as a bar, and a bar of its cost and of what it got."""

    row: Told
    funded: bool
    support_bar: Markup
    cost_bar: Markup


def side_by_side(funded: Sequence[Told], others: Sequence[Told]) -> list[Beside]:
    """All projects, the one with the most support first: so everybody sees where the money did not follow it."""
    rows = [*funded, *others]
    most = max((row.support for row in rows), default=0)
    dearest = max((row.project.cost for row in rows), default=0)
    beside = [
        Beside(
            row=row,
            funded=place < len(funded),
            support_bar=charts.support_bar(row.support, most),
            cost_bar=charts.cost_bar(row.got, row.project.cost, dearest),
        )
        for place, row in enumerate(rows)
    ]
    return sorted(beside, key=lambda each: (-each.row.support, each.row.project.number))


class Step(msgspec.Struct, frozen=True):
    """One payment of the pot, in minor units: ``left`` is what it still held after it."""

    row: Told
    left: int
    bar: Markup


def way_of_the_money(snapshot: Snapshot, funded: Sequence[Told]) -> list[Step]:
    """What the pot paid, in the order of funding."""
    steps, left = [], snapshot.money
    for row in funded:
        bar = charts.step_bar(snapshot.money - left, row.paid, snapshot.money)
        left -= row.paid
        steps.append(Step(row, left, bar))
    return steps


class Term(msgspec.Struct, frozen=True):
    """One term of the sum of ballots."""

    ballots: int
    what: str


def sum_told(sums: Sums) -> list[Term]:
    """Where every ballot went; the terms add up to all ballots that were sent (P11)."""
    return [
        Term(sums.counted, _("counted, one for each voter")),
        Term(sums.superseded, _("replaced by a later ballot of the same voter")),
        Term(sums.withdrawn, _("sent to take the one before back, with none after it")),
        *(Term(ballots, all_refused(code)) for code, ballots in sums.refused.items()),
    ]


_WAYS: dict[Channel, str] = {"online": marked("online"), "paper": marked("on paper")}


class Way(msgspec.Struct, frozen=True):
    """How many of the counted ballots came in one way."""

    name: str
    ballots: int
    share: str
    bar: Markup


def ways_told(sums: Sums) -> list[Way]:
    """The ways in which the counted ballots came; they add up to all that were counted."""
    return [
        Way(_(name), ballots, percent(ballots, sums.counted), charts.bar(ballots, sums.counted))
        for channel, name in _WAYS.items()
        for ballots in [sums.channels.get(channel, 0)]
    ]


class ByRule(msgspec.Struct, frozen=True):
    """What one rule makes of the ballots: `reached` voters see a project of theirs funded, `common` are in the outcome.

    `funded` and `common` are numbers of projects, `spent` is in minor units.
    """

    name: str
    own: bool
    funded: int
    spent: int
    reached: str
    common: int


def by_rules(what_if: WhatIf) -> list[ByRule]:
    """The pot's own rule first, then the others."""
    own = what_if.alternatives[0]
    common = {pair.second: pair.common for pair in what_if.pairs if pair.first == 0} | {0: len(own.funded)}
    return [
        ByRule(
            name=_name(each.rule, own.rule),
            own=each is own,
            funded=len(each.funded),
            spent=each.spent,
            reached=percent(each.represented, what_if.voters),
            common=common[place],
        )
        for place, each in enumerate(what_if.alternatives)
    ]


def _name(rule: Rule, own: Rule) -> str:
    """A rule's name, which two variants of the same rule share."""
    name = rule_name(rule)
    return _("{rule} (with other settings)", rule=name) if rule != own and name == rule_name(own) else name
