"""Pictures of proposals, in two sizes."""

from uuid import UUID

from schema.queries import Db, queries, run

SQL = queries(__file__)


async def hold_proposal(db: Db, proposal_id: UUID) -> None:
    """Let whoever changes the pictures of this proposal wait in line, so that each sees what the last one left."""
    await run(db, SQL.hold_proposal, proposal_id)


async def insert_picture(db: Db, proposal_id: UUID, *values: object) -> bool | None:
    """Whether a picture is new, or was there before and has a new description now.

    None when there is no room, the proposal is settled, or the phase is over.
    """
    new: bool | None = await db.fetchval(SQL.insert_picture, proposal_id, *values)
    return new


async def delete_picture(db: Db, proposal_id: UUID, name: str) -> bool:
    """Take a picture away; False when there is none of that name, or its proposal is hidden."""
    return await run(db, SQL.delete_picture, proposal_id, name) == 1


async def delete_pictures(db: Db, proposal_id: UUID) -> None:
    """Delete all pictures of a proposal."""
    await run(db, SQL.delete_pictures, proposal_id)


async def picture(db: Db, proposal_id: UUID, name: str, small: bool) -> bytes | None:
    """A picture itself, or the small one."""
    content: bytes | None = await db.fetchval(SQL.picture, proposal_id, name, small)
    return content
