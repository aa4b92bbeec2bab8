"""Comparing: after a count, beside it, and never in its way."""

from uuid import uuid4

import asyncpg
import msgspec
import pytest
from redis import Redis

from schema.comparison import WhatIf
from schema.doorbell import ring
from schema.events import PotCounted, RoundClosed, RoundScheduled
from schema.rules import EqualShares, GreedyByVotes, SequentialPhragmen
from schema.settings import Settings
from schema.snapshot import Snapshot, canonical
from tests.builders import (
    ADDRESS,
    KEYS,
    House,
    cast,
    close,
    decision,
    draft,
    pot,
    schedule,
    settle,
    tell,
    voting,
    waiting,
)
from tests.workers.processes import command, eventually
from workers.claim import drain
from workers.compare import CURRENCY_UNIT, NoSnapshot
from workers.door import act
from workers.sequence import sequence_ballots
from workers.store.outbox import MOST_ATTEMPTS
from workers.tally.comparison import alternatives

STOP = GreedyByVotes(misfit="stop")


async def kept(db: asyncpg.Connection) -> WhatIf:
    """The one comparison there is."""
    (row,) = await db.fetch("select content from box.what_if")
    return msgspec.json.decode(row["content"], type=WhatIf)


async def closed(db: asyncpg.Connection, worker: asyncpg.Connection) -> House:
    """Amina wants 1 and 2, Björn 2; counted by votes until the first that does not fit."""
    house = await voting(db, rule=STOP)
    ballots = [await cast(db, house, "Amina", 1, 2), await cast(db, house, "Björn", 2)]
    await close(db, house)
    await settle(worker, house, ballots)
    return house


@pytest.fixture
async def house(db: asyncpg.Connection, worker: asyncpg.Connection) -> House:
    """A house that was counted; nothing but the event of it waits."""
    made = await closed(db, worker)
    await db.execute("delete from post.outbox")
    await act(worker, KEYS, ADDRESS, [(1, RoundClosed(made.round_id))])
    return made


async def test_a_count_tells_of_each_pot_once(db: asyncpg.Connection, worker: asyncpg.Connection, house: House) -> None:
    """The event is committed with the snapshot; a count that is told twice tells nothing again."""
    await act(worker, KEYS, ADDRESS, [(2, RoundClosed(house.round_id))])
    assert [event for _, event in await waiting(db)] == [PotCounted(house.pot_id)]


async def test_the_pot_s_own_rule_comes_first(db: asyncpg.Connection, worker: asyncpg.Connection, house: House) -> None:
    """As it was counted; then the rules that every pot is compared by, and each pair of all of them."""
    await act(worker, KEYS, ADDRESS, await waiting(db))
    found = await kept(db)
    snapshot = msgspec.json.decode(await db.fetchval("select content from box.snapshot"), type=Snapshot)
    assert [alternative.rule for alternative in found.alternatives] == [STOP, *alternatives(CURRENCY_UNIT)]
    assert (found.alternatives[0].funded, found.alternatives[0].spent) == (
        snapshot.outcome.funded,
        snapshot.outcome.spent,
    )
    assert (found.voters, found.budget, len(found.pairs)) == (2, snapshot.money, 10)


def test_the_rules_are_those_that_cities_weigh() -> None:
    """By votes, equal shares with Add1 of one currency unit, Phragmén, by votes per cost."""
    by_votes, shares, loads, per_cost = alternatives(CURRENCY_UNIT)
    assert by_votes == GreedyByVotes()
    assert shares == EqualShares(step=100, completion="votes")
    assert loads == SequentialPhragmen()
    assert per_cost == GreedyByVotes(per_cost=True)


