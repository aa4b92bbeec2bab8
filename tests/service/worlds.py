"""Two houses that were one until the last ballots: in one of them nobody chooses the canary, in the other everybody.

They are copies of one database, so all ids, keys, people and first ballots are the same. Then the same voters change
their ballots, once each: turnout, revisions and the size of the ledger stay alike, and only choices and points differ.
"""

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, redirect_stderr
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import pyrage
import pytest
from httpx import Response

from schema.database import connect
from schema.doorbell import connect_redis
from schema.events import BallotsCast, Lane, encode_event
from schema.local.servers import Servers
from schema.logs import configure_logs
from schema.settings import Settings
from service.access_log import PAUSE
from service.rights import RIGHTS
from tests.builders import ADDRESS, MASTER_KEY
from tests.conftest import TEMPLATE, new_database
from tests.service.addresses import CANARY, Scene
from tests.service.booths import open_booth
from tests.service.channels import (
    Answer,
    Sight,
    known_names,
    seen_in_log,
    seen_in_redis,
    seen_in_tables,
    seen_over_http,
    told,
)
from tests.town import Ground, Town, Voter, crowd, open_town, pot
from workers.clock import Clock
from workers.lanes import HANDS, answer
from workers.turnout import add_up_turnout

PHASES = ("before", "changed", "closed", "judged", "counted", "published")
"""Before the houses part; after the ballots were changed; closed; every ballot judged; counted; published."""
EMBARGOED = PHASES[:-1]

VOTERS = [f"V{number}" for number in range(7)]
OBSERVER = "V7"
ON_PAPER = "V8"

STYLES = {
    "By approval": ({"style": "approval", "max_choices": 3}, {"rule": "greedy_by_votes"}),
    "By spending": ({"style": "knapsack", "max_cost": 90_000}, {"rule": "equal_shares", "step": 100}),
    "By points": (
        {"style": "cumulative", "max_points": 10, "max_points_per_project": 9},
        {"rule": "equal_shares", "utility": "additive"},
    ),
    "By order": ({"style": "ranked", "max_choices": 3}, {"rule": "sequential_phragmen"}),
    "By score": ({"style": "scored", "max_score": 9}, {"rule": "maximin_support"}),
}

Plan = Callable[[int], tuple[int, int]]
"""What the voter of a number chooses."""

PLANS: dict[str, Plan] = {
    "nobody": lambda voter: ((voter + 2) % 6 + 1, (voter + 3) % 6 + 1),
    "everybody": lambda voter: (CANARY, voter % 6 + 1),
}
"""Who chooses the canary, by the house."""

Record = dict[str, Sight]
"""What was seen of a house, by phase."""


def settings_of(ground: Servers, database_url: str) -> Settings:
    """Limits are on, as in production."""
    return Settings(database_url, ground.redis_url, MASTER_KEY, ADDRESS)


async def two_worlds(ground: Servers, leaks: Sequence[Any]) -> dict[str, Record]:
    """Live through both houses; ``leaks`` are handlers that show what they must not, so that it is seen to be found."""
    records = {}
    async with new_database(ground, TEMPLATE) as source:
        _forget(ground)
        scene = await arrange(settings_of(ground, source))
        for name, plan in PLANS.items():
            async with new_database(ground, urlsplit(source).path[1:]) as url:
                _forget(ground)
                records[name] = await World(settings_of(ground, url), scene).live(plan, leaks)
    return records


def _forget(ground: Servers) -> None:
    with connect_redis(ground.redis_url) as redis:
        redis.flushdb()


