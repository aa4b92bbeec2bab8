"""A small town for tests: the service in this process, real servers behind it, and people who use it over HTTP.

Amina votes, Björn votes twice, Carim may not, Dagny is an admin and officer, Elin a reviewer. Fatima is a second
officer, Gunnar and Hanna are clerks.
"""

import time
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from httpx import Response
from litestar import Litestar
from litestar.testing import AsyncTestClient

from schema.database import connect
from schema.events import LANES, Lane
from schema.keys import Keys
from schema.passes import open_pass
from schema.settings import Settings
from service.app import make_app
from service.floorplan import Part
from service.house import House
from service.rights import OfficerRole
from service.ring import Ring
from service.store import roll
from service.verbs.sign_in import hash_password
from workers.claim import drain
from workers.door import act
from workers.lanes import ROLES

PASSWORD = "correct horse battery staple"

HIRED: dict[str, tuple[OfficerRole, ...]] = {
    "Elin": ("reviewer",),
    "Fatima": ("officer",),
    "Gunnar": ("clerk",),
    "Hanna": ("clerk",),
}
"""What people are hired as; everybody else is an admin and officer, as Dagny is."""
_HASH = hash_password(PASSWORD)

REGISTER = "identity,area,birth_year,birth_month\nAMINA-1,North,1985,3\nBJORN-2,North,1990,7\nCARIM-3,South,2020,1\n"
NOW = timedelta()


def crowd(size: int) -> str:
    """A register of grown-ups V0, V1, …"""
    return "identity,area,birth_year,birth_month\n" + "".join(f"V{number},North,1980,1\n" for number in range(size))


def moment(after: timedelta = NOW) -> str:
    """A time from now, as JSON has it."""
    return (datetime.now(UTC) + after).isoformat()


def pot(name: str = "The big pot", **changes: Any) -> dict[str, Any]:
    """A pot of 1,000.00 by approval, counted by votes, for everybody from 12."""
    drawn: dict[str, Any] = {
        "name": name,
        "money": 100_000,
        "style": {"style": "approval", "max_choices": 3},
        "rule": {"rule": "greedy_by_votes"},
        "min_age": 12,
    }
    return drawn | changes


def draft(**changes: Any) -> dict[str, Any]:
    """A round with one pot whose voting is open as soon as it is scheduled."""
    drawn: dict[str, Any] = {
        "name": "Our street 2026",
        "currency": "SEK",
        "areas": ["North", "South"],
        "pots": [pot()],
        "voting_at": moment(timedelta(minutes=-1)),
        "closes_at": moment(timedelta(days=7)),
        "lot_seed": "a seed for tests",
        "ballots_floor": 0,
    }
    return drawn | changes


