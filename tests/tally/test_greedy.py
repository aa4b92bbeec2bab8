"""Greedy by votes: what it funds under each option, and explanations from which each decision can be derived."""

from collections.abc import Mapping
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.outcome import (
    BelowThreshold,
    CategoryFull,
    DidNotFit,
    Excluded,
    FundedByVotes,
    FundedInPart,
    FundedWithReserve,
    NotReached,
    Outcome,
    TieBroken,
)
from schema.rules import CategoryCap, Criterion, GreedyByVotes, TieOrder
from tests.tally.examples import ORDER, cast, pot, steady
from workers.tally.case import Case
from workers.tally.greedy import greedy_by_votes, take_by_votes
from workers.tally.instance import Instance, Profile, Project

Ballots = list[dict[str, int]]
PLAIN = GreedyByVotes()
STOP = GreedyByVotes(misfit="stop")


def fund(instance: Instance, ballots: str, rule: GreedyByVotes = PLAIN, order: TieOrder = ORDER) -> Outcome:
    """Count ballots given as words: "ab ab -" is two for a and b, and a blank one."""
    return greedy_by_votes(Case.of(instance, cast(ballots), order), rule)


def test_most_votes_come_first() -> None:
    """Projects are funded in the order of their votes."""
    assert fund(pot(10, a=4, b=5), "b b a").funded == ("b", "a")


def test_points_count_rather_than_voters() -> None:
    """One voter's three points weigh more than two voters' one each, and a threshold is one of points."""
    profile = Profile.of_points([{"a": 3}, {"b": 1}, {"b": 1}])
    case = Case.of(pot(5, a=5, b=5), profile, ORDER)
    assert greedy_by_votes(case, GreedyByVotes(threshold=3)).explanations == (
        FundedByVotes("a", position=1, votes=1, score=3, cost=5, left=5),
        BelowThreshold("b", votes=2, score=2, cost=5, threshold=3, further=1),
    )


def test_what_does_not_fit_is_skipped() -> None:
    """A project that no longer fits is passed over, and a later one that does is funded."""
    assert fund(pot(10, a=7, b=5, c=3), "abc abc ab a").explanations == (
        FundedByVotes("a", position=1, votes=4, score=4, cost=7, left=10),
        FundedByVotes("c", position=2, votes=2, score=2, cost=3, left=3),
        DidNotFit("b", votes=3, score=3, cost=5, left=3, missing=2, further=1),
    )


def test_what_does_not_fit_ends_the_count() -> None:
    """With "stop" nothing comes after the first that does not fit; c, which is cheaper, passes it when level."""
    assert fund(pot(10, a=7, b=5, c=3), "abc abc ab a", STOP).explanations == (
        FundedByVotes("a", position=1, votes=4, score=4, cost=7, left=10),
        DidNotFit("b", votes=3, score=3, cost=5, left=3, missing=2, further=1),
        NotReached("c", votes=2, score=2, cost=3, ended_at="b", further=1),
    )


def test_what_the_pot_can_never_pay_does_not_fit_either() -> None:
    """A project dearer than the whole pot ends the count like any other, and no number of supporters helps it."""
    assert fund(pot(10, a=11, b=5), "a a b", STOP).explanations == (
        DidNotFit("a", votes=2, score=2, cost=11, left=10, missing=1, further=None),
        NotReached("b", votes=1, score=1, cost=5, ended_at="a", further=1),
    )


def test_a_project_without_votes_is_funded_if_money_remains() -> None:
    """Without a threshold, money that remains goes to a project that nobody voted for."""
    assert fund(pot(10, a=4, b=5), "a").funded == ("a", "b")


def test_a_pot_without_ballots_is_still_counted() -> None:
    """No ballots is an election as well: all projects tie at no votes."""
    assert fund(pot(5, a=4, b=5), "").funded == ("a",)


def test_a_threshold_takes_out_what_has_fewer_points() -> None:
    """Two points are enough where two are asked for, one is not."""
    outcome = fund(pot(10, a=4, b=5), "a a b", GreedyByVotes(threshold=2))
    assert outcome.explanations[1] == BelowThreshold("b", votes=1, score=1, cost=5, threshold=2, further=1)


