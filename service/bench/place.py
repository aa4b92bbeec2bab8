"""A polling place for measurements: a round in voting with one pot, electors, and a pass for each of them."""

import hashlib
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import msgspec

from schema.keys import Signer
from schema.passes import ALGORITHM, LIFETIME, Pass, seal_pass

PROJECTS = 60
STYLE = {"style": "approval", "min_choices": 0, "max_choices": 10}


class Place(msgspec.Struct, frozen=True):
    """Where to vote, and the passes of those who may."""

    round_id: UUID
    pot_id: UUID
    tags: list[bytes]
    passes: list[str]


async def decide(db: asyncpg.Connection, round_id: UUID, kind: str) -> UUID:
    """What two officers would have decided, straight in the database."""
    made: UUID = await db.fetchval(
        "insert into box.decision (id, round_id, kind, reason, officers)"
        " values (gen_random_uuid(), $1, $2, 'To be measured', array['One', 'Two']) returning id",
        round_id,
        kind,
    )
    return made


async def close_place(db: asyncpg.Connection, place: Place) -> None:
    """End voting there, as two officers would."""
    decided = await decide(db, place.round_id, "close-early")
    assert await db.fetchval("select box.close_round($1, $2)", place.round_id, decided) == "closed"


async def open_place(db: asyncpg.Connection, signer: Signer, url: str, voters: int) -> Place:
    """Make a round with one pot and this many electors, straight in the database of the house at ``url``."""
    now = datetime.now(UTC)
    round_id, pot_id = uuid4(), uuid4()
    tags = sorted(hashlib.sha256(f"{round_id} {number}".encode()).digest() for number in range(voters))
    async with db.transaction():
        await db.execute(
            "insert into box.round (id, municipality_id, municipality, name, currency, voting_at, closes_at, lot_seed,"
            " announced_at, ballots_floor)"
            " values ($1, $2, 'Measured', 'A measured round', 'SEK', $3, $4, 'seed', now(), 0)",
            round_id,
            uuid4(),
            now - timedelta(minutes=1),
            now + timedelta(days=1),
        )
        await db.execute(
            "insert into box.pot (id, round_id, position, name, money, style, rule, ties, age_on) values"
            " ($1, $2, 1, 'The pot', 10000000, $3, $4, $5, current_date)",
            pot_id,
            round_id,
            msgspec.json.encode(STYLE).decode(),
            '{"rule": "greedy_by_votes"}',
            '["lower_cost", "more_votes", "lot"]',
        )
        await db.executemany(
            "insert into box.project (round_id, pot_id, number, title, cost) values ($1, $2, $3, $4, $5)",
            [(round_id, pot_id, number, f"Project {number}", 100_000 * number) for number in range(1, PROJECTS + 1)],
        )
        await db.copy_records_to_table(
            "elector", schema_name="box", records=[(pot_id, tag) for tag in tags], columns=["pot_id", "tag"]
        )
        await db.execute("update box.round set scheduled_at = now() where id = $1", round_id)
    await db.execute("analyze")
    expires = int(time.time()) + LIFETIME
    return Place(
        round_id,
        pot_id,
        tags,
        [
            seal_pass(
                Pass(url, "box", round_id, pot_id, "approval", tag.hex(), ALGORITHM, signer.key_id, expires), signer
            )
            for tag in tags
        ],
    )
