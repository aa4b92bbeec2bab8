"""What never leaves its room: bodies, cookies, identities and choices in logs; persons in the box."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest
import structlog

from service.access_log import PAUSE
from tests.town import Town

CANARY = "CANARY-19850312-1234"
REGISTER = f"identity,area,birth_year\n{CANARY},North,1985\n"


@pytest.fixture
def lines() -> Iterator[list[Any]]:
    """Everything that is logged while a test runs."""
    with structlog.testing.capture_logs() as captured:
        yield captured


async def test_no_log_line_holds_an_identity_a_code_a_pass_or_a_choice(
    town: Town, lines: list[Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sign-in, casting, refusals and counting leave only methods, routes, statuses and times."""
    monkeypatch.setenv("BYALAG_LOG", "json")
    ground = await town.open_round(projects=90, register=REGISTER)
    voter = await ground.voter(CANARY)
    answer = await voter.cast(87)
    await voter.cast(86, 87, 85, 84, base=1)
    await town.client.post(f"/api/rounds/{ground.id}/sign-in", json={"code": CANARY})
    await ground.outcome()
    await asyncio.sleep(2 * PAUSE)
    requests = [json.loads(line) for line in capsys.readouterr().err.splitlines() if '"request"' in line]
    logged = json.dumps([*lines, *requests], default=str)
    secrets = [CANARY, town.codes[CANARY], voter.token, town.officer_token, answer.json()["receipt"]["commitment"]]
    assert [secret for secret in secrets if secret in logged] == []
    assert {key for line in requests for key in line} == {
        "timestamp", "level", "event", "method", "route", "status", "ms", "request_id",
    }  # fmt: skip


async def test_an_identity_is_stored_nowhere(town: Town) -> None:
    """The register holds keyed hashes; no text or byte column of any table holds the identity."""
    await (await (await town.open_round(register=REGISTER)).voter(CANARY)).cast(1)
    db = await asyncpg.connect(town.settings.database_url)
    tables = await db.fetch(
        "select format('%I.%I', schemaname, tablename) as name from pg_tables "
        "where schemaname in ('roll', 'box', 'civic', 'post')"
    )
    holding = [
        table["name"]
        for table in tables
        if await db.fetchval(
            f"select exists (select from {table['name']} t where t::text ilike '%' || $1 || '%')", CANARY
        )
    ]
    await db.close()
    assert holding == []


ROOMS = {
    "byalag_roll": ["box.ballot", "box.elector", "box.verdict", "box.snapshot", "box.what_if", "civic.support"],
    "byalag_registrar": ["box.ballot", "box.verdict", "box.snapshot", "box.what_if", "civic.support"],
    "byalag_box": ["roll.person", "roll.entry", "roll.code", "roll.round_key", "civic.support", "roll.participation"],
    "byalag_civic": [
        "roll.person",
        "roll.entry",
        "box.ballot",
        "box.elector",
        "box.verdict",
        "box.snapshot",
        "box.what_if",
    ],
    "byalag_worker": ["roll.person", "roll.entry", "roll.code", "roll.round_key", "roll.participation"],
}


@pytest.mark.parametrize(("role", "tables"), ROOMS.items(), ids=ROOMS)
async def test_no_role_enters_the_other_room(db: asyncpg.Connection, role: str, tables: list[str]) -> None:
    """P7: nothing that sees persons sees ballots, and the other way round.

    The registrar writes electors, pot by pot, and may read of them only the pot.
    """
    whole = [row for row in tables if await db.fetchval("select has_table_privilege($1, $2, 'select')", role, row)]
    assert whole == []


@pytest.mark.parametrize("role", ["byalag_box", "byalag_worker", "byalag_roll", "byalag_civic", "byalag_registrar"])
async def test_no_role_changes_or_removes_a_ballot(db: asyncpg.Connection, role: str) -> None:
    """A ballot is only ever added to."""
    for right in ("update", "delete", "truncate"):
        assert not await db.fetchval("select has_table_privilege($1, 'box.ballot', $2)", role, right)


async def test_the_owner_does_not_change_a_ballot_either(town: Town) -> None:
    """Append-only by trigger."""
    await (await (await town.open_round()).voter("AMINA-1")).cast(1)
    db = await asyncpg.connect(town.settings.database_url)
    with pytest.raises(asyncpg.PostgresError, match="append-only"):
        await db.execute("update box.ballot set choices = '{2}'")
    await db.close()