@pytest.mark.parametrize(("ballots", "threshold", "funded"), [("a - - - -", 1, ("a",)), ("a - - - - -", 2, ())])
def test_a_threshold_in_per_cent_is_of_all_ballots(ballots: str, threshold: int, funded: tuple[str, ...]) -> None:
    """One of five voters, blank ballots included, is 20 %; 20 % of six is more than one, so two are needed."""
    outcome = fund(pot(10, a=4), ballots, GreedyByVotes(threshold_percent=20))
    assert outcome.funded == funded
    assert funded or outcome.explanations == (BelowThreshold("a", 1, 1, 4, threshold=threshold, further=1),)


def test_supporters_who_come_also_raise_the_threshold() -> None:
    """Half of ten voters is five; with six more supporters a has eight of sixteen, with five seven of fifteen."""
    outcome = fund(pot(10, a=4), "a a - - - - - - - -", GreedyByVotes(threshold_percent=50))
    assert outcome.explanations == (BelowThreshold("a", votes=2, score=2, cost=4, threshold=5, further=6),)


def test_nobody_can_help_where_all_have_to_agree() -> None:
    """At 100 % a single other voter is one too many."""
    outcome = fund(pot(10, a=4), "a -", GreedyByVotes(threshold_percent=100))
    assert outcome.explanations == (BelowThreshold("a", votes=1, score=1, cost=4, threshold=2, further=None),)


def test_of_an_exclusive_set_only_the_first_is_funded() -> None:
    """The second would fit, but the first rules it out; with two more supporters b comes first."""
    outcome = fund(pot(10, a=4, b=4, c=1), "a a bc c", GreedyByVotes(exclusive=(("a", "b"),)))
    assert outcome.explanations == (
        FundedByVotes("c", position=1, votes=2, score=2, cost=1, left=10),
        FundedByVotes("a", position=2, votes=2, score=2, cost=4, left=9),
        Excluded("b", votes=1, score=1, cost=4, by="a", further=2),
    )


def test_what_is_excluded_does_not_end_the_count() -> None:
    """A project that is ruled out is not looked at, so that it cannot be the first that does not fit."""
    outcome = fund(pot(10, a=8, b=8, c=1), "a a a b b c", GreedyByVotes(misfit="stop", exclusive=(("a", "b"),)))
    assert outcome.funded == ("a", "c")


def test_what_did_not_fit_excludes_nothing() -> None:
    """Only a project that is funded rules out another."""
    outcome = fund(pot(10, a=8, b=8, c=1), "a a a b b c", GreedyByVotes(exclusive=(("b", "c"),)))
    assert outcome.funded == ("a", "c")


def test_an_exclusive_set_names_projects_of_the_pot() -> None:
    """A name that is no project is an error, not a rule without effect."""
    with pytest.raises(ValueError, match="The rule excludes 'x', which is no project of this pot"):
        fund(pot(10, a=8), "a", GreedyByVotes(exclusive=(("a", "x"),)))


def in_categories(budget: int, **projects: tuple[int, str]) -> Instance:
    """An instance with projects named by single letters, each with its cost and its categories, letters as well."""
    return Instance(budget, tuple(Project(name, cost, tuple(held)) for name, (cost, held) in projects.items()))


def test_a_category_has_at_most_so_many_projects() -> None:
    """Of x only one may be funded: b is passed over although it fits, and c, of another category, is not."""
    instance = in_categories(10, a=(2, "x"), b=(2, "x"), c=(2, "y"))
    outcome = fund(instance, "a a a b b c", GreedyByVotes(misfit="stop", caps=(CategoryCap("x", projects=1),)))
    assert outcome.explanations == (
        FundedByVotes("a", position=1, votes=3, score=3, cost=2, left=10),
        FundedByVotes("c", position=2, votes=1, score=1, cost=2, left=8),
        CategoryFull("b", 2, 2, 2, category="x", measure="projects", most=1, taken=1, further=2),
    )


def test_a_category_gets_at_most_so_much_money() -> None:
    """Of x 5 may be spent and 3 are: b, at 3, is passed over, and d, at 2, is not. No votes help what costs 6."""
    instance = in_categories(20, a=(3, "x"), b=(3, "xy"), c=(6, "x"), d=(2, "yx"))
    outcome = fund(instance, "a a a a b b b c c d", GreedyByVotes(caps=(CategoryCap("x", money=5),)))
    assert outcome.funded == ("a", "d")
    assert outcome.explanations[2:] == (
        CategoryFull("b", 3, 3, 3, category="x", measure="money", most=5, taken=3, further=2),
        CategoryFull("c", 2, 2, 6, category="x", measure="money", most=5, taken=3, further=None),
    )


