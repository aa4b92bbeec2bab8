"""A connection for one command."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import click

from schema.database import Role, connect
from schema.settings import Settings
from service.store import audit


@asynccontextmanager
async def connected(settings: Settings, role: Role | None = None) -> AsyncIterator[asyncpg.Connection]:
    """A connection under a role, or as whoever ``DATABASE_URL`` names, closed at the end. What is
    changed over it stands in the audit log under the command's name.
    """
    db = await (connect(settings.database_url, role) if role else asyncpg.connect(settings.database_url))
    try:
        await audit.name_command(db, click.get_current_context().command_path)
        yield db
    finally:
        await db.close()
