"""Whoever holds a void code that names nobody is put off the roll; who came with it before stays an elector."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from schema.database import connect
from schema.events import CodesVoided
from schema.keys import person_ref
from tests.builders import ADDRESS, IDENTITY, KEYS, House, close, draft, municipality, pot, tell, waiting
from tests.workers.test_admission import admit, build, builds, frozen, tag
from tests.workers.test_roll import tags
from workers.claim import drain
from workers.door import act

BATCHES = {"first": ("Anna", "Bo"), "second": ("Cilla", "David")}


@pytest.fixture
async def round_id(db: asyncpg.Connection, registrar: asyncpg.Connection) -> UUID:
    """A round of four codes in two batches, drafted and built."""
    made = await draft(db, await municipality(db))
    await db.execute("update box.round set sources = '{codes}' where id = $1", made)
    await pot(db, made, 1)
    for batch, names in BATCHES.items():
        await issue(db, made, batch, *names)
    await build(registrar, made)
    return made


async def issue(db: asyncpg.Connection, round_id: UUID, batch: str, *names: str) -> None:
    """A batch of codes, one for each of these people."""
    batch_id = await db.fetchval(
        "insert into roll.code_batch (round_id, kind, is_test, size, issued_by)"
        " values ($1, 'list', false, $2, $3) returning id",
        *(round_id, len(names), batch),
    )
    for name in names:
        ref = person_ref(IDENTITY, name)
        await db.execute("insert into roll.bearer (round_id, person_ref) values ($1, $2)", round_id, ref)
        await db.execute(
            "insert into roll.code (round_id, batch_id, person_ref, code_hash) values ($1, $2, $3, $4)",
            *(round_id, batch_id, ref, uuid4().bytes * 2),
        )


async def void(db: asyncpg.Connection, batch: str) -> None:
    """Make a batch void."""
    await db.execute(
        "update roll.code_batch set voided_at = now(), voided_by = 'Dagny', void_reason = 'Lost' where issued_by = $1",
        batch,
    )


async def take_part(db: asyncpg.Connection, round_id: UUID, name: str) -> None:
    """Somebody signs in."""
    await db.execute("select roll.note_participation($1, $2)", round_id, person_ref(IDENTITY, name))


async def put_off(registrar: asyncpg.Connection, round_id: UUID) -> None:
    """The worker hears that codes were made void."""
    await act(registrar, KEYS, ADDRESS, [(1, CodesVoided(round_id))])


async def electors(db: asyncpg.Connection, round_id: UUID) -> set[str]:
    """Who may vote, by the tags in the box."""
    names = {await tag(db, round_id, name): name for names in BATCHES.values() for name in (*names, "Eva", "Fia")}
    [row] = await db.fetch("select id from box.pot where round_id = $1", round_id)
    return {names[each] for each in await tags(db, row["id"])}


async def heads(db: asyncpg.Connection) -> tuple[int, int, int]:
    """How many the roll has, how many of them may vote, and the sum of the counted heads."""
    row = await db.fetchrow(
        "select persons, entitled, (select sum(persons)::int from roll.head_count) as heads from roll.roll"
    )
    assert row is not None
    return row["persons"], row["entitled"], row["heads"]


async def test_a_draft_loses_them(db: asyncpg.Connection, registrar: asyncpg.Connection, round_id: UUID) -> None:
    """All who hold a code of the batch, also who signed in to propose: nobody votes yet."""
    await take_part(db, round_id, "Anna")
    await void(db, "first")
    await put_off(registrar, round_id)
    assert await electors(db, round_id) == {"Cilla", "David"}
    assert await heads(db) == (2, 2, 2)
    assert [row[1] for row in await builds(db)] == ["sources", "sources"]


async def test_a_frozen_roll_loses_them(db: asyncpg.Connection, registrar: asyncpg.Connection, round_id: UUID) -> None:
    """Who never came with the code; the change is noted with the others, by date."""
    await frozen(db, round_id)
    await void(db, "first")
    await put_off(registrar, round_id)
    assert await electors(db, round_id) == {"Cilla", "David"}
    assert await heads(db) == (2, 2, 2)
    assert [(row[1], *row[4:]) for row in await builds(db)] == [("sources", 4, 0, 0), ("voids", 0, 2, 0)]
    noted = await db.fetchval("select built_at from box.roll_build where cause = 'voids'")
    assert noted == noted.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


async def test_who_came_before_stays(db: asyncpg.Connection, registrar: asyncpg.Connection, round_id: UUID) -> None:
    """Bo signed in while voting was open: he may have voted, and his ballot counts."""
    await frozen(db, round_id)
    await take_part(db, round_id, "Bo")
    await void(db, "first")
    await put_off(registrar, round_id)
    assert await electors(db, round_id) == {"Bo", "Cilla", "David"}


async def test_who_came_before_voting_opened_does_not(db: asyncpg.Connection, registrar: asyncpg.Connection) -> None:
    """A scheduled round that is not open yet has no voters, whoever proposed something."""
    round_id = await draft(db, await municipality(db), opens=3600, closes=7200)
    await db.execute("update box.round set sources = '{codes}' where id = $1", round_id)
    await pot(db, round_id, 1)
    await issue(db, round_id, "first", "Anna", "Bo")
    await issue(db, round_id, "second", "Cilla")
    await build(registrar, round_id)
    await frozen(db, round_id)
    await take_part(db, round_id, "Anna")
    await void(db, "first")
    await put_off(registrar, round_id)
    assert await electors(db, round_id) == {"Cilla"}


async def test_twice_is_once(db: asyncpg.Connection, registrar: asyncpg.Connection, round_id: UUID) -> None:
    """Told again, nothing more is changed; a second batch is a change of its own."""
    await frozen(db, round_id)
    await void(db, "first")
    for _ in range(2):
        await put_off(registrar, round_id)
    assert len(await builds(db)) == 2
    await take_part(db, round_id, "David")
    await void(db, "second")
    await put_off(registrar, round_id)
    assert await electors(db, round_id) == {"David"}
    assert len(await builds(db)) == 3


async def test_a_roll_is_up_to_date_again(
    db: asyncpg.Connection, registrar: asyncpg.Connection, round_id: UUID
) -> None:
    """Also when as many were issued as were made void: what a roll was built from does not come again."""
    fresh = "select bearers = (select count(*) + count(*) filter (where void) from roll.bearer) from roll.roll"
    assert await db.fetchval(fresh)
    await void(db, "first")
    await put_off(registrar, round_id)
    assert await db.fetchval(fresh)
    await issue(db, round_id, "third", "Eva", "Fia")
    assert not await db.fetchval(fresh)
    await build(registrar, round_id)
    assert await electors(db, round_id) == {"Cilla", "David", "Eva", "Fia"}


async def test_whom_an_appeal_let_in_stays(
    db: asyncpg.Connection, registrar: asyncpg.Connection, round_id: UUID
) -> None:
    """Two officers said so, whatever becomes of her letter."""
    pot_id = await db.fetchval("select id from box.pot")
    await frozen(db, round_id)
    await admit(db, round_id, "Anna", pot_id)
    await void(db, "first")
    await put_off(registrar, round_id)
    assert await electors(db, round_id) == {"Anna", "Cilla", "David"}


async def test_it_waits_for_who_is_coming_in(
    db: asyncpg.Connection, registrar: asyncpg.Connection, round_id: UUID
) -> None:
    """Somebody whose code was good a moment ago is noted by then, and stays."""
    await frozen(db, round_id)
    await void(db, "first")

    async def told(due_at: datetime) -> None:
        await db.execute("delete from post.outbox")
        await tell(db, CodesVoided(round_id, due_at))
        await drain(registrar, "roll", lambda worker, batch: act(worker, KEYS, ADDRESS, batch), 30.0)

    await told(datetime.now(UTC) + timedelta(minutes=1))
    assert len(await electors(db, round_id)) == 4
    assert len(await waiting(db, "roll")) == 1
    await take_part(db, round_id, "Anna")
    await told(datetime.now(UTC) - timedelta(seconds=1))
    assert await electors(db, round_id) == {"Anna", "Cilla", "David"}
    assert await waiting(db, "roll") == []


async def counted(db: asyncpg.Connection, round_id: UUID) -> None:
    """A snapshot of the standing close."""
    await db.execute(
        "insert into box.snapshot (round_id, pot_id, rules_version, close_number, input_hash, inputs, content, pb,"
        " withheld) select $1, id, 1, 1, $2, '', '', '', false from box.pot",
        *(round_id, bytes(32)),
    )


async def test_an_outcome_keeps_its_electors(
    db: asyncpg.Connection, registrar: asyncpg.Connection, round_id: UUID
) -> None:
    """After the close they are put off until it is counted, and not any more then."""
    pot_id = await db.fetchval("select id from box.pot")
    await frozen(db, round_id)
    await close(db, House(await db.fetchval("select municipality_id from box.round"), round_id, pot_id))
    await void(db, "first")
    await put_off(registrar, round_id)
    assert await electors(db, round_id) == {"Cilla", "David"}
    await counted(db, round_id)
    await void(db, "second")
    await put_off(registrar, round_id)
    assert await electors(db, round_id) == {"Cilla", "David"}


async def test_a_count_waits_for_who_is_being_put_off(
    db: asyncpg.Connection, registrar: asyncpg.Connection, worker: asyncpg.Connection, round_id: UUID
) -> None:
    """Its electors are those of before or of after, and the roll says the same."""
    await frozen(db, round_id)
    await void(db, "first")
    async with registrar.transaction():
        await put_off(registrar, round_id)
        waits = "select pg_advisory_xact_lock_shared(3, lock_key) from box.round where id = $1"
        await worker.execute("set lock_timeout = '100ms'")
        with pytest.raises(asyncpg.LockNotAvailableError):
            await worker.execute(waits, round_id)
    await worker.execute(waits, round_id)


async def test_two_workers_at_once_put_off_once(
    db: asyncpg.Connection, registrar: asyncpg.Connection, database_url: str, round_id: UUID
) -> None:
    """The second waits for the first and finds nothing left to do."""
    await frozen(db, round_id)
    await void(db, "first")
    other = await connect(database_url, "byalag_registrar")
    await asyncio.gather(put_off(registrar, round_id), put_off(other, round_id))
    await other.close()
    assert len(await builds(db)) == 2
    assert await electors(db, round_id) == {"Cilla", "David"}
