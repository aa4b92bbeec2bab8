"""A connection for one command."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from schema.database import Role, connect
from schema.settings import Settings


@asynccontextmanager
async def connected(settings: Settings, role: Role | None = None) -> AsyncIterator[asyncpg.Connection]:
    """A connection under a role, or as whoever ``DATABASE_URL`` names, closed at the end."""
    db = await (connect(settings.database_url, role) if role else asyncpg.connect(settings.database_url))
    try:
        yield db
    finally:
        await db.close()
