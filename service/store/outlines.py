"""The outlines of a municipality's areas, which maps are drawn from."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from schema.queries import Db, many, queries, run, run_many

SQL = queries(__file__)

Rings = tuple[tuple[tuple[int, int], ...], ...]
"""Closed lines of points, each longitude and latitude in hundred thousandths of a degree (about a metre)."""


class Outline(msgspec.Struct, frozen=True):
    """Where an area lies."""

    area: str
    rings: Rings


async def outlines(db: Db, municipality_id: UUID, areas: Sequence[str] | None) -> list[Outline]:
    """Those of these areas of a municipality, or of all, by name."""
    return await many(db, Outline, SQL.outlines, municipality_id, areas)


async def replace_outlines(db: Db, municipality_id: UUID, found: Sequence[Outline]) -> None:
    """Keep these instead of those before."""
    await run(db, SQL.delete_outlines, municipality_id)
    await run_many(db, SQL.insert_outline, [(municipality_id, each.area, each.rings) for each in found])
