"""Every reason, every rule with each of its options and every tie is a sentence that residents understand."""

from typing import get_args

import pytest

from schema.outcome import (
    BelowThreshold,
    CategoryFull,
    Comparison,
    CostsMoreThanPot,
    DidNotFit,
    Excluded,
    Explanation,
    FundedByCompletion,
    FundedByLoad,
    FundedByShares,
    FundedByVotes,
    FundedInPart,
    FundedWithReserve,
    LoadTooHigh,
    NotReached,
    Shares,
    SupportersShort,
    TieBroken,
)
from schema.rules import (
    CategoryCap,
    Criterion,
    EqualShares,
    GreedyByVotes,
    MaximinSupport,
    Rule,
    SequentialPhragmen,
    TieOrder,
)
from service.pages.rules import rule_told
from service.pages.telling import told, why
from service.pages.ties import tie_order_told, ties_told
from tests.pages.outcomes import plain, snapshot

REASONS: list[tuple[Explanation, str]] = [
    (
        FundedByVotes("1", position=1, votes=5, score=5, cost=300_00, left=1000_00),
        "5 people chose it. When its turn came, 1 000 kr was left: enough.",
    ),
    (
        FundedInPart("1", votes=5, score=5, cost=900_00, left=400_00),
        "5 people chose it. When its turn came, only 400 kr was left. It gets all of that, towards its cost of 900 kr.",
    ),
    (
        FundedWithReserve("1", position=2, votes=5, score=5, cost=900_00, left=400_00, reserve=500_00),
        "5 people chose it. When its turn came, only 400 kr was left. The pot pays that, and a reserve outside the pot"
        " pays the other 500 kr.",
    ),
    (
        DidNotFit("1", votes=2, score=2, cost=900_00, left=400_00, missing=500_00, further=4),
        "2 people chose it. When its turn came, only 400 kr was left, 500 kr too little."
        " 4 more people choosing it would have been enough.",
    ),
    (
        DidNotFit("1", votes=2, score=2, cost=900_00, left=400_00, missing=500_00, further=None),
        "2 people chose it. When its turn came, only 400 kr was left, 500 kr too little."
        " No number of further votes would have been enough.",
    ),
    (
        DidNotFit("1", votes=2, score=2, cost=1900_00, left=400_00, missing=1500_00, further=None),
        "2 people chose it. When its turn came, only 400 kr was left, 1 500 kr too little."
        " It costs more than the whole pot, so no number of further votes would have been enough.",
    ),
    (
        NotReached("1", votes=0, score=0, cost=100_00, ended_at="2", further=1),
        "Nobody chose it. The count had ended before its turn came, at “Project 2”."
        " 1 more person choosing it would have been enough.",
    ),
    (
        BelowThreshold("1", votes=3, score=3, cost=100_00, threshold=5, further=2),
        "3 people chose it. To be in the running it needed at least 5 people."
        " 2 more people choosing it would have been enough.",
    ),
    (
        Excluded("1", votes=3, score=3, cost=100_00, by="2", further=2),
        "3 people chose it. It could not be funded together with “Project 2”, whose turn came first."
        " 2 more people choosing it would have been enough.",
    ),
    (
        CategoryFull("1", votes=3, score=3, cost=9_00, category="Art", measure="projects", most=2, taken=2, further=1),
        "3 people chose it. Of the category “Art” at most 2 projects could be funded, and 2 had been when its turn"
        " came. 1 more person choosing it would have been enough.",
    ),
    (
        CategoryFull("1", 3, 3, 9_00, category="Art", measure="money", most=8_00, taken=4_00, further=None),
        "3 people chose it. For projects of the category “Art” at most 8 kr could be spent, and 4 kr had been when its"
        " turn came. No number of further votes would have been enough.",
    ),
    (
        FundedByShares("1", position=2, votes=3, cost=100_00, rho="1/3", payment="10000/3"),
        "3 people chose it and paid for it from their shares, nobody more than about 33,33 kr.",
    ),
    (
        FundedByShares("1", position=1, votes=3, cost=0, rho="0", payment="0"),
        "3 people chose it. It costs nothing.",
    ),
    (
        SupportersShort("1", votes=1, cost=450_00, held="20000", missing="25000", further=3, left=400_00),
        "1 person chose it. Together they had 200 kr of their shares left for it, 250 kr too little."
        " What remained at the end, 400 kr, was too little as well."
        " 3 more people choosing it, and nothing else, would have been enough.",
    ),
    (
        SupportersShort("1", votes=4, cost=450_00, held="20000", missing="25000", further=1),
        "4 people chose it. Together they had 200 kr of their shares left for it, 250 kr too little."
        " 1 more person choosing it, and nothing else, would have been enough.",
    ),
    (
        SupportersShort("1", votes=0, cost=450_00, held="0", missing="45000", further=None),
        "Nobody chose it, so there were no shares to pay for it. No number of further votes would have been enough.",
    ),
    (
        SupportersShort("1", votes=0, cost=0, held="0", missing="0", further=0),
        "Nobody chose it, so there were no shares to pay for it.",
    ),
    (
        FundedByCompletion("1", position=3, votes=2, cost=200_00, left=600_00),
        "2 people chose it. It was paid from what the shares had left over, 600 kr at its turn.",
    ),
    (
        FundedByLoad("1", position=1, votes=3, cost=100_00, load="10000/3", left=1000_00),
        "3 people chose it and could pay for it when each voter’s share was about 33,33 kr.",
    ),
    (
        FundedByLoad("1", position=1, votes=3, cost=0, load="0", left=1000_00),
        "3 people chose it. It costs nothing.",
    ),
    (
        LoadTooHigh("1", votes=2, cost=900_00, load="45000", left=400_00, ended_at=None),
        "2 people chose it and could have paid for it when each voter’s share was 450 kr,"
        " but only 400 kr was left in the pot then, 500 kr too little.",
    ),
    (
        LoadTooHigh("1", votes=1, cost=300_00, load="30000", left=400_00, ended_at="2"),
        "1 person chose it and could have paid for it when each voter’s share was 300 kr,"
        " but the count had ended before, at “Project 2”.",
    ),
    (
        LoadTooHigh("1", votes=0, cost=900_00, load=None, left=400_00, ended_at=None),
        "Nobody chose it, so there were no shares to pay for it.",
    ),
    (
        CostsMoreThanPot("1", votes=1, cost=2000_00, budget=1000_00),
        "It costs more than the whole pot of 1 000 kr, so it could not be funded.",
    ),
]


