"""The audit log: each act of an officer or a command leaves its line; none holds a person, a ballot or a secret."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from click.testing import CliRunner

from schema.database import Role, connect
from service.cli.staff import staff
from tests.town import Ground, Town, draft, moment

SECRETS = ("password_hash", "wrapped", "token", "recovery", "person_ref", "code_hash", "tag", "choices", "nonce")


UNNOTED = {
    # Persons, and what they do or choose.
    *("roll.person", "roll.contact", "roll.bearer", "roll.code", "roll.participation", "roll.entry"),
    *("roll.contact_code", "roll.declaration", "roll.admission", "box.paper_mark", "box.paper_sheet"),
    *("roll.assistance", "roll.assisted_session"),
    # What clerks read and take back, which says by itself who did.
    *("box.paper_entry", "box.paper_unmark"),
    *("roll.staged_person", "roll.staged_contact", "roll.register_fault", "box.elector", "box.ballot"),
    *(
        "box.trace",
        "box.trace_key",
        "box.quarantined",
        "civic.draft",
        "civic.picture",
        "civic.proposal",
        "civic.support",
    ),
    # Secrets, sessions, and the log itself.
    *("roll.secret", "roll.round_key", "roll.officer_session", "box.receipt_secret", "box.checkpoint_secret"),
    *("roll.audit", "roll.audit_secret"),
    # What workers make of all that.
    *(
        "roll.roll",
        "box.verdict",
        "box.leaf",
        "box.tile",
        "box.checkpoint",
        *("roll.audit_leaf", "box.audit_tile", "box.audit_checkpoint"),
        "box.snapshot",
        "box.minutes",
        "box.what_if",
    ),
    *("box.openings", "box.head_delivery", "box.without_held", "civic.standing", "civic.activity", "post.outbox"),
    *("roll.head_count", "box.roll_build", "box.roll_change", "roll.turnout", "roll.turnout_line"),
}
"""Tables whose changes are in no log of officers' acts."""


async def test_every_table_is_noted_or_known_not_to_be(db: asyncpg.Connection) -> None:
    """A new table that officers change gets a trigger of ``roll.note_audit``; any other is named above."""
    tables = await db.fetch(
        "select format('%s.%s', n.nspname, c.relname) as name, exists (select from pg_trigger t"
        " where t.tgrelid = c.oid and t.tgfoid = 'roll.note_audit'::regproc) as noted"
        " from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where c.relkind in ('r', 'p') and n.nspname in ('roll', 'box', 'civic', 'post')"
    )
    assert {row["name"] for row in tables if not row["noted"]} == UNNOTED


async def log(town: Town, token: str | None = None, **wanted: Any) -> list[dict[str, Any]]:
    """What the log says to an officer, the newest first."""
    answer = await town.client.get("/api/audit", headers=town.badge(token), params=wanted)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_an_act_leaves_who_what_and_in_which_request(town: Town) -> None:
    """The line names the officer, the handler and the request whose id the answer and the access log have."""
    await town.hire("Dagny")
    answer = await town.client.post("/api/rounds", headers=town.badge(), json=draft())
    (entry,) = [each for each in await log(town) if each["subject"] == "round"]
    assert (entry["officer"], entry["action"], entry["request_id"]) == (
        "Dagny",
        "draft_round",
        answer.headers["x-request-id"],
    )
    round_id = answer.json()["round"]["id"]
    assert (entry["round_id"], entry["subject_id"], entry["before"]) == (round_id, round_id, None)
    assert entry["after"]["name"] == "Our street 2026"


async def test_a_change_is_kept_with_what_was_before(town: Town) -> None:
    """Of an edit there stands what changed, and nothing else."""
    ground = await town.draw_round()
    revision = (await ground.officer("GET", "draft"))["round"]["revision"]
    later = draft(name="Our street 2027", closes_at=moment(timedelta(days=9)))
    await town.act("PUT", f"/api/rounds/{ground.id}?revision={revision}", json=later)
    entry = next(each for each in await log(town) if each["subject"] == "round" and each["action"] == "edit_round")
    assert (entry["before"]["name"], entry["after"]["name"]) == ("Our street 2026", "Our street 2027")
    assert set(entry["before"]) <= {"name", "revision", "voting_at", "closes_at"}


async def whole_life(town: Town) -> Ground:
    """A round from draft to publication, with votes."""
    ground = await town.open_round()
    for who in ("AMINA-1", "BJORN-2"):
        await (await ground.voter(who)).cast(1)
    await ground.outcome()
    return ground


async def test_every_act_of_a_round_is_there(town: Town) -> None:
    """From the draft to the publication each has its handler; what workers did is the house's."""
    ground = await whole_life(town)
    acts = {(each["subject"], each["action"]) for each in await log(town, round_id=ground.id)}
    assert acts == {
        ("round", "draft_round"),
        ("area", "draft_round"),
        ("pot", "draft_round"),
        ("project", "add_project"),
        ("code_batch", "issue_codes"),
        ("round", "schedule_round"),
        ("act", "request_act"),
        ("act", "confirm_act"),
        ("close", "confirm_act"),
        ("publication", "confirm_act"),
        ("decision", "confirm_act"),
    }