class Town:
    """The people and what they can do."""

    def __init__(self, client: AsyncTestClient[Litestar], settings: Settings) -> None:
        self.client = client
        self.settings = settings
        self.keys = Keys(settings.master_key)
        self.officer_token = ""
        self.second_token = ""
        self.codes: dict[str, str] = {}

    @property
    def ring(self) -> Ring:
        """The keys that the service has opened."""
        house: House = self.client.app.state.house
        return house.ring

    async def hire(self, name: str = "Dagny", municipality: str = "Hagaby", roles: Collection[OfficerRole] = ()) -> str:
        """An officer with a session; answers the token. Without ``roles`` with those for which people are known."""
        roles = roles or HIRED.get(name, ("admin", "officer"))
        db = await asyncpg.connect(self.settings.database_url)
        try:
            await roll.insert_officer(db, await roll.municipality(db, municipality), name, _HASH, roles)
        finally:
            await db.close()
        token = await self.sign_in(name)
        self.officer_token = self.officer_token or token
        return token

    async def second(self) -> str:
        """The token of Fatima, the other officer, who is hired when she is first needed."""
        self.second_token = self.second_token or await self.hire("Fatima")
        return self.second_token

    async def confirm(self, act_id: str) -> Response:
        """Fatima confirms an act."""
        badge = self.badge(await self.second())
        return await self.client.post(f"/api/acts/{act_id}/confirmation", headers=badge)

    async def sign_in(self, name: str = "Dagny") -> str:
        """A new session of an officer; answers the token."""
        sent = await self.client.post("/api/officer/sessions", json={"name": name, "password": PASSWORD})
        token: str = sent.json()["token"]
        return token

    def badge(self, token: str | None = None) -> dict[str, str]:
        """An officer's headers."""
        return {"Authorization": f"Bearer {token or self.officer_token}"}

    async def work(self, *lanes: Lane) -> None:
        """Let the workers do what waits, here and now."""
        for lane in lanes or LANES:
            db = await connect(self.settings.database_url, ROLES[lane])
            try:
                await drain(db, lane, partial(_act, self), 30.0)
            finally:
                await db.close()

    async def act(self, verb: str, path: str, **more: Any) -> Any:
        """What an officer does; answers the JSON, and fails the test when it was refused."""
        answer = await self.client.request(verb, path, headers=self.badge(), **more)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def draw_round(self, projects: int = 4, register: str | None = REGISTER, **changes: Any) -> "Ground":
        """A drafted round with projects 1..n at 300.00 each in every pot, a register, a roll, and codes for all.

        Without a register, the people of the last one take part.
        """
        if not self.officer_token:
            await self.hire()
        view = await self.act("POST", "/api/rounds", json=draft(**changes))
        round_id = view["round"]["id"]
        pots = [row["id"] for row in view["pots"]]
        for pot_id in pots:
            for number in range(1, projects + 1):
                project = {"pot_id": pot_id, "title": f"Project {number}", "cost": 30_000}
                await self.act("POST", f"/api/rounds/{round_id}/projects", json=project)
        if register:
            await self.import_register(register)
        await self.work("roll")
        await self.issue_codes(round_id, register or "\n".join(["identity", *self.codes]))
        return Ground(self, round_id, pots)

    async def import_register(self, text: str) -> Response:
        """Replace the register; answers the application, or the refusal of the file."""
        headers = self.badge() | {"Content-Type": "text/csv"}
        staged = await self.client.post("/api/register/imports", content=text.encode(), headers=headers)
        if not staged.is_success:
            return staged
        address = f"/api/register/imports/{staged.json()['id']}/application"
        return await self.client.post(address, headers=self.badge())

    async def issue_codes(self, round_id: str, text: str) -> None:
        """Fresh letters; the codes are remembered by identity."""
        headers = self.badge() | {"Content-Type": "text/csv"}
        letters = await self.client.post(f"/api/rounds/{round_id}/codes", content=text.encode(), headers=headers)
        assert letters.status_code == 201, letters.text
        self.codes |= dict(line.split(",") for line in letters.text.splitlines()[1:])

    async def open_round(self, projects: int = 4, register: str | None = REGISTER, **changes: Any) -> "Ground":
        """A round in which voting is open."""
        ground = await self.draw_round(projects, register, **changes)
        await ground.officer("POST", "schedule")
        return ground


_IDLE: dict[Part, list[Litestar]] = {"roll": [], "box": [], "both": []}
"""Applications that no test uses now: making one takes longer than most tests."""


@asynccontextmanager
async def open_town(settings: Settings, part: Part = "both") -> AsyncIterator[Town]:
    """The service in this process with these settings, or one room of it, and a client of it."""
    app = _IDLE[part].pop() if _IDLE[part] else make_app(settings, part)
    routes = len(app.routes)
    app.state.settings = settings
    async with AsyncTestClient(app) as client:
        yield Town(client, settings)
    if len(app.routes) == routes:  # nobody gave it another
        _IDLE[part].append(app)


async def _act(town: Town, db: Any, batch: Any) -> None:
    await act(db, town.keys, town.settings.box_url, batch, town.settings.heads)


