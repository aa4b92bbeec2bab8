"""The tally: from instance, profile, rule and tie order to an outcome, as arithmetic.

No clock, chance, network, file or database; the outcome depends on nothing but the four arguments, and not on the
order in which ballots or projects are given.
"""

from typing import assert_never

from schema.outcome import Outcome
from schema.rules import EqualShares, GreedyByVotes, MaximinSupport, Rule, SequentialPhragmen, TieOrder
from workers.tally.case import Case
from workers.tally.equal_shares import equal_shares
from workers.tally.greedy import greedy_by_votes
from workers.tally.instance import Instance, Profile, Project
from workers.tally.maximin import maximin_support
from workers.tally.phragmen import sequential_phragmen

__all__ = ["Case", "Instance", "Profile", "Project", "count", "count_case"]


def count(instance: Instance, profile: Profile, rule: Rule, ties: TieOrder) -> Outcome:
    """Count a pot; `ValueError` if a ballot or the rule names a project that is not in the instance."""
    return count_case(Case.of(instance, profile, ties), rule)


def count_case(case: Case, rule: Rule) -> Outcome:
    """Count what has been made ready; the same case serves any number of rules."""
    match rule:
        case GreedyByVotes():
            return greedy_by_votes(case, rule)
        case EqualShares():
            return equal_shares(case, rule)
        case SequentialPhragmen():
            return sequential_phragmen(case, rule)
        case MaximinSupport():
            return maximin_support(case, rule)
        case _:
            assert_never(rule)
