"""Reading the audit log of one's municipality."""

from service.house import House
from service.store import audit
from service.store.audit import AuditEntry, Wanted
from service.store.roll import Officer


async def list_entries(house: House, officer: Officer, wanted: Wanted, size: int) -> list[AuditEntry]:
    """What was changed in the officer's municipality and in the house's keys, the newest first."""
    async with house.roll.enter() as db:
        return await audit.entries(db, officer.municipality_id, wanted, size)
