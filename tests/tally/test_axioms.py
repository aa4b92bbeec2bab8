"""Axioms: verdicts with known answers, and every verdict against a search through all groups of voters."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import chain, combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.outcome import Comparison, FundedByLoad, FundedByShares, Outcome, Shares, exact
from schema.pb import read_pb
from schema.rules import TieOrder, Utility
from tests.pabulib import election
from tests.tally.slow import rho_of
from workers.tally.axioms import (
    Overdrawn,
    Overspent,
    Prices,
    RoomLeft,
    Underserved,
    Unspent,
    Verdict,
    WronglyPaid,
    axioms,
    ejr_plus,
    exhaustiveness,
    feasibility,
    priceability,
    prices,
    utilities,
)
from workers.tally.case import Case
from workers.tally.instance import Instance, Profile, Project

Ballot = dict[str, int]
UTILITIES: tuple[Utility, ...] = ("cost", "cardinality", "additive")
steady = settings(deadline=None, max_examples=150)


def a_case(budget: int, ballots: Sequence[str] | Sequence[Ballot], **costs: int) -> Case:
    """A case from words, "ab" being a ballot for a and b and "" a blank one, or from ballots with points."""
    instance = Instance(budget, tuple(Project(name, cost) for name, cost in costs.items()))
    given = [dict.fromkeys(ballot, 1) if isinstance(ballot, str) else ballot for ballot in ballots]
    return Case.of(instance, Profile.of_points(given), TieOrder("a seed"))


def funding(case: Case, funded: str) -> Outcome:
    """An outcome without explanations."""
    costs = {project.id: project.cost for project in case.projects}
    return Outcome(tuple(funded), sum(costs[name] for name in funded), case.budget, (), ())


def voters(case: Case) -> list[Ballot]:
    """The ballots, one per voter."""
    rows = range(len(case.ballots))
    ballots = [
        {
            case.projects[column].id: points
            for column, points in zip(case.ballots.row(i), points_of(case, i), strict=True)
        }
        for i in rows
    ]
    return [ballots[i] for i in rows for _ in range(int(case.weights[i]))]


def points_of(case: Case, index: int) -> list[int]:
    """The points of one ballot."""
    return [int(points) for points in case.ballots.points_of(index)]


def worth(case: Case, utility: Utility, ballot: Ballot, name: str) -> int:
    """What a voter gets out of one project."""
    costs = {project.id: project.cost for project in case.projects}
    if name not in ballot:
        return 0
    return {"cost": costs[name], "cardinality": 1, "additive": ballot[name]}[utility]


def groups(people: list[Ballot]) -> Iterator[tuple[Ballot, ...]]:
    """Every group of at least one voter."""
    return chain.from_iterable(combinations(people, size) for size in range(1, len(people) + 1))


def slow_ejr_plus(case: Case, funded: str, utility: Utility) -> bool:
    """The definition, group by group."""
    everybody = voters(case)
    for project in case.projects:
        if project.id in funded:
            continue
        backers = [ballot for ballot in everybody if worth(case, utility, ballot, project.id)]
        for group in groups(backers):
            claim = case.budget * sum(worth(case, utility, ballot, project.id) for ballot in group)
            reach = [sum(worth(case, utility, ballot, name) for name in (*funded, project.id)) for ballot in group]
            if all(amount * project.cost * len(everybody) <= claim for amount in reach):
                return False
    return True


def slow_equal_shares(case: Case, share: Fraction, utility: Utility) -> Outcome:
    """Equal shares voter by voter, straight from the definition; of several that are level the cheapest comes first."""
    everybody = voters(case)
    money = [share] * len(everybody)
    facts: list[FundedByShares] = []
    while True:
        offers: list[tuple[Fraction, int, str, Fraction]] = []
        for project in case.projects:
            if project.id in {fact.project for fact in facts} or project.cost > case.budget:
                continue
            rho = rho_of(project, everybody, money, utility)
            if rho is not None:
                unit = project.cost if utility == "cost" else 1
                offers.append((rho, project.cost, project.id, rho * unit))
        if not offers:
            break
        rho, cost, name, payment = min(offers)
        facts.append(FundedByShares(name, len(facts) + 1, 0, cost, exact(rho), exact(payment)))
        paid = [rho * worth(case, utility, ballot, name) for ballot in everybody]
        money = [max(purse - part, Fraction(0)) for purse, part in zip(money, paid, strict=True)]
    spent = sum(fact.cost for fact in facts)
    return Outcome(tuple(f.project for f in facts), spent, case.budget, tuple(facts), (), Shares(0, exact(share)))


@st.composite
def cases(draw: st.DrawFn, points: int = 3) -> Case:
    """Up to five projects and seven voters who give up to `points` to each."""
    names = "abcde"[: draw(st.integers(1, 5))]
    ballot = st.dictionaries(st.sampled_from(names), st.integers(1, points))
    costs = {name: draw(st.integers(1, 15)) for name in names}
    return a_case(draw(st.integers(0, 40)), draw(st.lists(ballot, min_size=1, max_size=7)), **costs)


def test_an_outcome_that_costs_more_than_the_pot_is_not_feasible() -> None:
    """The witness names both amounts; the pot itself may be spent to the last."""
    case = a_case(10, ["ab"], a=6, b=5, c=4)
    assert feasibility(case, funding(case, "ab")) == Verdict("feasibility", False, Overspent(11, 10))
    assert feasibility(case, funding(case, "ac")).holds


def test_an_outcome_that_leaves_room_is_not_exhaustive() -> None:
    """The witness is the project with the most votes that still fits."""
    case = a_case(10, ["ab", "b", "c"], a=6, b=5, c=4, d=4)
    assert exhaustiveness(case, funding(case, "a")) == Verdict("exhaustiveness", False, RoomLeft("c", 1, 4, 4))
    assert exhaustiveness(case, funding(case, "b")).holds is False
    assert exhaustiveness(case, funding(case, "ac")).holds


def test_a_project_without_votes_also_leaves_room() -> None:
    """Exhaustiveness does not ask who supports what would fit; the witness tells that nobody does."""
    case = a_case(10, ["a"], a=6, b=4)
    assert exhaustiveness(case, funding(case, "a")).witness == RoomLeft("b", 0, 4, 4)


def test_nothing_is_left_where_a_project_is_funded_in_part() -> None:
    """The grant takes all that was left."""
    case = a_case(10, ["ab"], a=6, b=5, c=4)
    assert exhaustiveness(case, Outcome(("a",), 10, 10, (), (), partly="b")).holds


def test_a_third_of_the_voters_can_claim_a_third_of_the_pot() -> None:
    """Two of six voters hold 20 of 60, enough for their project, and get nothing: the witness says so."""
    case = a_case(60, ["a", "a", "a", "a", "b", "b"], a=60, b=20)
    verdict = ejr_plus(case, funding(case, "a"))
    assert verdict.witness == Underserved("b", 20, voters=2, money="20", entitled="20", reach=20)
    assert ejr_plus(case, funding(case, "b")).holds  # four voters hold 40, too little for a


def test_the_claim_counts_what_the_group_already_has() -> None:
    """Up to any project: one of them has to get, with the project, more than the money of all."""
    case = a_case(60, ["ab"] * 4 + ["c"] * 2, a=40, b=39, c=20)
    assert ejr_plus(case, funding(case, "ac")).holds
    short = ejr_plus(a_case(60, ["ab"] * 4 + ["c"] * 2, a=1, b=39, c=20), funding(case, "ac"))
    assert short.witness == Underserved("b", 39, voters=4, money="40", entitled="40", reach=40)


def test_the_witness_leaves_out_those_who_are_well_served() -> None:
    """Of three supporters one has a large project; the two others hold enough without her."""
    case = a_case(90, ["ab", "b", "b"], a=80, b=50)
    verdict = ejr_plus(case, funding(case, "a"))
    assert verdict.witness == Underserved("b", 50, voters=2, money="60", entitled="60", reach=50)


def test_a_free_project_is_owed_to_whoever_gains_from_it() -> None:
    """By number it counts as a project that anyone can pay; by cost it adds nothing."""
    case = a_case(10, ["ab", "c"], a=0, b=10, c=10)
    verdict = ejr_plus(case, funding(case, "b"), "cardinality")
    assert verdict.witness == Underserved("a", 0, voters=1, money="5", entitled=None, reach=2)
    assert ejr_plus(case, funding(case, "b"), "cost").holds


@steady
@given(cases(), st.sets(st.sampled_from("abcde")), st.sampled_from(UTILITIES))
def test_ejr_plus_is_what_a_search_through_all_groups_finds(case: Case, chosen: set[str], utility: Utility) -> None:
    """The pass over thresholds and the definition agree for every utility, on any set of projects."""
    funded = "".join(sorted(project.id for project in case.projects if project.id in chosen))
    assert ejr_plus(case, funding(case, funded), utility).holds is slow_ejr_plus(case, funded, utility)


@steady
@given(cases(points=1), st.sets(st.sampled_from("abcde")), st.integers(1, 4))
def test_with_equal_costs_it_is_the_axiom_of_committee_elections(case: Case, chosen: set[str], seats: int) -> None:
    """No group of l n/k supporters of an unelected candidate has less than l elected ones each."""
    names = [project.id for project in case.projects]
    everybody = voters(case)
    unit = a_case(seats, everybody, **dict.fromkeys(names, 1))
    funded = [name for name in names if name in chosen]
    broken = any(
        name not in funded
        and all(name in ballot for ballot in group)
        and any(
            len(group) * seats >= size * len(everybody) and all(len(set(funded) & set(b)) < size for b in group)
            for size in range(1, seats + 1)
        )
        for name in names
        for group in groups(everybody)
    )
    assert ejr_plus(unit, funding(unit, "".join(funded)), "cardinality").holds is not broken


@steady
@given(cases(), st.sampled_from(UTILITIES), st.fractions(0, 9, max_denominator=5))
def test_equal_shares_satisfies_ejr_plus_up_to_any_project(case: Case, utility: Utility, more: Fraction) -> None:
    """With the equal share or any larger one, as Add1 gives it."""
    outcome = slow_equal_shares(case, Fraction(case.budget, case.voters) + more, utility)
    assert ejr_plus(case, outcome, utility).holds


@steady
@given(cases(), st.sampled_from(UTILITIES), st.fractions(0, 9, max_denominator=5))
def test_equal_shares_is_priceable(case: Case, utility: Utility, more: Fraction) -> None:
    """The payments in its own explanations are a price system."""
    outcome = slow_equal_shares(case, Fraction(case.budget, case.voters) + more, utility)
    own = prices(case, outcome, utility)
    assert own is not None
    assert priceability(case, outcome, own).holds


@steady
@given(cases(), st.sampled_from(UTILITIES), st.data())
def test_money_moved_within_a_price_system_is_noticed(case: Case, utility: Utility, data: st.DataObject) -> None:
    """No payment can be changed by itself: the project is then not paid its cost."""
    outcome = slow_equal_shares(case, Fraction(case.budget + 5, case.voters), utility)
    own = prices(case, outcome, utility)
    assert own is not None
    if not own.payments:
        return
    index = data.draw(st.sampled_from(sorted(own.payments)))
    payments = list(own.payments[index])
    payments[data.draw(st.integers(0, len(payments) - 1))] += data.draw(st.sampled_from([-1, 1]))
    moved = Prices(own.scale, own.share, {**own.payments, index: payments})
    assert not priceability(case, outcome, moved).holds


def test_what_nobody_pays_for_is_no_part_of_a_price_system() -> None:
    """A project that a completion funds out of the rest is due its cost."""
    case = a_case(10, ["a", "a", "b"], a=6, b=4)
    outcome = slow_equal_shares(case, Fraction(10, 3), "cost")
    assert outcome.funded == ("a",)
    more = Outcome(("a", "b"), 10, 10, outcome.explanations, (), outcome.shares)
    own = prices(case, more)
    assert own is not None
    assert priceability(case, more, own).witness == WronglyPaid("b", 4, "0")


def test_an_outcome_in_place_of_equal_shares_has_no_prices() -> None:
    """Where the comparison step took the greedy outcome nobody paid for it."""
    case = a_case(10, ["a", "a", "b"], a=6, b=4)
    shares = Shares(0, "10/3", Comparison(prefer_greedy=2, prefer_shares=1, replaced=True))
    assert prices(case, Outcome(("a",), 6, 10, (), (), shares)) is None


def test_supporters_who_could_still_pay_show_that_prices_are_wrong() -> None:
    """Leaving a project out although its supporters have more than it costs needs another explanation."""
    case = a_case(10, ["a", "b"], a=4, b=4)
    system = Prices(1, 5, {0 if case.projects[0].id == "a" else 1: [4]})
    assert priceability(case, funding(case, "a"), system).witness == Unspent("b", 4, 1, "5")
    exactly = Prices(1, 4, system.payments)
    assert priceability(case, funding(case, "a"), exactly).holds  # just its cost is not more than it


def test_what_costs_more_than_the_pot_is_no_alternative() -> None:
    """However much its supporters have left."""
    case = a_case(10, ["a", "b", "b", "b"], a=4, b=11)
    system = Prices(1, 4, {0 if case.projects[0].id == "a" else 1: [4]})
    assert priceability(case, funding(case, "a"), system).holds


def test_nobody_pays_more_than_she_has_or_less_than_nothing() -> None:
    """The witness tells how many voters, and how much each of them pays."""
    case = a_case(10, ["ab", "ab"], a=3, b=3)
    first, second = 0, 1
    too_much = Prices(2, 4, {first: [3], second: [3]})
    assert priceability(case, funding(case, "ab"), too_much).witness == Overdrawn(2, "2", "3")
    negative = Prices(2, 4, {first: [3], second: [-3]})
    assert priceability(case, funding(case, "ab"), negative).witness == Overdrawn(2, "2", "-3/2")


def test_the_loads_of_phragmen_are_prices() -> None:
    """At the load 2 two voters have paid for a, at 5 all three for b: 3 each from two of them, 5 from the third."""
    case = a_case(20, ["ab", "ab", "b"], a=4, b=11)
    facts = (FundedByLoad("a", 1, 2, 4, "2", 20), FundedByLoad("b", 2, 3, 11, "5", 16))
    outcome = Outcome(("a", "b"), 15, 20, facts, ())
    own = prices(case, outcome)
    assert own is not None
    assert (own.scale, own.share) == (1, 5)
    assert priceability(case, outcome, own).holds


def test_loads_that_were_shared_anew_tell_no_payments() -> None:
    """Maximin support also reports the largest load only: two voters at 5/2 do not pay 4."""
    case = a_case(20, ["a", "a"], a=4)
    assert prices(case, Outcome(("a",), 4, 20, (FundedByLoad("a", 1, 2, 4, "5/2", 20),), ())) is None


def test_axioms_asks_for_prices_only_where_somebody_paid() -> None:
    """A greedy outcome says nothing of payments."""
    case = a_case(10, ["a", "a", "b"], a=6, b=4)
    assert [verdict.axiom for verdict in axioms(case, funding(case, "a"))] == [
        "feasibility",
        "exhaustiveness",
        "ejr_plus_up_to_any_project",
    ]
    shares = slow_equal_shares(case, Fraction(10, 3), "cost")
    assert axioms(case, shares)[-1] == Verdict("priceability", True)


def test_utilities_are_of_the_funded_projects_only() -> None:
    """One number for each distinct ballot: cost, number or points of what it supports."""
    case = a_case(100, [{"a": 2, "b": 3}, {"b": 1}, {}, {"b": 1}], a=10, b=20, c=30)
    found = {
        utility: dict(
            zip(map(tuple, map(sorted, distinct(case))), utilities(case, "bc", utility).tolist(), strict=True)
        )
        for utility in UTILITIES
    }
    assert found == {
        "cost": {("a", "b"): 20, ("b",): 20, (): 0},
        "cardinality": {("a", "b"): 1, ("b",): 1, (): 0},
        "additive": {("a", "b"): 3, ("b",): 1, (): 0},
    }


def distinct(case: Case) -> list[list[str]]:
    """The projects of each distinct ballot."""
    return [[case.projects[column].id for column in case.ballots.row(i)] for i in range(len(case.ballots))]


def test_a_project_that_is_not_on_the_ballot_is_refused() -> None:
    """The error names it."""
    with pytest.raises(ValueError, match="'z'"):
        utilities(a_case(10, ["a"], a=6), ["z"])


def test_large_amounts_are_compared_exactly() -> None:
    """One minor unit decides where floats see none: 3 voters, a pot of about 2^52."""
    pot = 3 * 2**50
    case = a_case(pot, ["a", "a", "b"], a=2**51, b=2**50)
    assert ejr_plus(case, funding(case, "a")).witness == Underserved("b", 2**50, 1, str(2**50), str(2**50), 2**50)
    case = a_case(pot - 1, ["a", "a", "b"], a=2**51, b=2**50)
    assert ejr_plus(case, funding(case, "a")).holds


def test_a_city_is_asked_in_seconds() -> None:
    """Warsaw's 61,668 ballots: five projects alone leave room, and leave people out."""
    file = read_pb(election("Poland_Warszawa_2026").read_bytes())
    instance = Instance(file.budget, tuple(Project(project.id, project.cost) for project in file.projects))
    case = Case.of(instance, Profile.of(voter.choices for voter in file.voters), TieOrder("a seed"))
    best = sorted(range(len(case.projects)), key=case.votes.__getitem__)[-5:]
    outcome = Outcome(tuple(case.projects[index].id for index in best), 0, case.budget, (), ())
    assert [verdict.holds for verdict in axioms(case, outcome)] == [True, False, False]
