"""Destroying a round's key: by two officers and a decision, when nobody can appeal any more, and for ever."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from click.testing import CliRunner, Result

from schema.database import connect
from schema.errors import (
    Appealable,
    KeyDestroyed,
    NotAllowed,
    NotFound,
    NotPublished,
    Refusal,
    RoundKeyMissing,
    SameOfficer,
    WrongPassword,
)
from schema.gateways import MailGateway
from service.cli.keys import keys as command
from service.store import contacts
from service.store.keys import Destroyed
from service.verbs.contact_codes import refuse_destroyed
from service.verbs.keys import destroy_round_key
from tests.gateways import Post
from tests.town import PASSWORD, Ground, Town, draft, moment

BOTH = ("Dagny", "Elin")
RIGHT = (PASSWORD, PASSWORD)


@pytest.fixture
async def roll(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection as the roll side has it."""
    connection = await connect(database_url, "byalag_roll")
    yield connection
    await connection.close()


async def published(town: Town, appeal_days: int = 0) -> Ground:
    """A published round whose outcome can be appealed against for so long, and officers here and elsewhere."""
    await town.hire("Dagny")
    await town.hire("Elin")
    await town.hire("Fredrik", "Lillby")
    ground = await town.open_round(appeal_days=appeal_days)
    await (await ground.voter("AMINA-1")).cast(1)
    await ground.outcome()
    return ground


async def destroy(
    roll: asyncpg.Connection, ground: Ground, names: tuple[str, str] = BOTH, passwords: tuple[str, str] = RIGHT
) -> Destroyed:
    """Destroy the round's key by the decision KS 2026/17."""
    return await destroy_round_key(roll, UUID(ground.id), "KS 2026/17", names, passwords)


async def has_key(db: asyncpg.Connection, ground: Ground) -> bool:
    """Whether the round's key is there, and nothing says that it was destroyed."""
    there, noted = await db.fetchrow(
        "select exists (select from roll.round_key where round_id = $1),"
        " exists (select from roll.destroyed_key where round_id = $1)",
        UUID(ground.id),
    ) or (None, None)
    assert there is not noted
    return bool(there)


async def test_after_two_officers_destroyed_it_nobody_signs_in(
    town: Town, roll: asyncpg.Connection, db: asyncpg.Connection
) -> None:
    """P7: the key is gone, tags cannot be made again, and whoever shows a code is told why. The outcome stays."""
    ground = await published(town)
    done = await destroy(roll, ground)
    assert (done.decision, done.officers) == ("KS 2026/17", ("Dagny", "Elin"))
    assert not await has_key(db, ground)
    answer = await town.client.post(f"/api/rounds/{ground.id}/sign-in", json={"code": town.codes["AMINA-1"]})
    assert (answer.status_code, answer.json()["type"]) == (410, "/problems/key-destroyed")
    assert "KS 2026/17" in answer.json()["detail"]
    assert (await town.client.get(f"/api/pots/{ground.pot}/snapshot")).status_code == 200


async def test_after_it_was_destroyed_no_code_is_sent_either(
    reachable: Town, roll: asyncpg.Connection, post: tuple[Post, MailGateway]
) -> None:
    """Whoever asks for a code, or proves in another way who they are, is told why."""
    ground = await published(reachable)
    await destroy(roll, ground)
    contact = {"kind": "mail", "address": "amina@example.se"}
    asked = await reachable.client.post(f"/api/rounds/{ground.id}/contact-codes", json=contact)
    assert (asked.status_code, asked.json()["type"]) == (410, "/problems/key-destroyed")
    assert post[0].taken == []
    amina = reachable.ring.person_ref("AMINA-1")
    assert await contacts.sign_in_person(roll, UUID(ground.id), amina) is None
    with pytest.raises(KeyDestroyed):
        await refuse_destroyed(roll, UUID(ground.id))


async def test_destroying_it_again_says_when_it_was_done_and_why(town: Town, roll: asyncpg.Connection) -> None:
    """The first decision stands."""
    ground = await published(town)
    done = await destroy(roll, ground)
    with pytest.raises(KeyDestroyed) as refused:
        await destroy(roll, ground)
    assert refused.value.facts == {"destroyed_on": done.destroyed_at.date().isoformat(), "decision": "KS 2026/17"}


REFUSED: dict[str, tuple[tuple[str, str], tuple[str, str], type[Refusal]]] = {
    "a wrong password": (BOTH, (PASSWORD, "hello"), WrongPassword),
    "nobody of that name": (("Dagny", "Elsa"), RIGHT, WrongPassword),
    "one officer twice": (("Dagny", "dagny"), RIGHT, SameOfficer),
    "an officer from elsewhere": (("Dagny", "Fredrik"), RIGHT, NotAllowed),
    "two officers from elsewhere": (("Fredrik", "Fredrik"), RIGHT, NotAllowed),
}


@pytest.mark.parametrize(("names", "passwords", "refusal"), REFUSED.values(), ids=REFUSED)
async def test_two_officers_of_the_municipality_must_agree(
    town: Town,
    roll: asyncpg.Connection,
    db: asyncpg.Connection,
    names: tuple[str, str],
    passwords: tuple[str, str],
    refusal: type[Refusal],
) -> None:
    """Each with a name and a password; otherwise the key stays."""
    ground = await published(town)
    with pytest.raises(refusal):
        await destroy(roll, ground, names, passwords)
    assert await has_key(db, ground)


