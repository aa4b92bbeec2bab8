"""Every style through the house: cast over HTTP, judged, counted, published, and counted again from the file."""

from typing import Any

import pytest

from schema.pb import check, read_pb, rule_of
from schema.rules import TieOrder
from tests.town import Ground, Town, crowd, pot
from workers.tally import count
from workers.tally.reading import read_election

Numbers = tuple[int, ...]

CUMULATIVE = {"style": "cumulative", "max_points": 10, "max_points_per_project": 8, "max_choices": 3}
RANKED = {"style": "ranked", "max_choices": 3}
SCORED = {"style": "scored", "max_score": 5}
CHOOSE_ONE = {"style": "approval", "max_choices": 1}
GREEDY = {"rule": "greedy_by_votes"}
SHARES = {"rule": "equal_shares", "step": 100}

# The two ballots that count are V0's and V1's; V2 casts a blank one.
BALLOTS: dict[str, tuple[dict[str, Any], tuple[Numbers, Numbers], tuple[Numbers, Numbers], list[int]]] = {
    "choose one": (CHOOSE_ONE, ((4,), ()), ((2,), ()), [0, 1, 0, 1]),
    "cumulative": (CUMULATIVE, ((4, 1), (8, 2)), ((2, 1), (6, 1)), [3, 6, 0, 8]),
    "ranked": (RANKED, ((4, 2, 1), ()), ((2, 1), ()), [2, 4, 0, 3]),
    "scored": (SCORED, ((4, 1, 2), (5, 1, 2)), ((2, 3), (5, 1)), [1, 7, 1, 5]),
}


async def _voted(town: Town, style: dict[str, Any], rule: dict[str, Any], *ballots: tuple[Numbers, Numbers]) -> Ground:
    """A pot of 600.00, enough for two of its four projects, in which these ballots and a blank one were cast."""
    pots = [pot(style=style, rule=rule, money=60_000)]
    ground = await town.open_round(register=crowd(len(ballots) + 1), pots=pots)
    for number, (choices, points) in enumerate([*ballots, ((), ())]):
        answer = await (await ground.voter(f"V{number}")).cast(*choices, points=points)
        assert answer.status_code == 201, answer.text
    return ground


@pytest.mark.parametrize("rule", [GREEDY, SHARES], ids=["greedy", "shares"])
@pytest.mark.parametrize(("style", "one", "other", "scores"), BALLOTS.values(), ids=BALLOTS)
async def test_what_was_cast_is_counted_and_can_be_counted_again(
    town: Town,
    style: dict[str, Any],
    rule: dict[str, Any],
    one: tuple[Numbers, Numbers],
    other: tuple[Numbers, Numbers],
    scores: list[int],
) -> None:
    """The file holds the ballots with places and points, and counts by the rule it names to the published outcome."""
    ground = await _voted(town, style, rule, one, other)
    snapshot = await ground.outcome()
    assert (snapshot["sums"]["counted"], snapshot["sums"]["refused"]) == (3, {})
    text = (await town.client.get(f"/api/pots/{ground.pot}/snapshot.pb")).content
    again = read_election(text)
    order = TieOrder(seed="a seed for tests")
    outcome = count(again.instance, again.profile, rule_of(again.head), order)
    assert list(outcome.funded) == snapshot["outcome"]["funded"]
    file = read_pb(text, strict=True)
    points = [file.points_of(voter) for voter in file.voters]
    assert [sum(given.get(str(number), 0) for given in points) for number in range(1, 5)] == scores
    assert [complaint for complaint in check(file) if "has no votes" not in complaint] == []


@pytest.mark.parametrize(("style", "one", "other", "scores"), BALLOTS.values(), ids=BALLOTS)
async def test_what_if_counts_the_same_points(
    town: Town,
    style: dict[str, Any],
    one: tuple[Numbers, Numbers],
    other: tuple[Numbers, Numbers],
    scores: list[int],
) -> None:
    """The comparison's first column is the pot's own outcome."""
    ground = await _voted(town, style, GREEDY, one, other)
    snapshot = await ground.outcome()
    await town.work("compare")
    await ground.officer("POST", "what-if-publication")
    what_if = (await town.client.get(f"/api/pots/{ground.pot}/what-if")).json()
    assert what_if["alternatives"][0]["funded"] == snapshot["outcome"]["funded"]
    assert what_if["voters"] == 3


async def test_greedy_goes_by_points_and_not_by_supporters(town: Town) -> None:
    """One voter's eight points outweigh two voters' single ones."""
    ground = await _voted(town, CUMULATIVE, GREEDY, ((1, 2), (8, 1)), ((2, 3), (1, 6)))
    assert (await ground.outcome())["outcome"]["funded"] == ["1", "3"]


async def test_a_voter_sees_their_points_as_they_are_kept(town: Town) -> None:
    """By project number, points beside their projects."""
    amina = await (await town.open_round(pots=[pot(style=CUMULATIVE)])).voter("AMINA-1")
    await amina.cast(4, 1, points=[8, 2])
    shown = (await amina.ballot()).json()
    assert (shown["choices"], shown["points"]) == ([1, 4], [2, 8])


async def test_a_voter_sees_their_ranking_in_its_order(town: Town) -> None:
    """The best first."""
    amina = await (await town.open_round(pots=[pot(style=RANKED)])).voter("AMINA-1")
    await amina.cast(4, 1, 3)
    assert (await amina.ballot()).json()["choices"] == [4, 1, 3]


async def test_the_same_points_in_another_order_are_a_replay(town: Town) -> None:
    """P4: a client may list the projects of one ballot as it likes."""
    amina = await (await town.open_round(pots=[pot(style=SCORED)])).voter("AMINA-1")
    first = await amina.cast(4, 1, points=[5, 2], key="the-same-key")
    again = await amina.cast(1, 4, points=[2, 5], key="the-same-key")
    assert (again.status_code, again.json()) == (200, first.json())


async def test_a_key_that_comes_back_with_other_points_is_refused(town: Town) -> None:
    """The same projects with other points are another ballot."""
    amina = await (await town.open_round(pots=[pot(style=SCORED)])).voter("AMINA-1")
    await amina.cast(1, points=[5], key="the-same-key")
    assert (await amina.cast(1, points=[4], key="the-same-key")).json()["type"] == "/problems/key-reused"


async def test_a_key_that_comes_back_with_another_ranking_is_refused(town: Town) -> None:
    """The same projects in another order are another ballot."""
    amina = await (await town.open_round(pots=[pot(style=RANKED)])).voter("AMINA-1")
    await amina.cast(1, 2, key="the-same-key")
    assert (await amina.cast(2, 1, key="the-same-key")).json()["type"] == "/problems/key-reused"
