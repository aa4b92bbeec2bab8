"""The ledgers of the audit log: whoever changes, removes, moves or slips in an entry afterwards is found out."""

import asyncio
import base64
import hashlib
import json
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

from schema.checkpoint import Head, origin_of, read_checkpoint, read_key
from schema.database import Role, connect
from schema.noted import commitment
from schema.tree import consistent, grow, root
from service.cli.audit import audit
from service.store.audit import places
from service.verbs.audit import Checked, check_ledgers
from service.verbs.keys import rotate_key
from tests.builders import ADDRESS, KEYS
from tests.town import Town, draft
from tests.workers.receiver import receiving


@pytest.fixture
async def noted(town: Town) -> Town:
    """A town whose officer drafted two rounds, all of which is in its ledger."""
    await town.hire("Dagny")
    for _ in range(2):
        await town.act("POST", "/api/rounds", json=draft())
    await town.work("roll")
    return town


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
        "alter table roll.audit alter id drop identity",
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


async def rehash(town: Town, db: asyncpg.Connection) -> None:
    """Make the tiles fit what the log says now, as somebody would who knows this program but has no key."""
    ledger_id = UUID(await municipality(db))
    roll = await connect(town.settings.database_url, "byalag_roll")
    leaves = [commitment(each.entry, each.salt) for each in await places(roll, ledger_id) if each.entry]
    await roll.close()
    await tamper(db, f"delete from box.audit_tile where ledger_id = '{ledger_id}'")
    for (level, index), hashes in grow({}, 0, leaves).items():
        await db.execute("insert into box.audit_tile values ($1, $2, $3, $4)", ledger_id, level, index, hashes)


async def test_hashes_that_fit_a_changed_entry_do_not_fit_the_head(noted: Town, db: asyncpg.Connection) -> None:
    """The head was signed, and names between which places the change is."""
    size = (await check(noted))["Hagaby"].size
    await noted.act("POST", "/api/rounds", json=draft())
    await noted.work("roll")
    last = (await check(noted))["Hagaby"].size - 1
    number = await db.fetchval("select entry_id from roll.audit_leaf where position = $1", size)
    await tamper(db, f"update roll.audit set officer = 'Egil' where id = {number}")
    await rehash(noted, db)
    assert await fault(noted) == f"an entry at a place from {size} to {last} is not the one that was signed"


async def cut(noted: Town, db: asyncpg.Connection) -> str:
    """Take back the last act with all its traces in the database; answers the head that was signed over it."""
    before = (await check(noted))["Hagaby"].size
    await noted.act("POST", "/api/rounds", json=draft())
    await noted.work("roll", "spread")
    signed = (await check(noted))["Hagaby"].note
    beyond = f"ledger_id = '{await municipality(db)}' and position >= {before}"
    await tamper(
        db,
        f"delete from roll.audit where id in (select entry_id from roll.audit_leaf where {beyond})",
        f"delete from roll.audit_leaf where {beyond}",
        f"delete from box.audit_checkpoint where size > {before}",
    )
    await rehash(noted, db)
    return signed


async def test_a_log_cut_short_is_found_by_a_kept_head(noted: Town, db: asyncpg.Connection) -> None:
    """In the database nothing is left to see; whoever kept the head sees it."""
    signed = await cut(noted, db)
    assert await fault(noted) == "None"
    size = (await check(noted))["Hagaby"].size
    assert (await fault(noted, signed)).endswith(f"entries was signed, and {size} are there")


async def test_a_head_of_a_log_that_is_gone_is_said(noted: Town) -> None:
    """A kept head of no ledger that is here says that one is missing."""
    note = (await check(noted))["Hagaby"].note
    other = note.replace(note.partition("\n")[0], origin_of(ADDRESS, UUID(int=1)))
    assert (await check(noted, other))[origin_of(ADDRESS, UUID(int=1))].fault == "there is no such ledger here"


async def test_a_forged_head_is_found(noted: Town, db: asyncpg.Connection) -> None:
    """Who has no key signs nothing that the check takes."""
    await tamper(db, "update box.audit_checkpoint set note = regexp_replace(note, '^(.*)\\n(\\d+)', E'\\\\1\\n99')")
    assert "not signed by this house" in await fault(noted)


async def test_a_missing_head_is_found(noted: Town, db: asyncpg.Connection) -> None:
    """Entries with places and no head over them were not signed."""
    await tamper(db, "delete from box.audit_checkpoint")
    assert "no head was signed" in await fault(noted)


