"""Outcomes as pages get them: a snapshot with any reasons under any rule."""

from collections.abc import Sequence
from uuid import UUID

from schema.outcome import Explanation, Outcome, Shares, TieBroken
from schema.rules import GreedyByVotes, Rule, TieOrder
from schema.snapshot import CountedProject, Ledger, Snapshot, Sums
from schema.styles import Approval

NOWHERE = UUID(int=0)
GREEDY, LOT = GreedyByVotes(), TieOrder(seed="tärning")


def plain(text: str) -> str:
    """A text with each kind of blank as one space."""
    return " ".join(text.split())


def snapshot(
    reasons: Sequence[Explanation] = (),
    rule: Rule = GREEDY,
    *,
    round_id: UUID = NOWHERE,
    pot_id: UUID = NOWHERE,
    title: str = "Project",
    funded: tuple[str, ...] = (),
    spent: int = 0,
    partly: str | None = None,
    ties: tuple[TieBroken, ...] = (),
    tie_order: TieOrder = LOT,
    shares: Shares | None = None,
) -> Snapshot:
    """A pot of 1 000 kr with projects 1, 2, ... of which the first have these reasons, and three more."""
    known = {int(each.project): each for each in reasons}
    return Snapshot(
        municipality="Brf Eken",
        round_id=round_id,
        round="Gården 2026",
        pot_id=pot_id,
        pot="Gården",
        currency="SEK",
        money=1000_00,
        style=Approval(max_choices=2),
        rule=rule,
        ties=tie_order,
        projects=tuple(
            CountedProject(
                number,
                f"{title} {number}",
                known[number].cost if number in known else 100_00,
                known[number].votes if number in known else 0,
            )
            for number in range(1, max(known, default=0) + 4)
        ),
        sums=Sums(
            electors=12,
            voters=9,
            revisions=14,
            counted=8,
            superseded=4,
            withdrawn=1,
            refused={"too-many": 1},
            channels={"online": 6, "paper": 2},
        ),
        ballots_floor=0,
        ledger=Ledger("testserver.local", 14, "cd" * 32),
        input_hash="ab" * 32,
        outcome=Outcome(
            funded=funded,
            spent=spent,
            budget=1000_00,
            explanations=tuple(reasons),
            ties=ties,
            shares=shares,
            partly=partly,
        ),
    )
