"""Comparison: known figures, and every figure against a slow count voter by voter."""

from collections.abc import Sequence
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.comparison import Alternative, Area, AreaMoney, Distribution, Pair, WhatIf
from schema.outcome import Outcome
from schema.rules import EqualShares, GreedyByVotes, Rule, SequentialPhragmen, TieOrder
from workers.tally.case import Case
from workers.tally.comparison import compare
from workers.tally.instance import Instance, Profile, Project

GREEDY, SHARES = GreedyByVotes(), EqualShares()
COSTS = {"a": 60, "b": 30, "c": 10, "d": 0}
steady = settings(deadline=None, max_examples=150)


def a_case(ballots: Sequence[str], budget: int = 100) -> Case:
    """A case with the four projects, from words: "ab" is a ballot for a and b, "" a blank one."""
    instance = Instance(budget, tuple(Project(name, cost) for name, cost in COSTS.items()))
    return Case.of(instance, Profile.of(ballots), TieOrder("a seed"))


def funding(funded: str, partly: str | None = None, spent: int | None = None) -> Outcome:
    """An outcome without explanations."""
    cost = sum(COSTS[name] for name in funded)
    return Outcome(tuple(funded), cost if spent is None else spent, 100, (), (), partly=partly)


def test_two_outcomes_side_by_side() -> None:
    """Six voters, one of them blank; a is wanted by three, b by three, c by two of the same."""
    case = a_case(["a", "a", "ab", "bc", "bc", ""])
    found = compare(case, [(GREEDY, funding("ab")), (SHARES, funding("bc"))])
    assert found == WhatIf(
        budget=100,
        voters=6,
        alternatives=(
            Alternative(
                rule=GREEDY,
                funded=("a", "b"),
                spent=90,
                represented=5,
                exclusion_ratio="1/6",
                utility=Distribution("45", (0, 30, 30, 30, 30, 60, 60, 60, 90), "19/54"),
                share=Distribution("15", (0, 10, 10, 10, 10, 20, 20, 20, 30), "19/54"),
                areas=(),
            ),
            Alternative(
                rule=SHARES,
                funded=("b", "c"),
                spent=40,
                represented=3,
                exclusion_ratio="1/2",
                utility=Distribution("55/3", (0, 0, 0, 0, 0, 30, 40, 40, 40), "35/66"),
                share=Distribution("20/3", (0, 0, 0, 0, 0, 10, 15, 15, 15), "13/24"),
                areas=(),
            ),
        ),
        pairs=(Pair(0, 1, 1, 3, "1/3", "3/10", prefer_first=3, prefer_second=2),),
    )


def test_money_is_seen_by_area_beside_people_and_votes() -> None:
    """Projects of no area come last; an area whose people are not known says so."""
    case = a_case(["a", "ab", "cd"])
    areas = {"a": "north", "b": "south", "c": "north"}
    found = compare(case, [(GREEDY, funding("ac")), (SHARES, funding("bd"))], areas, {"north": 700})
    assert found.areas == (
        Area("north", 2, 70, 3, 700),
        Area("south", 1, 30, 1, None),
        Area(None, 1, 0, 1, None),
    )
    assert [alternative.areas for alternative in found.alternatives] == [
        (AreaMoney("north", 2, 70), AreaMoney("south", 0, 0), AreaMoney(None, 0, 0)),
        (AreaMoney("north", 0, 0), AreaMoney("south", 1, 30), AreaMoney(None, 1, 0)),
    ]


def test_a_grant_in_part_counts_for_its_area_and_for_nobody_s_utility() -> None:
    """The project gets 25 of its 30; its supporters have nothing yet that is built."""
    case = a_case(["a", "b"], budget=85)
    found = compare(case, [(GREEDY, funding("a", partly="b", spent=85))], {"a": "north", "b": "south"})
    (alternative,) = found.alternatives
    assert alternative.areas == (AreaMoney("north", 1, 60), AreaMoney("south", 0, 25), AreaMoney(None, 0, 0))
    assert (alternative.spent, alternative.represented) == (85, 1)


