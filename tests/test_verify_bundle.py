"""P12: the second program that checks a bundle is a stranger to the first, and counts as it does."""

import ast
import json
import sys
from collections import Counter
from pathlib import Path
from random import Random

import msgspec
import pytest
from msgspec.structs import replace

from schema import styles
from schema.keys import Signer
from schema.rules import Criterion, EqualShares, GreedyByVotes, MaximinSupport, Rule, SequentialPhragmen, TieOrder
from schema.snapshot import Group, Inputs, canonical
from schema.styles import Approval, Cumulative, Knapsack, Ranked, Scored, Style, check_choices
from schema.tree import EMPTY, grow, root
from service.rehearsal.election import read_election
from tests import verify_bundle
from tests.pabulib import election
from tests.tally.examples import GREEDY, SHARES
from tests.verify_bundle import Wrong, check_ballot, recount, roots_of, signed, signed_plainly
from workers.profile import count_inputs

NUMBER = 200
"""How many small elections each variant of a rule is tried on."""
STYLES: tuple[Style, ...] = (Approval(7), Knapsack(9), Cumulative(9, 4), Ranked(7), Scored(3))
ORDERS: tuple[tuple[Criterion, ...], ...] = (
    ("lower_cost", "more_votes", "lot"),
    ("more_votes", "id"),
    ("lot",),
    ("id",),
)
VARIANTS: tuple[Rule, ...] = (
    *(replace(rule, exclusive=(("1", "2"), ("2", "3"))) if rule.exclusive else rule for rule in GREEDY),
    *SHARES,
    *(
        EqualShares(step=step, completion=completion, comparison=comparison, partial_percent=30)
        for step in (0, 1)
        for completion in ("votes", "phragmen")
        for comparison in (False, True)
    ),
)


def chance_inputs(chance: Random, rule: Rule) -> Inputs:
    """A small election full of ties: few costs, projects up to number 11, blank ballots, in any style."""
    style = chance.choice(STYLES)
    costs = [chance.randint(1, 6) for _ in range(3)]
    projects = sorted({1, 2, 3, *chance.sample(range(4, 12), chance.randint(0, 4))})
    cast: Counter[tuple[tuple[int, ...], tuple[int, ...]]] = Counter()
    for _ in range(chance.randint(0, 9)):
        chosen = chance.sample(projects, chance.randint(0, len(projects)))
        choices = tuple(chosen if isinstance(style, Ranked) else sorted(chosen))
        pointed = isinstance(style, Cumulative | Scored)
        cast[choices, tuple(chance.randint(1, 3) for _ in choices) if pointed else ()] += chance.randint(1, 3)
    return Inputs(
        chance.randint(1, 20),
        rule,
        TieOrder(f"seed {chance.random()}", chance.choice(ORDERS)),
        style,
        tuple((number, chance.choice(costs)) for number in projects),
        tuple(sorted(Group(choices, voters, points) for (choices, points), voters in cast.items())),
    )


def both(inputs: Inputs) -> list[object]:
    """What the one program and the other fund, whole and in part, and spend."""
    ours = count_inputs(inputs)
    funded = [int(project) for project in ours.funded]
    return [(funded, ours.partly and int(ours.partly), ours.spent), recount(json.loads(canonical(inputs)))]


def test_it_shares_no_code() -> None:
    """It imports the standard library, and Ed25519 where that is at hand: nothing of Byalag."""
    tree = ast.parse(Path(verify_bundle.__file__).read_text(encoding="utf-8"))
    named = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    named |= {node.module or "." for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in named} - sys.stdlib_module_names == {"cryptography"}


@pytest.mark.parametrize("rule", VARIANTS, ids=repr)
def test_it_funds_the_same_projects(rule: Rule) -> None:
    """In the same order, for the same money, on small elections full of ties, by every variant of its rules."""
    chance = Random(repr(rule))
    for _ in range(NUMBER):
        inputs = chance_inputs(chance, rule)
        ours, theirs = both(inputs)
        assert ours == theirs, inputs


