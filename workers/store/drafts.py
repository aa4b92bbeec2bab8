"""Drafts of proposals: the workers read none, and take away those whose time is over."""

from schema.queries import Db, queries, run

SQL = queries(__file__)


async def forget(db: Db) -> None:
    """Take away the drafts of every round whose debate is over."""
    await run(db, SQL.delete_drafts)
