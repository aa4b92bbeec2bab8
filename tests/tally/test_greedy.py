"""Greedy by votes."""

from hypothesis import given

from schema.outcome import DidNotFit, FundedByVotes
from schema.rules import GreedyByVotes
from tests.tally.examples import ORDER, cast, elections, pot, steady
from workers.tally import Instance, Profile, count


def test_most_votes_come_first() -> None:
    """Projects are funded in the order of their votes."""
    outcome = count(pot(10, a=4, b=5), cast("b b a"), GreedyByVotes(), ORDER)
    assert outcome.funded == ("b", "a")


def test_what_does_not_fit_is_skipped() -> None:
    """A project that no longer fits is skipped, and a later one that does is funded."""
    outcome = count(pot(10, a=7, b=5, c=3), cast("abc abc ab a"), GreedyByVotes(), ORDER)
    assert outcome.funded == ("a", "c")


def test_the_explanation_says_what_was_left_and_missing() -> None:
    """Each explanation holds the money that was left when the project was reached."""
    outcome = count(pot(10, a=7, b=5, c=3), cast("abc abc ab a"), GreedyByVotes(), ORDER)
    assert outcome.explanations == (
        FundedByVotes("a", position=1, votes=4, cost=7, left=10),
        FundedByVotes("c", position=2, votes=2, cost=3, left=3),
        DidNotFit("b", votes=3, cost=5, left=3, missing=2),
    )


def test_a_project_without_votes_is_funded_if_money_remains() -> None:
    """Without a threshold, money that remains goes to a project that nobody voted for."""
    assert count(pot(10, a=4, b=5), cast("a"), GreedyByVotes(), ORDER).funded == ("a", "b")


def test_a_pot_without_ballots_is_still_counted() -> None:
    """No ballots is an election as well: all projects tie at no votes."""
    assert count(pot(5, a=4, b=5), cast(""), GreedyByVotes(), ORDER).funded == ("a",)


@steady
@given(elections())
def test_greedy_is_exhaustive(election: tuple[Instance, list[frozenset[str]]]) -> None:
    """No project that is not funded would fit into the money that is left."""
    instance, ballots = election
    outcome = count(instance, Profile.of(ballots), GreedyByVotes(), ORDER)
    left = outcome.budget - outcome.spent
    assert all(project.cost > left for project in instance.projects if project.id not in outcome.funded)
