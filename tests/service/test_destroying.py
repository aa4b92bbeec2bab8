"""Destroying a round's key: by two officers and a decision, when nobody can appeal any more, and for ever."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from click.testing import CliRunner, Result

from schema.database import connect
from schema.errors import Appealable, KeyDestroyed, NotFound, NotPublished, RoundKeyMissing, Undecided
from schema.gateways import MailGateway
from service.cli.keys import keys as command
from service.store import contacts
from service.store.keys import Destroyed
from service.verbs.contact_codes import refuse_destroyed
from service.verbs.keys import destroy_round_key
from tests.builders import decision
from tests.gateways import Post
from tests.town import Ground, Town, draft, moment


@pytest.fixture
async def roll(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection as the roll side has it."""
    connection = await connect(database_url, "byalag_roll")
    yield connection
    await connection.close()


async def published(town: Town, appeal_days: int = 0) -> Ground:
    """A published round whose outcome can be appealed against for so long."""
    ground = await town.open_round(appeal_days=appeal_days)
    await (await ground.voter("AMINA-1")).cast(1)
    await ground.outcome()
    return ground


async def destroy(roll: asyncpg.Connection, db: asyncpg.Connection, ground: Ground) -> Destroyed:
    """Destroy the round's key, as the command does once two officers decided it."""
    decided = await decision(db, UUID(ground.id), "destroy-key")
    return await destroy_round_key(roll, UUID(ground.id), decided)


async def has_key(db: asyncpg.Connection, ground: Ground) -> bool:
    """Whether the round's key is there, and nothing says that it was destroyed."""
    there, noted = await db.fetchrow(
        "select exists (select from roll.round_key where round_id = $1),"
        " exists (select from roll.destroyed_key where round_id = $1)",
        UUID(ground.id),
    ) or (None, None)
    assert there is not noted
    return bool(there)


async def test_after_two_officers_destroyed_it_nobody_signs_in(town: Town, db: asyncpg.Connection) -> None:
    """P7: the key is gone, tags cannot be made again, and whoever shows a code is told why. The outcome stays."""
    ground = await published(town)
    act = await ground.decide("destroy-key")
    assert act["state"] == "done"
    assert not await has_key(db, ground)
    answer = await town.client.post(f"/api/rounds/{ground.id}/sign-in", json={"code": town.codes["AMINA-1"]})
    assert (answer.status_code, answer.json()["type"]) == (410, "/problems/key-destroyed")
    assert "KS 2026/17" in answer.json()["detail"]
    assert (await town.client.get(f"/api/pots/{ground.pot}/snapshot")).status_code == 200


async def test_after_it_was_destroyed_no_code_is_sent_either(
    reachable: Town, roll: asyncpg.Connection, db: asyncpg.Connection, post: tuple[Post, MailGateway]
) -> None:
    """Whoever asks for a code, or proves in another way who they are, is told why."""
    ground = await published(reachable)
    await destroy(roll, db, ground)
    contact = {"kind": "mail", "address": "amina@example.se"}
    asked = await reachable.client.post(f"/api/rounds/{ground.id}/contact-codes", json=contact)
    assert (asked.status_code, asked.json()["type"]) == (410, "/problems/key-destroyed")
    assert post[0].taken == []
    amina = reachable.ring.person_ref("AMINA-1")
    assert await contacts.sign_in_person(roll, UUID(ground.id), amina) is None
    with pytest.raises(KeyDestroyed):
        await refuse_destroyed(roll, UUID(ground.id))


async def test_destroying_it_again_says_when_it_was_done_and_why(
    town: Town, roll: asyncpg.Connection, db: asyncpg.Connection
) -> None:
    """The first decision stands."""
    ground = await published(town)
    done = await destroy(roll, db, ground)
    assert done.officers == ("Dagny", "Fatima")
    with pytest.raises(KeyDestroyed) as refused:
        await destroy(roll, db, ground)
    assert refused.value.facts == {"destroyed_at": done.destroyed_at, "decision": "A storm"}


async def test_another_decision_is_none(town: Town, roll: asyncpg.Connection, db: asyncpg.Connection) -> None:
    """It must be this one, about this round, and no older than a day; otherwise the key stays."""
    ground = await published(town)
    other = await town.open_round(register=None)
    await db.execute("alter table box.decision disable trigger decision_append_only")
    old = await decision(db, UUID(ground.id), "destroy-key")
    await db.execute("update box.decision set decided_at = decided_at - interval '24 hours' where id = $1", old)
    for decided in (
        old,
        uuid4(),
        await decision(db, UUID(ground.id), "delete-ballots"),
        await decision(db, UUID(other.id), "destroy-key"),
    ):
        with pytest.raises(Undecided):
            await destroy_round_key(roll, UUID(ground.id), decided)
    assert await has_key(db, ground)


