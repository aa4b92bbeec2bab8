"""What is read to be printed."""

from uuid import UUID

from schema.queries import Db, queries

SQL = queries(__file__)


async def entitlements(db: Db, round_id: UUID, refs: list[bytes]) -> dict[bytes, frozenset[UUID]]:
    """The pots in which each of these persons may vote; those who are not on the roll are left out."""
    rows = await db.fetch(SQL.entitlements, round_id, refs)
    return {row["person_ref"]: frozenset(row["pots"]) for row in rows}
