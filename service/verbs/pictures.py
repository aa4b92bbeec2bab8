"""Pictures of proposals: added and taken away by their authors, shown as long as the proposal is."""

import re
from typing import IO, Annotated
from uuid import UUID

import msgspec

from schema.errors import Hidden, NotFound, PicturesFull, Settled
from schema.events import ProposalPictured, ProposalUnpictured
from schema.passes import Pass
from schema.queries import Db
from service.house import House
from service.limits import PICTURING, PROPOSING
from service.pictures import make_picture
from service.reading import LINE
from service.store import outbox, pictures, rounds
from service.store.proposals import Proposal
from service.store.roll import Officer
from service.verbs.proposals import ProposalView, found_proposal, own_proposal, shown, unchanged
from service.verbs.rounds import own_round

MOST = 3
"""Pictures of one proposal."""
PICTURED = ("proposing", "reviewing")
"""Phases in which pictures are added: those in which a proposal can be changed."""

_NAME = re.compile("[0-9a-f]{64}")

Alt = Annotated[str, msgspec.Meta(min_length=1, max_length=300, pattern=LINE)]


class PictureDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a picture shows, in words, for those who do not see it."""

    alt: Alt


async def add_picture(
    house: House, claims: Pass, proposal_id: UUID, draft: PictureDraft, file: IO[bytes]
) -> ProposalView:
    """Add a picture to one's own proposal. The same one again is the same picture, with its new description.

    Raises Malformed, PictureTooLarge, PicturesFull, Settled and NotInPhase.
    """
    house.limits.take(PICTURING, claims.tag)
    async with house.civic.enter() as db:
        before = await own_proposal(db, claims, proposal_id)
        await _refuse_late(db, before)
    made = await make_picture(file)
    sizes = (size for each in (made.large, made.small) for size in (each.width, each.height, each.content))
    async with house.civic.write() as db:
        await pictures.hold_proposal(db, proposal_id)
        new = await pictures.insert_picture(db, proposal_id, made.name, draft.alt, *sizes)
        if new is None:
            await _refuse_late(db, await own_proposal(db, claims, proposal_id))
            raise PicturesFull(most=MOST)
        if new:
            await outbox.tell(db, ProposalPictured(proposal_id=proposal_id))
        proposal = await found_proposal(db, proposal_id)
    house.doorbell.ring("civic")
    return shown(proposal)


async def take_picture_away(house: House, claims: Pass, proposal_id: UUID, name: str) -> ProposalView:
    """Delete a picture of one's own proposal; twice is once.

    Whoever is in a picture may mind at any time, so this can be done in every phase. Of a hidden proposal it is
    refused: what was hidden can be looked at again.
    """
    house.limits.take(PROPOSING, claims.tag)
    if not _NAME.fullmatch(name):
        raise NotFound(what="picture")
    async with house.civic.write() as db:
        before = await own_proposal(db, claims, proposal_id)
        if before.state == "hidden":
            raise Settled(state=before.state)
        if await pictures.delete_picture(db, proposal_id, name):
            await outbox.tell(db, ProposalUnpictured(proposal_id=proposal_id))
        proposal = await found_proposal(db, proposal_id)
    house.doorbell.ring("civic")
    return shown(proposal)


async def view_picture(house: House, proposal_id: UUID, name: str, small: bool) -> bytes:
    """A picture, for everybody. Raises Hidden, and NotFound where it or its proposal is gone."""
    async with house.civic.enter() as db:
        proposal = await found_proposal(db, proposal_id)
        if proposal.state == "hidden":
            raise Hidden(ground=proposal.ground or "other")
        return await _found(db, proposal_id, name, small)


async def view_queued_picture(house: House, officer: Officer, proposal_id: UUID, name: str, small: bool) -> bytes:
    """A picture as officers see it, of hidden proposals as well."""
    async with house.civic.enter() as db:
        proposal = await found_proposal(db, proposal_id)
        await own_round(db, officer, proposal.round_id)
        return await _found(db, proposal_id, name, small)


async def _found(db: Db, proposal_id: UUID, name: str, small: bool) -> bytes:
    content = await pictures.picture(db, proposal_id, name, small)
    if content is None:
        raise NotFound(what="picture")
    return content


async def _refuse_late(db: Db, proposal: Proposal) -> None:
    """Raise why no picture can be added any more, before a file is looked at for nothing."""
    found = await rounds.round_by_id(db, proposal.round_id)
    if proposal.state != "submitted" or found is None or found.phase not in PICTURED:
        raise await unchanged(db, proposal, proposal.revision, "proposing or reviewing")
