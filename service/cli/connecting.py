"""A connection for one command."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

import asyncpg
import click

from schema.database import Role, connect
from schema.keys import NO_KEYS, Keys, KeysError, person_ref
from schema.queries import Db
from schema.settings import Settings
from service.languages import ORIGINAL, speak
from service.store import audit
from service.store.keys import roll_secrets


async def identities(roll: Db, keys: Keys) -> Callable[[str], bytes]:
    """What makes a ``person_ref`` of an identity. ``roll`` is a connection of that room."""
    secret = (await roll_secrets(roll)).get("identity")
    if secret is None:
        raise KeysError(NO_KEYS)
    return partial(person_ref, keys.unwrap("identity", secret))


@asynccontextmanager
async def connected(settings: Settings, role: Role | None = None) -> AsyncIterator[asyncpg.Connection]:
    """A connection under a role, or as whoever ``DATABASE_URL`` names, closed at the end. What is
    changed over it stands in the audit log under the command's name; what is printed has the house's hours.
    """
    speak(ORIGINAL, settings.zone)
    db = await (connect(settings.database_url, role) if role else asyncpg.connect(settings.database_url))
    try:
        await audit.name_command(db, click.get_current_context().command_path)
        yield db
    finally:
        await db.close()