async def test_it_is_kept_while_the_outcome_can_be_appealed_against(
    town: Town, roll: asyncpg.Connection, db: asyncpg.Connection
) -> None:
    """By the database clock, from publication on."""
    ground = await published(town, appeal_days=45)
    ends_at = await db.fetchval("select published_at + interval '45 days' from box.publication")
    with pytest.raises(Appealable) as refused:
        await destroy(roll, db, ground)
    assert refused.value.facts == {"ends_at": ends_at}
    assert await has_key(db, ground)


async def test_it_is_kept_until_the_outcome_is_published(
    town: Town, roll: asyncpg.Connection, db: asyncpg.Connection
) -> None:
    """Counted is not enough."""
    ground = await town.open_round(appeal_days=0)
    await ground.count()
    with pytest.raises(NotPublished):
        await destroy(roll, db, ground)
    assert await has_key(db, ground)


async def test_a_key_that_is_not_there_was_not_destroyed(
    town: Town, roll: asyncpg.Connection, db: asyncpg.Connection
) -> None:
    """Nothing is noted of a round without a key, or of no round at all."""
    ground = await published(town)
    await db.execute("delete from roll.round_key")
    with pytest.raises(RoundKeyMissing):
        await destroy(roll, db, ground)
    with pytest.raises(NotFound):
        await destroy_round_key(roll, uuid4(), uuid4())
    assert await db.fetchval("select count(*) from roll.destroyed_key") == 0


async def test_there_is_no_other_way(town: Town, roll: asyncpg.Connection, db: asyncpg.Connection) -> None:
    """The roll side cannot delete a key by itself, nor anybody what was noted of one that was destroyed."""
    ground = await published(town)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await roll.execute("delete from roll.round_key")
    await destroy(roll, db, ground)
    for statement in ("delete from roll.destroyed_key", "update roll.destroyed_key set destroyed_at = now()"):
        with pytest.raises(asyncpg.PostgresError, match="append-only"):
            await db.execute(statement)


async def run(town: Town, *words: str) -> Result:
    """``byalag keys``, in a thread of its own because it runs a loop of its own."""
    environment = {
        "DATABASE_URL": town.settings.database_url,
        "REDIS_URL": town.settings.redis_url,
        "BYALAG_MASTER_KEY": town.settings.master_key.hex(),
    }
    return await asyncio.to_thread(CliRunner().invoke, command, list(words), env=environment)


async def test_the_command_wants_what_was_decided(town: Town, db: asyncpg.Connection) -> None:
    """Without two officers' act it destroys nothing; what is refused is a sentence."""
    ground = await published(town)
    act = await ground.ask("destroy-key")
    alone = await run(town, "destroy-round", ground.id)
    early = await run(town, "destroy-round", ground.id, "--act", act["id"])
    assert (alone.exit_code, early.exit_code) == (2, 1)
    assert "Two officers have not decided this" in early.output
    assert await has_key(db, ground)
    decided = await decision(db, UUID(ground.id), "destroy-key")
    right = await run(town, "destroy-round", ground.id, "--act", str(decided))
    assert right.exit_code == 0, right.output
    assert not await has_key(db, ground)
    assert "by Dagny and Fatima, decision: A storm" in (await run(town, "list")).output


async def test_a_round_without_its_key_is_not_scheduled(town: Town, db: asyncpg.Connection) -> None:
    """Nobody could sign in to vote."""
    ground = await town.draw_round()
    await db.execute("delete from roll.round_key")
    answer = await town.client.post(f"/api/rounds/{ground.id}/schedule", headers=town.badge())
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/round-key-missing")
    assert await ground.phase() == "draft"


async def test_the_time_for_appeals_is_frozen_with_the_round(town: Town, db: asyncpg.Connection) -> None:
    """P9: it is drafted, edited and shown as the rest, and once scheduled never shorter; by default it is 45 days."""
    ground = await town.draw_round(voting_at=moment(timedelta(hours=1)))
    path = f"/api/rounds/{ground.id}"
    view = await town.act("GET", f"{path}/draft")
    assert view["round"]["appeal_days"] == 45
    edited = draft(voting_at=moment(timedelta(hours=1)), appeal_days=60)
    view = await town.act("PUT", f"{path}?revision={view['round']['revision']}", json=edited)
    assert view["round"]["appeal_days"] == 60
    await town.work("roll")
    await ground.officer("POST", "schedule")
    with pytest.raises(asyncpg.PostgresError, match="appeal_days"):
        await db.execute("update box.round set appeal_days = 0")


@pytest.mark.parametrize("days", [-1, 3651])
async def test_a_time_for_appeals_that_cannot_be_is_refused(town: Town, days: int) -> None:
    """Ten years are the most."""
    await town.hire()
    answer = await town.client.post("/api/rounds", json=draft(appeal_days=days), headers=town.badge())
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/malformed")
