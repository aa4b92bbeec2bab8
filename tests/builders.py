"""Small builders for tests: plain inserts, and ``box.cast_ballots`` where a ballot is cast.

Amina votes, Björn votes twice, Carim may not, Dagny is an officer, Fatima another one, Elin a reviewer.
"""

import hashlib
import os
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec

from schema.events import BallotsAccepted, Event, Lane, decode_event, encode_event
from schema.keys import Keys, PublicKey, Purpose, Secret, Signing, person_ref
from schema.rules import GreedyByVotes, Rule
from schema.styles import Approval, Style
from service.store import keys
from workers.judge import judge_ballots
from workers.sequence import sequence_ballots

MASTER_KEY = bytes(range(32))
KEYS = Keys(MASTER_KEY)
IDENTITY = bytes(32)
"""The key of identities where a test writes the register itself."""

ADDRESS = "http://testserver.local"
TWO = Approval(max_choices=2)
GREEDY = GreedyByVotes()


class House(msgspec.Struct, frozen=True):
    """A round with one pot."""

    municipality_id: UUID
    round_id: UUID
    pot_id: UUID


def tag(name: str) -> bytes:
    """A pseudonym for a person of the tests."""
    return hashlib.sha256(name.encode()).digest()


async def municipality(db: asyncpg.Connection, name: str = "Brf Eken") -> UUID:
    """A new municipality."""
    made: UUID = await db.fetchval("insert into roll.municipality (name) values ($1) returning id", name)
    return made


async def register(
    db: asyncpg.Connection, municipality_id: UUID, *persons: tuple[str, str, int | None, int | None]
) -> None:
    """Replace the register: name, area, year and month of birth of each person."""
    await db.execute("delete from roll.person where municipality_id = $1", municipality_id)
    await db.executemany(
        "insert into roll.person values ($1, $2, $3, $4, $5)",
        [(municipality_id, person_ref(IDENTITY, name), *facts) for name, *facts in persons],
    )
    await db.execute(
        "insert into roll.register values ($1, 1, now(), $2) on conflict (municipality_id) do update"
        " set version = roll.register.version + 1, persons = excluded.persons",
        municipality_id,
        len(persons),
    )


async def draft(
    db: asyncpg.Connection, municipality_id: UUID, opens: float = -3600, closes: float = 3600, name: str = "Gården 2026"
) -> UUID:
    """A round that is a draft, with a key; voting from ``opens`` to ``closes`` seconds from now."""
    now = datetime.now(UTC)
    made: UUID = await db.fetchval(
        "insert into box.round (municipality_id, municipality, name, currency, voting_at, closes_at, lot_seed,"
        " ballots_floor) values ($1, 'Brf Eken', $2, 'SEK', $3, $4, 'lot', 0) returning id",
        municipality_id,
        name,
        now + timedelta(seconds=opens),
        now + timedelta(seconds=closes),
    )
    await db.execute("insert into roll.round_key values ($1, $2)", made, KEYS.new_round_key(made.bytes))
    return made


async def pot(
    db: asyncpg.Connection,
    round_id: UUID,
    *costs: int,
    name: str = "Gården",
    money: int = 1000_00,
    style: Style = TWO,
    rule: Rule = GREEDY,
    areas: tuple[str, ...] = (),
    min_age: int | None = None,
    max_age: int | None = None,
    age_on: date | None = None,
    relations: tuple[str, ...] = (),
) -> UUID:
    """A pot whose projects, numbered from 1, have these costs."""
    made: UUID = await db.fetchval(
        "insert into box.pot (round_id, position, name, money, style, rule, ties, areas, min_age, max_age,"
        " age_on, relations) select $1, (select count(*) + 1 from box.pot where round_id = $1), $2, $3, $4, $5, $6, $7,"
        " $8, $9, coalesce($10, (voting_at at time zone 'UTC')::date), $11 from box.round where id = $1 returning id",
        round_id,
        name,
        money,
        json(style),
        json(rule),
        json(["lower_cost", "more_votes", "lot"]),
        areas,
        min_age,
        max_age,
        age_on,
        relations,
    )
    await db.executemany(
        "insert into box.project (round_id, pot_id, number, title, cost) values ($1, $2, $3, $4, $5)",
        [(round_id, made, number, f"Projekt {number}", cost) for number, cost in enumerate(costs, 1)],
    )
    return made


async def schedule(db: asyncpg.Connection, round_id: UUID, pot_id: UUID, *electors: str) -> None:
    """Let these persons vote in the pot, and freeze the round."""
    await db.executemany("insert into box.elector values ($1, $2)", [(pot_id, tag(name)) for name in electors])
    assert await db.fetch("select box.schedule_round($1)", round_id) == []


async def voting(db: asyncpg.Connection, *costs: int, style: Style = TWO, rule: Rule = GREEDY) -> House:
    """A round in which Amina and Björn may vote now."""
    eken = await municipality(db)
    round_id = await draft(db, eken)
    pot_id = await pot(db, round_id, *(costs or (400_00, 300_00, 600_00)), style=style, rule=rule)
    await schedule(db, round_id, pot_id, "Amina", "Björn")
    return House(eken, round_id, pot_id)


async def cast_answer(
    db: asyncpg.Connection,
    house: House,
    name: str,
    *choices: int,
    base: int = 0,
    points: tuple[int, ...] = (),
    withdrawn: bool = False,
    committed: bytes | None = None,
) -> str:
    """What the box says to a ballot, or to one taken back, without asking who casts it."""
    status: str = await db.fetchval(
        "select status from box.cast_ballots($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        house.round_id,
        [house.pot_id],
        [tag(name)],
        [os.urandom(8).hex()],
        [base],
        [f"{{{','.join(map(str, choices))}}}"],
        [f"{{{','.join(map(str, points))}}}"],
        [withdrawn],
        [os.urandom(32)],
        [committed or os.urandom(32)],
    )
    return status


