"""The ledgers of the audit log: whoever changes, removes, moves or slips in an entry afterwards is found out."""

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from click.testing import CliRunner, Result

from schema.checkpoint import Head, origin_of, read_checkpoint, read_key
from schema.database import Role, connect
from schema.noted import HOUSE
from schema.tree import consistent, grow, root
from service.cli.audit import audit
from service.verbs.audit import Checked, check_ledgers
from service.verbs.keys import rotate_key
from tests.builders import ADDRESS, KEYS
from tests.town import Town, draft
from tests.workers.receiver import receiving


@pytest.fixture
async def noted(town: Town) -> AsyncIterator[Town]:
    """A town whose officer drafted two rounds, all of which is in its ledger."""
    await town.hire("Dagny")
    for _ in range(2):
        await town.act("POST", "/api/rounds", json=draft())
    await town.work("roll")
    yield town


async def check(town: Town, *kept: str) -> dict[str | None, Checked]:
    """What the check says of each ledger."""
    roll = await connect(town.settings.database_url, "byalag_roll")
    try:
        return {each.name: each for each in await check_ledgers(roll, kept)}
    finally:
        await roll.close()


async def fault(town: Town, *kept: str) -> str:
    """What the check finds wrong with Hagaby's log."""
    return str((await check(town, *kept))["Hagaby"].fault)


async def municipality(db: asyncpg.Connection) -> str:
    """Hagaby's id."""
    return str(await db.fetchval("select id from roll.municipality where name = 'Hagaby'"))


async def tamper(db: asyncpg.Connection, *statements: str) -> None:
    """What somebody does who owns the whole database and stops every trigger."""
    await db.execute("set session_replication_role = replica")
    for statement in statements:
        await db.execute(statement)
    await db.execute("reset session_replication_role")


async def entry(db: asyncpg.Connection) -> tuple[int, int]:
    """Number and place of an entry in the middle of Hagaby's log."""
    row = await db.fetchrow(
        "select entry_id, position from roll.audit_leaf where ledger_id::text = $1 and position = 3",
        await municipality(db),
    )
    assert row
    return row["entry_id"], row["position"]


async def test_an_untouched_log_matches(noted: Town, db: asyncpg.Connection) -> None:
    """Every entry has its leaf: those of the municipality, and those of the house itself."""
    found = await check(noted)
    assert {each.fault for each in found.values()} == {None}
    assert {name: each.size for name, each in found.items()} == {
        "Hagaby": await db.fetchval("select count(*) from roll.audit where municipality_id is not null"),
        None: await db.fetchval("select count(*) from roll.audit where municipality_id is null"),
    }


@pytest.mark.parametrize(
    "change",
    [
        "officer = 'Egil'",
        "at = at + interval '1 microsecond'",
        "before = '{}'",
        "subject_id = 'x'",
        "request_id = null",
        "action = 'edit_round'",
        "round_id = gen_random_uuid()",
    ],
)
async def test_a_changed_entry_is_named(noted: Town, db: asyncpg.Connection, change: str) -> None:
    """Whatever of it was changed."""
    number, place = await entry(db)
    await tamper(db, f"update roll.audit set {change} where id = {number}")
    assert await fault(noted) == f"entry {number}, at place {place}, is not the one that was signed"


async def test_a_deleted_entry_is_named(noted: Town, db: asyncpg.Connection) -> None:
    """Its leaf still names it."""
    number, place = await entry(db)
    await tamper(db, f"delete from roll.audit where id = {number}")
    assert await fault(noted) == f"entry {number}, at place {place}, is missing"


async def test_an_entry_that_is_given_to_another_municipality_is_missing(noted: Town, db: asyncpg.Connection) -> None:
    """It is gone from where its officers would read it."""
    number, place = await entry(db)
    await tamper(db, f"update roll.audit set municipality_id = gen_random_uuid() where id = {number}")
    assert await fault(noted) == f"entry {number}, at place {place}, is missing"


