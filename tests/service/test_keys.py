"""Keys: wrapped, each in the room that uses it, rotated while everything runs, and good for ever once published."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

import asyncpg
import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from schema.ballots import Receipt
from schema.checkpoint import origin_of, read_checkpoint, read_key
from schema.events import Event, RoundScheduled
from schema.keys import SIGNING, Keys, KeysError, Purpose
from schema.passes import open_pass, seal_pass
from schema.settings import Settings
from schema.tree import consistent
from service.cli.keys import keys as command
from service.rehearsal.checks import signature_holds
from service.verbs.keys import PURPOSES, make_keys, open_signer, rotate_key
from tests.builders import ADDRESS, KEYS, published, secret, tell, voting, waiting
from tests.town import Town
from workers.claim import drain
from workers.door import act

STRANGER = Keys(bytes(32))


async def forget(db: asyncpg.Connection) -> None:
    """Take all keys away, which nobody but a test can."""
    tables = ("roll.secret", "roll.audit_secret", "box.receipt_secret", "box.checkpoint_secret", "box.verification_key")
    await db.execute("set session_replication_role = replica")
    for table in tables:
        await db.execute(f"delete from {table}")
    await db.execute("reset session_replication_role")


async def everything(db: asyncpg.Connection) -> str:
    """All rows of all our tables as text."""
    tables = await db.fetch(
        "select format('%I.%I', schemaname, tablename) from pg_tables"
        " where schemaname in ('roll', 'box', 'civic', 'post', 'public')"
    )
    dumped = [await db.fetchval(f"select string_agg(t::text, '\n') from {table[0]} t") for table in tables]
    return "\n".join(text for text in dumped if text)


async def test_callers_at_once_make_one_set(database_url: str, db: asyncpg.Connection) -> None:
    """One of them makes all keys, and the others find them."""
    await forget(db)
    connections = [await asyncpg.connect(database_url) for _ in range(3)]
    made = await asyncio.gather(*(make_keys(each, KEYS) for each in connections))
    for each in connections:
        await each.close()
    assert sorted(made, key=len) == [[], [], list(PURPOSES)]
    assert [len(await published(db, purpose)) for purpose in SIGNING] == [1, 1, 1, 1]


async def test_another_master_key_makes_nothing(db: asyncpg.Connection) -> None:
    """Keys under two master keys in one database could never be opened together."""
    await db.execute("delete from box.checkpoint_secret")
    with pytest.raises(KeysError, match="the master key does not open"):
        await make_keys(db, STRANGER)
    with pytest.raises(KeysError, match="the master key does not open"):
        await rotate_key(db, STRANGER, "receipts")
    assert await db.fetchval("select count(*) from box.checkpoint_secret") == 0


async def test_a_key_whose_secret_was_lost_is_replaced(db: asyncpg.Connection) -> None:
    """Its public half stays, retired; the other keys are as they were."""
    before = {purpose: await secret(db, purpose) for purpose in PURPOSES}
    await db.execute("delete from box.checkpoint_secret")
    assert await make_keys(db, KEYS) == ["checkpoints"]
    assert [key.retired_at is None for key in await published(db, "checkpoints")] == [True, False]
    assert {each for each in PURPOSES if await secret(db, each) != before[each]} == {"checkpoints"}


async def test_the_whole_database_holds_no_key(db: asyncpg.Connection) -> None:
    """A dump opens nothing without the master key (P7)."""
    house = await voting(db)
    wrapped = await db.fetchval("select wrapped from roll.round_key")
    found = [KEYS.open_round_key(house.round_id.bytes, wrapped), *[await secret(db, each) for each in PURPOSES]]
    dump = await everything(db)
    assert wrapped.hex() in dump
    assert [key for key in found if key.hex() in dump] == []


MAY_READ = {
    "roll.secret": {"byalag_roll"},
    "box.receipt_secret": {"byalag_box"},
    "box.checkpoint_secret": {"byalag_worker"},
    "roll.audit_secret": {"byalag_registrar"},
    "roll.destroyed_key": {"byalag_roll"},
    "box.verification_key": {"byalag_roll", "byalag_box", "byalag_civic", "byalag_registrar", "byalag_worker"},
}


@pytest.mark.parametrize("table", MAY_READ)
async def test_a_key_is_read_by_the_role_that_uses_it(db: asyncpg.Connection, table: str) -> None:
    """And written by no role that serves or works: keys are the operator's."""
    roles = sorted(MAY_READ["box.verification_key"])
    allowed = {
        right: {
            role for role in roles if await db.fetchval("select has_table_privilege($1, $2, $3)", role, table, right)
        }
        for right in ("select", "insert", "update", "delete", "truncate")
    }
    assert allowed == {"select": MAY_READ[table], "insert": set(), "update": set(), "delete": set(), "truncate": set()}


