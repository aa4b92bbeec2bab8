"""The ledger: every revision has one leaf, and heads agree with each other, whatever is told and however often."""

import asyncio
from uuid import UUID

import asyncpg
import pytest

from schema.checkpoint import Head, origin_of, read_checkpoint
from schema.database import connect
from schema.events import BallotsAccepted, RoundScheduled
from schema.settings import Settings
from schema.tree import EMPTY, consistency, consistent, included, inclusion, leaf_hash, root
from tests.builders import ADDRESS, KEYS, House, cast, draft, pot, published, schedule, voting, waiting
from workers.door import act
from workers.sequence import sequence_ballots


async def heads(db: asyncpg.Connection, house: House) -> list[Head]:
    """Every head of a round's tree, as signed, the smallest first."""
    notes = await db.fetch("select note from box.checkpoint where round_id = $1 order by size", house.round_id)
    origin = origin_of(ADDRESS, house.round_id)
    publics = [key.public_key for key in await published(db, "checkpoints")]
    return [read_checkpoint(row["note"], origin, publics) for row in notes]


async def tree(db: asyncpg.Connection, house: House) -> dict[tuple[int, int], bytes]:
    """All tiles of a round."""
    rows = await db.fetch("select level, index, hashes from box.tile where round_id = $1", house.round_id)
    return {(row["level"], row["index"]): row["hashes"] for row in rows}


async def leaves(db: asyncpg.Connection, house: House) -> list[bytes]:
    """The commitments in the order of their leaves."""
    rows = await db.fetch("select commitment from box.leaf where round_id = $1 order by position", house.round_id)
    return [row["commitment"] for row in rows]


async def tell(worker: asyncpg.Connection, db: asyncpg.Connection) -> None:
    """Do what waits for the ledger."""
    await act(worker, KEYS, ADDRESS, await waiting(db, "sequence"))


async def changes(db: asyncpg.Connection, house: House, number: int) -> list[UUID]:
    """Amina changes her mind so often."""
    last = await db.fetchval("select coalesce(max(revision), 0) from box.ballot where round_id = $1", house.round_id)
    return [await cast(db, house, "Amina", base % 3 + 1, base=base) for base in range(last, last + number)]


async def voting_again(db: asyncpg.Connection, house: House) -> House:
    """Another round of the same municipality."""
    round_id = await draft(db, house.municipality_id, name="Nästa år")
    pot_id = await pot(db, round_id, 100)
    await schedule(db, round_id, pot_id, "Amina")
    return House(house.municipality_id, round_id, pot_id)


