"""The tables of the results page: where every ballot went, and what other rules would have made of the ballots."""

import msgspec

from schema.comparison import WhatIf
from schema.rules import Rule
from schema.snapshot import Sums
from service.pages.words import percent, refused, rule_name


class Term(msgspec.Struct, frozen=True):
    """One term of the sum of ballots."""

    ballots: int
    what: str


def sum_told(sums: Sums) -> list[Term]:
    """Where every ballot went; the terms add up to all ballots that were sent (P11)."""
    return [
        Term(sums.counted, "counted, one for each voter"),
        Term(sums.superseded, "replaced by a later ballot of the same voter"),
        Term(sums.withdrawn, "sent to take the one before back, with none after it"),
        *(Term(ballots, f"not counted: {refused(code)}") for code, ballots in sums.refused.items()),
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
    other = rule != own and rule_name(rule) == rule_name(own)
    return f"{rule_name(rule)} (with other settings)" if other else rule_name(rule)
