"""Where the areas of a municipality lie: read from a file, kept, and asked for when a map is drawn."""

from collections.abc import Sequence
from uuid import UUID

from service.house import House
from service.sources.outlines import read_outlines
from service.store import outlines
from service.store.outlines import Outline
from service.store.roll import Officer


async def replace_outlines(house: House, officer: Officer, content: bytes, name_field: str) -> int:
    """Keep the outlines of a GeoJSON file instead of those before; answers how many. Raises Malformed."""
    found = [Outline(area, rings) for area, rings in read_outlines(content, name_field).items()]
    async with house.box.write() as db:
        await outlines.replace_outlines(db, officer.municipality_id, found)
    return len(found)


async def view_outlines(house: House, municipality_id: UUID, areas: Sequence[str] | None = None) -> list[Outline]:
    """The outlines of these areas, or of all."""
    async with house.box.enter() as db:
        return await outlines.outlines(db, municipality_id, areas)
