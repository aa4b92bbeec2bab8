"""Retention: what is kept of a round, until when and why, and deleting what could still be joined with a person."""

from uuid import UUID

import msgspec

from schema.errors import Appealable, NotFound, NotPublished, OpeningsDeleted
from schema.queries import Db
from service.store import acts
from service.store import retention as store
from service.store.retention import BoxHoldings, RollHoldings


class Holdings(msgspec.Struct, frozen=True):
    """What both rooms keep of a round."""

    box: BoxHoldings
    roll: RollHoldings


async def view_holdings(box: Db, roll: Db, round_id: UUID) -> Holdings:
    """What is kept of a round. ``box`` and ``roll`` are connections of these rooms. Raises NotFound."""
    found = await store.box_holdings(box, round_id)
    if found is None:
        raise NotFound(what="round")
    return Holdings(found, await store.roll_holdings(roll, round_id))


async def delete_openings(box: Db, roll: Db, round_id: UUID, decision: UUID) -> Holdings:
    """Delete a round's ballots with their nonces and pseudonyms, and the roll's part; answer what is left.

    Done again after a stop in between, it goes on with the roll's part. Raises NotFound, NotPublished, Appealable,
    OpeningsDeleted when all of it was done before, and Undecided. None of it may be in a transaction: the roll's part
    wants to see that the ballots are gone.
    """
    before = await view_holdings(box, roll, round_id)
    answer = await acts.delete_openings(box, round_id, decision)
    match answer:
        case "not_published":
            raise NotPublished()
        case "appealable":
            assert before.box.appeal_ends_at is not None
            raise Appealable(ends_at=before.box.appeal_ends_at)
        case "deleted_before" if not (before.roll.codes or before.roll.entries or before.roll.participations):
            assert before.box.deleted_at is not None
            raise OpeningsDeleted(deleted_at=before.box.deleted_at, decision=before.box.decision or "")
    await store.delete_round(roll, round_id)
    return await view_holdings(box, roll, round_id)