def test_a_cap_is_on_a_category_of_the_pot() -> None:
    """A category that no project has is an error, not a rule without effect."""
    with pytest.raises(ValueError, match="The rule caps the category 'z', which no project of this pot has"):
        fund(pot(10, a=8), "a", GreedyByVotes(caps=(CategoryCap("z", projects=1),)))


def test_a_cap_says_of_what() -> None:
    """One that caps neither projects nor money is refused."""
    with pytest.raises(ValueError, match="a cap on a category says how many projects"):
        CategoryCap("x")


def test_the_first_that_does_not_fit_gets_a_part() -> None:
    """With 4 left of a cost of 5, 80 % is reached: b gets the 4, and the count is over."""
    outcome = fund(pot(10, a=6, b=5, c=1), "a a a b b c", GreedyByVotes(partial_percent=80))
    assert (outcome.funded, outcome.partly, outcome.spent) == (("a",), "b", 10)
    assert outcome.explanations == (
        FundedByVotes("a", position=1, votes=3, score=3, cost=6, left=10),
        FundedInPart("b", votes=2, score=2, cost=5, left=4),
        NotReached("c", votes=1, score=1, cost=1, ended_at="b", further=1),
    )


def test_a_reserve_pays_the_rest() -> None:
    """With a reserve the project that gets a part is funded whole; the pot pays no more than it had."""
    outcome = fund(pot(10, a=6, b=5, c=1), "a a a b b c", GreedyByVotes(partial_percent=80, reserve=True))
    assert (outcome.funded, outcome.partly, outcome.spent) == (("a", "b"), None, 10)
    assert outcome.explanations[1] == FundedWithReserve("b", 2, votes=2, score=2, cost=5, left=4, reserve=1)


def test_too_little_for_a_part_is_left_as_it_is() -> None:
    """With 4 left of a cost of 6, 80 % is not reached; b is skipped, and no later project gets a part."""
    outcome = fund(pot(10, a=6, b=6, c=5, d=1), "a a a a b b b c c d", GreedyByVotes(partial_percent=80))
    assert (outcome.funded, outcome.partly) == (("a", "d"), None)


def test_more_supporters_may_reach_the_reserve() -> None:
    """Of a pot of 10, 4 are left after a: c needs to be the first that does not fit, before b, which is not enough."""
    rule = GreedyByVotes(misfit="stop", partial_percent=80, reserve=True)
    outcome = fund(pot(10, a=6, b=6, c=5), "a a a a b b b c", rule)
    assert outcome.explanations[2] == NotReached("c", votes=1, score=1, cost=5, ended_at="b", further=2)


def test_the_order_of_score_per_cost_is_exact() -> None:
    """Shares of points in cost that a float cannot tell apart are told apart: b has a little more for its money."""
    large = 2**52
    instance, profile = pot(large, b=large - 1, a=large - 3), Profile.of_points([{"b": large - 2, "a": large - 4}])
    case = Case.of(instance, profile, TieOrder("x", ("id",)))
    assert Fraction(large - 2, large - 1) > Fraction(large - 4, large - 3)
    assert (large - 2) / (large - 1) == (large - 4) / (large - 3)
    assert greedy_by_votes(case, GreedyByVotes(per_cost=True)).funded == ("b",)


def test_what_costs_nothing_comes_first_per_cost() -> None:
    """A free project has endless score per cost, whatever its score."""
    assert fund(pot(10, a=1, b=0), "a a", GreedyByVotes(per_cost=True)).funded == ("b", "a")


def test_supporters_of_a_dear_project_weigh_less_per_cost() -> None:
    """a has 2 per 2; b, at a cost of 9, is level with 9 supporters and, as the dearer one, needs a tenth."""
    outcome = fund(pot(10, a=2, b=9), "a a b", GreedyByVotes(per_cost=True))
    assert outcome.explanations[1] == DidNotFit("b", votes=1, score=1, cost=9, left=8, missing=1, further=9)


def test_a_tie_is_recorded_where_it_decided() -> None:
    """a and b are level and both fit at first: the cheaper is taken; c is level too, but never fitted."""
    outcome = fund(pot(10, a=6, b=7, c=11), "abc")
    assert outcome.ties == (TieBroken(("a", "b"), "a", "lower_cost"),)


def test_a_tie_with_what_is_ruled_out_is_none() -> None:
    """b is level with c, but excluded by a, so that there is no choice between them."""
    outcome = fund(pot(10, a=2, b=2, c=2), "abc abc a", GreedyByVotes(exclusive=(("a", "b"),)))
    assert outcome.ties == ()


