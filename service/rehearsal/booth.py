"""One pot's vote as seen from outside: who casts there, what the house accepted, and what must hold in the end."""

import asyncio
from collections import Counter
from itertools import pairwise
from uuid import UUID, uuid4

import msgspec

from schema.ballots import Receipt
from schema.snapshot import Group, Inputs, Snapshot
from service.rehearsal.checks import (
    Check,
    check_download,
    check_heads,
    check_inputs,
    check_ledger,
    check_money,
    check_receipts,
    check_sums,
)
from service.rehearsal.client import Client, Refused
from service.rehearsal.election import Ballot


class Booth:
    """``form``: what the outcome depends on, without ballots; ``receipts``: one per accepted ballot or withdrawal.

    ``meant``: every voter's last ballot, equal ones together; ``withdrawn``: voters who took theirs back for good.
    """

    def __init__(self, client: Client, pot_id: UUID, form: Inputs) -> None:
        self._client = client
        self.pot_id = pot_id
        self.form = form
        self.receipts: list[Receipt] = []
        self.meant: Counter[Ballot] = Counter()
        self.withdrawn = 0

    async def cast(self, token: str, *ballots: Ballot) -> None:
        """Cast a voter's ballots, each on top of the one before; the last one is meant."""
        revision = 0
        for ballot in ballots:
            accepted = await self._client.cast(token, self.pot_id, ballot.choices, revision, uuid4().hex, ballot.points)
            self.receipts.append(accepted.receipt)
            revision = accepted.revision
        self.meant[ballots[-1]] += 1

    async def cast_twice(self, token: str, ballot: Ballot) -> bool:
        """Cast a first ballot, and send it again as after a broken line; whether both answers are the same."""
        key = uuid4().hex
        first = await self._client.cast(token, self.pot_id, ballot.choices, 0, key, ballot.points)
        again = await self._client.cast(token, self.pot_id, ballot.choices, 0, key, ballot.points)
        self.receipts.append(first.receipt)
        self.meant[ballot] += 1
        return first == again

    async def take_back(self, token: str, ballot: Ballot) -> bool:
        """Cast a first ballot and take it back, which is sent twice; whether both answers to that are the same."""
        accepted = await self._client.cast(token, self.pot_id, ballot.choices, 0, uuid4().hex, ballot.points)
        key = uuid4().hex
        first = await self._client.withdraw(token, self.pot_id, accepted.revision, key)
        again = await self._client.withdraw(token, self.pot_id, accepted.revision, key)
        self.receipts += [accepted.receipt, first.receipt]
        self.withdrawn += 1
        return first == again

    async def try_in_vain(self, token: str, ballot: Ballot) -> str:
        """Cast what the house should refuse; why it did, or nothing when it did not."""
        try:
            await self._client.cast(token, self.pot_id, ballot.choices, 0, uuid4().hex, ballot.points)
        except Refused as refusal:
            return str(refusal)
        return ""

    async def check(self, snapshot: Snapshot) -> tuple[Check, ...]:
        """All that must hold once the pot's outcome is published."""
        groups = sorted(Group(ballot.choices, voters, ballot.points) for ballot, voters in self.meant.items())
        return (
            check_sums(snapshot, len(self.receipts), self.meant.total(), self.withdrawn),
            check_inputs(snapshot, msgspec.structs.replace(self.form, ballots=tuple(groups))),
            await self._check_ballots(snapshot),
            check_money(snapshot),
            check_receipts(self.receipts, await self._client.keys()),
            *await self._check_ledger(snapshot.round_id),
        )

    async def _check_ballots(self, snapshot: Snapshot) -> Check:
        """The ballots can be downloaded, unless they are too few to be shown."""
        try:
            download = await self._client.download(self.pot_id)
        except Refused as refusal:
            return Check(snapshot.withheld, f"So few ballots are shown to auditors only: “{refusal}”")
        return check_download(snapshot, download)

    async def _check_ledger(self, round_id: UUID) -> tuple[Check, ...]:
        """Every receipt is looked up, and every head compared with the one before."""
        ledger = await self._client.ledger(round_id)
        heads = await self._client.heads(round_id)
        notes = [head.note for head in heads]
        sizes = [head.size for head in heads if head.size]
        proofs = [await self._client.consistency(round_id, *pair) for pair in pairwise(sizes)]
        standings = await asyncio.gather(*(self._client.standing(receipt.commitment) for receipt in self.receipts))
        return (
            check_ledger(self.receipts, standings, notes, ledger.verification_keys),
            check_heads(notes, proofs, ledger.verification_keys),
        )
