"""What must hold after a round is seen when it does not."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest

from schema.ballots import Receipt, sign_receipt
from schema.checkpoint import Head, verification_key, write_checkpoint
from schema.keys import Signer
from schema.outcome import Outcome
from schema.rules import GreedyByVotes, TieOrder
from schema.snapshot import CountedProject, Ledger, Snapshot, Sums
from schema.styles import Approval
from schema.tree import EMPTY, consistency, grow, inclusion, root
from service.rehearsal.answers import Standing
from service.rehearsal.checks import (
    check_download,
    check_heads,
    check_ledger,
    check_money,
    check_receipts,
    check_sums,
    check_verified,
)

NOBODY = UUID(int=0)
SIGNER = Signer(bytes(32))
PUBLIC = {SIGNER.key_id: SIGNER.public_bytes.hex()}
SNAPSHOT = Snapshot(
    municipality="Brf Eken",
    round_id=NOBODY,
    round="Eken",
    pot_id=NOBODY,
    pot="Eken",
    currency="SEK",
    money=1000,
    style=Approval(2),
    rule=GreedyByVotes(),
    ties=TieOrder(seed="x"),
    projects=(CountedProject(1, "Benches", 600, 2), CountedProject(2, "Lamps", 500, 1)),
    sums=Sums(
        electors=4, voters=3, revisions=4, counted=2, superseded=1, withdrawn=1, refused={}, channels={"online": 2}
    ),
    ballots_floor=0,
    ledger=Ledger("eken.example/api/log/1", 4, "ab" * 32),
    input_hash="",
    outcome=Outcome(funded=("1",), spent=600, budget=1000, explanations=(), ties=()),
)
DOWNLOAD = """\
META
key;value
budget;10
vote_type;approval
PROJECTS
project_id;cost;selected
1;6;1
2;5;0
VOTES
voter_id;vote
1;1
2;1,2
"""


def receipt(number: int) -> Receipt:
    """A receipt of the house."""
    at = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    return sign_receipt("http://eken", NOBODY, NOBODY, bytes([number]) * 32, at, SIGNER)


def test_receipts_of_the_house_are_good() -> None:
    """Signed by a published key, and no two alike."""
    assert check_receipts([receipt(1), receipt(2)], PUBLIC).holds


@pytest.mark.parametrize(
    "receipts",
    [
        [msgspec.structs.replace(receipt(1), accepted_at="2026-03-01T12:01Z")],
        [msgspec.structs.replace(receipt(1), key_id="another")],
        [msgspec.structs.replace(receipt(1), signature="no hex")],
        [receipt(1), receipt(1)],
    ],
)
def test_receipts_that_were_changed_or_came_twice_are_not(receipts: list[Receipt]) -> None:
    """One wrong minute, key or signature is seen, and so is one receipt for two ballots."""
    assert not check_receipts(receipts, PUBLIC).holds


@pytest.mark.parametrize(
    ("accepted", "voters", "withdrawn", "holds"),
    [(4, 2, 1, True), (5, 2, 1, False), (4, 3, 1, False), (4, 2, 0, False), (4, 3, 0, False)],
)
def test_sums_account_for_every_accepted_ballot(accepted: int, voters: int, withdrawn: int, holds: bool) -> None:
    """A lost ballot, a lost voter and a lost withdrawal are seen."""
    assert check_sums(SNAPSHOT, accepted, voters, withdrawn).holds is holds


def test_sums_that_do_not_add_up_are_seen() -> None:
    """A revision must be in one of the terms."""
    sums = msgspec.structs.replace(SNAPSHOT.sums, superseded=0)
    assert not check_sums(msgspec.structs.replace(SNAPSHOT, sums=sums), 4, 2, 1).holds


@pytest.mark.parametrize(("download", "holds"), [(DOWNLOAD, True), (DOWNLOAD.replace("2;1,2", "2;1"), False)])
def test_download_must_recount_to_the_same_supporters(download: str, holds: bool) -> None:
    """A ballot that is other than what was counted is seen."""
    assert check_download(SNAPSHOT, download.encode()).holds is holds


@pytest.mark.parametrize(("spent", "holds"), [(600, True), (500, False)])
def test_money_spent_is_the_cost_of_what_is_funded(spent: int, holds: bool) -> None:
    """A sum that does not agree is seen."""
    outcome = msgspec.structs.replace(SNAPSHOT.outcome, spent=spent)
    assert check_money(msgspec.structs.replace(SNAPSHOT, outcome=outcome)).holds is holds


ACCEPTED = b'{"holds":true,"findings":[{"holds":true,"sentence":"Good.","about":null}]}'
REJECTED = b'{"holds":false,"findings":[{"holds":false,"sentence":"A leaf is missing.","about":null}]}'


def test_a_bundle_that_holds() -> None:
    """The other program ends with code 0, and each of its steps holds."""
    assert check_verified(0, ACCEPTED, b"").holds


@pytest.mark.parametrize(
    ("code", "said", "words"),
    [(1, REJECTED, "A leaf is missing."), (0, REJECTED, "A leaf is missing."), (2, b"", "no such file")],
)
def test_a_bundle_that_does_not_hold_is_seen(code: int, said: bytes, words: str) -> None:
    """And so is one that could not be checked; the reason is told."""
    check = check_verified(code, said, b"no such file")
    assert not check.holds
    assert words in check.sentence


ORIGIN = "eken/api/log/0"
COMMITMENTS = [bytes([number]) * 32 for number in (1, 2, 3)]
TILES = grow({}, 0, COMMITMENTS)
KEYS = [verification_key(ORIGIN, SIGNER.public_bytes)]
NOTES = [write_checkpoint(ORIGIN, Head(size, root(TILES, size) if size else EMPTY), SIGNER) for size in (0, 2, 3)]
RECEIPTS = [receipt(number) for number in (1, 2, 3)]
STANDINGS = [
    Standing(receipt.commitment, "included", place, tuple(step.hex() for step in inclusion(TILES, place, 3)), NOTES[-1])
    for place, receipt in enumerate(RECEIPTS)
]
PROOF = [step.hex() for step in consistency(TILES, 2, 3)]


def test_receipts_in_the_ledger_are_found() -> None:
    """Each by its own proof to the last head."""
    assert check_ledger(RECEIPTS, STANDINGS, NOTES, KEYS).holds


@pytest.mark.parametrize(
    "wrong",
    [
        Standing(RECEIPTS[0].commitment, "waiting", None, (), None),
        msgspec.structs.replace(STANDINGS[0], position=1),
        msgspec.structs.replace(STANDINGS[0], proof=STANDINGS[0].proof[::-1]),
        msgspec.structs.replace(STANDINGS[0], checkpoint=NOTES[1]),
        STANDINGS[1],
    ],
)
def test_a_receipt_that_is_not_in_the_ledger_is_seen(wrong: Standing) -> None:
    """One that waits, another's place or proof, or an older head."""
    assert not check_ledger(RECEIPTS, [wrong, *STANDINGS[1:]], NOTES, KEYS).holds


def test_heads_that_agree() -> None:
    """From the empty ledger on, each began as the one before."""
    assert check_heads(NOTES, [PROOF], KEYS).holds


def test_heads_that_do_not_agree_are_seen() -> None:
    """A history that is another, and one that did not begin empty."""
    other = write_checkpoint(ORIGIN, Head(2, bytes(32)), SIGNER)
    assert not check_heads([NOTES[0], other, NOTES[2]], [PROOF], KEYS).holds
    assert not check_heads(NOTES[1:], [], KEYS).holds
