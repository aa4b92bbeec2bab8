"""P6: a snapshot is a pure function of published inputs; the same bytes on every machine."""

import hashlib
import subprocess
import sys
from datetime import date
from uuid import UUID

import msgspec
import pytest
from msgspec.structs import replace

from schema.pb import read_pb, rule_of
from schema.rules import EqualShares, GreedyByVotes, Rule
from schema.snapshot import Group, Ledger, Snapshot, Sums
from schema.styles import Approval, Knapsack
from workers.seal import seal
from workers.store.snapshots import Pot, Project, Sealed

POT = Pot(
    id=UUID(int=2),
    name="Gården",
    money=1000_00,
    style=Approval(max_choices=3),
    rule=EqualShares(step=100),
    criteria=("lower_cost", "more_votes", "lot"),
    round_id=UUID(int=1),
    round="Gården 2026",
    municipality="Brf Eken",
    currency="SEK",
    lot_seed="lot",
    rules_version=1,
    ballots_floor=0,
    opened_on=date(2026, 5, 1),
    closed_on=date(2026, 5, 20),
    close_number=1,
)
PROJECTS = [Project(number, f"Projekt {number}", 100_00 * number) for number in range(1, 8)]
GROUPS = [Group((1, 2), 30), Group((2, 5, 7), 20), Group((), 3), Group((4,), 11), Group((1, 3, 6), 7)]
SUMS = Sums(
    electors=90,
    voters=72,
    revisions=81,
    counted=71,
    superseded=6,
    withdrawn=1,
    refused={"too-many": 1, "not-on-roll": 2},
    channels={"online": 60, "paper": 11},
)

LEDGER = Ledger("vote.example.se/api/log/1", 80, "ab" * 32)


def sealed(rule: Rule = POT.rule) -> Sealed:
    return seal(replace(POT, rule=rule), PROJECTS, GROUPS, SUMS, LEDGER, None)


def digest() -> str:
    """One number for everything that is sealed."""
    made = sealed()
    return hashlib.sha256(made.content + made.input_hash + made.pb).hexdigest()


@pytest.mark.parametrize("hash_seed", ["0", "1", "4711"])
def test_same_bytes(hash_seed: str) -> None:
    """Another process with another hash seed seals the same bytes."""
    code = "from tests.workers.test_seal import digest; print(digest())"
    run = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONHASHSEED": hash_seed}, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == digest()


def test_order_says_nothing() -> None:
    """The order in which ballots and projects come out of the database changes no byte."""
    assert seal(POT, PROJECTS[::-1], GROUPS[::-1], SUMS, LEDGER, None) == sealed()


def test_every_project_explained() -> None:
    """The snapshot has one explanation for every project, funded or not."""
    outcome = msgspec.json.decode(sealed().content, type=Snapshot).outcome
    assert sorted(int(line.project) for line in outcome.explanations) == [project.number for project in PROJECTS]


def test_hash_of_inputs() -> None:
    """The input hash in the text is the one beside it, and it changes with everything that the outcome depends on."""
    first = sealed()
    assert msgspec.json.decode(first.content, type=Snapshot).input_hash == first.input_hash.hex()
    others = [
        seal(replace(POT, money=1), PROJECTS, GROUPS, SUMS, LEDGER, None),
        seal(replace(POT, lot_seed="other"), PROJECTS, GROUPS, SUMS, LEDGER, None),
        seal(replace(POT, style=Knapsack(max_cost=1)), PROJECTS, GROUPS, SUMS, LEDGER, None),
        sealed(GreedyByVotes()),
        seal(POT, [*PROJECTS[:-1], Project(7, "Projekt 7", 1)], GROUPS, SUMS, LEDGER, None),
        seal(POT, PROJECTS, GROUPS[:-1], SUMS, LEDGER, None),
    ]
    assert len({made.input_hash for made in [first, *others]}) == 7


@pytest.mark.parametrize("rule", [EqualShares(step=100), GreedyByVotes(threshold=30)])
def test_rule_in_pb(rule: Rule) -> None:
    """The file declares the rule that was counted."""
    assert rule_of(read_pb(sealed(rule).pb)) == rule
