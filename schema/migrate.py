"""Migrations: numbered files that only go forward, with checksums, under an advisory lock.

The lock dies with its session, so a killed migration blocks nobody. Each file is one transaction. A file that was
applied and later changed is refused: the database would not be what the files say.
"""

import asyncio
import hashlib
from pathlib import Path

import asyncpg
import click
import msgspec

from schema.queries import many
from schema.settings import read_settings

FOLDER = Path(__file__).parent / "migrations"
LOCK = 0x6279616C6167  # "byalag", so that no other program waits on it by accident

_TABLE = """
create table if not exists public.byalag_migration (
    name text primary key, checksum text not null, applied_at timestamptz not null default clock_timestamp());
grant select on public.byalag_migration to public;
"""
"""Every process asks whether the schema is the one it knows, also one whose login is a member of a single role."""


class MigrationError(Exception):
    """The database and the migration files disagree; the message says how and what to do."""


class Applied(msgspec.Struct, frozen=True):
    """A migration that the database has."""

    name: str
    checksum: str


def migrations(folder: Path = FOLDER) -> dict[str, str]:
    """The files in order: name to SQL text."""
    return {file.name: file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.sql"))}


def checksum(text: str) -> str:
    """SHA-256 of a file's text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


async def pending(db: asyncpg.Connection, folder: Path = FOLDER) -> list[str]:
    """Names of files that the database does not have yet. Raises MigrationError when it has others."""
    if await db.fetchval("select to_regclass('public.byalag_migration') is null"):
        return list(migrations(folder))
    files = migrations(folder)
    applied = await many(db, Applied, "select name, checksum from public.byalag_migration order by name")
    for row in applied:
        if row.name not in files:
            raise MigrationError(
                f"the database has migration {row.name}, which this version does not know: run a newer Byalag"
            )
        if checksum(files[row.name]) != row.checksum:
            raise MigrationError(
                f"migration {row.name} was changed after it was applied: restore the file and add a new one instead"
            )
    return [name for name in files if name not in {row.name for row in applied}]


async def apply_migrations(db: asyncpg.Connection, folder: Path = FOLDER) -> list[str]:
    """Bring the database up to the files; answer the names applied now. Safe to run twice and at the same time."""
    await db.execute("select pg_advisory_lock($1)", LOCK)
    try:
        await db.execute(_TABLE)
        names = await pending(db, folder)
        for name in names:
            text = (folder / name).read_text(encoding="utf-8")
            async with db.transaction():
                await db.execute("set local lock_timeout = '2s'")
                await db.execute(text)
                await db.execute(
                    "insert into public.byalag_migration (name, checksum) values ($1, $2)", name, checksum(text)
                )
        return names
    finally:
        await db.execute("select pg_advisory_unlock($1)", LOCK)


async def refuse_wrong_version(db: asyncpg.Connection) -> None:
    """Raise MigrationError unless the database has exactly our migrations: nothing runs on an unknown schema."""
    names = await pending(db)
    if names:
        raise MigrationError(f"the database lacks {', '.join(names)}: run `byalag migrate` first")


@click.command()
def migrate() -> None:
    """Bring the database up to this version's schema."""

    async def run() -> list[str]:
        db = await asyncpg.connect(read_settings().database_url)
        try:
            return await apply_migrations(db)
        finally:
            await db.close()

    names = asyncio.run(run())
    click.echo(f"Applied {', '.join(names)}." if names else "The database is up to date.")