async def test_an_entry_that_is_deleted_with_its_leaf_leaves_a_gap(noted: Town, db: asyncpg.Connection) -> None:
    """The places are counted."""
    number, place = await entry(db)
    await tamper(
        db, f"delete from roll.audit_leaf where entry_id = {number}", f"delete from roll.audit where id = {number}"
    )
    assert await fault(noted) == f"the entry at place {place} is missing"


async def test_a_log_that_closes_the_gap_does_not_match(noted: Town, db: asyncpg.Connection) -> None:
    """Moving all later entries up by one moves them away from their hashes."""
    number, place = await entry(db)
    await tamper(
        db,
        f"delete from roll.audit_leaf where entry_id = {number}",
        f"delete from roll.audit where id = {number}",
        "alter table roll.audit_leaf drop constraint audit_leaf_pkey",
        f"update roll.audit_leaf set position = position - 1 where ledger_id = '{await municipality(db)}'"
        f" and position > {place}",
    )
    assert await fault(noted) == f"entry {number + 1}, at place {place}, is not the one that was signed"


async def test_reordered_entries_are_found(noted: Town, db: asyncpg.Connection) -> None:
    """Two that change places are no longer at their hashes."""
    number, place = await entry(db)
    await tamper(
        db,
        f"update roll.audit_leaf l set entry_id = -o.entry_id, salt = o.salt from roll.audit_leaf o"
        f" where l.ledger_id = o.ledger_id and l.position + o.position = {2 * place + 1}"
        f" and l.position in ({place}, {place + 1})",
        "update roll.audit_leaf set entry_id = -entry_id where entry_id < 0",
    )
    assert await fault(noted) == f"entry {number + 1}, at place {place}, is not the one that was signed"


async def test_numbers_that_change_places_are_found(noted: Town, db: asyncpg.Connection) -> None:
    """Reordering the log itself, so that one act seems to come before another."""
    number, place = await entry(db)
    await tamper(
        db,
        f"update roll.audit set id = -id where id in ({number}, {number + 1})",
        f"update roll.audit set id = {2 * number + 1} + id where id < 0",
    )
    assert await fault(noted) == f"entry {number}, at place {place}, is not the one that was signed"


async def insert(db: asyncpg.Connection, at: str) -> int:
    """An entry that no act made, with a number that had been left out."""
    await tamper(
        db,
        "insert into roll.audit (id, at, municipality_id, subject, subject_id) overriding system value"
        f" values (-1, {at}, '{await municipality(db)}', 'round', 'x')",
    )
    return -1


async def test_an_inserted_entry_has_no_place(noted: Town, db: asyncpg.Connection) -> None:
    """Who writes it past the triggers leaves it without a leaf."""
    number = await insert(db, "now() - interval '2 hours'")
    assert await fault(noted) == f"entry {number} has no place"


async def test_an_inserted_entry_that_gets_a_place_is_too_late(noted: Town, db: asyncpg.Connection) -> None:
    """It says a time at which others of later times were in the ledger already."""
    number = await insert(db, "now() - interval '2 hours'")
    await noted.act("POST", "/api/rounds", json=draft())
    await noted.work("roll")
    assert f"entry {number} of " in await fault(noted)


async def rehash(db: asyncpg.Connection) -> None:
    """Write the tiles anew over what the log says now, as somebody would who knows this program."""
    ledger_id = await municipality(db)
    roll = await connect_like(db)
    from schema.noted import commitment
    from service.store.audit import places

    leaves = [commitment(each.entry, each.salt) for each in await places(roll, HOUSE.__class__(ledger_id)) if each.entry]
    await roll.close()
    for (level, index), hashes in grow({}, 0, leaves).items():
        await tamper(
            db,
            f"update box.audit_tile set hashes = '\\x{hashes.hex()}'"
            f" where ledger_id = '{ledger_id}' and level = {level} and index = {index}",
        )


async def connect_like(db: asyncpg.Connection) -> asyncpg.Connection:
    """A connection of the roll to the same database."""
    name = await db.fetchval("select current_database()")
    host, port = await db.fetchrow("select inet_server_addr()::text, inet_server_port()")  # type: ignore[misc]
    return await connect(f"postgresql://{host}:{port}/{name}", "byalag_roll")