@pytest.mark.parametrize(("reason", "sentence"), REASONS)
def test_a_reason_is_a_sentence(reason: Explanation, sentence: str) -> None:
    """All that a resident needs of it, and the same word for the same thing."""
    assert plain(why(reason, snapshot([reason]))) == sentence


def test_no_reason_is_forgotten() -> None:
    """There is a sentence above for each kind of explanation."""
    assert {type(reason) for reason, _ in REASONS} == set(get_args(Explanation))


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (
            FundedByVotes("1", position=1, votes=5, score=12, cost=300_00, left=1000_00),
            "5 people gave it 12 points. When its turn came, 1 000 kr was left: enough.",
        ),
        (
            BelowThreshold("1", votes=1, score=3, cost=100_00, threshold=5, further=2),
            "1 person gave it 3 points. To be in the running it needed at least 5 points."
            " 2 more people giving it one point each would have been enough.",
        ),
    ],
)
def test_points_are_called_points(reason: Explanation, sentence: str) -> None:
    """Where a score is not a number of people, it is not told as one."""
    assert plain(why(reason, snapshot([reason]))) == sentence


def test_one_outcome_speaks_of_points_or_of_people() -> None:
    """A project whose score happens to be the number of its voters is told like the others."""
    one = FundedByVotes("1", position=1, votes=5, score=12, cost=300_00, left=1000_00)
    other = FundedByVotes("2", position=2, votes=1, score=1, cost=300_00, left=700_00)
    assert plain(why(other, snapshot([one, other]))).startswith("1 person gave it 1 point. ")


