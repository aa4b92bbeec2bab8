"""Migrations only go forward, once, and never over a database that is not what the files say."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from schema.local.servers import Servers
from schema.migrate import FOLDER, MigrationError, apply_migrations, migrations, pending, refuse_wrong_version
from tests.conftest import new_database


@pytest.fixture
async def empty_url(ground: Servers) -> AsyncIterator[str]:
    """A database with nothing in it."""
    async with new_database(ground, "template1") as url:
        yield url


@pytest.fixture
async def empty(empty_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to a database with nothing in it."""
    db = await asyncpg.connect(empty_url)
    yield db
    await db.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the migration files."""
    return Path(shutil.copytree(FOLDER, tmp_path / "migrations"))


def change_first(folder: Path) -> None:
    """Change a file that was applied."""
    first = sorted(folder.iterdir())[0]
    first.write_text(first.read_text() + "\n-- changed\n")


async def test_an_empty_database_gets_every_file_in_order(empty: asyncpg.Connection) -> None:
    """What is applied is what lies in the folder."""
    assert await apply_migrations(empty) == sorted(migrations())


async def test_a_second_run_applies_nothing(db: asyncpg.Connection) -> None:
    """Running it again is safe."""
    assert await apply_migrations(db) == []


async def test_two_runs_at_once_apply_each_file_once(empty_url: str) -> None:
    """The advisory lock lets one after the other."""
    connections = [await asyncpg.connect(empty_url) for _ in range(3)]
    applied = await asyncio.gather(*(apply_migrations(db) for db in connections))
    for db in connections:
        await db.close()
    assert sorted(name for names in applied for name in names) == sorted(migrations())


async def test_a_file_that_was_changed_after_it_was_applied_is_refused(db: asyncpg.Connection, folder: Path) -> None:
    """The checksum tells."""
    change_first(folder)
    with pytest.raises(MigrationError, match="was changed after it was applied"):
        await apply_migrations(db, folder)


async def test_a_database_of_a_newer_version_is_refused(db: asyncpg.Connection) -> None:
    """An older program does not run on what it does not know."""
    await db.execute("insert into public.byalag_migration (name, checksum) values ('9999_later.sql', 'x')")
    with pytest.raises(MigrationError, match="does not know"):
        await refuse_wrong_version(db)


async def test_a_database_of_an_older_version_is_refused_by_the_service(empty: asyncpg.Connection) -> None:
    """It says what to do."""
    with pytest.raises(MigrationError, match="byalag migrate"):
        await refuse_wrong_version(empty)


async def test_the_service_process_ends_in_one_line_on_a_wrong_version(empty_url: str, redis_url: str) -> None:
    """A tired officer reads what is wrong, and no traceback."""
    environment = {"DATABASE_URL": empty_url, "REDIS_URL": redis_url, "BYALAG_MASTER_KEY": "00" * 32}
    command = [sys.executable, "-m", "schema.cli", "service", "--port", "0"]
    ended = await asyncio.to_thread(
        subprocess.run, command, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 2
    assert "run `byalag migrate` first" in ended.stderr
    assert "Traceback" not in ended.stderr


async def test_a_file_that_fails_leaves_nothing_of_itself(db: asyncpg.Connection, folder: Path) -> None:
    """One file is one transaction."""
    (folder / "0999_broken.sql").write_text("create table public.half (id int); select no_such_function();")
    with pytest.raises(asyncpg.UndefinedFunctionError):
        await apply_migrations(db, folder)
    assert await db.fetchval("select to_regclass('public.half')") is None
    assert await pending(db, folder) == ["0999_broken.sql"]


async def test_a_run_that_was_killed_blocks_nobody(empty_url: str, empty: asyncpg.Connection) -> None:
    """The lock dies with its session, and the next run goes on to the same end."""
    killed = await asyncpg.connect(empty_url)
    running = asyncio.create_task(apply_migrations(killed))
    await asyncio.sleep(0.02)
    killed.terminate()
    await asyncio.gather(running, return_exceptions=True)
    await asyncio.wait_for(apply_migrations(empty), 30)
    assert await pending(empty) == []
