"""What must hold after a round, whatever its outcome: checked on what the house gave out and published."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from schema.ballots import Receipt
from schema.checkpoint import Head, read_checkpoint, read_key
from schema.pb import read_pb
from schema.snapshot import Inputs, Snapshot, input_hash
from schema.tree import EMPTY, consistent, included, leaf_hash
from service.rehearsal.answers import Standing


class Check(msgspec.Struct, frozen=True):
    """A sentence, and whether it is true."""

    holds: bool
    sentence: str


class Verified(msgspec.Struct, frozen=True):
    """What ``byalag verify --json`` prints: whether everything holds, and each step."""

    holds: bool
    findings: tuple[Check, ...]


def check_sums(snapshot: Snapshot, accepted: int, voters: int, withdrawn: int) -> Check:
    """Every revision that was accepted is in the published sum (P1, P11), and each voter counts once (P2).

    ``withdrawn`` others took their ballots back and do not count.
    """
    sums = snapshot.sums
    refused = sum(sums.refused.values())
    terms = sums.counted + sums.superseded + sums.withdrawn + refused
    holds = sums.revisions == accepted == terms and (sums.counted, sums.withdrawn) == (voters, withdrawn)
    said = (
        f"{sums.counted:,} counted + {sums.superseded:,} changed later + {sums.withdrawn:,} withdrawn"
        f" + {refused:,} refused"
    )
    if holds:
        return Check(True, f"All {accepted:,} accepted ballots are accounted for: {said}.")
    return Check(False, f"{accepted:,} ballots of {voters:,} voters were accepted, but of {sums.revisions:,}: {said}.")


def check_receipts(receipts: Sequence[Receipt], keys: Mapping[str, str]) -> Check:
    """Every receipt is signed with a published key (hex, by id), and no two are the same."""
    wrong = sum(not signature_holds(receipt, keys) for receipt in receipts)
    twice = len(receipts) - len({receipt.commitment for receipt in receipts})
    if wrong or twice:
        return Check(
            False, f"Of {len(receipts):,} receipts {wrong:,} are not signed by the house, {twice:,} are double."
        )
    return Check(True, f"All {len(receipts):,} receipts carry the house's signature, and no two are the same.")


def signature_holds(receipt: Receipt, keys: Mapping[str, str]) -> bool:
    """Whether one of these keys signed the receipt. Written out here, as a stranger to the house would have to."""
    said = (receipt.origin, receipt.round_id, receipt.pot_id, receipt.commitment, receipt.accepted_at)
    message = "\n".join(["byalag receipt 1", *map(str, said), ""]).encode()
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(keys[receipt.key_id]))
        public.verify(bytes.fromhex(receipt.signature), message)
    except (KeyError, ValueError, InvalidSignature):
        return False
    return True


def check_ledger(
    receipts: Sequence[Receipt], standings: Sequence[Standing], notes: Sequence[str], keys: Sequence[str]
) -> Check:
    """The ballot of every receipt has a place of its own in the ledger, proven to the last signed head (P5)."""
    (head,) = _heads(notes[-1:], keys)
    missing = [
        receipt
        for receipt, standing in zip(receipts, standings, strict=True)
        if standing.checkpoint != notes[-1]
        or standing.position is None
        or not included(
            leaf_hash(bytes.fromhex(receipt.commitment)),
            standing.position,
            head.size,
            [bytes.fromhex(step) for step in standing.proof],
            head.root,
        )
    ]
    places = len({standing.position for standing in standings})
    if missing or places != len(receipts):
        return Check(False, f"Of {len(receipts):,} receipts {len(missing):,} are not proven to be in the ledger.")
    return Check(True, f"Each of {len(receipts):,} receipts is in the ledger of {head.size:,}, by proof.")


def check_heads(notes: Sequence[str], proofs: Sequence[Sequence[str]], keys: Sequence[str]) -> Check:
    """Every head is signed, and each began as the one before: nobody was shown another history (P5)."""
    heads = _heads(notes, keys)
    holds = heads[0] == Head(0, EMPTY) and all(
        consistent(older.size, newer.size, [bytes.fromhex(step) for step in proof], older.root, newer.root)
        for (older, newer), proof in zip(pairwise(heads[1:]), proofs, strict=True)
    )
    return Check(holds, f"The ledger's {len(heads):,} signed heads {'agree' if holds else 'do not agree'}.")


def _heads(notes: Sequence[str], keys: Sequence[str]) -> list[Head]:
    """What these notes sign, each with one of the ledger's published keys."""
    known = [read_key(key) for key in keys]
    return [read_checkpoint(note, known[0][0], [public for _, public in known]) for note in notes]


def check_inputs(snapshot: Snapshot, inputs: Inputs) -> Check:
    """What was counted is what was cast, by the hash that is published with the outcome."""
    if snapshot.input_hash == input_hash(inputs).hex():
        return Check(True, "What was counted is what was cast: the published hash of all ballots agrees.")
    return Check(False, "The published hash of all ballots is not that of the ballots cast.")


def check_download(snapshot: Snapshot, download: bytes) -> Check:
    """The published ``.pb`` file gives every project the supporters that the outcome says, and the same outcome."""
    file = read_pb(download)
    supporters = Counter(choice for voter in file.voters for choice in voter.choices)
    differ = [project.number for project in snapshot.projects if supporters[str(project.number)] != project.supporters]
    if differ or file.published != frozenset(snapshot.outcome.funded) or len(file.voters) != snapshot.sums.counted:
        return Check(False, f"The downloaded ballots do not recount to the outcome (projects {differ or 'agree'}).")
    return Check(
        True, f"The download of {len(file.voters):,} ballots recounts to the same supporters of every project."
    )


def check_verified(code: int | None, said: bytes, complained: bytes) -> Check:
    """What ``byalag verify --json`` answered about the round's bundle: its exit code and its two streams."""
    try:
        verified = msgspec.json.decode(said, type=Verified)
    except msgspec.DecodeError:
        return Check(False, f"byalag verify could not check the bundle: {complained.decode().strip()}")
    wrong = [step.sentence for step in verified.findings if not step.holds]
    if code or wrong or not verified.holds:
        return Check(False, f"byalag verify rejects the bundle: {' '.join(wrong)}")
    return Check(True, f"byalag verify accepts the bundle of the whole round, in {len(verified.findings)} steps.")


def check_money(snapshot: Snapshot) -> Check:
    """The funded projects cost what is said to be spent, and no more than the pot."""
    costs = {str(project.number): project.cost for project in snapshot.projects}
    spent = sum(costs[project] for project in snapshot.outcome.funded)
    holds = spent == snapshot.outcome.spent <= snapshot.money
    return Check(holds, f"The funded projects {'stay' if holds else 'do not stay'} within the money of the pot.")
