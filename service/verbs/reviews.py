"""Reviews: what cannot be done is declined, what breaks the rules of conduct is hidden, and both can be taken back."""

from typing import Literal
from uuid import UUID

import msgspec

from schema.errors import RoleMissing, Settled
from schema.events import ProposalDeclined, ProposalHidden, ProposalReopened
from schema.faults import Fault
from service.house import House
from service.reading import Reason
from service.rights import MODERATORS, REVIEWERS
from service.store import outbox, proposals
from service.store.proposals import Proposal
from service.store.roll import Officer
from service.verbs.proposals import ProposalView, found_proposal, shown
from service.verbs.rounds import own_round

Ground = Literal["personal-data", "hate", "advertising", "not-a-proposal", "other"]

_OF = {"declined": ("submitted",), "hidden": ("submitted", "shortlisted", "declined", "withdrawn")}
"""Which proposals can be declined and hidden; a project that is on the ballot already stays there."""
_DECIDE = {"declined": REVIEWERS, "hidden": MODERATORS}
_EVENTS: dict[str, type[ProposalDeclined | ProposalHidden | ProposalReopened]] = {
    "declined": ProposalDeclined,
    "hidden": ProposalHidden,
    "reopened": ProposalReopened,
}


class ReviewDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What becomes of a proposal. Everybody reads the ``reason`` why it is declined.

    One that is hidden needs a ``ground``; its ``reason`` is read by its author alone, and needed where the ground is
    ``other``. ``reopened`` takes back that it was declined or hidden: it is again what it was before.
    """

    state: Literal["declined", "hidden", "reopened"]
    ground: Ground | None = None
    reason: Reason | None = None

    def __post_init__(self) -> None:
        if (self.state == "hidden") != (self.ground is not None):
            raise Fault("a ground is named where a proposal is hidden, and only there")
        if self.ground in {None, "other"} and not (self.reason or "").strip():
            raise Fault("say in words why")


class Queue(msgspec.Struct, frozen=True):
    """A page of a round's proposals in one state, and how many are in each."""

    proposals: list[ProposalView]
    counts: dict[str, int]


async def view_queue(
    house: House, officer: Officer, round_id: UUID, state: str, after: UUID | None, size: int
) -> Queue:
    """Proposals as officers see them, hidden ones as well."""
    async with house.civic.enter() as db:
        await own_round(db, officer, round_id)
        found = await proposals.proposals_in_state(db, round_id, state, after, size)
        return Queue([shown(row) for row in found], await proposals.proposal_counts(db, round_id))


async def view_queued(house: House, officer: Officer, proposal_id: UUID) -> tuple[ProposalView, Queue]:
    """One proposal as officers see it, and a queue of it alone."""
    async with house.civic.enter() as db:
        proposal = await found_proposal(db, proposal_id)
        await own_round(db, officer, proposal.round_id)
        one = shown(proposal)
        return one, Queue([one], await proposals.proposal_counts(db, proposal.round_id))


async def count_proposals(house: House, officer: Officer, round_id: UUID) -> dict[str, int]:
    """How many of a round's proposals are in each state."""
    async with house.civic.enter() as db:
        await own_round(db, officer, round_id)
        return await proposals.proposal_counts(db, round_id)


async def review_proposal(house: House, officer: Officer, proposal_id: UUID, draft: ReviewDraft) -> ProposalView:
    """Decline, hide or reopen a proposal. Raises Settled, and RoleMissing where another role decides."""
    async with house.civic.write() as db:
        before = await found_proposal(db, proposal_id)
        await own_round(db, officer, before.round_id)
        _refuse_others(officer, before, draft)
        if draft.state == "reopened":
            done = await proposals.reopen_proposal(db, proposal_id, before.state, draft.reason or "", officer.name)
        else:
            words = (draft.state, draft.ground, draft.reason or None, officer.name)
            done = await proposals.review_proposal(db, proposal_id, _OF[draft.state], *words)
        now = await found_proposal(db, proposal_id)
        if not done:
            raise Settled(state=now.state)
        await outbox.tell(db, _EVENTS[draft.state](proposal_id=proposal_id))
    house.doorbell.ring("civic")
    return shown(now)


def _refuse_others(officer: Officer, before: Proposal, draft: ReviewDraft) -> None:
    """Whoever may decide a thing may take it back, and nobody else."""
    decided = before.state if draft.state == "reopened" else draft.state
    if decided not in _DECIDE:
        raise Settled(state=before.state)
    if not officer.roles & _DECIDE[decided]:
        needed = " or ".join(sorted(_DECIDE[decided]))
        raise RoleMissing(needed=needed, roles=" and ".join(sorted(officer.roles)))
