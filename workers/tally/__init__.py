"""The tally: from instance, profile, rule and tie order to an outcome, as arithmetic.

No clock, chance, network, file or database; the outcome depends on nothing but the four arguments, and not on the
order in which ballots or projects are given.
"""

from typing import assert_never

from schema.outcome import Outcome
from schema.rules import EqualShares, GreedyByVotes, Rule, TieOrder
from workers.tally.equal_shares import equal_shares
from workers.tally.greedy import greedy_by_votes
from workers.tally.instance import Instance, Profile, Project

__all__ = ["Instance", "Profile", "Project", "count"]


def count(instance: Instance, profile: Profile, rule: Rule, ties: TieOrder) -> Outcome:
    """Count a pot; `ValueError` if a ballot names a project that is not in the instance."""
    match rule:
        case GreedyByVotes():
            return greedy_by_votes(instance, profile, ties)
        case EqualShares():
            return equal_shares(instance, profile, rule, ties)
        case _:
            assert_never(rule)