class Ground:
    """One round and its pots."""

    def __init__(self, town: Town, round_id: str, pots: list[str]) -> None:
        self.town = town
        self.id = round_id
        self.pots = pots
        self._closing = ""

    @property
    def pot(self) -> str:
        """The first pot."""
        return self.pots[0]

    async def officer(self, verb: str, what: str) -> Any:
        """An officer's act on the round."""
        return await self.town.act(verb, f"/api/rounds/{self.id}/{what}")

    async def sign_in(self, who: str) -> dict[str, Any]:
        """The passes of a person."""
        answer = await self.town.client.post(f"/api/rounds/{self.id}/sign-in", json={"code": self.town.codes[who]})
        assert answer.status_code == 200, answer.text
        passes: dict[str, Any] = answer.json()
        return passes

    async def voter(self, who: str, pot: int = 0) -> "Voter":
        """A person with a pass for a pot."""
        passes = await self.sign_in(who)
        return Voter(self, self.pots[pot], passes["pots"][pot]["token"], passes["civic"])

    async def ask(self, kind: str, **details: Any) -> Any:
        """Dagny asks for an act of two officers; answers it."""
        sent = {"act": {"kind": kind, **details}, "reason": "The board decided so, KS 2026/17."}
        return await self.town.act("POST", f"/api/rounds/{self.id}/acts", json=sent)

    async def decide(self, kind: str, **details: Any) -> Any:
        """Dagny asks for an act and Fatima confirms it; answers what became of it."""
        asked = await self.ask(kind, **details)
        answer = await self.town.confirm(asked["id"])
        assert answer.is_success, answer.text
        return answer.json()

    async def close(self) -> Any:
        """Two officers end voting; again, they confirm what they decided."""
        self._closing = self._closing or (await self.ask("close-early"))["id"]
        answer = await self.town.confirm(self._closing)
        assert answer.is_success, answer.text
        return answer.json()

    async def publish(self) -> Any:
        """Two officers publish the outcome."""
        return await self.decide("publish")

    async def phase(self) -> str:
        """The round's phase now."""
        view = await self.town.act("GET", f"/api/rounds/{self.id}/draft")
        phase: str = view["round"]["phase"]
        return phase

    async def count(self) -> None:
        """Close, judge and count."""
        await self.close()
        await self.town.work("judge", "sequence", "count")

    async def outcome(self) -> Any:
        """The published outcome of the first pot."""
        await self.count()
        await self.publish()
        answer = await self.town.client.get(f"/api/pots/{self.pot}/snapshot")
        assert answer.status_code == 200, answer.text
        return answer.json()


class Voter:
    """Somebody with a pass."""

    def __init__(self, ground: Ground, pot_id: str, token: str, civic: str) -> None:
        self.ground = ground
        self.client = ground.town.client
        self.path = f"/api/pots/{pot_id}/ballots"
        self.withdrawals = f"/api/pots/{pot_id}/withdrawals"
        self.pot_id = UUID(pot_id)
        self.token = token
        self.civic = {"Authorization": f"Bearer {civic}"}

    async def cast(
        self, *choices: int, base: int = 0, key: str | None = None, points: Sequence[int] | None = None
    ) -> Response:
        """Cast a ballot on the revision that was seen."""
        body = {"choices": choices, "base_revision": base} | ({} if points is None else {"points": points})
        return await self.client.post(self.path, json=body, headers=self._headers(key))

    async def withdraw(self, base: int, key: str | None = None) -> Response:
        """Take the ballot back that was seen."""
        return await self.client.post(self.withdrawals, json={"base_revision": base}, headers=self._headers(key))

    def _headers(self, key: str | None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key or uuid4().hex}

    @property
    def tag(self) -> bytes:
        """The pseudonym that the pass names."""
        return open_pass(self.token, self.ground.town.ring.issuer, "box", time.time()).tag_bytes

    async def ballot(self) -> Response:
        """One's own ballot."""
        path = f"/api/pots/{self.pot_id}/ballot"
        return await self.client.get(path, headers={"Authorization": f"Bearer {self.token}"})