@pytest.mark.parametrize(
    "statement",
    [
        "delete from box.verification_key",
        "update box.verification_key set public_key = decode(repeat('00', 32), 'hex')",
        "update box.verification_key set retired_at = null where retired_at is not null",
    ],
)
async def test_a_published_key_stays_as_it_is(db: asyncpg.Connection, statement: str) -> None:
    """Also for the owner of the database: receipts are checked with it for ever."""
    await rotate_key(db, KEYS, "receipts")
    with pytest.raises(asyncpg.PostgresError, match=r"append-only|retired once and never changed"):
        await db.execute(statement)


@pytest.mark.parametrize(("purpose", "kept"), [("passes", 1), ("receipts", 2), ("checkpoints", 1), ("audit", 1)])
async def test_a_retired_secret_goes(db: asyncpg.Connection, purpose: Any, kept: int) -> None:
    """But for receipts, because an old cast that comes again gets its old receipt (P4)."""
    old, new = await rotate_key(db, KEYS, purpose)
    counted = "select count(*) from roll.secret where purpose = 'passes'"
    if purpose != "passes":
        room = "roll" if purpose == "audit" else "box"
        counted = f"select count(*) from {room}.{purpose.removesuffix('s')}_secret"
    assert await db.fetchval(counted) == kept
    assert [(key.key_id, key.retired_at is None) for key in await published(db, purpose)] == [(new, True), (old, False)]


async def noticed(town: Town, purpose: str, key_id: str) -> None:
    """Wait until the service that runs signs with this key."""
    end = time.monotonic() + 10
    while getattr(town.ring, purpose).key_id != key_id:
        assert time.monotonic() < end, "it did not notice"
        await asyncio.sleep(0.05)


async def test_receipts_of_before_and_after_a_rotation_hold(town: Town, db: asyncpg.Connection) -> None:
    """Without a restart the new key signs; and who sends the old cast again gets the old receipt (P4)."""
    amina = await (await town.open_round()).voter("AMINA-1")
    first = await amina.cast(1, key="the-first-cast")
    _, new = await rotate_key(db, KEYS, "receipts")
    await noticed(town, "receipts", new)
    second = await amina.cast(2, base=1)
    rows = (await town.client.get("/api/keys")).json()
    keys = {row["key_id"]: row["public_key"] for row in rows}
    receipts = [Receipt(**answer.json()["receipt"]) for answer in (first, second)]
    assert [signature_holds(receipt, keys) for receipt in receipts] == [True, True]
    assert receipts[0].key_id != receipts[1].key_id == new
    assert (await amina.cast(1, key="the-first-cast")).json() == first.json()
    assert {row["signs"] for row in rows} == set(SIGNING)
    assert [row["retired_at"] is None for row in rows if row["signs"] == "receipts"] == [True, False]


async def test_a_pass_outlives_the_key_that_signed_it(town: Town, db: asyncpg.Connection) -> None:
    """Who signed in before a rotation votes after it, and the next one gets a pass of the new key."""
    ground = await town.open_round()
    amina = await ground.voter("AMINA-1")
    _, new = await rotate_key(db, KEYS, "passes")
    await noticed(town, "passes", new)
    assert (await amina.cast(1)).status_code == 201
    bjorn = await ground.voter("BJORN-2")
    assert open_pass(bjorn.token, town.ring.issuer, "box", time.time()).key_id == new
    assert (await bjorn.cast(1)).status_code == 201


async def test_a_pass_of_a_key_made_a_moment_ago_is_good(town: Town, db: asyncpg.Connection) -> None:
    """Another process may have signed it: the key is looked up when it is met."""
    amina = await (await town.open_round()).voter("AMINA-1")
    claims = open_pass(amina.token, town.ring.issuer, "box", time.time())
    await rotate_key(db, KEYS, "passes")
    signer = await open_signer(db, KEYS, "passes")
    amina.token = seal_pass(replace(claims, key_id=signer.key_id), signer)
    assert (await amina.cast(1)).status_code == 201


