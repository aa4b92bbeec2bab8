"""What each role may not do; the table refuses it, whatever our code says."""

import asyncpg
import pytest


@pytest.mark.parametrize(
    "statement",
    [
        "update box.ballot set choices = '{1}'",
        "delete from box.ballot",
        "update box.verdict set reason = null",
        "delete from box.snapshot",
        "select * from roll.person",
        "select * from roll.round_key",
        "insert into box.elector values (gen_random_uuid(), decode(repeat('00', 32), 'hex'))",
        "insert into box.head_webhook (municipality_id, address) values (gen_random_uuid(), 'https://x.example/')",
        "delete from box.head_delivery",
        "insert into box.publication (snapshot_id, round_id) values (gen_random_uuid(), gen_random_uuid())",
        "insert into box.close (round_id, number, closed_at) values (gen_random_uuid(), 1, now())",
    ],
)
async def test_worker(worker: asyncpg.Connection, statement: str) -> None:
    """A worker of the box changes no ballot, takes nothing back, and sees no person."""
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await worker.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "select choices from box.ballot",
        "select tag from box.elector",
        "select * from roll.code",
        "insert into box.verdict values (gen_random_uuid(), null)",
        "delete from roll.person",
        "update box.round set closes_at = now()",
    ],
)
async def test_registrar(registrar: asyncpg.Connection, statement: str) -> None:
    """The worker of the roll sees no choice, reads no tag back, and changes neither register nor round."""
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await registrar.execute(statement)


async def test_append_only_for_the_owner(db: asyncpg.Connection) -> None:
    """Not even the owner of the database changes a ballot."""
    with pytest.raises(asyncpg.PostgresError, match="append-only"):
        await db.execute("update box.ballot set revision = 2")
