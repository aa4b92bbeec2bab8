"""The method of equal shares: results worked out by hand, and what its definition promises."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.outcome import (
    Comparison,
    CostsMoreThanPot,
    FundedByCompletion,
    FundedByShares,
    Outcome,
    Shares,
    SupportersShort,
)
from schema.rules import EqualShares, GreedyByVotes
from tests.tally.examples import ADD1, ORDER, cast, elections, instances, pot, slow_equal_shares, steady
from workers.tally import Instance, Profile, count


def test_those_who_have_less_give_all_and_the_rest_pay_alike() -> None:
    """With 5 each, a takes 4 from each of three; of the two behind b one then gives its last 1 and the other 5."""
    outcome = count(pot(20, a=12, b=6), cast("ab a a b"), EqualShares(), ORDER)
    assert outcome.explanations == (
        FundedByShares("a", position=1, votes=3, cost=12, rho="1/3", payment="4"),
        FundedByShares("b", position=2, votes=2, cost=6, rho="5/6", payment="5"),
    )


def test_what_supporters_spent_they_no_longer_hold() -> None:
    """With 3 each, the three behind b pay 2 each; the three behind a then hold 1, 1 and 3, and a costs 10."""
    outcome = count(pot(15, a=10, b=6), cast("ab ab a b -"), EqualShares(), ORDER)
    assert outcome.funded == ("b",)
    assert outcome.explanations[1] == SupportersShort("a", votes=3, cost=10, held="5", missing="5")


def test_a_smaller_group_gets_its_part() -> None:
    """Greedy gives all to the larger group; by equal shares two voters of six can have c for their third."""
    instance, profile = pot(30, a=10, b=10, c=10, d=10), cast("abd abd abd abd c c")
    assert "c" in count(instance, profile, EqualShares(), ORDER).funded
    assert "c" not in count(instance, profile, GreedyByVotes(), ORDER).funded


def test_blank_ballots_count_as_voters() -> None:
    """A blank ballot takes its share out of the pot and leaves it there."""
    assert count(pot(10, a=10), cast("a a"), EqualShares(), ORDER).funded == ("a",)
    assert count(pot(10, a=10), cast("a a -"), EqualShares(), ORDER).funded == ()


def test_a_start_share_is_not_rounded() -> None:
    """Three voters and a pot of 10 have exactly 10/3 each."""
    outcome = count(pot(10, a=10), cast("a a a"), EqualShares(), ORDER)
    assert outcome.funded == ("a",)
    assert outcome.shares == Shares(increments=0, share="10/3")


def test_add1_raises_the_shares_until_the_outcome_overspends() -> None:
    """With 5 each neither is paid; with 6 a is; with 9 both would be, which costs more than the pot."""
    outcome = count(pot(10, a=6, b=9), cast("a b"), ADD1, ORDER)
    assert outcome.funded == ("a",)
    assert outcome.shares == Shares(increments=3, share="8")


def test_add1_goes_on_from_an_exhaustive_outcome() -> None:
    """At 4 each, a and c leave no room for b; increments go on, at 5 b takes what c needs, and 7 would overspend."""
    outcome = count(pot(12, a=1, b=10, c=2), cast("a b bc"), ADD1, ORDER)
    assert outcome.funded == ("b", "a")
    assert outcome.shares == Shares(increments=2, share="6")


def test_add1_ends_when_every_project_is_funded() -> None:
    """Where all projects fit, the increments end with the last project funded."""
    outcome = count(pot(100, a=6, b=30), cast("a b - - - - - - - -"), ADD1, ORDER)
    assert outcome.funded == ("a", "b")
    assert outcome.shares == Shares(increments=20, share="30")


def test_add1_goes_by_the_step_it_is_given() -> None:
    """With a step of 4 the shares go 5, 9: the second overspends, so the first stands."""
    outcome = count(pot(10, a=6, b=9), cast("a b"), EqualShares(step=4), ORDER)
    assert outcome.shares == Shares(increments=0, share="5")


def test_the_completion_spends_what_is_left_by_votes() -> None:
    """Equal shares alone pay for nothing; the completion takes b with most votes, then a does not fit."""
    outcome = count(pot(10, a=6, b=9), cast("a b b -"), EqualShares(fill=True), ORDER)
    assert outcome.explanations == (
        FundedByCompletion("b", position=1, votes=2, cost=9, left=10),
        SupportersShort("a", votes=1, cost=6, held="5/2", missing="7/2", left=1),
    )


def test_the_greedy_outcome_replaces_one_that_more_voters_like_less() -> None:
    """Shares of 2 fund only the cheap c; greedy funds b, which three of four voters like better."""
    outcome = count(pot(8, b=7, c=2), cast("b b bc c"), EqualShares(comparison=True), ORDER)
    assert outcome.funded == ("b",)
    assert outcome.shares == Shares(0, "2", Comparison(prefer_greedy=3, prefer_shares=1, replaced=True))


def test_the_equal_shares_stand_when_as_many_voters_prefer_them() -> None:
    """Greedy funds b for two voters, shares c and d for two others: that is not strictly more."""
    outcome = count(pot(8, b=7, c=2, d=2), cast("b b c d"), EqualShares(comparison=True), ORDER)
    assert sorted(outcome.funded) == ["c", "d"]
    assert outcome.shares == Shares(0, "2", Comparison(prefer_greedy=2, prefer_shares=2, replaced=False))


def test_a_project_dearer_than_the_pot_never_runs() -> None:
    """Increments that would let its supporters pay for it do not make it overspend the pot."""
    outcome = count(pot(10, a=11, b=8), cast("a b"), ADD1, ORDER)
    assert outcome.funded == ("b",)
    assert outcome.explanations[1] == CostsMoreThanPot("a", votes=1, cost=11, budget=10)


def test_a_project_without_votes_is_not_funded_by_shares() -> None:
    """Nobody holds money for it, whatever it costs."""
    outcome = count(pot(10, a=4, b=0), cast("a"), ADD1, ORDER)
    assert outcome.explanations[1:] == (SupportersShort("b", votes=0, cost=0, held="0", missing="0"),)


def test_a_free_project_with_a_vote_is_funded_first() -> None:
    """What costs nothing is paid by anyone who wants it."""
    outcome = count(pot(10, a=4, b=0), cast("a a b"), EqualShares(), ORDER)
    assert outcome.explanations[0] == FundedByShares("b", position=1, votes=1, cost=0, rho="0", payment="0")


@pytest.mark.parametrize("ballots", ["", "-", "- -"])
def test_without_any_choice_nothing_is_funded(ballots: str) -> None:
    """An election without ballots, or with blank ones only, funds nothing and ends."""
    assert count(pot(10, a=4), cast(ballots), ADD1, ORDER).funded == ()


@steady
@given(elections(unlike=True), st.integers(0, 3))
def test_each_run_follows_the_definition(election: tuple[Instance, list[frozenset[str]]], raised: int) -> None:
    """The projects are those that a voter-by-voter count from the definition funds, in that order."""
    instance, ballots = election
    outcome = count(instance, Profile.of(ballots), EqualShares(), ORDER)
    share = Fraction(instance.budget, len(ballots) or 1)
    free = [project.id for project in instance.projects if project.cost == 0]
    assert [name for name in outcome.funded if name not in free] == slow_equal_shares(instance, ballots, share)


@steady
@given(elections(unlike=True), st.integers(1, 3))
def test_add1_keeps_the_last_run_that_fits(election: tuple[Instance, list[frozenset[str]]], step: int) -> None:
    """The increments kept are all that a slow count can make before one overspends or all candidates are funded."""
    instance, ballots = election
    costs = {project.id: project.cost for project in instance.projects}
    candidates = {name for ballot in ballots for name in ballot if 0 < costs[name] <= instance.budget}
    share = Fraction(instance.budget, len(ballots) or 1)
    kept = slow_equal_shares(instance, ballots, share)
    while set(kept) < candidates:
        share += step
        trial = slow_equal_shares(instance, ballots, share)
        if sum(costs[name] for name in trial) > instance.budget:
            break
        kept = trial
    outcome = count(instance, Profile.of(ballots), EqualShares(step=step), ORDER)
    assert [name for name in outcome.funded if costs[name]] == kept


def purses_after(outcome: Outcome, ballots: list[frozenset[str]]) -> list[Fraction]:
    """Pay for what was funded as the explanations say, and return what each voter has left."""
    assert outcome.shares is not None
    money = [Fraction(outcome.shares.share)] * len(ballots)
    for fact in outcome.explanations:
        if isinstance(fact, FundedByShares):
            payment = Fraction(fact.payment)
            paid = [min(m, payment) * (fact.project in ballot) for m, ballot in zip(money, ballots, strict=True)]
            assert sum(paid) == fact.cost
            money = [m - p for m, p in zip(money, paid, strict=True)]
    return money


@steady
@given(elections())
def test_equal_shares_are_priceable(election: tuple[Instance, list[frozenset[str]]]) -> None:
    """Payments as explained sum to each cost, stay within each share, and leave no project its supporters can pay."""
    instance, ballots = election
    outcome = count(instance, Profile.of(ballots), ADD1, ORDER)
    money = purses_after(outcome, ballots)
    for fact in outcome.explanations:
        if isinstance(fact, SupportersShort):
            held = sum((m for m, ballot in zip(money, ballots, strict=True) if fact.project in ballot), Fraction(0))
            assert (Fraction(fact.held), Fraction(fact.missing)) == (held, fact.cost - held)
            assert held < fact.cost or fact.votes == 0


@steady
@given(elections())
def test_the_completion_is_exhaustive(election: tuple[Instance, list[frozenset[str]]]) -> None:
    """After the completion no project that is not funded would fit into the money that is left."""
    instance, ballots = election
    outcome = count(instance, Profile.of(ballots), EqualShares(step=1, fill=True), ORDER)
    left = outcome.budget - outcome.spent
    assert all(project.cost > left for project in instance.projects if project.id not in outcome.funded)


@steady
@given(instances(), st.data())
def test_with_one_choice_each_a_project_is_funded_if_its_voters_can_pay(
    instance: Instance, data: st.DataObject
) -> None:
    """Where nobody has two choices, a project is funded if and only if it costs at most share times votes."""
    names = st.sampled_from([project.id for project in instance.projects])
    ballots = data.draw(st.lists(names, min_size=1, max_size=12))
    outcome = count(instance, Profile.of([name] for name in ballots), EqualShares(), ORDER)
    share = Fraction(instance.budget, len(ballots))
    assert set(outcome.funded) == {
        p.id for p in instance.projects if p.id in ballots and p.cost <= share * ballots.count(p.id)
    }