async def test_a_round_that_is_scheduled_has_an_empty_tree(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """Its head is signed before anybody votes: the box is empty."""
    house = await voting(db)
    await act(worker, KEYS, ADDRESS, [(1, RoundScheduled(house.round_id))])
    assert await heads(db, house) == [Head(0, EMPTY)]


async def test_scheduling_tells(db: asyncpg.Connection) -> None:
    """The event is committed with the act."""
    house = await voting(db)
    assert [event for _, event in await waiting(db, "sequence")] == [RoundScheduled(house.round_id)]


async def test_casting_tells(db: asyncpg.Connection) -> None:
    """What was cast together is told in one event."""
    house = await voting(db)
    await db.execute("delete from post.outbox")
    ballot = await cast(db, house, "Amina", 1)
    assert [event for _, event in await waiting(db, "sequence")] == [BallotsAccepted(house.round_id, (ballot,))]


async def test_every_revision_is_a_leaf(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """Also one that does not count: whoever has a receipt finds its commitment."""
    house = await voting(db)
    await changes(db, house, 3)
    await cast(db, house, "Carim", 1)
    await tell(worker, db)
    kept = [row["commitment"] for row in await db.fetch("select commitment from box.ballot")]
    assert sorted(await leaves(db, house)) == sorted(kept)


async def test_leaves_are_in_the_order_of_commitments(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """What came together stands in an order that does not say which came first."""
    house = await voting(db)
    await changes(db, house, 20)
    await tell(worker, db)
    found = await leaves(db, house)
    assert found == sorted(found)


async def test_heads_agree(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """Each head is the root of the leaves then, and every two of them are consistent."""
    house = await voting(db)
    for number in (1, 2, 260, 7):
        await changes(db, house, number)
        await tell(worker, db)
        await db.execute("delete from post.outbox")
    found, tiles = await heads(db, house), await tree(db, house)
    assert [head.size for head in found] == [0, 1, 3, 263, 270]
    assert [head.root for head in found] == [root(tiles, head.size) for head in found]
    assert all(
        consistent(older.size, newer.size, consistency(tiles, older.size, newer.size), older.root, newer.root)
        for place, older in enumerate(found[1:], 1)
        for newer in found[place:]
    )


async def test_every_leaf_is_proven(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """In the last head, from the tiles as stored."""
    house = await voting(db)
    await changes(db, house, 20)
    await tell(worker, db)
    head, tiles = (await heads(db, house))[-1], await tree(db, house)
    for place, commitment in enumerate(await leaves(db, house)):
        proof = inclusion(tiles, place, head.size)
        assert included(leaf_hash(commitment), place, head.size, proof, head.root)


async def test_told_twice(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """A ballot that has its leaf gets no other, and no head is signed for nothing (P2)."""
    house = await voting(db)
    await changes(db, house, 3)
    await tell(worker, db)
    before = await leaves(db, house), await heads(db, house)
    await tell(worker, db)
    assert (await leaves(db, house), await heads(db, house)) == before


async def test_two_at_once(db: asyncpg.Connection, settings: Settings) -> None:
    """Two workers that sequence the same round take turns: no leaf is missing or double, and all heads agree."""
    house = await voting(db)
    ballots = await changes(db, house, 40)
    both = [await connect(settings.database_url, "byalag_worker") for _ in range(2)]

    async def grow(number: int) -> None:
        for ballot in ballots[number::3]:
            event = BallotsAccepted(house.round_id, (ballot, *ballots[:3]))
            async with both[number % 2].transaction():
                await sequence_ballots(both[number % 2], KEYS, ADDRESS, [event])

    await asyncio.gather(grow(0), grow(1))
    await grow(2)
    for each in both:
        await each.close()
    found, tiles = await heads(db, house), await tree(db, house)
    assert len(set(await leaves(db, house))) == len(await leaves(db, house)) == found[-1].size == 40
    assert [head.root for head in found] == [root(tiles, head.size) for head in found]


async def test_rounds_have_trees_of_their_own(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """What is told of two rounds in one batch goes into two trees."""
    house = await voting(db)
    other = await voting_again(db, house)
    await changes(db, house, 2)
    await changes(db, other, 3)
    await tell(worker, db)
    assert [(await heads(db, each))[-1].size for each in (house, other)] == [2, 3]


@pytest.mark.parametrize(
    "change",
    [
        "delete from box.leaf",
        "update box.leaf set position = position + 1",
        "truncate box.leaf",
        "update box.checkpoint set note = ''",
        "delete from box.checkpoint",
        "delete from box.tile",
        "update box.tile set hashes = sha256('x')",
        "update box.tile set hashes = substring(hashes for 32)",
        "update box.tile set index = 7",
    ],
)
async def test_nothing_is_taken_back(db: asyncpg.Connection, worker: asyncpg.Connection, change: str) -> None:
    """Not even the owner of the database changes a leaf, a tile or a head by mistake."""
    house = await voting(db)
    await changes(db, house, 2)
    await tell(worker, db)
    with pytest.raises(asyncpg.PostgresError, match=r"append-only|only grows"):
        await db.execute(change)


async def test_one_head_of_a_size(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """A second head of one size would be a second history: the table refuses it."""
    house = await voting(db)
    await tell(worker, db)
    with pytest.raises(asyncpg.UniqueViolationError):
        await db.execute("insert into box.checkpoint (round_id, size, note) values ($1, 0, 'other')", house.round_id)