async def test_a_rule_is_counted_once(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """A pot whose own rule is one of the list has it first, and not again."""
    house = await voting(db, rule=SequentialPhragmen())
    await close(db, house)
    await settle(worker, house, [])
    await act(worker, KEYS, ADDRESS, [(1, RoundClosed(house.round_id)), (2, PotCounted(house.pot_id))])
    rules = [alternative.rule for alternative in (await kept(db)).alternatives]
    own = SequentialPhragmen()
    assert rules == [own, *(rule for rule in alternatives(CURRENCY_UNIT) if rule != own)]


async def test_money_is_shown_by_the_areas_of_projects(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """A project without an area belongs to none; a pot without any has no areas at all."""
    house = await voting(db)
    drafted = await draft(db, house.municipality_id, name="Nästa år")
    pot_id = await pot(db, drafted, 400_00, 300_00)
    await db.execute("update box.project set area = 'Norr' where pot_id = $1 and number = 2", pot_id)
    await schedule(db, drafted, pot_id, "Amina")
    here = House(house.municipality_id, drafted, pot_id)
    ballot = await cast(db, here, "Amina", 2)
    await close(db, here)
    await settle(worker, here, [ballot])
    await act(worker, KEYS, ADDRESS, [(1, RoundClosed(drafted)), (2, PotCounted(pot_id))])
    found = await kept(db)
    assert [(area.name, area.cost, area.votes) for area in found.areas] == [("Norr", 300_00, 1), (None, 400_00, 0)]


async def test_the_bytes_are_canonical(db: asyncpg.Connection, worker: asyncpg.Connection, house: House) -> None:
    """The same facts, the same bytes; and no figure is a float."""
    await act(worker, KEYS, ADDRESS, await waiting(db))
    content = await db.fetchval("select content from box.what_if")
    assert content == canonical(await kept(db))
    assert b"." not in content


async def test_told_twice(db: asyncpg.Connection, worker: asyncpg.Connection, house: House) -> None:
    """The first comparison stays as it is."""
    await act(worker, KEYS, ADDRESS, [(1, PotCounted(house.pot_id))])
    before = await db.fetchrow("select * from box.what_if")
    await act(worker, KEYS, ADDRESS, [(2, PotCounted(house.pot_id))])
    assert await db.fetchrow("select * from box.what_if") == before


async def test_not_before_the_count(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """P8: an event alone does not make a count; of a pot without a snapshot nothing is worked out."""
    house = await closed(db, worker)
    with pytest.raises(NoSnapshot):
        await act(worker, KEYS, ADDRESS, [(1, PotCounted(house.pot_id))])
    assert await db.fetchval("select count(*) from box.what_if") == 0


async def test_append_only(db: asyncpg.Connection, worker: asyncpg.Connection, house: House) -> None:
    """Neither a worker, who has no right to, nor the owner changes or removes a comparison."""
    await act(worker, KEYS, ADDRESS, [(1, PotCounted(house.pot_id))])
    for statement in ("update box.what_if set content = ''", "delete from box.what_if", "truncate box.what_if"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await worker.execute(statement)
        with pytest.raises(asyncpg.PostgresError, match="append-only"):
            await db.execute(statement)


async def test_the_service_only_reads(db: asyncpg.Connection) -> None:
    """Two tables, two writers: the service shows what workers keep."""
    rights = {
        right: await db.fetchval("select has_table_privilege('byalag_box', 'box.what_if', $1)", right)
        for right in ("select", "insert", "update", "delete", "truncate")
    }
    assert [right for right, given in rights.items() if given] == ["select"]


async def test_a_comparison_that_hangs_holds_up_no_count(
    db: asyncpg.Connection, worker: asyncpg.Connection, house: House, settings: Settings, redis: Redis
) -> None:
    """While the lane waits for something, another round is counted and published; afterwards both are compared."""
    hangs = "select exists (select from pg_locks where not granted and relation = 'box.what_if'::regclass)"
    other = await draft(db, house.municipality_id, name="Nästa år")
    await schedule(db, other, await pot(db, other, 400_00), "Amina")
    await close(db, House(house.municipality_id, other, house.pot_id))
    await sequence_ballots(worker, KEYS, ADDRESS, [RoundScheduled(other)])
    owner = await asyncpg.connect(settings.database_url)
    with command(settings, "workers", "--lane", "compare"):
        async with owner.transaction():
            await owner.execute("lock table box.what_if in exclusive mode")
            ring(redis, "compare")
            await eventually(lambda: db.fetchval(hangs))
            await act(worker, KEYS, ADDRESS, [(1, RoundClosed(other))])
            assert await db.fetchval("select count(*) from box.snapshot where round_id = $1", other) == 1
            decided = await decision(db, other, "publish")
            assert await db.fetchval("select box.publish_round($1, $2)", other, decided) == "published"
        ring(redis, "compare")
        await eventually(lambda: db.fetchval("select count(*) = 2 from box.what_if"))
    await owner.close()


async def test_a_comparison_that_fails_is_kept_aside(
    db: asyncpg.Connection, worker: asyncpg.Connection, house: House
) -> None:
    """The others are made, and the snapshot is untouched."""
    await tell(db, PotCounted(uuid4()))
    before = await db.fetch("select * from box.snapshot")
    for _ in range(MOST_ATTEMPTS):
        await drain(worker, "compare", lambda db, batch: act(db, KEYS, ADDRESS, batch), 10)
    assert await db.fetchval("select count(*) from box.what_if") == 1
    assert await db.fetchval("select fault from post.outbox where quarantined_at is not null") == "NoSnapshot"
    assert await db.fetch("select * from box.snapshot") == before
