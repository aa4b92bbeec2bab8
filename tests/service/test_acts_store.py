"""Acts of two officers, as the database sees them: two living sessions of two people of the municipality."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from schema.database import connect
from tests.builders import House, municipality, voting

REQUEST = "select roll.request_act($1, $2, $3, $4, $5)"
CONFIRM = "select roll.confirm_act($1, $2)"
WITHDRAW = "select roll.withdraw_act($1, $2)"
DECISION = "select kind, round_id, details, reason, officers from box.decision where id = $1"


def session(name: str) -> bytes:
    """The hash of an officer's session."""
    return hashlib.sha256(name.encode()).digest()


async def employ(db: asyncpg.Connection, place: UUID, *names: str) -> None:
    """Officers of a municipality, each with a session."""
    for name in names:
        officer = await db.fetchval(
            "insert into roll.officer (municipality_id, name, password_hash) values ($1, $2, '-') returning id",
            place,
            name,
        )
        await db.execute(
            "insert into roll.officer_session values ($1, $2, clock_timestamp() + interval '1 hour')",
            session(name),
            officer,
        )


@pytest.fixture
async def house(db: asyncpg.Connection) -> House:
    """A round in which voting is open; Dagny and Fatima are officers of its municipality, Fredrik of another."""
    made = await voting(db)
    await employ(db, made.municipality_id, "Dagny", "Fatima")
    await employ(db, await municipality(db, "Lillby"), "Fredrik")
    return made


