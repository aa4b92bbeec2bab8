"""Traces of casts: the workers only take them away."""

from schema.queries import Db, queries, run

SQL = queries(__file__)


async def forget(db: Db) -> None:
    """Take away all traces of 24 hours ago and before, and the keys of all days but this one."""
    await run(db, SQL.delete_traces)
    await run(db, SQL.delete_keys)