@pytest.mark.parametrize(("ballots", "further"), [([{"a": 2}, {"b": 1}], 1), ([{"a": 1}, {"a": 1}, {"b": 1}], 2)])
def test_more_supporters_also_move_a_project_in_the_tie_order(ballots: Ballots, further: int) -> None:
    """With one more b is level in points; that is enough where it then has more voters, not where it has as many."""
    case = Case.of(pot(10, a=6, b=6), Profile.of_points(ballots), TieOrder("x", ("more_votes", "id")))
    assert greedy_by_votes(case, PLAIN).explanations[1] == DidNotFit("b", 1, 1, 6, left=4, missing=2, further=further)


def test_what_equal_shares_leave_is_taken_by_votes() -> None:
    """Some projects and some money: looks at each in order, most votes first."""
    case = Case.of(pot(100, a=6, b=5, c=4), cast("a a a b b c"), TieOrder("x", ("id",)))
    walk = take_by_votes(case, [2, 1], 5)
    assert [(case.projects[look.project].id, look.left, look.fits) for look in walk.looks] == [
        ("b", 5, True),
        ("c", 0, False),
    ]


Election = tuple[Instance, Ballots, TieOrder, GreedyByVotes]
"""What is counted: an instance, points by voter, the tie order, and the rule."""


@st.composite
def elections(draw: st.DrawFn, plain: bool = False) -> Election:
    """Up to six projects and nine voters, blank ballots among them, and any rule; `plain`: that skips what misfits."""
    costs = draw(st.lists(st.integers(0, 12), min_size=1, max_size=6))
    held = [draw(st.sampled_from(["x", "", "y", "xy"])) for _ in costs]
    projects = dict(zip("abcdef", zip(costs, held, strict=True), strict=False))
    instance = in_categories(draw(st.integers(0, 30)), **projects)
    names = [project.id for project in instance.projects]
    most = st.none() | st.integers(0, 2), st.none() | st.integers(0, 20)
    amounts = [(category, draw(most[0]), draw(most[1])) for category in sorted(set("".join(held)))]
    ballot = st.dictionaries(st.sampled_from(names), st.integers(1, draw(st.sampled_from([1, 3]))))
    orders: list[tuple[Criterion, ...]] = [
        ("lower_cost", "more_votes", "lot"),
        ("more_votes", "lower_cost", "id"),
        ("more_votes", "id"),
        ("lot",),
    ]
    rule = GreedyByVotes(
        per_cost=draw(st.booleans()),
        misfit="skip" if plain else draw(st.sampled_from(["skip", "stop"])),
        threshold=draw(st.sampled_from([0, 0, 1, 3])),
        threshold_percent=draw(st.sampled_from([0, 0, 10, 30, 50, 77, 100])),
        exclusive=tuple(map(tuple, draw(st.lists(st.lists(st.sampled_from(names), max_size=3), max_size=2)))),
        partial_percent=0 if plain else draw(st.sampled_from([0, 0, 1, 50, 80, 100])),
        reserve=draw(st.booleans()),
        caps=tuple(CategoryCap(*each) for each in amounts if each[1:] != (None, None)),
    )
    return instance, draw(st.lists(ballot, max_size=9)), TieOrder("a seed", draw(st.sampled_from(orders))), rule


def case_of(election: Election, *more: Mapping[str, int]) -> Case:
    """The case of an election with more ballots."""
    instance, ballots, order, _ = election
    return Case.of(instance, Profile.of_points([*ballots, *more]), order)


def slow_greedy(case: Case, rule: GreedyByVotes) -> tuple[list[str], str | None]:
    """What is funded, whole and in part, straight from the definition of the rule."""

    def key(index: int) -> tuple[int, Fraction, int]:
        cost, score = (case.projects[index].cost if rule.per_cost else 1), case.scores[index]
        return (1, -Fraction(score, cost), index) if cost else (0, Fraction(0), index)

    def enough(left: int, cost: int) -> bool:
        return rule.partial_percent > 0 and left >= Fraction(rule.partial_percent, 100) * cost

    needed = max(Fraction(rule.threshold), Fraction(rule.threshold_percent, 100) * case.voters)
    left, funded, all_fitted = case.budget, list[str](), True
    for index in sorted(range(len(case.projects)), key=key):
        name, cost = case.projects[index].id, case.projects[index].cost
        ruled_out = any(name in names and set(names) & set(funded) for names in rule.exclusive)
        if ruled_out or case.scores[index] < needed or not within(rule, case, [*funded, name]):
            continue
        if cost <= left:
            funded.append(name)
            left -= cost
        elif all_fitted and enough(left, cost):
            return ([*funded, name], None) if rule.reserve else (funded, name)
        elif rule.misfit == "stop":
            break
        else:
            all_fitted = False
    return funded, None