@pytest.mark.parametrize(
    "name",
    [
        "Netherlands_Assen_2024",
        "Poland_Swiecie_2023",
        "Poland_Wieliczka_2023_Green_Budget",
        "Poland_Katowice_2023_Zarzecze",
        "Poland_Krakow_2019_Bienczyce",
        "Poland_Poznan_2023_9_-_Stare_Miasto",
        "Poland_Zabrze_2021_Makoszowy",
        "Poland_Wroclaw_2017_Rejon_nr_14_250",
    ],
)
def test_it_funds_the_same_projects_of_a_city(name: str) -> None:
    """A real election comes out the same, by the rule that its file declares."""
    ours, theirs = both(inputs_of(name))
    assert ours == theirs


def inputs_of(name: str) -> Inputs:
    """A real election as what is counted."""
    read = read_election(election(name))
    cast = Counter(read.ballots)
    groups = sorted(Group(ballot.choices, voters, ballot.points) for ballot, voters in cast.items())
    return replace(read.form(TieOrder("a seed")), ballots=tuple(groups))


@pytest.mark.parametrize("rule", [SequentialPhragmen(), MaximinSupport()])
def test_it_says_what_it_does_not_count(rule: Rule) -> None:
    """Rules by loads are not counted, instead of being counted wrongly."""
    assert recount(json.loads(canonical(chance_inputs(Random(1), rule)))) is None


@pytest.mark.parametrize("rule", [GreedyByVotes(), EqualShares()])
def test_it_does_not_count_by_an_option_that_it_does_not_know(rule: Rule) -> None:
    """It says which; one that is not in use does no harm."""
    inputs = json.loads(canonical(chance_inputs(Random(1), rule)))
    counted = recount(inputs)
    inputs["rule"]["caps"] = []
    assert recount(inputs) == counted
    inputs["rule"]["caps"] = [["sport", 100]]
    with pytest.raises(Wrong, match="unknown option, caps"):
        recount(inputs)


@pytest.mark.parametrize(
    "style", [Approval(2, 1), Knapsack(9), Cumulative(6, 3, 2), Cumulative(6, 3), Ranked(3, 1), Scored(2)], ids=repr
)
def test_it_knows_what_a_ballot_may_be(style: Style) -> None:
    """Of ballots by chance it takes those that the house takes, in the form in which the house keeps them."""
    chance, costs = Random(repr(style)), {1: 3, 2: 5, 3: 2, 4: 9}
    taken = Counter[bool]()
    for _ in range(1000):
        choices = chance.choices(range(1, 4 + (chance.random() < 0.1) * 2), k=chance.randint(0, 3))
        points = [chance.randint(0, 4) for _ in range(chance.choice((0, len(choices), len(choices), 1)))]
        valid = check_choices(style, costs, choices, points) is None
        kept = valid and styles.canonical(style, choices, points) == (tuple(choices), tuple(points))
        try:
            check_ballot(msgspec.to_builtins(style), costs, choices, points)
        except Wrong:
            assert not kept, (choices, points)
        else:
            assert kept, (choices, points)
        taken[kept] += 1
    assert min(taken[True], taken[False]) > 20


def test_its_tree_is_the_ledgers() -> None:
    """Grown leaf by leaf it has the same root at every size."""
    leaves = [bytes([number % 256, number // 256]) * 16 for number in range(600)]
    tiles = grow({}, 0, leaves)
    assert roots_of(leaves, {*range(601), 700}) == {
        size: root(tiles, size) if size else EMPTY for size in range(len(leaves) + 1)
    }


def test_its_signatures_are_those_of_the_standard() -> None:
    """The first example of RFC 8032, 7.1."""
    public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    signature = bytes.fromhex(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595b"
        "be24655141438e7a100b"
    )
    assert signed_plainly(public, signature, b"")
    assert not signed_plainly(public, signature, b"\0")


def test_its_signatures_are_those_of_the_library() -> None:
    """With and without it, the same signatures are good, and the same are forged."""
    chance = Random(8032)
    for number in range(20):
        signer, message = Signer(chance.randbytes(32)), chance.randbytes(number)
        public, signature = signer.public_bytes, signer.sign(message)
        forged = [bytearray(signature) for _ in range(4)]
        for each in forged:
            each[chance.randrange(64)] ^= 1 << chance.randrange(8)
        others = [*map(bytes, forged), signature[:63], b"", signature[:32] + b"\xff" * 32]
        assert [check(public, signature, message) for check in (signed, signed_plainly)] == [True, True]
        assert not any(check(public, other, message) for check in (signed, signed_plainly) for other in others)
        assert not any(check(chance.randbytes(32), signature, message) for check in (signed, signed_plainly))
