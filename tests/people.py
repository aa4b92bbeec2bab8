"""What a test arranges of people without asking the house, and looks at."""

from typing import Any

import asyncpg

from tests.town import Town


async def connect_contact(town: Town, plain: str, *identities: str) -> None:
    """Note on the register where these people can be reached."""
    refs = [town.ring.person_ref(identity) for identity in identities]
    await owner(
        town,
        "insert into roll.contact select m.id, $1, unnest($2::bytea[]) from roll.municipality m",
        town.ring.person_ref(plain),
        refs,
    )


async def owner(town: Town, sql: str, *values: Any) -> list[Any]:
    """Arrange or look as the database's owner."""
    db = await asyncpg.connect(town.settings.database_url)
    try:
        return list(await db.fetch(sql, *values))
    finally:
        await db.close()