def within(rule: GreedyByVotes, case: Case, names: list[str]) -> bool:
    """Whether these projects together exceed no cap."""
    for cap in rule.caps:
        costs = [p.cost for p in case.projects if p.id in names and cap.category in p.categories]
        if cap.projects is not None and len(costs) > cap.projects:
            return False
        if cap.money is not None and sum(costs) > cap.money:
            return False
    return True


@steady
@given(elections())
def test_caps_are_never_exceeded(election: Election) -> None:
    """Whatever the other options are, what gets money stays within every cap."""
    case = case_of(election)
    outcome = greedy_by_votes(case, election[3])
    assert within(election[3], case, [*outcome.funded, *([outcome.partly] if outcome.partly else [])])


@steady
@given(elections())
def test_each_count_follows_the_definition(election: Election) -> None:
    """Every combination of options funds what a count straight from the definition funds, in that order."""
    case = case_of(election)
    outcome = greedy_by_votes(case, election[3])
    assert (list(outcome.funded), outcome.partly) == slow_greedy(case, election[3])


@steady
@given(elections())
def test_the_pot_is_never_overspent(election: Election) -> None:
    """What the pot gives is what the funded projects cost, less what a reserve pays, and never more than there is."""
    outcome = greedy_by_votes(case_of(election), election[3])
    costs = {project.id: project.cost for project in election[0].projects}
    reserve = sum(fact.reserve for fact in outcome.explanations if isinstance(fact, FundedWithReserve))
    grant = sum(fact.left for fact in outcome.explanations if isinstance(fact, FundedInPart))
    assert outcome.spent == sum(costs[name] for name in outcome.funded) - reserve + grant <= outcome.budget


@steady
@given(elections(plain=True))
def test_what_is_passed_over_no_longer_fits(election: Election) -> None:
    """With skipping, no project that is in the running and not ruled out would fit into the money that is left."""
    outcome = greedy_by_votes(case_of(election), election[3])
    left = outcome.budget - outcome.spent
    assert all(fact.cost > left for fact in outcome.explanations if isinstance(fact, DidNotFit))
    assert not any(isinstance(fact, NotReached) for fact in outcome.explanations)


@steady
@given(elections())
def test_an_explanation_derives_its_decision(election: Election) -> None:
    """The numbers of each explanation, the rule and the funded projects before it leave no other decision."""
    case, rule = case_of(election), election[3]
    outcome = greedy_by_votes(case, rule)
    assert sorted(fact.project for fact in outcome.explanations) == sorted(project.id for project in case.projects)
    left = outcome.budget
    for fact in outcome.explanations:
        match fact:
            case FundedByVotes():
                assert fact.cost <= fact.left == left
                assert outcome.funded[fact.position - 1] == fact.project
                left -= fact.cost
            case FundedInPart() | FundedWithReserve():
                assert 100 * fact.left >= rule.partial_percent * fact.cost
                assert fact.cost > fact.left == left
            case DidNotFit():
                assert fact.cost - fact.left == fact.missing > 0
            case NotReached():
                assert rule.misfit == "stop" or fact.ended_at in {outcome.partly, *outcome.funded[-1:]}
            case BelowThreshold():
                assert fact.score < fact.threshold
            case CategoryFull(category=category, measure=measure, most=most, taken=taken):
                need = 1 if measure == "projects" else fact.cost
                assert taken <= most < taken + need
                assert category in next(p.categories for p in case.projects if p.id == fact.project)
            case Excluded():
                assert fact.by in outcome.funded
                assert any({fact.project, fact.by} <= set(names) for names in rule.exclusive)


@steady
@given(elections())
def test_further_supporters_are_counted_exactly(election: Election) -> None:
    """With so many more ballots for it alone a project is funded, with any fewer it is not; null: with none."""
    rule = election[3]
    for fact in greedy_by_votes(case_of(election), rule).explanations:
        if isinstance(fact, DidNotFit | NotReached | BelowThreshold | Excluded | CategoryFull):
            enough = 30 if fact.further is None else fact.further
            for further in range(enough + 1):
                more = case_of(election, *[{fact.project: 1}] * further)
                assert (fact.project in slow_greedy(more, rule)[0]) == (further == fact.further)
