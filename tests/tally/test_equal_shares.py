"""The method of equal shares: results worked out by hand, and what its definition promises."""

from fractions import Fraction
from math import ceil
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from schema.outcome import (
    Comparison,
    CostsMoreThanPot,
    FundedByCompletion,
    FundedByShares,
    FundedInPart,
    Outcome,
    Shares,
    SupportersShort,
)
from schema.rules import Completion, EqualShares, GreedyByVotes, Utility
from tests.tally.examples import (
    ADD1,
    COMPLETIONS,
    ORDER,
    SHARES,
    UTILITIES,
    Ballots,
    Election,
    cast,
    elections,
    instances,
    kernel,
    pot,
    profile_of,
    steady,
)
from tests.tally.slow import given_to, greedy, in_tie_order, one_run, phragmen, rho_of, slowly, votes_of
from workers.tally import Case, Instance, Profile, count, count_case
from workers.tally.axioms import Verdict, ejr_plus, priceability, prices

utilities = st.sampled_from(UTILITIES)


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
    assert outcome.explanations[1] == SupportersShort("a", votes=3, cost=10, held="5", missing="5", further=2)


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
    outcome = count(pot(10, a=6, b=9), cast("a b b -"), EqualShares(completion="votes"), ORDER)
    assert outcome.explanations == (
        FundedByCompletion("b", position=1, votes=2, cost=9, left=10),
        SupportersShort("a", votes=1, cost=6, held="5/2", missing="7/2", further=2, left=1),
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
    assert outcome.explanations[1:] == (SupportersShort("b", votes=0, cost=0, held="0", missing="0", further=1),)


def test_a_free_project_with_a_vote_is_funded_first() -> None:
    """What costs nothing is paid by anyone who wants it."""
    outcome = count(pot(10, a=4, b=0), cast("a a b"), EqualShares(), ORDER)
    assert outcome.explanations[0] == FundedByShares("b", position=1, votes=1, cost=0, rho="0", payment="0")


@pytest.mark.parametrize("ballots", ["", "-", "- -"])
def test_without_any_choice_nothing_is_funded(ballots: str) -> None:
    """An election without ballots, or with blank ones only, funds nothing and ends."""
    assert count(pot(10, a=4), cast(ballots), ADD1, ORDER).funded == ()


@steady
@given(elections(), st.sampled_from(SHARES), st.booleans())
def test_each_count_follows_the_definition(election: Election, rule: EqualShares, machine_code: bool) -> None:
    """What is funded, in that order, is what a count voter by voter from the definition funds, ties included."""
    instance, ballots = election
    with kernel(machine_code):
        outcome = count(instance, profile_of(ballots), rule, ORDER)
    assert given_to(outcome) == slowly(instance, ballots, rule, ORDER)


PARTS = [
    EqualShares(step=step, completion=completion, partial_percent=percent)
    for step in (0, 1)
    for completion in ("votes", "phragmen")
    for percent in (1, 60)
]


@steady
@given(elections(), st.sampled_from(PARTS))
def test_what_a_completion_cannot_fund_gets_a_part(election: Election, rule: EqualShares) -> None:
    """Parts follow the definition, nothing is overspent, and after a part nothing is left for the others."""
    instance, ballots = election
    outcome = count(instance, profile_of(ballots), rule, ORDER)
    assert given_to(outcome) == slowly(instance, ballots, rule, ORDER)
    costs = {project.id: project.cost for project in instance.projects}
    parts = [fact for fact in outcome.explanations if isinstance(fact, FundedInPart)]
    assert [fact.project for fact in parts] == ([outcome.partly] if outcome.partly else [])
    paid = sum(costs[name] for name in outcome.funded) + sum(fact.left for fact in parts)
    assert outcome.spent == paid <= outcome.budget
    assert sorted(fact.project for fact in outcome.explanations) == sorted(costs)
    for fact in parts:
        assert rule.partial_percent * fact.cost <= 100 * fact.left < 100 * fact.cost
        assert outcome.spent == outcome.budget


def test_a_part_by_hand() -> None:
    """Shares of 5 pay a; of the 5 that are left b, which costs 8, gets all, and c, which comes after it, nothing."""
    instance, profile = pot(15, a=10, b=8, c=6), cast("a a b")
    outcome = count(instance, profile, EqualShares(completion="votes", partial_percent=60), ORDER)
    assert (outcome.funded, outcome.partly, outcome.spent) == (("a",), "b", 15)
    assert outcome.explanations[1:] == (
        FundedInPart("b", votes=1, score=1, cost=8, left=5),
        SupportersShort("c", 0, 6, held="0", missing="6", further=2, left=0),
    )
    assert count(instance, profile, EqualShares(completion="votes", partial_percent=63), ORDER).partly is None


def test_without_a_completion_there_is_no_part() -> None:
    """Shares are never spent on a part, so that a rule that asks for it is refused."""
    with pytest.raises(ValueError, match="only a completion funds a project in part"):
        EqualShares(partial_percent=1)


@pytest.mark.parametrize("machine_code", [True, False])
def test_runs_that_buy_the_same_may_have_others_between_them(machine_code: bool) -> None:
    """After 44 to 85 increments d, a, b are bought, and after 91 to 196; but 87 overspend, so that 86 are kept."""
    ballots = [dict.fromkeys(names, 1) for names in ("abde", "acd", "ae", "bde", "abd", "abd", "bc")]
    instance, rule = pot(1931, a=644, b=1099, c=567, d=141, e=680), EqualShares("cardinality", step=1)
    with kernel(machine_code):
        outcome = count(instance, profile_of(ballots), rule, ORDER)
    assert outcome.shares is not None
    assert (outcome.funded, outcome.shares.increments) == (("d", "a", "e"), 86)
    assert slowly(instance, ballots, rule, ORDER) == ["d", "a", "e"]


@pytest.mark.parametrize("machine_code", [True, False])
def test_a_run_far_ahead_tells_nothing_of_runs_that_buy_otherwise(machine_code: bool) -> None:
    """After 32 to 84 increments b and c are bought, and after 95 to 199; but 85 buy b, f and e and overspend."""
    ballots = [dict.fromkeys(names, 1) for names in ("abcdf", "bdf", "abce", "bcdf", "b", "acdef", "ce")]
    instance = pot(2908, a=450, b=1375, c=1409, d=1005, e=870, f=913)
    with kernel(machine_code):
        outcome = count(instance, profile_of(ballots), ADD1, ORDER)
    assert outcome.shares is not None
    assert (outcome.funded, outcome.shares.increments) == (("b", "c"), 84)
    assert slowly(instance, ballots, ADD1, ORDER) == ["b", "c"]


def by_chance(random: Random) -> Election:
    """Few voters and costs up to thousands, so that there are many increments; often level, or level but for a unit."""
    unit = random.choice([1, 1, 7, 60, 100])
    costs = [unit * random.randint(1, 2_000 // unit) + random.choice([0, 0, 0, 1]) for _ in range(random.randint(2, 8))]
    if random.random() < 0.3:
        costs[1:] = [random.choice(costs[:2]) for _ in costs[1:]]
    names, most = "abcdefgh"[: len(costs)], random.choice([1, 1, 4])
    ballots = [
        {name: random.randint(1, most) for name in random.sample(names, random.randint(0, len(names)))}
        for _ in range(random.randint(1, 9))
    ]
    instance = pot(random.randint(min(costs), sum(costs) * 2 // 3 + 1), **dict(zip(names, costs, strict=True)))
    return instance, ballots * random.choice([1, 1, 1, 3])


@pytest.mark.parametrize("machine_code", [True, False])
def test_no_increment_that_matters_is_skipped(machine_code: bool) -> None:
    """With up to thousands of fine steps the increments end where those of the definition do, with the same run."""
    random = Random(1)
    most = 0
    for _ in range(1_000 if machine_code else 300):
        (instance, ballots), utility = by_chance(random), random.choice(UTILITIES)
        rule = EqualShares(utility, 1, random.choice(["overspending", "overspending", "exhaustive"]))
        with kernel(machine_code):
            outcome = count(instance, profile_of(ballots), rule, ORDER)
        assert outcome.shares is not None
        most = max(most, outcome.shares.increments)
        check_increments((instance, ballots), rule, outcome, random)
    assert most > 1_000


def check_increments(election: Election, rule: EqualShares, outcome: Outcome, random: Random) -> None:
    """The kept run is as defined, the next one overspends or there is none, and some before it did neither."""
    instance, ballots = election
    running = [p for p in in_tie_order(instance, ballots, ORDER) if p.cost <= instance.budget]
    running = [p for p in running if votes_of(p.id, ballots)]

    def run(increments: int) -> tuple[list[str], int]:
        """What one run funds, and what that leaves of the pot."""
        share = Fraction(instance.budget, len(ballots)) + increments * rule.step
        funded, _ = one_run(running, ballots, share, rule.utility)
        return [p.id for p in funded], instance.budget - sum(p.cost for p in funded)

    def ends(funded: list[str], left: int) -> bool:
        """Whether no run comes after this one."""
        full = rule.until == "exhaustive" and all(p.id in funded or p.cost > left for p in running)
        return len(funded) == len(running) or full

    assert outcome.shares is not None
    kept = outcome.shares.increments
    assert (list(outcome.funded), outcome.budget - outcome.spent) == run(kept)
    assert ends(*run(kept)) or run(kept + 1)[1] < 0
    for before in random.sample(range(kept), min(kept, 4)):
        assert not ends(*run(before))
        assert run(before)[1] >= 0


def purses_of(outcome: Outcome, ballots: Ballots, utility: Utility) -> list[list[Fraction]]:
    """What each voter has before each purchase, as the explanations say, and after the last."""
    assert outcome.shares is not None
    purses = [[Fraction(outcome.shares.share)] * len(ballots)]
    for fact in bought_by_shares(outcome):
        points = [b.get(fact.project, 0) if utility == "additive" else fact.project in b for b in ballots]
        due = [Fraction(fact.payment) * each for each in points]
        paid = [min(purse, amount) for purse, amount in zip(purses[-1], due, strict=True)]
        assert sum(paid) == fact.cost
        purses.append([purse - amount for purse, amount in zip(purses[-1], paid, strict=True)])
    return purses


def bought_by_shares(outcome: Outcome) -> list[FundedByShares]:
    """The purchases by shares, in their order."""
    return [fact for fact in outcome.explanations if isinstance(fact, FundedByShares)]


@steady
@given(elections(), st.sampled_from(SHARES))
def test_purchases_can_be_derived(election: Election, rule: EqualShares) -> None:
    """Payments at the rate told make up the cost, nothing asks less, and what asks as much is later in tie order."""
    instance, ballots = election
    outcome = count(instance, profile_of(ballots), replace(rule, comparison=False), ORDER)
    rest = [p for p in in_tie_order(instance, ballots, ORDER) if p.cost <= instance.budget and votes_of(p.id, ballots)]
    ties: list[tuple[str, ...]] = []

    def offers(purses: list[Fraction]) -> dict[str, Fraction]:
        """What those ask who can be paid, in the tie order."""
        asked = {p.id: rho_of(p, ballots, purses, rule.utility) if p.cost else Fraction(0) for p in rest}
        return {name: rho for name, rho in asked.items() if rho is not None}

    *before, after = purses_of(outcome, ballots, rule.utility)
    for place, (purses, fact) in enumerate(zip(before, bought_by_shares(outcome), strict=True)):
        rho, asked = Fraction(fact.rho), offers(purses)
        level = tuple(name for name in asked if asked[name] == rho)
        assert (rho, fact.project, fact.position) == (min(asked.values()), level[0], place + 1)
        assert Fraction(fact.payment) == rho * (fact.cost if rule.utility == "cost" else 1)
        ties += [level] * (len(level) > 1)
        rest = [project for project in rest if project.id != fact.project]
    assert not offers(after)
    broken = [(tie.first, tie.tied) for tie in outcome.ties]
    assert broken[: len(ties)] == [(level[0], level) for level in ties]
    assert rule.completion != "none" or len(broken) == len(ties)


@steady
@given(elections(), st.sampled_from(SHARES))
def test_what_completes_can_be_derived(election: Election, rule: EqualShares) -> None:
    """What the purchases leave is spent as a slow completion spends it, with as much left before each as said."""
    instance, ballots = election
    outcome = count(instance, profile_of(ballots), replace(rule, comparison=False), ORDER)
    bought = bought_by_shares(outcome)
    left = instance.budget - sum(fact.cost for fact in bought)
    candidates = [p for p in in_tie_order(instance, ballots, ORDER) if p.id not in {fact.project for fact in bought}]
    match rule.completion:
        case "none":
            expected = []
        case "votes":
            expected = greedy(candidates, ballots, left)
        case "phragmen":
            purses = purses_of(outcome, ballots, rule.utility)[-1]
            expected = phragmen(candidates, ballots, left, stop=False, purses=purses)
    completed = [fact for fact in outcome.explanations if isinstance(fact, FundedByCompletion)]
    assert [fact.project for fact in completed] == expected
    for position, fact in enumerate(completed, len(bought) + 1):
        assert (fact.position, fact.left) == (position, left)
        left -= fact.cost
    assert left == outcome.budget - outcome.spent >= 0


@steady
@given(elections(), st.sampled_from(SHARES))
def test_what_was_missing_can_be_derived(election: Election, rule: EqualShares) -> None:
    """Supporters held what they had not paid, too little by what was missing: so many further shares make up for it."""
    instance, ballots = election
    outcome = count(instance, profile_of(ballots), replace(rule, comparison=False), ORDER)
    assert outcome.shares is not None
    share, purses = Fraction(outcome.shares.share), purses_of(outcome, ballots, rule.utility)[-1]
    first = Fraction(instance.budget, len(ballots)) if ballots else 0
    assert share == first + outcome.shares.increments * rule.step
    bought = sum(fact.cost for fact in bought_by_shares(outcome))
    for fact in outcome.explanations[len(outcome.funded) :]:
        if isinstance(fact, CostsMoreThanPot):
            assert fact.cost > fact.budget == instance.budget
            continue
        assert isinstance(fact, SupportersShort)
        held = sum(purse for purse, ballot in zip(purses, ballots, strict=True) if fact.project in ballot)
        missing = fact.cost - held
        assert (Fraction(fact.held), Fraction(fact.missing)) == (held, missing)
        # What costs nothing lacks a supporter, not money.
        assert missing > 0 or fact.votes == fact.cost == 0
        assert fact.further == (1 if not fact.cost else ceil(missing / share) if share else None)
        if fact.left is None:
            assert rule.completion == "none" or (rule.completion == "phragmen" and not fact.votes)
        else:
            assert outcome.budget - outcome.spent <= fact.left <= outcome.budget - bought
            assert fact.cost > fact.left


@steady
@given(elections(), st.sampled_from(SHARES))
def test_the_comparison_counts_voters(election: Election, rule: EqualShares) -> None:
    """Voters who get more cost utility from one outcome than from the other; greedy only if they are strictly more."""
    instance, ballots = election
    shares = count(instance, profile_of(ballots), replace(rule, comparison=False), ORDER)
    by_votes = count(instance, profile_of(ballots), GreedyByVotes(), ORDER)
    outcome = count(instance, profile_of(ballots), replace(rule, comparison=True), ORDER)
    costs = {p.id: p.cost * ((p.id in by_votes.funded) - (p.id in shares.funded)) for p in instance.projects}
    gains = [sum(costs[name] for name in ballot) for ballot in ballots]
    prefer_greedy, prefer_shares = sum(gain > 0 for gain in gains), sum(gain < 0 for gain in gains)
    replaced = prefer_greedy > prefer_shares
    assert outcome.shares is not None
    assert outcome.shares.comparison == Comparison(prefer_greedy, prefer_shares, replaced)
    assert replace(outcome, shares=None) == replace(by_votes if replaced else shares, shares=None)


@steady
@given(elections(), utilities, st.integers(0, 2))
def test_equal_shares_are_priceable(election: Election, utility: Utility, step: int) -> None:
    """Payments as explained make each cost, stay within each share, and leave nothing that supporters could pay."""
    instance, ballots = election
    case = Case.of(instance, profile_of(ballots), ORDER)
    outcome = count_case(case, EqualShares(utility, step))
    system = prices(case, outcome, utility)
    assert system is not None
    assert priceability(case, outcome, system) == Verdict("priceability", holds=True)


@steady
@given(elections(), utilities, st.integers(0, 2), st.sampled_from(COMPLETIONS))
def test_no_group_is_underserved(election: Election, utility: Utility, step: int, completion: Completion) -> None:
    """EJR+ up to any project holds, also of the larger pot that the last shares make up, but for what is never run."""
    instance, ballots = election
    outcome = count(instance, profile_of(ballots), EqualShares(utility, step, completion=completion), ORDER)
    assert ejr_plus(Case.of(instance, profile_of(ballots), ORDER), outcome, utility).holds
    assert outcome.shares is not None
    running = {p.id for p in instance.projects if p.cost <= instance.budget}
    larger = Instance(
        int(Fraction(outcome.shares.share) * len(ballots)), tuple(p for p in instance.projects if p.id in running)
    )
    wishes = [{name: points for name, points in ballot.items() if name in running} for ballot in ballots]
    assert ejr_plus(Case.of(larger, profile_of(wishes), ORDER), outcome, utility).holds


@steady
@given(elections(), utilities)
def test_completions_are_exhaustive(election: Election, utility: Utility) -> None:
    """What would still fit is not left out, except by loads what nobody supports."""
    instance, ballots = election
    for completion in COMPLETIONS[1:]:
        rule = EqualShares(utility, 1, completion=completion)
        outcome = count(instance, profile_of(ballots), rule, ORDER)
        left = outcome.budget - outcome.spent
        rest = [project for project in instance.projects if project.id not in outcome.funded]
        assert all(p.cost > left for p in rest if completion == "votes" or votes_of(p.id, ballots))


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