async def test_heads_of_before_and_after_a_rotation_agree(town: Town, db: asyncpg.Connection) -> None:
    """The ledger publishes both keys, the one that signs first; older heads are checked as well as new ones (P5)."""
    ground = await town.open_round()
    amina = await ground.voter("AMINA-1")
    await amina.cast(1)
    await town.work("sequence")
    await rotate_key(db, KEYS, "checkpoints")
    await amina.cast(2, base=1)
    await town.work("sequence")
    path = f"/api/rounds/{ground.id}"
    view = (await town.client.get(f"{path}/ledger")).json()
    rows = (await town.client.get(f"{path}/checkpoints?after=0")).json()
    proof = (await town.client.get(f"{path}/consistency?older=1&newer=2")).json()["proof"]
    new, old = [read_key(text)[1] for text in view["verification_keys"]]
    origin = origin_of(ADDRESS, ground.id)
    older, newer = [read_checkpoint(row["note"], origin, [key]) for row, key in zip(rows, (old, new), strict=True)]
    assert consistent(older.size, newer.size, [bytes.fromhex(step) for step in proof], older.root, newer.root)


async def act_with(keys: Keys, db: asyncpg.Connection, batch: Sequence[tuple[int, Event]]) -> None:
    """What a worker with this master key does."""
    await act(db, keys, ADDRESS, batch)


async def test_a_worker_without_its_key_leaves_the_event(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """It is not the event's fault: no attempt is counted, and with the key it is done."""
    house = await voting(db)
    await db.execute("delete from post.outbox")
    await tell(db, RoundScheduled(house.round_id))
    for keys in (STRANGER, KEYS):
        attempts = await db.fetch("select attempts, quarantined_at from post.outbox where lane = 'sequence'")
        assert [tuple(row) for row in attempts] == [(0, None)]
        await drain(worker, "sequence", partial(act_with, keys), 5)
    assert await waiting(db, "sequence") == []


def told(settings: Settings, *arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
    """What a command says with the master key of these settings."""
    environment = {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "BYALAG_MASTER_KEY": settings.master_key.hex(),
    }
    line = [sys.executable, "-m", "schema.cli", *arguments]
    return subprocess.run(line, env=environment, capture_output=True, text=True, timeout=120, check=False, **more)


@pytest.mark.parametrize("process", [("service", "--port", "0"), ("workers", "--lane", "sequence")])
async def test_a_process_without_keys_does_not_start(
    settings: Settings, db: asyncpg.Connection, process: tuple[str, ...]
) -> None:
    """Nor does one with another master key; each says in one line what to do."""
    other = await asyncio.to_thread(told, replace(settings, master_key=bytes(32)), *process)
    await forget(db)
    none = await asyncio.to_thread(told, settings, *process)
    assert [(done.returncode, done.stdout, "Traceback" in done.stderr) for done in (other, none)] == [
        (2, "", False)
    ] * 2
    assert "the master key does not open" in other.stderr
    assert "run `byalag keys init`" in none.stderr


async def say(settings: Settings, *arguments: str) -> str:
    """What ``byalag keys`` prints, in this process."""
    environment = {
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "BYALAG_MASTER_KEY": settings.master_key.hex(),
    }
    done = await asyncio.to_thread(CliRunner().invoke, command, list(arguments), env=environment)
    assert done.exit_code == 0, done.output
    return done.output


async def test_the_operator_makes_rotates_and_lists_keys(settings: Settings, db: asyncpg.Connection) -> None:
    """The list has every key with its times, and what became of each round's; and nothing secret."""
    await forget(db)
    assert await say(settings, "init") == "Made the keys of identity, passes, receipts, checkpoints, audit.\n"
    assert await say(settings, "init") == "All keys are there.\n"
    before = {purpose: await secret(db, purpose) for purpose in PURPOSES}
    await say(settings, "rotate", "passes")
    house = await voting(db)
    listed = await say(settings, "list")
    keys = [key for purpose in SIGNING for key in await published(db, purpose)]
    assert len(keys) == 5
    assert all(key.key_id in listed and key.public_key.hex() in listed for key in keys)
    assert f"{house.round_id} Brf Eken, Gården 2026: wrapped" in listed
    secrets: dict[Purpose, bytes] = {purpose: await secret(db, purpose) for purpose in ("identity", "passes")}
    assert [raw for raw in (*before.values(), *secrets.values()) if raw.hex() in listed] == []
