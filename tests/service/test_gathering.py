"""Casts gathered into transactions: who shares one, and who is answered how when something is wrong with it."""

import asyncio
import os
from collections.abc import AsyncIterator

import asyncpg
import pytest
from msgspec.structs import replace

from schema.database import pool
from schema.errors import NotFound, Unavailable
from service import casting
from service.casting import Casting
from service.room import Room
from service.store.ballots import Cast, CastAnswer
from tests import builders
from tests.builders import House


@pytest.fixture
async def house(db: asyncpg.Connection) -> House:
    """A round in voting."""
    return await builders.voting(db)


@pytest.fixture
async def process(database_url: str) -> AsyncIterator[Casting]:
    """The casts of one service process."""
    opened = await pool(database_url, "byalag_box")
    yield Casting(Room(opened))
    await opened.close()


@pytest.fixture
async def other_process(database_url: str) -> AsyncIterator[Casting]:
    """The casts of another one, on the same database."""
    opened = await pool(database_url, "byalag_box")
    yield Casting(Room(opened))
    await opened.close()


def ballot(house: House, name: str, *choices: int, base: int = 0, key: str = "", nonce: bytes = b"") -> Cast:
    """A cast of somebody."""
    return Cast(
        house.pot_id,
        builders.tag(name),
        key or os.urandom(8).hex(),
        base,
        choices or (1,),
        (),
        nonce or os.urandom(32),
        os.urandom(32),
    )


def statuses(*answers: CastAnswer | BaseException) -> list[str]:
    """What became of each."""
    return [type(answer).__name__ if isinstance(answer, BaseException) else answer.status for answer in answers]


async def test_a_crowd_shares_commits(process: Casting, house: House, db: asyncpg.Connection) -> None:
    """200 voters at once need few transactions, and all of them are accepted."""
    answers = await asyncio.gather(*(process.cast(house.round_id, ballot(house, f"V{n}")) for n in range(200)))
    assert {answer.status for answer in answers} == {"accepted"}
    assert await db.fetchval("select count(distinct xmin::text) from box.ballot") <= 10


async def test_each_of_a_crowd_gets_her_own_answer(process: Casting, house: House, db: asyncpg.Connection) -> None:
    """The commitment in an answer is the one of that voter's ballot."""
    casts = [ballot(house, f"V{n}") for n in range(50)]
    answers = await asyncio.gather(*(process.cast(house.round_id, cast) for cast in casts))
    assert [answer.commitment for answer in answers] == [cast.commitment for cast in casts]
    kept = {row["tag"]: row["commitment"] for row in await db.fetch("select tag, commitment from box.ballot")}
    assert kept == {cast.tag: cast.commitment for cast in casts}


async def test_every_ballot_of_a_batch_leaves_its_event(process: Casting, house: House, db: asyncpg.Connection) -> None:
    """One event for the judge, or a few, with every revision in them."""
    await asyncio.gather(*(process.cast(house.round_id, ballot(house, f"V{n}")) for n in range(20)))
    assert (
        await db.fetchval(
            "select count(distinct b.id) from post.outbox o, json_array_elements_text(o.event::json->'ballot_ids') told"
            " join box.ballot b on b.id::text = told where o.lane = 'judge'"
        )
        == 20
    )


async def test_one_bad_row_holds_up_nobody(process: Casting, house: House) -> None:
    """A row that the table refuses fails alone; those gathered with it are accepted."""
    casts = [ballot(house, f"V{n}", nonce=b"short" if n == 7 else b"") for n in range(20)]
    answers = await asyncio.gather(*(process.cast(house.round_id, cast) for cast in casts), return_exceptions=True)
    assert statuses(*answers) == ["accepted"] * 7 + ["CheckViolationError"] + ["accepted"] * 12


async def test_withdrawals_are_gathered_with_ballots(process: Casting, house: House) -> None:
    """In one transaction one voter votes, one takes her ballot back, and one has nothing to take back."""
    await process.cast(house.round_id, ballot(house, "Amina"))
    casts = [
        replace(ballot(house, "Amina", base=1), choices=None),
        ballot(house, "Björn"),
        replace(ballot(house, "Carim"), choices=None),
    ]
    answers = await asyncio.gather(*(process.cast(house.round_id, cast) for cast in casts))
    assert statuses(*answers) == ["accepted", "accepted", "nothing_to_withdraw"]


@pytest.mark.parametrize(
    ("base", "choices", "points", "constraint"),
    [
        (1, "{1}", "{}", "ballot_withdrawn_is_empty"),
        (1, "{1}", "{5}", "ballot_withdrawn_is_empty"),
        (0, "{}", "{}", "ballot_withdrawn_was_cast"),
    ],
)
async def test_the_table_refuses_a_withdrawal_that_is_none(
    db: asyncpg.Connection, house: House, base: int, choices: str, points: str, constraint: str
) -> None:
    """It holds neither choices nor points, and takes back what was there."""
    with pytest.raises(asyncpg.CheckViolationError) as refused:
        await db.execute(
            "insert into box.ballot (round_id, pot_id, tag, revision, idempotency_key, choices, points, withdrawn,"
            " nonce, commitment, accepted_at) values ($1, $2, $3, $4, 'a-key-of-mine', $5::text::integer[],"
            " $6::text::integer[], true, $3, $3, date_trunc('minute', clock_timestamp()))",
            house.round_id,
            house.pot_id,
            builders.tag("Amina"),
            base + 1,
            choices,
            points,
        )
    assert refused.value.constraint_name == constraint