async def test_it_is_kept_while_the_outcome_can_be_appealed_against(
    town: Town, roll: asyncpg.Connection, db: asyncpg.Connection
) -> None:
    """By the database clock, from publication on."""
    ground = await published(town, appeal_days=45)
    ends_on = await db.fetchval("select (now() + interval '45 days')::date::text")
    with pytest.raises(Appealable) as refused:
        await destroy(roll, ground)
    assert refused.value.facts == {"ends_on": ends_on}
    assert await has_key(db, ground)


async def test_it_is_kept_until_the_outcome_is_published(
    town: Town, roll: asyncpg.Connection, db: asyncpg.Connection
) -> None:
    """Counted is not enough."""
    await town.hire("Dagny")
    await town.hire("Elin")
    ground = await town.open_round(appeal_days=0)
    await ground.count()
    with pytest.raises(NotPublished):
        await destroy(roll, ground)
    assert await has_key(db, ground)


async def test_a_key_that_is_not_there_was_not_destroyed(
    town: Town, roll: asyncpg.Connection, db: asyncpg.Connection
) -> None:
    """Nothing is noted of a round without a key, or of no round at all."""
    ground = await published(town)
    await db.execute("delete from roll.round_key")
    with pytest.raises(RoundKeyMissing):
        await destroy(roll, ground)
    with pytest.raises(NotFound):
        await destroy_round_key(roll, uuid4(), "KS 2026/17", BOTH, RIGHT)
    assert await db.fetchval("select count(*) from roll.destroyed_key") == 0


async def test_there_is_no_other_way(town: Town, roll: asyncpg.Connection, db: asyncpg.Connection) -> None:
    """The roll side cannot delete a key by itself, nor anybody what was noted of one that was destroyed."""
    ground = await published(town)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await roll.execute("delete from roll.round_key")
    await destroy(roll, ground)
    for statement in ("delete from roll.destroyed_key", "update roll.destroyed_key set decision = 'another'"):
        with pytest.raises(asyncpg.PostgresError, match="append-only"):
            await db.execute(statement)


async def run(town: Town, ground: Ground, typed: str, *officers: str) -> Result:
    """``byalag keys destroy-round``, with this on its input."""
    settings = town.settings
    environment = {
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "BYALAG_MASTER_KEY": settings.master_key.hex(),
    }
    named = [word for officer in officers for word in ("--officer", officer)]
    line = ["destroy-round", ground.id, "--decision", "KS 2026/17", *named]
    return await asyncio.to_thread(CliRunner().invoke, command, line, input=typed, env=environment)


async def test_the_command_reads_both_passwords(town: Town, db: asyncpg.Connection) -> None:
    """From two lines of its input, in the order of the officers; what is refused is a sentence."""
    ground = await published(town)
    alone = await run(town, ground, f"{PASSWORD}\n", "Dagny")
    wrong = await run(town, ground, f"{PASSWORD}\nhello\n", *BOTH)
    assert (alone.exit_code, wrong.exit_code) == (2, 1)
    assert "Two officers have to agree" in alone.output
    assert "do not belong together" in wrong.output
    assert await has_key(db, ground)
    right = await run(town, ground, f"{PASSWORD}\n{PASSWORD}\n", *BOTH)
    assert right.exit_code == 0, right.output
    assert not await has_key(db, ground)
    settings = {
        "DATABASE_URL": town.settings.database_url,
        "REDIS_URL": town.settings.redis_url,
        "BYALAG_MASTER_KEY": town.settings.master_key.hex(),
    }
    listed = await asyncio.to_thread(CliRunner().invoke, command, ["list"], env=settings)
    assert "by Dagny and Elin, decision: KS 2026/17" in listed.output


async def test_a_round_without_its_key_is_not_scheduled(town: Town, db: asyncpg.Connection) -> None:
    """Nobody could sign in to vote."""
    ground = await town.draw_round()
    await db.execute("delete from roll.round_key")
    answer = await town.client.post(f"/api/rounds/{ground.id}/schedule", headers=town.badge())
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/round-key-missing")
    assert await ground.phase() == "draft"


async def test_the_time_for_appeals_is_frozen_with_the_round(town: Town, db: asyncpg.Connection) -> None:
    """P9: it is drafted, edited and shown as the rest, and scheduling ends that; by default it is 45 days."""
    ground = await town.draw_round(voting_at=moment(timedelta(hours=1)))
    path = f"/api/rounds/{ground.id}"
    view = await town.act("GET", f"{path}/draft")
    assert view["round"]["appeal_days"] == 45
    edited = draft(voting_at=moment(timedelta(hours=1)), appeal_days=60)
    view = await town.act("PUT", f"{path}?revision={view['round']['revision']}", json=edited)
    assert view["round"]["appeal_days"] == 60
    await town.work("roll")
    await ground.officer("POST", "schedule")
    with pytest.raises(asyncpg.PostgresError, match="frozen"):
        await db.execute("update box.round set appeal_days = 0")


@pytest.mark.parametrize("days", [-1, 3651])
async def test_a_time_for_appeals_that_cannot_be_is_refused(town: Town, days: int) -> None:
    """Ten years are the most."""
    await town.hire()
    answer = await town.client.post("/api/rounds", json=draft(appeal_days=days), headers=town.badge())
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/malformed")