async def test_a_rotated_key_leaves_all_good(noted: Town, db: asyncpg.Connection) -> None:
    """Heads of before and after are checked with their own keys."""
    await rotate_key(db, KEYS, "audit")
    await noted.act("POST", "/api/rounds", json=draft())
    await noted.work("roll")
    assert {each.fault for each in (await check(noted)).values()} == {None}


async def test_told_twice_places_nothing_twice(noted: Town) -> None:
    """An entry has one place, and no head is signed for nothing (P2)."""
    before = await check(noted)
    await noted.work("roll")
    assert await check(noted) == before


async def head(town: Town, ledger_id: str) -> Head:
    """The newest head that everybody sees, checked with the key that is published beside it."""
    shown = (await town.client.get(f"/api/audit-ledgers/{ledger_id}")).json()
    origin, public = read_key(shown["verification_keys"][0])
    return read_checkpoint(shown["checkpoint"], origin, [public])


async def test_a_longer_log_is_consistent_with_an_older_head(noted: Town, db: asyncpg.Connection) -> None:
    """Anybody who kept a head sees by the public proof that nothing behind it changed."""
    ledger_id = await municipality(db)
    older = await head(noted, ledger_id)
    await noted.act("POST", "/api/rounds", json=draft())
    await noted.work("roll")
    newer = await head(noted, ledger_id)
    asked = {"older": older.size, "newer": newer.size}
    answer = await noted.client.get(f"/api/audit-ledgers/{ledger_id}/consistency", params=asked)
    proof = [bytes.fromhex(step) for step in answer.json()["proof"]]
    assert newer.size > older.size
    assert consistent(older.size, newer.size, proof, older.root, newer.root)


async def test_the_log_is_served_as_any_other(noted: Town, db: asyncpg.Connection) -> None:
    """A program for logs of C2SP reads its head and its tiles."""
    ledger_id = await municipality(db)
    signed = await head(noted, ledger_id)
    tile = (await noted.client.get(f"/api/log/{ledger_id}/tile/0/000.p/{signed.size}")).content
    assert root({(0, 0): tile}, signed.size) == signed.root
    note = (await noted.client.get(f"/api/log/{ledger_id}/checkpoint")).text
    assert note.splitlines()[1] == str(signed.size)