@asynccontextmanager
async def owner(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the database's owner."""
    db = await asyncpg.connect(settings.database_url)
    try:
        yield db
    finally:
        await db.close()


async def arrange(settings: Settings) -> Scene:
    """A round of five pots with seven projects each, in which everybody has voted, and nobody for the canary."""
    async with open_town(settings) as town:
        pots = [pot(name, style=style, rule=rule) for name, (style, rule) in STYLES.items()]
        more = {"pots": pots, "shows_what_if": True}
        drawn = await town.draw_round(projects=CANARY - 1, register=crowd(len(VOTERS) + 2), **more)
        proposals = await _propose(town, drawn)
        await drawn.officer("POST", "schedule")
        passes = {name: await drawn.sign_in(name) for name in (*VOTERS, OBSERVER)}
        tokens = {name: {each["pot_id"]: each["token"] for each in held["pots"]} for name, held in passes.items()}
        for at, name in enumerate(VOTERS):
            await _vote(drawn, tokens[name], (at % 6 + 1, (at + 1) % 6 + 1), 0, f"first-{name}")
        receipts = await _vote(drawn, tokens[OBSERVER], (1, 2), 0, f"first-{OBSERVER}")
        await _set_aside(town, drawn, [tokens[name] for name in VOTERS[2:]])
        elin = {"name": "Elin", "recipient": str(pyrage.x25519.Identity.generate().to_public())}
        auditors = await town.act("POST", f"/api/rounds/{drawn.id}/auditors", json=elin)
        batch = await _vote_on_paper(town, drawn)
        await town.work()
        view = await town.act("GET", f"/api/rounds/{drawn.id}/draft")
        return Scene(
            round_id=drawn.id,
            municipality=view["round"]["municipality_id"],
            pots=drawn.pots,
            projects=[row["id"] for row in view["projects"]],
            proposals=proposals,
            officer=town.officer_token,
            second=await town.second(),
            code=town.codes[OBSERVER],
            passes=tokens[OBSERVER],
            civic=passes[OBSERVER]["civic"],
            key=f"first-{OBSERVER}",
            receipt=receipts[0].json()["receipt"]["commitment"],
            auditor=auditors[0]["id"],
            batch=batch,
            imported=(await town.act("GET", "/api/register/imports"))["imports"][0]["id"],
            leaves=len(drawn.pots) * (len(VOTERS) + 1) + 1,
            crowd={name: tokens[name] for name in VOTERS},
        )


async def _vote_on_paper(town: Town, drawn: Ground) -> str:
    """One more person votes on paper in the first pot, alike in both houses; the id of the batch, which is closed."""
    booth = await open_booth(drawn)
    assert (await booth.mark(ON_PAPER, drawn.pots[:1])).status_code == 201
    await booth.key_twice(1, 1, 2)
    await booth.declare(1)
    assert (await booth.close()).status_code == 200
    return booth.id


async def _set_aside(town: Town, drawn: Ground, held: Sequence[dict[str, str]]) -> None:
    """Put the ballots of these into quarantine, by their passes."""
    tags = [Voter(drawn, drawn.pot, passes[drawn.pot], "").tag for passes in held]
    async with owner(town.settings) as db:
        made = await db.fetchval(
            "insert into box.quarantine (round_id, sign, voters, reason, made_by)"
            " values ($1, 'network', $2, 'One network.', 'Dagny') returning id",
            UUID(drawn.id),
            len(tags),
        )
        await db.executemany("insert into box.quarantined values ($1, $2)", [(made, tag) for tag in sorted(tags)])


async def _propose(town: Town, drawn: Ground) -> list[str]:
    """A proposal with supports for each pot, put on its ballot as the canary, and one that stays a proposal."""
    made: list[str] = []
    async with owner(town.settings) as db:
        for number in range(len(drawn.pots) + 1):
            proposal = await db.fetchval(
                "insert into civic.proposal (round_id, author, author_name, title, about, language)"
                " values ($1, decode(repeat('ab', 32), 'hex'), 'Amina', $2, 'Vid ån.', 'sv') returning id",
                drawn.id,
                f"Canary {number}",
            )
            await db.execute("insert into civic.standing values ($1, $2)", proposal, number)
            made.append(str(proposal))
    for pot_id, proposal in zip(drawn.pots, made, strict=False):
        await town.act("POST", f"/api/proposals/{proposal}/shortlisting", json={"pot_id": pot_id, "cost": 30_000})
    return made


async def _vote(drawn: Ground, tokens: dict[str, str], choices: tuple[int, int], base: int, key: str) -> list[Response]:
    """One person's ballots in all pots; where a style has points, most of them are for the first of two choices."""
    answers = []
    for (style, _), (pot_id, token) in zip(STYLES.values(), tokens.items(), strict=True):
        points = (8, 1) if style["style"] in {"cumulative", "scored"} else ()
        answer = await Voter(drawn, pot_id, token, "").cast(*choices, base=base, key=f"{key}-{pot_id}", points=points)
        assert answer.status_code == 201, answer.text
        answers.append(answer)
    return answers


def _plain(answer: Response) -> Answer:
    return Answer(answer.status_code, dict(answer.headers), answer.content)


class World:
    """One of the two houses, and what was seen of it."""

    def __init__(self, settings: Settings, scene: Scene) -> None:
        self.settings = settings
        self.scene = scene
        self.record: Record = {}
        self._log = io.StringIO()
        self._answers: Sight = {}

    async def live(self, plan: Plan, leaks: Sequence[Any]) -> Record:
        """From the last ballots to publication, looking at everything at each step."""
        async with AsyncExitStack() as stack:
            environment = stack.enter_context(pytest.MonkeyPatch.context())
            for name, value in {
                "DATABASE_URL": self.settings.database_url,
                "REDIS_URL": self.settings.redis_url,
                "BYALAG_MASTER_KEY": self.settings.master_key.hex(),
                "BYALAG_PUBLIC_URL": self.settings.public_url,
                "BYALAG_LOG": "json",
            }.items():
                environment.setenv(name, value)
            # With one hand a lane does the same in both houses; of two, chance says which meets the event that fails.
            environment.setitem(HANDS, "judge", 1)
            for leak in leaks:
                environment.setitem(RIGHTS, f"GET {min(leak.paths).replace(':uuid', '')}", "anyone")
            stack.callback(configure_logs)
            stack.enter_context(redirect_stderr(self._log))
            configure_logs()
            town = await stack.enter_async_context(open_town(self.settings))
            for leak in leaks:
                town.client.app.register(leak)
            await self._run(town, plan)
        return self.record

    async def _run(self, town: Town, plan: Plan) -> None:
        await self._look(town, "before")
        for at, tokens in enumerate(self.scene.crowd.values()):
            await self._change(town, tokens, plan(at), f"second-{at}")
        await self._look(town, "changed")
        await self._move(town, "close-early")
        await self._look(town, "closed")
        await self._spoil()
        await self._work("judge", "sequence")
        await self._look(town, "judged")
        await self._work("count", "compare")
        await self._add_up()
        await self._look(town, "counted")
        await self._move(town, "publish")
        await self._work("count")
        await self._look(town, "published")

    async def _change(self, town: Town, tokens: dict[str, str], choices: tuple[int, int], key: str) -> None:
        """A voter changes her ballots. What she is answered is looked at as if it were about the ledger."""
        answers = await _vote(Ground(town, self.scene.round_id, self.scene.pots), tokens, choices, 1, key)
        for answered in answers:
            self._answer("the answer to a ballot", "voter", told("/receipts", _plain(answered)))

    async def _move(self, town: Town, what: str) -> None:
        """Two officers close or publish the round."""
        town.officer_token, town.second_token = self.scene.officer, self.scene.second
        act = await Ground(town, self.scene.round_id, self.scene.pots).ask(what)
        answered = await town.confirm(act["id"])
        assert answered.status_code == 200, answered.text
        text = told("/api/acts", _plain(answered), frozenset([act["id"]]))
        self._answer("POST /api/acts/{act_id}/confirmation", "officer", text)

    def _answer(self, channel: str, whom: str, text: str) -> None:
        self._answers[channel, whom] = self._answers.get((channel, whom), "") + text

    async def _spoil(self) -> None:
        """Leave an event of a ballot that is not there among the others, so that workers and clock have to speak."""
        async with owner(self.settings) as db:
            event = encode_event(BallotsCast(UUID(int=0), (UUID(int=0),)))
            await db.execute("insert into post.outbox (lane, event, attempts) values ('judge', $1, 4)", event)

    async def _work(self, *lanes: Lane) -> None:
        """Answer the bells of these lanes as a worker does, and let a clock tick once."""
        for lane in lanes:
            await asyncio.to_thread(answer, lane)
        db = await connect(self.settings.database_url, "byalag_worker")
        try:
            await Clock(self.settings).tick(db)
        finally:
            await db.close()

    async def _add_up(self) -> None:
        """Add up who took part, and no more: the roll's worker would sign the log of changes too, with random salts."""
        db = await connect(self.settings.database_url, "byalag_registrar")
        try:
            await add_up_turnout(db, [UUID(self.scene.round_id)])
        finally:
            await db.close()

    async def _look(self, town: Town, phase: str) -> None:
        """Look at everything there is, once the service has told Redis and the log what it had to tell."""
        async with owner(self.settings) as db:
            known = await known_names(db)
            with town.client.portal() as portal:  # the application lives in a thread of its own
                sight = portal.call(seen_over_http, town.client.app, self.scene, known)
            sight |= await seen_in_tables(db, known)
        await self._all_is_said()
        with connect_redis(self.settings.redis_url) as redis:
            sight |= seen_in_redis(redis, known)
        sight |= seen_in_log(self._log.getvalue(), known)
        self._log.seek(0)
        self._log.truncate()
        self.record[phase] = sight | self._answers
        self._answers = {}

    async def _all_is_said(self) -> None:
        """Wait until nothing more comes into the log: on a busy machine its lines take their time."""
        quiet, length = 0, -1
        while quiet < 3:
            await asyncio.sleep(PAUSE + 0.05)
            quiet, length = (quiet + 1 if self._log.tell() == length else 0), self._log.tell()