def test_every_pair_is_compared_once() -> None:
    """Three alternatives make three pairs, by their places."""
    three: list[tuple[Rule, Outcome]] = [
        (GREEDY, funding("a")),
        (SHARES, funding("b")),
        (SequentialPhragmen(), funding("b")),
    ]
    found = compare(a_case(["a", "b"]), three)
    assert [(pair.first, pair.second, pair.overlap) for pair in found.pairs] == [(0, 1, "0"), (0, 2, "0"), (1, 2, "1")]


def test_a_pot_without_voters_or_projects_funded_has_figures_too() -> None:
    """Nothing is divided by nothing."""
    found = compare(a_case([]), [(GREEDY, funding("")), (SHARES, funding("d"))])
    nothing = Distribution("0", (0,) * 9, "0")
    assert [alternative.utility for alternative in found.alternatives] == [nothing, nothing]
    assert [alternative.exclusion_ratio for alternative in found.alternatives] == ["0", "0"]
    assert found.pairs == (Pair(0, 1, 0, 1, "0", "1", 0, 0),)


def test_a_project_that_is_not_on_the_ballot_is_refused() -> None:
    """The error names it."""
    with pytest.raises(ValueError, match="'z'"):
        compare(a_case(["a"]), [(GREEDY, Outcome(("z",), 0, 100, (), ()))])


def test_what_is_written_can_be_read_again() -> None:
    """The rules keep their names, and no figure is a float."""
    found = compare(a_case(["a", "b", "b"]), [(GREEDY, funding("a")), (SHARES, funding("b"))], {"a": "north"})
    written = msgspec.json.encode(found)
    assert msgspec.json.decode(written, type=WhatIf) == found
    assert b"." not in written


@steady
@given(
    st.lists(st.sets(st.sampled_from("abcd")).map(lambda names: "".join(sorted(names))), max_size=12),
    st.sets(st.sampled_from("abcd")),
    st.sets(st.sampled_from("abcd")),
)
def test_figures_are_what_a_count_voter_by_voter_gives(ballots: list[str], one: set[str], other: set[str]) -> None:
    """Utilities, shares, deciles, Gini, preferences and overlap from their definitions."""
    outcomes = [funding("".join(sorted(one))), funding("".join(sorted(other)))]
    found = compare(a_case(ballots), list(zip((GREEDY, SHARES), outcomes, strict=True)))
    gained = [[sum(COSTS[name] for name in ballot if name in w.funded) for ballot in ballots] for w in outcomes]
    votes = {name: sum(name in ballot for ballot in ballots) for name in COSTS}
    for alternative, outcome, utility in zip(found.alternatives, outcomes, gained, strict=True):
        parts = [sum(COSTS[name] // votes[name] for name in ballot if name in outcome.funded) for ballot in ballots]
        excluded = sum(not set(ballot) & set(outcome.funded) for ballot in ballots)
        assert alternative.represented == len(ballots) - excluded
        assert Fraction(alternative.exclusion_ratio) == (Fraction(excluded, len(ballots)) if ballots else 0)
        assert alternative.utility == slow_distribution(utility)
        assert alternative.share == slow_distribution(parts)
    (pair,) = found.pairs
    assert pair.prefer_first == sum(first > second for first, second in zip(*gained, strict=True))
    assert pair.prefer_second == sum(first < second for first, second in zip(*gained, strict=True))
    assert (pair.common, pair.either) == (len(one & other), len(one | other))


def slow_distribution(having: list[int]) -> Distribution:
    """From the definitions: each voter for herself, each pair of voters for the Gini coefficient."""
    if not having:
        return Distribution("0", (0,) * 9, "0")
    n, mean = len(having), Fraction(sum(having), len(having))
    difference = Fraction(sum(abs(one - other) for one in having for other in having), n * n)
    deciles = (min(v for v in having if 10 * sum(w <= v for w in having) >= k * n) for k in range(1, 10))
    return Distribution(str(mean), tuple(deciles), str(difference / (2 * mean)) if mean else "0")
