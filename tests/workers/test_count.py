"""Counting: refused until every ballot is judged; then each revision has its place in the published sum."""

import hashlib
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from schema.events import RoundClosed
from schema.pb import read_pb
from schema.snapshot import Snapshot, Sums
from tests.builders import ADDRESS, KEYS, House, cast, close, settle, voting
from workers.claim import NotYet
from workers.count import NotClosed
from workers.door import act
from workers.judge import judge_ballots


async def snapshot(db: asyncpg.Connection) -> Snapshot:
    """The one snapshot there is."""
    (row,) = await db.fetch("select content from box.snapshot")
    return msgspec.json.decode(row["content"], type=Snapshot)


async def voted(db: asyncpg.Connection, worker: asyncpg.Connection) -> tuple[House, list[UUID]]:
    """Amina cast once, Björn twice and then once more against the style, Carim once; voting is closed."""
    house = await voting(db)
    cast_now = [
        await cast(db, house, "Amina", 1, 2),
        await cast(db, house, "Björn", 3),
        await cast(db, house, "Björn", 2, base=1),
        await cast(db, house, "Björn", 1, 2, 3, base=2),
        await cast(db, house, "Carim", 3),
    ]
    await close(db, house)
    return house, cast_now


async def test_not_while_unjudged(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """As long as one revision has no verdict nothing is counted, and that is no fault."""
    house, ballots = await voted(db, worker)
    await judge_ballots(worker, set(ballots[:-1]))
    with pytest.raises(NotYet):
        await act(worker, KEYS, ADDRESS, [(1, RoundClosed(house.round_id))])
    assert await db.fetchval("select count(*) from box.snapshot") == 0


async def test_not_while_a_ballot_has_no_leaf(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """As long as one revision is missing in the ledger nothing is counted, and that is no fault."""
    house, ballots = await voted(db, worker)
    await settle(worker, house, ballots[:-1])
    await judge_ballots(worker, ballots[-1:])
    with pytest.raises(NotYet):
        await act(worker, KEYS, ADDRESS, [(1, RoundClosed(house.round_id))])
    assert await db.fetchval("select count(*) from box.snapshot") == 0


async def test_not_before_the_ledger_has_begun(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """Even where nobody voted the count waits for the signed head of the empty tree."""
    house = await voting(db)
    await close(db, house)
    with pytest.raises(NotYet):
        await act(worker, KEYS, ADDRESS, [(1, RoundClosed(house.round_id))])


async def test_a_correction_names_what_it_corrects(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """Counted again on other facts, a round has a new snapshot that names the old one, and new minutes."""
    house, ballots = await voted(db, worker)
    await settle(worker, house, ballots)
    await act(worker, KEYS, ADDRESS, [(1, RoundClosed(house.round_id))])
    before = await db.fetchval("select content from box.snapshot")
    await db.execute("alter table box.verdict disable trigger verdict_append_only")
    await db.execute("update box.verdict set reason = 'not-on-roll' where ballot_id = $1", ballots[0])
    await act(worker, KEYS, ADDRESS, [(1, RoundClosed(house.round_id))])
    contents = [row["content"] for row in await db.fetch("select content from box.snapshot order by counted_at")]
    assert contents[0] == before
    assert msgspec.json.decode(contents[1], type=Snapshot).corrects == hashlib.sha256(contents[0]).hexdigest()
    assert await db.fetchval("select count(distinct note) from box.minutes") == 2


async def test_not_while_open(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """An event alone does not make a close: a round that is open is not counted."""
    house = await voting(db)
    with pytest.raises(NotClosed):
        await act(worker, KEYS, ADDRESS, [(1, RoundClosed(house.round_id))])
    with pytest.raises(NotClosed):
        await act(worker, KEYS, ADDRESS, [(2, RoundClosed(uuid4()))])


async def test_seal_sum(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """Every revision is counted, superseded or refused with a reason, and the sum says how many of each."""
    house, ballots = await voted(db, worker)
    await settle(worker, house, ballots)
    await act(worker, KEYS, ADDRESS, [(1, RoundClosed(house.round_id))])
    sums = (await snapshot(db)).sums
    assert sums == Sums(
        electors=2,
        voters=3,
        revisions=5,
        counted=2,
        superseded=1,
        withdrawn=0,
        refused={"not-on-roll": 1, "too-many": 1},
        channels={"online": 2},
    )
    assert sums.revisions == sums.counted + sums.superseded + sums.withdrawn + sum(sums.refused.values())


WITHDRAWN: list[tuple[list[tuple[int, ...] | None], Sums]] = [
    ([(1,), None], Sums(2, 1, 2, counted=0, superseded=1, withdrawn=1, refused={}, channels={})),
    ([(1,), None, (2,)], Sums(2, 1, 3, counted=1, superseded=2, withdrawn=0, refused={}, channels={"online": 1})),
    ([(1,), None, (2,), None], Sums(2, 1, 4, counted=0, superseded=3, withdrawn=1, refused={}, channels={})),
    ([(1,), None, ()], Sums(2, 1, 3, counted=1, superseded=2, withdrawn=0, refused={}, channels={"online": 1})),
    (
        [(1,), None, (1, 2, 3)],
        Sums(2, 1, 3, counted=0, superseded=1, withdrawn=1, refused={"too-many": 1}, channels={}),
    ),
    ([(1, 2, 3), None], Sums(2, 1, 2, counted=0, superseded=0, withdrawn=1, refused={"too-many": 1}, channels={})),
]


@pytest.mark.parametrize(("sent", "sums"), WITHDRAWN)
async def test_last_word(
    db: asyncpg.Connection, worker: asyncpg.Connection, sent: list[tuple[int, ...] | None], sums: Sums
) -> None:
    """Whose last revision that counts is a withdrawal is not counted; what is refused after it changes nothing (P2)."""
    house = await voting(db)
    ballots = [
        await cast(db, house, "Amina", *(choices or ()), base=base, withdrawn=choices is None)
        for base, choices in enumerate(sent)
    ]
    await close(db, house)
    await settle(worker, house, ballots)
    await act(worker, KEYS, ADDRESS, [(1, RoundClosed(house.round_id))])
    assert (await snapshot(db)).sums == sums
    assert len(read_pb(await db.fetchval("select pb from box.snapshot")).voters) == sums.counted


async def test_withdrawal_of_a_stranger(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """Who is not on the roll takes back nothing that counts: each of their revisions is refused, in the sum (P11)."""
    house = await voting(db)
    ballots = [await cast(db, house, "Carim", 1), await cast(db, house, "Carim", base=1, withdrawn=True)]
    await close(db, house)
    await settle(worker, house, ballots)
    await act(worker, KEYS, ADDRESS, [(1, RoundClosed(house.round_id))])
    assert (await snapshot(db)).sums == Sums(2, 1, 2, 0, 0, 0, {"not-on-roll": 2}, {})


async def test_last_counting_revision(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """Björn's last revision that is a ballot counts, once; the one after it, which is none, takes nothing away."""
    house, ballots = await voted(db, worker)
    await settle(worker, house, ballots)
    await act(worker, KEYS, ADDRESS, [(1, RoundClosed(house.round_id))])
    counted = await snapshot(db)
    assert [project.supporters for project in counted.projects] == [1, 2, 0]
    assert set(counted.outcome.funded) == {"2", "1"}


async def test_told_twice(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """A close that is told twice gives one snapshot."""
    house, ballots = await voted(db, worker)
    await settle(worker, house, ballots)
    await act(worker, KEYS, ADDRESS, [(1, RoundClosed(house.round_id))])
    await act(worker, KEYS, ADDRESS, [(1, RoundClosed(house.round_id))])
    assert await db.fetchval("select count(*) from box.snapshot") == 1


async def test_pb(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """The ballots come out as a file of the field's format, sorted, numbered from 1, with what was funded."""
    house, ballots = await voted(db, worker)
    await settle(worker, house, ballots)
    await act(worker, KEYS, ADDRESS, [(1, RoundClosed(house.round_id))])
    file = read_pb(await db.fetchval("select pb from box.snapshot"))
    assert [(voter.id, voter.choices, voter.other) for voter in file.voters] == [
        ("1", ("1", "2"), {}),
        ("2", ("2",), {}),
    ]
    assert file.published == frozenset({"1", "2"})
    assert file.budget == 1000_00
    assert file.warnings == ()


async def test_nobody_voted(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """A round in which nobody voted has an outcome as well."""
    house = await voting(db)
    await close(db, house)
    await settle(worker, house, [])
    await act(worker, KEYS, ADDRESS, [(1, RoundClosed(house.round_id))])
    assert (await snapshot(db)).sums == Sums(2, 0, 0, 0, 0, 0, {}, {})
