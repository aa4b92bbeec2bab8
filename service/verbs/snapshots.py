"""Reading published outcomes, as stored."""

from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from schema.errors import NotCounted
from schema.queries import Db
from service.house import House
from service.store import snapshots
from service.store.snapshots import Published
from service.verbs.rounds import public_pot

T = TypeVar("T")


async def view_snapshot(house: House, pot_id: UUID) -> Published:
    """A pot's published snapshot."""
    return await _published(house, pot_id, snapshots.published_snapshot)


async def view_pb(house: House, pot_id: UUID) -> bytes:
    """A pot's counted ballots as a ``.pb`` file."""
    return await _published(house, pot_id, snapshots.published_pb)


async def view_what_if(house: House, pot_id: UUID) -> bytes:
    """What other rules would have made of a pot's ballots, as canonical JSON."""
    return await _published(house, pot_id, snapshots.published_what_if)


async def _published(house: House, pot_id: UUID, find: Callable[[Db, UUID], Awaitable[T | None]]) -> T:
    """What the store finds for a pot. Raises NotFound for one that is not public, NotCounted before publication."""
    async with house.box.enter() as db:
        found = await find(db, pot_id)
    if found is None:
        await public_pot(house, pot_id)
        raise NotCounted()
    return found
