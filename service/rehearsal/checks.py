"""What must hold after a round, whatever its outcome: checked on what the house gave out and published."""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from schema.ballots import Receipt
from schema.pb import read_pb
from schema.snapshot import Inputs, Snapshot, input_hash


class Check(msgspec.Struct, frozen=True):
    """A sentence, and whether it is true."""

    holds: bool
    sentence: str


def check_sums(snapshot: Snapshot, accepted: int, voters: int) -> Check:
    """Every revision that was accepted is in the published sum (P1, P11), and each voter counts once (P2)."""
    sums = snapshot.sums
    refused = sum(sums.refused.values())
    holds = sums.revisions == accepted == sums.counted + sums.superseded + refused and sums.counted == voters
    said = f"{sums.counted:,} counted + {sums.superseded:,} changed later + {refused:,} refused"
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


def check_money(snapshot: Snapshot) -> Check:
    """The funded projects cost what is said to be spent, and no more than the pot."""
    costs = {str(project.number): project.cost for project in snapshot.projects}
    spent = sum(costs[project] for project in snapshot.outcome.funded)
    holds = spent == snapshot.outcome.spent <= snapshot.money
    return Check(holds, f"The funded projects {'stay' if holds else 'do not stay'} within the money of the pot.")