@pytest.fixture
async def roll(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection as the roll side has it."""
    connection = await connect(database_url, "byalag_roll")
    yield connection
    await connection.close()


async def ask(roll: asyncpg.Connection, house: House, who: str = "Dagny", kind: str = "close-early") -> UUID:
    """Somebody asks for an act; answers its id."""
    act: UUID = await roll.fetchval(REQUEST, session(who), house.round_id, kind, {}, "The storm took the library.")
    return act


async def refused(doing: Any) -> str:
    """The code with which the database refuses something."""
    with pytest.raises(asyncpg.PostgresError) as error:
        await doing
    return str(error.value.sqlstate)


async def decisions(db: asyncpg.Connection) -> int:
    """How many decisions there are."""
    number: int = await db.fetchval("select count(*) from box.decision")
    return number


async def test_two_officers_decide(roll: asyncpg.Connection, db: asyncpg.Connection, house: House) -> None:
    """The decision has the act's id, what is to be done and why, and both names."""
    details = {"closes_at": "2030-01-01T00:00:00Z"}
    act = await roll.fetchval(REQUEST, session("Dagny"), house.round_id, "prolong", details, "More time.")
    assert await decisions(db) == 0
    await roll.execute(CONFIRM, session("Fatima"), act)
    row = await db.fetchrow(DECISION, act)
    assert row is not None
    kind, round_id, held, reason, officers = row
    assert (kind, round_id, reason, officers) == ("prolong", house.round_id, "More time.", ["Dagny", "Fatima"])
    assert msgspec.json.decode(held) == details


async def test_one_officer_is_not_two(roll: asyncpg.Connection, db: asyncpg.Connection, house: House) -> None:
    """Whoever asked cannot confirm, with a second session neither."""
    act = await ask(roll, house)
    await db.execute(
        "insert into roll.officer_session select $1, officer_id, expires_at from roll.officer_session"
        " where token_hash = $2",
        session("Dagny's telephone"),
        session("Dagny"),
    )
    for who in ("Dagny", "Dagny's telephone"):
        assert await refused(roll.execute(CONFIRM, session(who), act)) == "BYSAM"
    assert await decisions(db) == 0


STRANGERS = {"nobody": "BYSES", "Fredrik": "BYMUN"}


@pytest.mark.parametrize(("who", "code"), STRANGERS.items(), ids=STRANGERS)
async def test_a_stranger_does_nothing(
    roll: asyncpg.Connection, db: asyncpg.Connection, house: House, who: str, code: str
) -> None:
    """Without a session, or from another municipality, one neither asks nor confirms nor withdraws."""
    act = await ask(roll, house)
    assert await refused(ask(roll, house, who)) == code
    assert await refused(roll.execute(CONFIRM, session(who), act)) == code
    assert await refused(roll.execute(WITHDRAW, session(who), act)) == code
    assert await decisions(db) == 0


async def test_an_ended_session_confirms_nothing(
    roll: asyncpg.Connection, db: asyncpg.Connection, house: House
) -> None:
    """It has to be alive at that moment, by the database clock."""
    act = await ask(roll, house)
    await db.execute("update roll.officer_session set expires_at = now() where token_hash = $1", session("Fatima"))
    assert await refused(roll.execute(CONFIRM, session("Fatima"), act)) == "BYSES"


async def test_an_act_waits_for_a_day(roll: asyncpg.Connection, db: asyncpg.Connection, house: House) -> None:
    """After 24 hours it can neither be confirmed nor withdrawn."""
    act = await ask(roll, house)
    waits = await db.fetchval("select expires_at - requested_at from roll.act")
    assert waits.total_seconds() == pytest.approx(24 * 3600, abs=1)
    await db.execute("update roll.act set expires_at = clock_timestamp()")
    assert await refused(roll.execute(CONFIRM, session("Fatima"), act)) == "BYACT"
    assert await refused(roll.execute(WITHDRAW, session("Dagny"), act)) == "BYACT"


async def test_whoever_asked_may_withdraw(roll: asyncpg.Connection, db: asyncpg.Connection, house: House) -> None:
    """Nobody else; and then nobody confirms any more."""
    act = await ask(roll, house)
    assert await refused(roll.execute(WITHDRAW, session("Fatima"), act)) == "BYOTH"
    await roll.execute(WITHDRAW, session("Dagny"), act)
    assert await refused(roll.execute(CONFIRM, session("Fatima"), act)) == "BYACT"
    assert await decisions(db) == 0


async def test_what_was_decided_is_not_withdrawn(roll: asyncpg.Connection, house: House) -> None:
    """It is too late then."""
    act = await ask(roll, house)
    await roll.execute(CONFIRM, session("Fatima"), act)
    assert await refused(roll.execute(WITHDRAW, session("Dagny"), act)) == "BYACT"


async def test_two_confirmations_at_once_are_one(
    roll: asyncpg.Connection, db: asyncpg.Connection, database_url: str, house: House
) -> None:
    """The second waits for the first, and is told that it is decided."""
    await employ(db, house.municipality_id, "Elin")
    act = await ask(roll, house)
    other = await connect(database_url, "byalag_roll")
    first, second = await asyncio.gather(
        roll.execute(CONFIRM, session("Fatima"), act),
        other.execute(CONFIRM, session("Elin"), act),
        return_exceptions=True,
    )
    await other.close()
    codes = [answer.sqlstate for answer in (first, second) if isinstance(answer, asyncpg.PostgresError)]
    assert codes == ["BYACT"]
    assert await decisions(db) == 1


async def test_an_act_or_a_round_that_is_not_there(roll: asyncpg.Connection, house: House) -> None:
    """Neither is confirmed, and nobody is an officer of no municipality."""
    assert await refused(roll.execute(CONFIRM, session("Fatima"), uuid4())) == "BYNON"
    nowhere = House(house.municipality_id, uuid4(), house.pot_id)
    assert await refused(ask(roll, nowhere)) == "BYMUN"


BY_HAND = {
    "an act": "insert into roll.act (municipality_id, round_id, kind, reason, requested_by)"
    " select o.municipality_id, r.id, 'publish', 'Why not', o.id from roll.officer o, box.round r",
    "a confirmation": "update roll.act set confirmed_at = now(), confirmed_by = requested_by",
    "a decision": "insert into box.decision (id, round_id, kind, reason, officers)"
    " select gen_random_uuid(), r.id, 'publish', 'Why not', array['Dagny', 'Fatima'] from box.round r",
}


@pytest.mark.parametrize("role", ["byalag_roll", "byalag_box", "byalag_worker", "byalag_registrar", "byalag_civic"])
@pytest.mark.parametrize("statement", BY_HAND.values(), ids=BY_HAND)
async def test_nobody_writes_them_by_hand(
    roll: asyncpg.Connection, db: asyncpg.Connection, house: House, role: str, statement: str
) -> None:
    """No role of the house may insert a decision or an act, or confirm one, but through the functions."""
    await ask(roll, house)
    await db.execute(f"set role {role}")
    assert await refused(db.execute(statement)) == "42501"


async def test_only_the_roll_asks_and_confirms(db: asyncpg.Connection, house: House) -> None:
    """No other role may call these functions, and nobody the ones that they are made of."""
    allowed = await db.fetch(
        "select p.proname as function, r.rolname as role from pg_proc p, pg_roles r"
        " where p.proname in ('acting_officer', 'waiting_act', 'request_act', 'confirm_act', 'withdraw_act')"
        " and r.rolname like 'byalag\\_%' and has_function_privilege(r.oid, p.oid, 'execute')"
    )
    assert {(row["function"], row["role"]) for row in allowed} == {
        (name, "byalag_roll") for name in ("request_act", "confirm_act", "withdraw_act")
    }


async def test_the_owner_cannot_let_one_be_two(roll: asyncpg.Connection, db: asyncpg.Connection, house: House) -> None:
    """A constraint of the table says it as well."""
    await ask(roll, house)
    with pytest.raises(asyncpg.CheckViolationError, match="act_by_two"):
        await db.execute("update roll.act set confirmed_by = requested_by, confirmed_at = clock_timestamp()")
