"""Quarantine: held ballots count and are left out beside it; two officers void or release; every sum adds up."""

from typing import Any
from uuid import uuid4

import asyncpg
import msgspec
import pytest

from schema.comparison import WithoutHeld
from schema.database import connect
from schema.events import Lane
from schema.snapshot import Snapshot, Sums
from tests.builders import ADDRESS, KEYS, House, cast, close, decision, hold, rule, settle, tag, voting, waiting
from workers.door import act


async def voted(db: asyncpg.Connection, worker: asyncpg.Connection) -> House:
    """Amina chose 1 and Björn 2, and something that is no ballot; there is money for one. All is closed and judged."""
    house = await voting(db, 600_00, 700_00)
    ballots = [
        await cast(db, house, "Amina", 1),
        await cast(db, house, "Björn", 2),
        await cast(db, house, "Björn", 1, 2, 9, base=1),
    ]
    await close(db, house)
    await settle(worker, house, ballots)
    await work(db, worker)
    return house


async def work(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """Count and compare what waits."""
    lanes: tuple[Lane, ...] = ("count", "compare")
    for lane in lanes:
        told = await waiting(db, lane)
        await db.execute("delete from post.outbox where lane = $1", lane)
        await act(worker, KEYS, ADDRESS, told)


async def snapshots(db: asyncpg.Connection) -> list[Snapshot]:
    """All snapshots, the oldest first."""
    rows = await db.fetch("select content from box.snapshot order by counted_at")
    return [msgspec.json.decode(row["content"], type=Snapshot) for row in rows]


async def left_out(db: asyncpg.Connection) -> list[WithoutHeld]:
    """What was worked out without held ballots, beside the newest snapshot."""
    rows = await db.fetch(
        "select content from box.without_held where snapshot_id ="
        " (select id from box.snapshot order by counted_at desc limit 1)"
    )
    return [msgspec.json.decode(row["content"], type=WithoutHeld) for row in rows]


async def test_a_held_ballot_counts(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """Nothing about the snapshot changes, and beside it stands what it would be without the held ballot."""
    house = await voted(db, worker)
    before = await snapshots(db)
    assert before[0].outcome.funded == ("1",)
    await hold(db, house, "Amina")
    await work(db, worker)
    assert await snapshots(db) == before
    assert await left_out(db) == [WithoutHeld(held=1, counted=1, funded=("2",), partly=None, spent=700_00)]


async def test_held_before_the_count(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """Who was set aside while voting was open is left out beside the first snapshot already."""
    house = await voting(db, 600_00, 700_00)
    ballot = await cast(db, house, "Amina", 1)
    await hold(db, house, "Amina")
    await close(db, house)
    await settle(worker, house, [ballot])
    await work(db, worker)
    assert [without.held for without in await left_out(db)] == [1]


async def test_where_nobody_held_has_a_ballot_there_is_nothing_beside(
    db: asyncpg.Connection, worker: asyncpg.Connection
) -> None:
    """A quarantine of people who did not vote in a pot says nothing of it."""
    house = await voted(db, worker)
    await hold(db, house, "Carim")
    await work(db, worker)
    assert await left_out(db) == []


async def test_two_officers_void(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """A correction without the voided ballots; they stand in its sum with their reason, and the sum adds up (P11)."""
    house = await voted(db, worker)
    quarantine = await hold(db, house, "Björn")
    assert await rule(db, house, "void", quarantine) == "ruled"
    await work(db, worker)
    first, second = await snapshots(db)
    assert second.corrects is not None
    assert second.sums == Sums(
        electors=2, voters=2, revisions=3, counted=1, superseded=0, withdrawn=0,
        refused={"voided": 1, "unknown-project": 1}, channels={"online": 1},
    )  # fmt: skip
    assert first.sums.revisions == second.sums.revisions
    assert [project.supporters for project in second.projects] == [1, 0]
    assert await left_out(db) == []


async def test_two_officers_release(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """The ballots count as they did, and nothing stands beside the outcome any more."""
    house = await voted(db, worker)
    quarantine = await hold(db, house, "Amina")
    await work(db, worker)
    assert await rule(db, house, "release", quarantine) == "ruled"
    await work(db, worker)
    assert len(await snapshots(db)) == 1
    assert await left_out(db) == []


async def test_a_ruling_is_made_once(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """A second decision about the same quarantine changes nothing, and the same one again is no fault."""
    house = await voted(db, worker)
    quarantine = await hold(db, house, "Björn")
    decided = await decision(db, house.round_id, "void", quarantine_id=str(quarantine))
    said = [await db.fetchval("select box.rule_quarantine($1, $2)", house.round_id, decided) for _ in range(2)]
    said.append(await rule(db, house, "release", quarantine))
    assert said == ["ruled", "ruled_before", "ruled_before"]


async def test_nothing_is_voided_while_voting_is_open(db: asyncpg.Connection) -> None:
    """Until then ballots are held; releasing them is always possible."""
    house = await voting(db)
    quarantine = await hold(db, house, "Amina")
    assert await rule(db, house, "void", quarantine) == "not_closed"
    assert await rule(db, house, "release", quarantine) == "ruled"


async def test_a_granted_appeal_gives_the_ballot_back(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """By two officers: the ballot counts again, the others of the quarantine stay voided."""
    house = await voted(db, worker)
    assert await rule(db, house, "void", await hold(db, house, "Amina", "Björn")) == "ruled"
    await work(db, worker)
    appeal = await db.fetchval(
        "insert into box.appeal (round_id, tag, ground) values ($1, $2, 'cast-it-myself') returning id",
        house.round_id,
        tag("Amina"),
    )
    decided = await decision(db, house.round_id, "release", appeal_id=str(appeal))
    await db.execute(
        "update box.appeal set state = 'granted', answer = 'So it is.', answered_by = 'Dagny, Fatima',"
        " answered_on = '2026-11-26', decision_id = $1",
        decided,
    )
    await work(db, worker)
    assert [counted.sums.counted for counted in await snapshots(db)] == [2, 0, 1]
    assert (await snapshots(db))[-1].sums.refused == {"voided": 1, "unknown-project": 1}


WRONG: dict[str, tuple[str, dict[str, Any]]] = {
    "no decision": ("", {}),
    "a decision of another kind": ("publish", {}),
    "a decision about another quarantine": ("void", {"quarantine_id": str(uuid4())}),
    "a decision to release": ("release", {}),
}


@pytest.mark.parametrize("case", WRONG)
@pytest.mark.parametrize("role", ["byalag_box", "byalag_worker", "byalag_roll"])
async def test_the_database_takes_no_ruling_without_its_decision(
    db: asyncpg.Connection, worker: asyncpg.Connection, database_url: str, role: Any, case: str
) -> None:
    """One officer, or a service that was taken over, cannot void: not by any role, whatever it says."""
    house = await voted(db, worker)
    quarantine = await hold(db, house, "Amina")
    kind, details = WRONG[case]
    decided = (
        await decision(db, house.round_id, kind, **{"quarantine_id": str(quarantine)} | details) if kind else uuid4()
    )
    guilty = await connect(database_url, role)
    with pytest.raises(asyncpg.PostgresError):
        await guilty.execute(
            "insert into box.ruling (quarantine_id, round_id, kind, decision_id) values ($1, $2, 'void', $3)",
            quarantine,
            house.round_id,
            decided,
        )
    await guilty.close()
    assert await db.fetchval("select count(*) from box.ruling") == 0


async def test_no_role_makes_a_decision(db: asyncpg.Connection, database_url: str) -> None:
    """The decision that a ruling needs is written by nobody but the two officers' own act."""
    house = await voting(db)
    for role in ("byalag_box", "byalag_roll", "byalag_worker"):
        guilty = await connect(database_url, role)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await decision(guilty, house.round_id, "void")
        await guilty.close()


@pytest.mark.parametrize("change", ["delete from box.ruling", "update box.ruling set kind = 'release'"])
async def test_a_ruling_stays(db: asyncpg.Connection, worker: asyncpg.Connection, change: str) -> None:
    """Not even the owner of the database takes it back."""
    house = await voted(db, worker)
    await rule(db, house, "void", await hold(db, house, "Amina"))
    with pytest.raises(asyncpg.PostgresError, match="append-only"):
        await db.execute(change)


async def test_nobody_is_set_aside_alone(db: asyncpg.Connection) -> None:
    """Two outcomes that differ by one ballot would show it: the table wants five voters."""
    house = await voting(db)
    with pytest.raises(asyncpg.CheckViolationError, match="quarantine_of_several"):
        await db.execute(
            "insert into box.quarantine (round_id, sign, voters, reason, made_by)"
            " values ($1, 'burst', 4, 'x', 'Dagny')",
            house.round_id,
        )


async def test_with_its_ballots_a_round_forgets_who_was_set_aside(
    db: asyncpg.Connection, worker: asyncpg.Connection
) -> None:
    """Tags of quarantines, appeals and traces go with the ballots; what was decided stays."""
    house = await voted(db, worker)
    await rule(db, house, "void", await hold(db, house, "Amina"))
    await db.execute(
        "insert into box.appeal (round_id, tag, ground) values ($1, $2, 'was-helped')", house.round_id, tag("A")
    )
    await db.execute(
        "insert into roll.appeal (round_id, words, language, receipt_hash) values ($1, 'x', 'sv', $2)",
        house.round_id,
        bytes(32),
    )
    await db.execute(
        "insert into box.deletion (round_id, decision_id, ballots) values ($1, $2, 3)",
        house.round_id,
        await decision(db, house.round_id, "delete-ballots"),
    )
    left = {
        table: await db.fetchval(f"select count(*) from {table}")
        for table in ("box.quarantined", "box.appeal", "roll.appeal", "box.quarantine", "box.ruling")
    }
    assert left == {"box.quarantined": 0, "box.appeal": 0, "roll.appeal": 0, "box.quarantine": 1, "box.ruling": 1}
