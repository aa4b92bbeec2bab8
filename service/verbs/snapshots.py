"""Reading published outcomes, as stored."""

from uuid import UUID

from schema.errors import NotCounted
from service.house import House
from service.store import snapshots
from service.store.snapshots import Published
from service.verbs.rounds import public_pot


async def view_snapshot(house: House, pot_id: UUID) -> Published:
    """A pot's published snapshot."""
    async with house.box.enter() as db:
        found = await snapshots.published_snapshot(db, pot_id)
    if found is None:
        await public_pot(house, pot_id)
        raise NotCounted()
    return found


async def view_pb(house: House, pot_id: UUID) -> bytes:
    """A pot's counted ballots as a ``.pb`` file."""
    async with house.box.enter() as db:
        found = await snapshots.published_pb(db, pot_id)
    if found is None:
        await public_pot(house, pot_id)
        raise NotCounted()
    return found


async def view_what_if(house: House, pot_id: UUID) -> bytes:
    """What other rules would have made of a pot's ballots, as canonical JSON."""
    async with house.box.enter() as db:
        found = await snapshots.published_what_if(db, pot_id)
    if found is None:
        await public_pot(house, pot_id)
        raise NotCounted()
    return found
