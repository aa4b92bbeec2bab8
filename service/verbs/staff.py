"""Who works for a municipality, as its admins see and change it."""

from service.house import House
from service.store import staff
from service.store.roll import Officer
from service.store.staff import Member


async def list_members(house: House, officer: Officer) -> list[Member]:
    """Everybody who works or worked for the officer's municipality."""
    async with house.roll.enter() as db:
        return await staff.everybody(db, officer.municipality)
