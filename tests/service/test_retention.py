"""Retention: once nobody can appeal, what could be joined with a person goes; what proves the count stays."""

import asyncio
from pathlib import Path
from uuid import UUID

import asyncpg
import pyrage
import pytest
from click.testing import CliRunner, Result

from schema.database import connect
from schema.events import RoundClosed
from service.cli.rounds import rounds
from tests.builders import ADDRESS, KEYS, decision
from tests.service.booths import open_booth
from tests.town import Ground, Town
from workers.door import act
from workers.verify import verify

RECIPIENT = str(pyrage.x25519.Identity.generate().to_public())


@pytest.fixture(autouse=True)
def house(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line belongs to this test's house."""
    monkeypatch.setenv("DATABASE_URL", town.settings.database_url)
    monkeypatch.setenv("REDIS_URL", town.settings.redis_url)
    monkeypatch.setenv("BYALAG_MASTER_KEY", town.settings.master_key.hex())


async def published(town: Town, appeal_days: int = 0) -> Ground:
    """A round in which Amina voted and Björn voted twice, published, with an auditor who has the openings."""
    ground = await town.open_round(appeal_days=appeal_days)
    sent = {"name": "Auditor", "recipient": RECIPIENT}
    await town.act("POST", f"/api/rounds/{ground.id}/auditors", json=sent)
    await (await ground.voter("AMINA-1")).cast(1, 2)
    bjorn = await ground.voter("BJORN-2")
    await bjorn.cast(2)
    await bjorn.cast(2, 3, base=1)
    await ground.outcome()
    await town.work("count")
    return ground


async def run(ground: Ground, *options: str) -> Result:
    """`byalag round retention`, in a thread of its own because it runs a loop of its own."""
    words = ["retention", ground.id, *options]
    return await asyncio.to_thread(lambda: CliRunner().invoke(rounds, words))


async def delete(ground: Ground) -> Result:
    """Delete what is due, as the command does once two officers decided it."""
    db = await asyncpg.connect(ground.town.settings.database_url)
    decided = await decision(db, UUID(ground.id), "delete-ballots")
    await db.close()
    return await run(ground, "--delete", "--act", str(decided))


async def rows(db: asyncpg.Connection, table: str, ground: Ground) -> int:
    """How many rows a table has of this round."""
    number: int = await db.fetchval(f"select count(*) from {table} where round_id = $1", UUID(ground.id))
    return number


PERSONAL = ("box.ballot", "roll.code", "roll.entry", "roll.participation")
PROOF = ("box.leaf", "box.checkpoint", "box.snapshot", "box.minutes", "box.publication")


async def test_what_is_due_is_shown_with_the_reason(town: Town) -> None:
    """After the appeals each thing says that it is due and why; the ledger says that it stays."""
    shown = (await run(await published(town))).output
    assert "due    3 ballots and changes, with nonces and pseudonyms" in shown
    assert "due    the round's key" in shown
    assert "stays  the ledger: 3 leaves" in shown


async def test_before_its_time_nothing_is_due(town: Town) -> None:
    """While somebody may appeal, nothing is due, and deleting is refused with the day on which it will be."""
    ground = await published(town, appeal_days=30)
    assert "due " not in (await run(ground)).output
    done = await delete(ground)
    assert done.exit_code == 1
    assert "can be appealed against until" in done.output


async def test_an_open_round_keeps_everything(town: Town) -> None:
    """Before publication nothing can be deleted."""
    ground = await town.open_round(appeal_days=0)
    assert "everything stays" in (await run(ground)).output
    assert "not published" in (await delete(ground)).output


async def test_what_is_personal_goes_and_the_proof_stays(town: Town, db: asyncpg.Connection) -> None:
    """Ballots, codes, entries and who took part are gone; ledger, outcome and minutes are as they were."""
    ground = await published(town)
    before = {table: await rows(db, table, ground) for table in PROOF}
    done = await delete(ground)
    assert done.exit_code == 0, done.output
    assert {table: await rows(db, table, ground) for table in PERSONAL} == dict.fromkeys(PERSONAL, 0)
    assert {table: await rows(db, table, ground) for table in PROOF} == before
    assert await db.fetchval("select count(*) from box.openings") == 0


async def test_codes_that_were_sent_go_as_well(town: Town, db: asyncpg.Connection) -> None:
    """Whoever asked for a code of the round is not to be found by it."""
    ground = await published(town)
    await db.execute(
        "insert into roll.contact_code (round_id, contact_ref, code_hash, ends_at)"
        " values ($1, $2, $2, date_bin('10 minutes', clock_timestamp(), 'epoch'))",
        UUID(ground.id),
        bytes(32),
    )
    done = await delete(ground)
    assert done.exit_code == 0, done.output
    assert await rows(db, "roll.contact_code", ground) == 0


async def test_marks_and_what_was_keyed_go_as_well(town: Town, db: asyncpg.Connection) -> None:
    """Of papers the batch and its numbers stay, and nothing of who had one or of what was on it."""
    ground = await town.open_round(appeal_days=0)
    booth = await open_booth(ground)
    await booth.mark("AMINA-1")
    await booth.key_twice(1, 1)
    await booth.declare(1)
    await booth.close()
    await ground.outcome()
    done = await delete(ground)
    assert done.exit_code == 0, done.output
    assert await rows(db, "box.paper_mark", ground) == await db.fetchval("select count(*) from box.paper_entry") == 0
    assert await rows(db, "box.paper_batch", ground) == await rows(db, "box.paper_sheet", ground) == 1


async def test_the_bundle_still_verifies(town: Town, tmp_path: Path) -> None:
    """With every ballot deleted, anybody counts the published ones again."""
    ground = await published(town)
    assert (await delete(ground)).exit_code == 0
    file = tmp_path / "bundle.zip"
    file.write_bytes((await town.client.get(f"/api/rounds/{ground.id}/bundle")).content)
    done = CliRunner().invoke(verify, [str(file)])
    assert done.exit_code == 0, done.output
    assert "give the same outcome with the same reasons" in done.output


async def test_it_is_noted_by_whose_decision(town: Town, db: asyncpg.Connection) -> None:
    """The record names the decision, both officers and how many ballots there were, and does not change."""
    ground = await published(town)
    await delete(ground)
    row = await db.fetchrow(
        "select x.reason, x.officers, d.ballots from box.deletion d join box.decision x on x.id = decision_id"
    )
    assert row is not None
    assert (row["reason"], row["officers"], row["ballots"]) == ("A storm", ["Dagny", "Fatima"], 3)
    with pytest.raises(asyncpg.PostgresError, match="append-only"):
        await db.execute("update box.deletion set ballots = 0")


async def test_two_officers_delete_on_the_page_of_the_round(town: Town, db: asyncpg.Connection) -> None:
    """Confirming carries it out, in both rooms; confirming again changes nothing."""
    ground = await published(town)
    act = await ground.ask("delete-ballots")
    assert await rows(db, "box.ballot", ground) == 3
    for _ in range(2):
        assert (await town.confirm(act["id"])).json()["state"] == "done"
        assert {table: await rows(db, table, ground) for table in PERSONAL} == dict.fromkeys(PERSONAL, 0)


async def test_what_was_only_asked_for_deletes_nothing(town: Town, db: asyncpg.Connection) -> None:
    """The command says that two officers have to decide it."""
    ground = await published(town)
    act = await ground.ask("delete-ballots")
    done = await run(ground, "--delete", "--act", act["id"])
    assert (done.exit_code, "Two officers have not decided this" in done.output) == (1, True)
    assert (await run(ground, "--delete")).exit_code == 2
    assert await rows(db, "box.ballot", ground) == 3


async def test_a_deletion_that_was_stopped_half_way_goes_on(town: Town, db: asyncpg.Connection) -> None:
    """Either of the two confirms again, and the roll's part goes as well."""
    ground = await published(town)
    act = await ground.ask("delete-ballots")
    decided = await decision(db, UUID(ground.id), "delete-ballots")
    assert await db.fetchval("select box.delete_openings($1, $2)", UUID(ground.id), decided) == "deleted"
    assert await rows(db, "roll.code", ground) == 3
    await town.confirm(act["id"])
    assert await rows(db, "roll.code", ground) == 0


async def test_twice_is_once(town: Town) -> None:
    """Whoever deletes again is told when it was done and by which decision."""
    ground = await published(town)
    await delete(ground)
    done = await delete(ground)
    assert done.exit_code == 1
    assert "by decision A storm" in done.output


async def test_no_ballot_goes_without_a_decision(town: Town, db: asyncpg.Connection) -> None:
    """Not even the owner of the database deletes a ballot or a verdict of a round nobody decided about."""
    await published(town)
    for table in ("box.verdict", "box.ballot"):
        with pytest.raises(asyncpg.PostgresError, match="append-only"):
            await db.execute(f"delete from {table}")


async def test_what_was_counted_is_not_counted_again(town: Town, db: asyncpg.Connection) -> None:
    """A close that is told once more, after the ballots are gone, leaves the outcome as it is."""
    ground = await published(town)
    await delete(ground)
    worker = await connect(town.settings.database_url, "byalag_worker")
    await act(worker, KEYS, ADDRESS, [(1, RoundClosed(UUID(ground.id)))])
    await worker.close()
    assert await rows(db, "box.snapshot", ground) == 1


async def test_no_auditor_is_named_for_what_is_gone(town: Town) -> None:
    """Naming one is refused with the decision, not accepted in vain."""
    ground = await published(town)
    await delete(ground)
    sent = {"name": "Late", "recipient": str(pyrage.x25519.Identity.generate().to_public())}
    answer = await town.client.post(f"/api/rounds/{ground.id}/auditors", json=sent, headers=town.badge())
    assert answer.json()["type"] == "/problems/openings-deleted"


async def test_another_round_keeps_its_ballots(town: Town, db: asyncpg.Connection) -> None:
    """What is deleted is one round's."""
    ground = await published(town)
    other = await town.open_round()
    await (await other.voter("AMINA-1")).cast(1)
    await delete(ground)
    assert await rows(db, "box.ballot", other) == 1