async def cast(
    db: asyncpg.Connection,
    house: House,
    name: str,
    *choices: int,
    base: int = 0,
    points: tuple[int, ...] = (),
    withdrawn: bool = False,
) -> UUID:
    """Cast a ballot as the service does, or take it back; answer the revision's id."""
    committed = os.urandom(32)
    answer = await cast_answer(
        db, house, name, *choices, base=base, points=points, withdrawn=withdrawn, committed=committed
    )
    assert answer == "accepted"
    made: UUID = await db.fetchval("select id from box.ballot where commitment = $1", committed)
    return made


async def published(db: asyncpg.Connection, purpose: Signing) -> list[PublicKey]:
    """The public keys of a purpose, the active one first."""
    return [key for key in await keys.verification_keys(db) if key.purpose == purpose]


async def secret(db: asyncpg.Connection, purpose: Purpose) -> bytes:
    """The key of a purpose itself, as only whoever holds the master key can read it."""
    tables = {
        "receipts": "box.receipt_secret",
        "checkpoints": "box.checkpoint_secret",
        "audit": "roll.audit_secret",
    }
    table = tables.get(purpose, f"(select * from roll.secret where purpose = '{purpose}') s")
    row = await db.fetchrow(f"select key_id, wrapped from {table}")
    assert row is not None
    return KEYS.unwrap(purpose, Secret(row["key_id"], row["wrapped"]))


async def settle(worker: asyncpg.Connection, house: House, ballots: Collection[UUID]) -> None:
    """Give these ballots their verdicts and their leaves."""
    await judge_ballots(worker, ballots)
    await sequence_ballots(worker, KEYS, ADDRESS, [BallotsAccepted(house.round_id, tuple(ballots))])


async def close(db: asyncpg.Connection, house: House) -> None:
    """Dagny and Fatima close voting early."""
    decided = await decision(db, house.round_id, "close-early")
    assert await db.fetchval("select box.close_round($1, $2)", house.round_id, decided) == "closed"


async def decision(db: asyncpg.Connection, round_id: UUID, kind: str, **details: str) -> UUID:
    """What Dagny and Fatima decided, as only the database's owner can write it."""
    made: UUID = await db.fetchval(
        "insert into box.decision (id, round_id, kind, details, reason, officers)"
        " values (gen_random_uuid(), $1, $2, $3, 'A storm', array['Dagny', 'Fatima']) returning id",
        round_id,
        kind,
        json(details),
    )
    return made


async def hold(db: asyncpg.Connection, house: House, *names: str) -> UUID:
    """Put these persons' ballots into quarantine, among those of strangers who never voted; answers its id."""
    made: UUID = await db.fetchval(
        "insert into box.quarantine (round_id, sign, voters, reason, made_by)"
        " values ($1, 'network', 5, 'One network, one minute.', 'Dagny') returning id",
        house.round_id,
    )
    tags = sorted({tag(name) for name in (*names, "S1", "S2", "S3", "S4", "S5")})
    await db.executemany("insert into box.quarantined values ($1, $2)", [(made, each) for each in tags])
    return made


async def rule(db: asyncpg.Connection, house: House, kind: str, quarantine_id: UUID) -> str:
    """Two officers release or void a quarantine; answers what the database says."""
    decided = await decision(db, house.round_id, kind, quarantine_id=str(quarantine_id))
    said: str = await db.fetchval("select box.rule_quarantine($1, $2)", house.round_id, decided)
    return said


async def proposal(db: asyncpg.Connection, round_id: UUID) -> UUID:
    """A proposal of Amina's."""
    made: UUID = await db.fetchval(
        "insert into civic.proposal (round_id, author, author_name, title, about, language)"
        " values ($1, $2, 'Amina', 'Odlingslådor', 'På gården', 'sv') returning id",
        round_id,
        tag("Amina"),
    )
    return made


async def argument(db: asyncpg.Connection, proposal_id: UUID, who: str) -> UUID:
    """An argument of somebody's for a proposal."""
    made: UUID = await db.fetchval(
        "insert into civic.argument"
        " (proposal_id, round_id, side, author, author_name, words, language, place, idempotency_key)"
        " select id, round_id, 'for', $2, $3, 'Vi behöver dem.', 'sv', 1, 'sent-once' from civic.proposal where id = $1"
        " returning id",
        proposal_id,
        tag(who),
        who,
    )
    return made


async def tell(db: asyncpg.Connection, *events: Event) -> None:
    """Leave events in the outbox."""
    await db.executemany(
        "insert into post.outbox (lane, event) values ($1, $2)", [(event.lane, encode_event(event)) for event in events]
    )


async def waiting(db: asyncpg.Connection, lane: Lane | None = None) -> list[tuple[int, Event]]:
    """What lies in the outbox, or in one lane of it: number and event."""
    rows = await db.fetch("select id, event from post.outbox where lane = $1 or $1 is null order by id", lane)
    return [(row["id"], decode_event(row["event"])) for row in rows]


async def verdicts(db: asyncpg.Connection) -> dict[UUID, str | None]:
    """Every verdict: the revision's id and the reason."""
    return {row["ballot_id"]: row["reason"] for row in await db.fetch("select ballot_id, reason from box.verdict")}


def json(value: object) -> str:
    """A value as jsonb takes it on a connection without a codec."""
    return msgspec.json.encode(value).decode()