async def test_an_auditor_comes_to_the_signed_root_alone(noted: Town, db: asyncpg.Connection) -> None:
    """From what the log answers them, by the rule that the README tells, with nothing of this program but the tree."""
    items = (await noted.client.get("/api/audit", headers=noted.badge())).json()["items"]
    leaves = {}
    for item in items:
        place, salt = item.pop("position"), base64.b64decode(item.pop("salt"))
        text = json.dumps(item, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        if item["municipality_id"]:
            leaves[place] = hashlib.sha256(b"byalag audit 1\n" + salt + text.encode()).digest()
    signed = await head(noted, await municipality(db))
    assert root(grow({}, 0, [leaves[place] for place in range(signed.size)]), signed.size) == signed.root


async def test_what_is_public_holds_no_entry(noted: Town, db: asyncpg.Connection) -> None:
    """Two entries alike have hashes that are not: each has a salt that only readers of the log get."""
    salts = await db.fetch("select salt from roll.audit_leaf")
    assert len({row["salt"] for row in salts}) == len(salts)
    granted = "select has_table_privilege($1, 'roll.audit_leaf', 'select')"
    roles = ("byalag_roll", "byalag_box", "byalag_civic", "byalag_registrar", "byalag_worker")
    assert {role for role in roles if await db.fetchval(granted, role)} == {"byalag_roll", "byalag_registrar"}


async def test_another_municipality_has_another_ledger(noted: Town, db: asyncpg.Connection) -> None:
    """What its officers do makes no head of ours larger."""
    before = await head(noted, await municipality(db))
    await noted.hire("Egil", "Elsewhere")
    await noted.work("roll")
    assert await head(noted, await municipality(db)) == before
    assert (await check(noted))["Elsewhere"].size == 2


WRITING = [
    "insert into roll.audit_leaf select ledger_id, 99, entry_id, salt from roll.audit_leaf",
    "update roll.audit_leaf set salt = salt",
    "delete from roll.audit_leaf",
    "insert into box.audit_tile select ledger_id, 9, index, hashes from box.audit_tile",
    "update box.audit_tile set hashes = hashes",
    "delete from box.audit_tile",
    "insert into box.audit_checkpoint (ledger_id, size, note) values (gen_random_uuid(), 0, '')",
    "update box.audit_checkpoint set note = ''",
    "delete from box.audit_checkpoint",
]


@pytest.mark.parametrize("role", ["byalag_roll", "byalag_box", "byalag_civic", "byalag_worker"])
async def test_no_role_writes_it_but_the_rolls_worker(database_url: str, role: Role) -> None:
    """Nor reads the key that signs it."""
    db = await connect(database_url, role)
    for change in [*WRITING, "select from roll.audit_secret"]:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await db.execute(change)
    await db.close()


async def test_the_rolls_worker_takes_nothing_back(registrar: asyncpg.Connection) -> None:
    """It adds, and it lets tiles grow."""
    for change in [each for each in WRITING if not each.startswith("insert") and "box.audit_tile set" not in each]:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await registrar.execute(change)


@pytest.mark.parametrize(
    "change",
    [
        "delete from roll.audit_leaf",
        "update roll.audit_leaf set position = position + 100",
        "truncate roll.audit_leaf",
        "update box.audit_checkpoint set note = ''",
        "delete from box.audit_tile",
        "update box.audit_tile set hashes = sha256('x')",
        "update box.audit_tile set index = 7",
    ],
)
async def test_nothing_is_taken_back(noted: Town, db: asyncpg.Connection, change: str) -> None:
    """Not even the owner of the database changes a leaf, a tile or a head by mistake."""
    with pytest.raises(asyncpg.PostgresError, match=r"append-only|only grows"):
        await db.execute(change)


async def test_heads_go_to_the_municipalitys_webhooks(noted: Town, db: asyncpg.Connection) -> None:
    """As those of its rounds do, and its officers see how far each place is."""
    async with receiving() as receiver:
        made = await noted.client.post("/api/head-webhooks", json={"address": receiver.address}, headers=noted.badge())
        assert made.status_code == 201
        await noted.work("roll", "spread")
        signed = await head(noted, await municipality(db))
        assert f"\n{signed.size}\n" in receiver.posts[-1].text
    (place,) = (await noted.client.get("/api/head-webhooks", headers=noted.badge())).json()["webhooks"]
    assert [(row["round_id"], row["size"]) for row in place["deliveries"]] == [(await municipality(db), signed.size)]


@pytest.fixture
def published(town: Town, tmp_path: Path) -> Town:
    """The town with a folder of published heads."""
    town.settings = replace(town.settings, heads=tmp_path / "heads")
    return town


async def command(town: Town, *words: str) -> Result:
    """What ``byalag audit`` says."""
    environment = {
        "DATABASE_URL": town.settings.database_url,
        "REDIS_URL": town.settings.redis_url,
        "BYALAG_MASTER_KEY": town.settings.master_key.hex(),
    }
    if town.settings.heads:
        environment["BYALAG_HEADS"] = str(town.settings.heads)
    return await asyncio.to_thread(CliRunner(env=environment).invoke, audit, words)


async def test_the_command_says_that_all_match(noted: Town) -> None:
    """One line a ledger: how many entries, under which head."""
    done = await command(noted, "verify")
    checked = (await check(noted))["Hagaby"]
    assert done.exit_code == 0, done.output
    assert f"Hagaby: {checked.size} entries, head {checked.note.splitlines()[2]}, all match\n" in done.output


async def test_the_command_names_what_does_not(noted: Town, db: asyncpg.Connection) -> None:
    """And ends with exit code 1."""
    number, place = await entry(db)
    await tamper(db, f"update roll.audit set officer = 'Egil' where id = {number}")
    done = await command(noted, "verify")
    assert done.exit_code == 1
    assert f"not as it was signed: entry {number}, at place {place}," in done.output


async def test_the_command_takes_a_kept_head(noted: Town, db: asyncpg.Connection, tmp_path: Path) -> None:
    """A file with what was signed, from wherever it was kept."""
    kept = tmp_path / "kept"
    kept.write_text(await cut(noted, db), encoding="utf-8")
    assert (await command(noted, "verify")).exit_code == 0
    assert (await command(noted, "verify", "--head", str(kept))).exit_code == 1


async def test_a_log_cut_short_is_found_by_the_folder(published: Town, noted: Town, db: asyncpg.Connection) -> None:
    """Heads lie there, and a database that lacks one is refused by whoever would go on from it."""
    await cut(noted, db)
    done = await command(noted, "verify")
    assert done.exit_code == 1
    assert "this database is older than what was published" in done.output
