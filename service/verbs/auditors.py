"""Naming auditors, and handing them what only they can read."""

from typing import Annotated
from uuid import UUID

import msgspec

from schema.errors import NotCounted, NotFound, OpeningsDeleted
from schema.events import AuditorNamed
from schema.faults import Fault
from schema.openings import is_recipient
from service.house import House
from service.reading import Name
from service.store import auditors, outbox
from service.store.auditors import Auditor
from service.store.roll import Officer
from service.store.rounds import Round
from service.verbs.rounds import own_round


class AuditorDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An auditor's name, and the public key of age (`age1…`) to which everything for them is encrypted."""

    name: Name
    recipient: Annotated[str, msgspec.Meta(pattern="^age1[0-9a-z]{58}$", max_length=62)]

    def __post_init__(self) -> None:
        if not is_recipient(self.recipient):
            raise Fault("the recipient is no public key of age: a letter may be wrong")


async def name_auditor(house: House, officer: Officer, round_id: UUID, draft: AuditorDraft) -> list[Auditor]:
    """Name an auditor, before or after the count; everybody sees who was named. Naming twice is naming once."""
    async with house.box.write() as db:
        await own_round(db, officer, round_id)
        if gone := await auditors.deletion(db, round_id):
            raise OpeningsDeleted(deleted_at=gone.deleted_at, decision=gone.decision)
        if await auditors.insert_auditor(db, round_id, draft.name, draft.recipient, officer.name):
            await outbox.tell(db, AuditorNamed(round_id=round_id))
    house.doorbell.ring("count")
    return await list_auditors(house, round_id)


async def revoke_auditor(house: House, officer: Officer, round_id: UUID, auditor_id: UUID) -> list[Auditor]:
    """Take back that an auditor was named: nothing lies ready for them any more. Everybody sees that, too.

    What they fetched before stays with them. Raises NotFound, also for one who was revoked before.
    """
    async with house.box.write() as db:
        await own_round(db, officer, round_id)
        if not await auditors.revoke_auditor(db, round_id, auditor_id, officer.name):
            raise NotFound(what="auditor")
    return await list_auditors(house, round_id)


async def list_own_auditors(house: House, officer: Officer, round_id: UUID) -> tuple[Round, list[Auditor], bool]:
    """A round of the officer's municipality with its auditors, drafts as well; and whether its ballots were deleted."""
    async with house.box.enter() as db:
        found = await own_round(db, officer, round_id)
        return found, await auditors.auditors(db, round_id), await auditors.deletion(db, round_id) is not None


async def list_auditors(house: House, round_id: UUID) -> list[Auditor]:
    """Who may check every ballot of a round, and since when they can."""
    async with house.box.enter() as db:
        return await auditors.auditors(db, round_id)


async def view_openings(house: House, officer: Officer, round_id: UUID, auditor_id: UUID) -> bytes:
    """What lies ready for an auditor. An officer passes it on, and cannot read it. Raises NotFound, NotCounted."""
    async with house.box.enter() as db:
        await own_round(db, officer, round_id)
        known = {auditor.id for auditor in await auditors.auditors(db, round_id) if auditor.revoked_at is None}
        found = await auditors.openings(db, auditor_id) if auditor_id in known else None
    if auditor_id not in known:
        raise NotFound(what="auditor")
    if found is None:
        raise NotCounted()
    return found