def test_shares_for_points_are_paid_by_the_point() -> None:
    """With additive utilities a payment is for each point."""
    reason = FundedByShares("1", position=1, votes=3, cost=100_00, rho="2500", payment="2500")
    assert plain(why(reason, snapshot([reason], EqualShares(utility="additive")))) == (
        "3 people chose it and paid for it from their shares, at most 25 kr for each point they gave it."
    )


def test_a_part_stands_with_what_is_funded() -> None:
    """A project that gets money is not among those that get none, and says how much."""
    whole = FundedByVotes("2", position=1, votes=9, score=9, cost=600_00, left=1000_00)
    part = FundedInPart("1", votes=5, score=5, cost=900_00, left=400_00)
    late = NotReached("3", votes=1, score=1, cost=100_00, ended_at="1", further=None)
    funded, others = told(snapshot([whole, part, late], funded=("2",), partly="1"))
    assert [(row.project.number, row.got, row.part) for row in funded] == [(2, 600_00, False), (1, 400_00, True)]
    assert [row.project.number for row in others] == [3]


SHARES = Shares(increments=7, share="10000/3")
RULES: list[tuple[Rule, str]] = [
    (GreedyByVotes(), "Projects were taken in the order of how many people chose them."),
    (
        GreedyByVotes(per_cost=True),
        "Projects were taken in the order of value for money: the number of people who chose them, divided by their"
        " cost.",
    ),
    (
        GreedyByVotes(),
        "A project that cost more than what was left in the pot was passed over, and the next one had its turn.",
    ),
    (GreedyByVotes(misfit="stop"), "The first project that cost more than what was left in the pot ended the count."),
    (GreedyByVotes(threshold=50), "Only projects chosen by at least 50 people were in the running."),
    (GreedyByVotes(threshold_percent=5), "Only projects chosen by at least 5% of all voters were in the running."),
    (
        GreedyByVotes(threshold=50, threshold_percent=5),
        "Only projects chosen by at least 50 people and at least 5% of all voters were in the running.",
    ),
    (
        GreedyByVotes(exclusive=(("1", "2", "3"),)),
        "Of “Project 1”, “Project 2” and “Project 3” only one could be funded, the one whose turn came first.",
    ),
    (
        GreedyByVotes(partial_percent=50),
        "The first project that cost more than what was left in the pot got all of it, if that was at least 50% of its"
        " cost, and the count ended there. Otherwise it was passed over, and the next one had its turn.",
    ),
    (
        GreedyByVotes(partial_percent=50, reserve=True, misfit="stop"),
        "The first project that cost more than what was left in the pot was funded all the same if the pot could pay at"
        " least 50% of its cost: a reserve outside the pot paid the rest. Either way the count ended there.",
    ),
    (
        GreedyByVotes(caps=(CategoryCap("Art", projects=2, money=400_00),)),
        "For the category “Art” there was at most 2 projects and 400 kr.",
    ),
    (EqualShares(), "first came the one of whose cost each of them had to pay the smallest part."),
    (EqualShares(utility="cardinality"), "first came the one that asked the least of each of them."),
    (EqualShares(utility="additive"), "first came the one that asked the least of them for each point they gave it"),
    (EqualShares(), "Each voter’s share was about 33,33 kr."),
    (
        EqualShares(step=100),
        "So that little is left over, every share was raised by 1 kr at a time, for as long as the projects did not"
        " cost more than the pot: 7 times in the end. Each voter’s share was then about 33,33 kr.",
    ),
    (EqualShares(step=100, until="exhaustive"), "until no other project fitted into the pot"),
    (EqualShares(), "What was left after that stays in the pot."),
    (
        EqualShares(completion="votes"),
        "What was left after that was given out by votes, to projects that still fitted.",
    ),
    (EqualShares(completion="phragmen"), "For what was left after that, the shares grew on, for all alike"),
    (SequentialPhragmen(), "As soon as the people who chose a project could pay for it together"),
    (
        SequentialPhragmen(),
        "The first project that cost more than what was left in the pot ended the count.",
    ),
    (
        SequentialPhragmen(misfit="skip"),
        "A project that cost more than what was left in the pot was passed over, and the next one had its turn.",
    ),
    (MaximinSupport(), "The next project was always the one for which the shares had to be raised least"),
    (
        EqualShares(completion="votes", partial_percent=50),
        "The first project that cost more than what was left in the pot got all of it, if that was at least 50%",
    ),
    (
        SequentialPhragmen(partial_percent=50),
        "if that was at least 50% of its cost. Either way the count ended there.",
    ),
    (MaximinSupport(misfit="skip", partial_percent=50), "Otherwise it was passed over, and the next one had its turn."),
    (MaximinSupport(misfit="skip"), "A project that cost more than what was left in the pot was passed over"),
]


