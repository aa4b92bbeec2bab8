"""Fuzzing: whatever is sent, the service answers what its OpenAPI document says, and never that it broke.

``BYALAG_FUZZ=200 python3 -m tests -k fuzz`` sends 200 examples to each operation instead of a few.
"""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path
from uuid import UUID

import asyncpg
import msgspec
import pytest

from schema.local.up import free_port
from schema.passes import Pass, open_pass
from tests.builders import secret
from tests.effort import EFFORT
from tests.service.callers import MINE, VARIABLE, Caller
from tests.service.test_arguments import argue
from tests.service.test_proposals import TEXT, proposing, send, supporting
from tests.town import REGISTER, Ground, Town, pot
from tests.workers.processes import HOME, command

MANY = 100
"""Examples for each operation with which a caller certainly gets everywhere."""
OFTEN = 10
"""How much oftener than others those pots are called in which there is something to do."""
BALLOTS = 5
"""Pots in which Amina has a ballot that she could take back, each of them once, if no cast comes first."""


class Landscape:
    """Every id that leads somewhere in a town, Amina's passes by the ids they are for, and pots with her ballot."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.ids: dict[str, list[UUID]] = {
            name: [] for name in ("round_id", "pot_id", "project_id", "proposal_id", "of_id")
        }
        self.passes: dict[UUID, Pass] = {}
        self.seal = ""
        self.ballots: list[UUID] = []

    async def grow(self) -> None:
        """A round in each of the phases in which somebody can do something."""
        db = await asyncpg.connect(self.town.settings.database_url)
        self.seal = (await secret(db, "passes")).hex()
        await db.close()
        supported, address = await supporting(self.town)
        await self._note(supported, address.rpartition("/")[2])
        ground = await proposing(self.town)
        sent = await send(ground, "AMINA-1", "POST", f"/api/rounds/{ground.id}/proposals", TEXT)
        await self._note(ground, sent.json()["id"])
        argued = UUID((await argue(ground, f"/api/proposals/{sent.json()['id']}", "AMINA-1")).json()["id"])
        self.ids["argument_id"], self.passes[argued] = [argued], self.passes[UUID(ground.id)]
        await self._note(await self.town.draw_round(register=None))
        for end in (None, Ground.count, Ground.outcome):
            ground = await self.town.open_round(register=None)
            if end:
                await (await ground.voter("AMINA-1")).cast(1)
                await end(ground)
            await self._note(ground)
            if not end:
                self.ids["pot_id"] += [UUID(pot_id) for pot_id in ground.pots] * OFTEN
        await self.town.work("compare")
        await self._vote()
        await self._ask()
        webhook = await self.town.act("POST", "/api/head-webhooks", json={"address": "https://observers.example/heads"})
        self.ids["webhook_id"] = [UUID(webhook["id"])]
        self.ids["import_id"] = [UUID(await self._staged(text)) for text in (REGISTER, "identity,area\nELIN-4,North\n")]

    async def _staged(self, text: str) -> str:
        """An import that waits to be applied."""
        headers = self.town.badge() | {"Content-Type": "text/csv"}
        answer = await self.town.client.post("/api/register/imports", content=text.encode(), headers=headers)
        staged: str = answer.json()["id"]
        return staged

    async def _vote(self) -> None:
        """A round in which Amina voted in every pot."""
        ground = await self.town.open_round(1, None, pots=[pot(f"Pot {number}") for number in range(BALLOTS)])
        for place in range(BALLOTS):
            await (await ground.voter("AMINA-1", place)).cast(1)
        await self._note(ground)
        self.ballots += [UUID(pot_id) for pot_id in ground.pots] * OFTEN

    async def _ask(self) -> None:
        """Fatima has asked for what Dagny can confirm."""
        badge = self.town.badge(await self.town.second())
        for kind in ("close-early", "publish", "destroy-key"):
            for round_id in self.ids["round_id"]:
                sent = {"act": {"kind": kind}, "reason": "It is time."}
                made = await self.town.client.post(f"/api/rounds/{round_id}/acts", json=sent, headers=badge)
                if made.status_code == 201:
                    self.ids.setdefault("act_id", []).append(UUID(made.json()["id"]))

    async def rows(self, *tables: str) -> dict[str, int]:
        """How many rows these tables have, from which nothing is ever deleted."""
        db = await asyncpg.connect(self.town.settings.database_url)
        counts = {table: await db.fetchval(f"select count(*) from {table}") for table in tables}
        await db.close()
        return counts

    async def _note(self, ground: Ground, proposal: str | None = None) -> None:
        view = await self.town.act("GET", f"/api/rounds/{ground.id}/draft")
        passes = await ground.sign_in("AMINA-1")
        civic = open_pass(passes["civic"], self.town.ring.issuer, "civic", time.time())
        self.passes[UUID(ground.id)] = civic
        for row in passes["pots"]:
            self.passes[UUID(row["pot_id"])] = open_pass(row["token"], self.town.ring.issuer, "box", time.time())
        self.ids["round_id"].append(UUID(ground.id))
        self.ids["pot_id"] += map(UUID, ground.pots)
        self.ids["project_id"].append(UUID(view["projects"][0]["id"]))
        self.ids["of_id"] += [UUID(ground.id), UUID(ground.pots[0]), UUID(view["projects"][0]["id"])]
        if proposal:
            self.ids["proposal_id"].append(UUID(proposal))
            self.passes[UUID(proposal)] = civic


@pytest.fixture
async def landscape(crowded_town: Town) -> Landscape:
    """Something to find at many addresses."""
    grown = Landscape(crowded_town)
    await grown.grow()
    return grown


async def fuzz(landscape: Landscape, folder: Path, caller: Caller) -> None:
    """Send to every operation of the caller's what nobody thinks of; fails with the fuzzer's own report."""
    notes = folder / "caller.json"
    notes.write_bytes(msgspec.json.encode(caller))
    port = str(free_port())
    with command(landscape.town.settings, "service", "--port", port):
        done = await asyncio.to_thread(run_fuzzer, folder, notes, f"http://127.0.0.1:{port}/api/openapi.json")
    assert done.returncode == 0, done.stdout + done.stderr


def assert_more(before: dict[str, int], after: dict[str, int]) -> None:
    """The caller got through: of everything that is counted there is more than before.

    With few examples chance decides how far they get: then it is enough that nothing went missing.
    """
    least = 1 if EFFORT >= MANY else 0
    assert [table for table in before if after[table] < before[table] + least] == []


def run_fuzzer(folder: Path, notes: Path, document: str) -> subprocess.CompletedProcess[str]:
    """All phases of the fuzzer, with good and bad data, on the operations that are the caller's."""
    return subprocess.run(
        [
            *(str(Path(sys.executable).with_name("schemathesis")), "run", document, "--wait-for-schema", "30"),
            *("--include-by", f"/{MINE} == true", "--max-examples", str(EFFORT), "--mode", "all"),
            *("--generation-deterministic", "--continue-on-failure", "--no-color"),
        ],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(HOME), "SCHEMATHESIS_HOOKS": "tests.service.callers", VARIABLE: str(notes)},
        capture_output=True,
        text=True,
        check=False,
    )


async def test_fuzz_what_is_open_to_all(landscape: Landscape, tmp_path: Path) -> None:
    """Nobody in particular breaks nothing and gets no answer that is not in the document."""
    await fuzz(landscape, tmp_path, Caller(None, landscape.ids))


async def test_fuzz_what_voters_may(landscape: Landscape, tmp_path: Path) -> None:
    """Amina, with a pass for each place, breaks nothing; and without her pass nothing of it is done."""
    before = await landscape.rows("box.ballot", "box.ballot where withdrawn", "civic.proposal")
    caller = Caller("pass", landscape.ids, passes=landscape.passes, seal=landscape.seal, ballots=landscape.ballots)
    await fuzz(landscape, tmp_path, caller)
    assert_more(before, await landscape.rows(*before))


async def test_fuzz_what_officers_may(landscape: Landscape, tmp_path: Path) -> None:
    """Dagny, with a session, breaks nothing; and without it nothing of it is done."""
    town = landscape.town
    tokens = [town.officer_token, await town.sign_in()]
    before = await landscape.rows("box.round", "box.close", "box.publication")
    await fuzz(landscape, tmp_path, Caller("officer", landscape.ids, tokens))
    assert_more(before, await landscape.rows(*before))