async def test_the_clocks_close_is_the_houses(town: Town, db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """What no officer and no command did names neither."""
    ground = await town.open_round()
    await db.execute("alter table box.round disable trigger round_frozen")
    await db.execute("update box.round set closes_at = now() where id = $1", ground.id)
    assert await worker.fetchval("select box.close_round($1)", ground.id) == "closed"
    entry = (await log(town, round_id=ground.id))[0]
    assert (entry["subject"], entry["officer"], entry["action"], entry["after"]["cause"]) == (
        "close",
        None,
        None,
        "timeline",
    )


async def test_no_person_ballot_or_secret_is_in_it(town: Town, db: asyncpg.Connection) -> None:
    """P7: no column of them comes into the log, nor what they hold."""
    await whole_life(town)
    rows = await db.fetch("select before, after from roll.audit")
    names = {name for row in rows for side in row for name in json.loads(side or "{}")}
    assert names
    assert names & set(SECRETS) == set()
    text = json.dumps([[str(side) for side in row] for row in rows])
    for secret in ("AMINA-1", "correct horse", "argon2", *town.codes.values(), town.officer_token):
        assert secret not in text


async def test_votes_and_sign_ins_leave_nothing(town: Town, db: asyncpg.Connection) -> None:
    """Nothing of what residents do is there, so its order and times tell nothing of them."""
    ground = await town.open_round()
    before = await db.fetchval("select count(*) from roll.audit")
    voter = await ground.voter("AMINA-1")
    await voter.cast(1)
    await voter.withdraw(1)
    await town.work("judge", "sequence")
    assert await db.fetchval("select count(*) from roll.audit") == before


WRITING = [
    "insert into roll.audit (subject, subject_id) values ('round', 'x')",
    "update roll.audit set officer = 'Egil'",
    "delete from roll.audit",
    "truncate roll.audit",
]


@pytest.mark.parametrize("role", ["byalag_roll", "byalag_box", "byalag_civic", "byalag_registrar", "byalag_worker"])
async def test_no_role_writes_it_by_hand(database_url: str, role: Role) -> None:
    """Lines come from the triggers alone: no role may add, change or delete one."""
    db = await connect(database_url, role)
    for change in WRITING:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await db.execute(change)
    await db.close()


async def test_the_owner_changes_no_line(town: Town, db: asyncpg.Connection) -> None:
    """What is noted is neither changed nor deleted, whoever tries."""
    await town.hire("Dagny")
    for change in WRITING[1:]:
        with pytest.raises(asyncpg.PostgresError, match=r"append-only|foreign key"):
            await db.execute(change)


async def test_a_municipality_sees_its_own(town: Town) -> None:
    """Another one's officers see nothing of it; filters narrow it down; a page leads to the next."""
    await town.hire("Dagny")
    one, two = [(await town.act("POST", "/api/rounds", json=draft()))["round"]["id"] for _ in range(2)]
    egil = await town.hire("Egil", "Elsewhere")
    assert {each["subject"] for each in await log(town, egil)} == {"municipality", "officer", "verification_key"}
    assert {each["round_id"] for each in await log(town, round_id=one)} == {one}
    everything = await log(town)
    assert {one, two} < {each["round_id"] for each in everything}
    dagny = next(each["officer_id"] for each in everything if each["officer"] == "Dagny")
    assert {each["officer"] for each in await log(town, officer_id=dagny)} == {"Dagny"}
    today = datetime.now(UTC).date()
    assert await log(town, since=today.isoformat(), until=today.isoformat()) == everything
    assert await log(town, until=(today - timedelta(days=1)).isoformat()) == []
    assert await log(town, after=everything[2]["id"]) == everything[3:]


async def test_a_command_is_named(town: Town, db: asyncpg.Connection) -> None:
    """What a command changed stands there under its name, and what was nobody's to see does not."""
    await town.hire("Dagny")
    environment = {"DATABASE_URL": town.settings.database_url, "REDIS_URL": town.settings.redis_url}
    environment["BYALAG_MASTER_KEY"] = town.settings.master_key.hex()
    line = ["add", "Gunnar", "--municipality", "Hagaby", "--role", "clerk"]
    done = await asyncio.to_thread(CliRunner(env=environment).invoke, staff, line)
    assert done.exit_code == 0, done.output
    entry = (await log(town))[0]
    assert (entry["action"], entry["subject"], entry["officer"]) == ("staff add", "officer", None)
    assert entry["after"]["roles"] == ["clerk"]
    assert "password_hash" not in entry["after"]
    assert await db.fetchval("select count(*) from roll.audit where action like 'staff%'") == 1