async def test_the_same_key_twice_at_once_is_one_ballot(process: Casting, house: House) -> None:
    """Somebody pressed twice: one cast is accepted, the other is its replay, with the same commitment."""
    twice = [ballot(house, "Amina", 1, key="the-same-key") for _ in range(2)]
    first, second = await asyncio.gather(*(process.cast(house.round_id, cast) for cast in twice))
    assert sorted((first.status, second.status)) == ["accepted", "replayed"]
    assert first.commitment == second.commitment


async def test_two_ballots_of_one_voter_at_once_are_one_revision(process: Casting, house: House) -> None:
    """Both saw no ballot yet: one is accepted, the other is stale and told the revision."""
    casts = [ballot(house, "Amina", 1), ballot(house, "Amina", 2)]
    answers = await asyncio.gather(*(process.cast(house.round_id, cast) for cast in casts))
    assert sorted((answer.status, answer.revision) for answer in answers) == [("accepted", 1), ("stale", 1)]


async def test_two_processes_give_one_voter_one_revision(
    process: Casting, other_process: Casting, house: House, db: asyncpg.Connection
) -> None:
    """Whoever comes second waits for the commit of the first, asks again, and is stale."""
    for number in range(100):
        answers = await asyncio.gather(
            *(side.cast(house.round_id, ballot(house, f"V{number}")) for side in (process, other_process))
        )
        assert sorted(answer.status for answer in answers) == ["accepted", "stale"]
    assert await db.fetchval("select count(*) from box.ballot") == 100


async def test_crowds_of_two_processes_never_wait_for_each_other_crosswise(
    process: Casting, other_process: Casting, house: House
) -> None:
    """The same voters in opposite orders: every voter has one accepted and one stale, and nobody fails."""
    names = [f"V{number}" for number in range(100)]
    sides = [(process, name) for name in names] + [(other_process, name) for name in reversed(names)]
    answers = await asyncio.gather(*(side.cast(house.round_id, ballot(house, name)) for side, name in sides))
    assert sorted(answer.status for answer in answers) == ["accepted"] * 100 + ["stale"] * 100


async def test_who_leaves_holds_up_nobody(process: Casting, house: House, db: asyncpg.Connection) -> None:
    """A voter whose connection ended while she waited: the others are answered, and her ballot may be there."""
    leaving = asyncio.create_task(process.cast(house.round_id, ballot(house, "Amina")))
    staying = [asyncio.create_task(process.cast(house.round_id, ballot(house, f"V{n}"))) for n in range(5)]
    await asyncio.sleep(0)
    leaving.cancel()
    assert {answer.status for answer in await asyncio.gather(*staying)} == {"accepted"}


async def test_a_line_that_is_too_long_takes_nobody_more(
    process: Casting, house: House, db: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While nothing moves, only so many wait; whoever comes then is told at once, and nothing of hers is kept."""
    monkeypatch.setattr(casting, "MOST_WAITING", 10)
    monkeypatch.setattr(casting, "BATCH", 5)
    async with db.transaction():
        await db.fetchval("select box.lock_round(false, $1)", house.round_id)
        waiting = [asyncio.create_task(process.cast(house.round_id, ballot(house, f"V{n}"))) for n in range(5)]
        await asyncio.sleep(0.05)  # a batch of five is under way
        waiting += [asyncio.create_task(process.cast(house.round_id, ballot(house, f"W{n}"))) for n in range(10)]
        await asyncio.sleep(0)
        with pytest.raises(Unavailable):
            await process.cast(house.round_id, ballot(house, "Late"))
    assert {answer.status for answer in await asyncio.gather(*waiting)} == {"accepted"}
    assert await db.fetchval("select count(*) from box.ballot where tag = $1", builders.tag("Late")) == 0


async def test_who_waits_for_a_database_that_stands_still_is_told_with_the_others(
    process: Casting, house: House, db: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch that is not done in time is refused, and so is the line behind it."""
    monkeypatch.setattr(casting, "BATCH", 5)
    async with db.transaction():
        await db.fetchval("select box.lock_round(false, $1)", house.round_id)
        casts = [process.cast(house.round_id, ballot(house, f"V{n}")) for n in range(20)]
        async with asyncio.timeout(3):
            answers = await asyncio.gather(*casts, return_exceptions=True)
    assert statuses(*answers) == ["Unavailable"] * 20


async def test_a_round_that_does_not_exist_is_said_so(process: Casting, house: House) -> None:
    """A pass for a round of another house."""
    answer = await process.cast(house.pot_id, ballot(house, "Amina"))
    assert answer.status == "no_round"


async def test_a_pot_that_does_not_exist_is_said_so(process: Casting, house: House) -> None:
    """There is nothing to check a ballot against."""
    with pytest.raises(NotFound):
        await process.paper(house.round_id)


async def test_what_a_ballot_is_checked_against_is_read_once(
    process: Casting, house: House, db: asyncpg.Connection
) -> None:
    """While voting nothing on the ballot changes (P9), so the second look needs no database."""
    first = await process.paper(house.pot_id)
    async with db.transaction():
        await db.execute("lock table box.pot in access exclusive mode")
        assert await process.paper(house.pot_id) is first


async def test_before_voting_it_is_read_each_time(process: Casting, db: asyncpg.Connection) -> None:
    """Until then an officer may still change it."""
    eken = await builders.municipality(db)
    round_id = await builders.draft(db, eken)
    pot_id = await builders.pot(db, round_id, 100_00)
    await process.paper(pot_id)
    await db.execute("update box.project set cost = 200_00 where pot_id = $1", pot_id)
    assert (await process.paper(pot_id)).costs == {1: 200_00}