@pytest.mark.parametrize(("rule", "sentence"), RULES)
def test_a_rule_tells_its_options(rule: Rule, sentence: str) -> None:
    """Each option that changes an outcome is in the description of the rule."""
    shares = SHARES if isinstance(rule, EqualShares) else None
    assert sentence in plain(" ".join(rule_told(snapshot((), rule, shares=shares))))


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (GreedyByVotes(), "Projects were taken in the order of how many points they got."),
        (GreedyByVotes(per_cost=True), "the number of points they got, divided by their cost."),
        (GreedyByVotes(threshold=50), "Only projects that got at least 50 points were in the running."),
        (
            GreedyByVotes(threshold_percent=5),
            "Only projects that got at least 5 points for every hundred voters were in the running.",
        ),
    ],
)
def test_a_rule_for_points_speaks_of_points(rule: Rule, sentence: str) -> None:
    """As the reasons do."""
    reason = FundedByVotes("1", position=1, votes=5, score=12, cost=300_00, left=1000_00)
    assert sentence in plain(" ".join(rule_told(snapshot([reason], rule))))


@pytest.mark.parametrize(
    ("comparison", "sentence"),
    [
        (Comparison(1, 4, False), "4 voters got more of the money to what they chose by equal shares, 1 by votes, so"),
        (Comparison(1, 4, False), "so the outcome by equal shares stands."),
        (Comparison(4, 1, True), "so the outcome by votes was used instead."),
    ],
)
def test_the_comparison_is_told_last(comparison: Comparison, sentence: str) -> None:
    """After the completion, whose outcome it compares."""
    shares = Shares(increments=0, share="100", comparison=comparison)
    rule = EqualShares(completion="votes", comparison=True)
    assert sentence in plain(rule_told(snapshot((), rule, shares=shares))[-1])


@pytest.mark.parametrize(
    ("criterion", "decides", "because"),
    [
        ("lower_cost", "the project that costs less", "it costs less"),
        ("more_votes", "the project that more people chose", "more people chose it"),
        (
            "id",
            "the project whose number comes first when numbers are sorted like words (10 before 9)",
            "its number comes first",
        ),
        ("lot", "a lot", "the lot put it first"),
    ],
)
def test_a_tie_says_what_decided_it(criterion: Criterion, decides: str, because: str) -> None:
    """In the order of the criteria, and for each tie that was broken."""
    order = TieOrder(seed="tärning", criteria=tuple(dict.fromkeys((criterion, "lot"))))
    found = snapshot(ties=(TieBroken(("1", "3", "2"), "1", criterion),), tie_order=order)
    assert tie_order_told(found).startswith(f"Where two projects were level, this decided: {decides}")
    assert ties_told(found) == [
        f"“Project 1”, “Project 3” and “Project 2” were level. “Project 1” came first, because {because}."
    ]


def test_a_lot_that_is_not_drawn_is_not_mentioned() -> None:
    """An order that ends with the projects' numbers needs none."""
    order = TieOrder(seed="tärning", criteria=("lower_cost", "id"))
    assert "lot" not in tie_order_told(snapshot(tie_order=order)).split()
