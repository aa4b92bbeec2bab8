"""Who may use which route: the whole matrix, asked of a running house, against the one declared table."""

import asyncio
import re
import secrets
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import httpx
import pytest

from schema.keys import Signer
from schema.local.servers import Servers
from schema.local.up import free_port
from schema.passes import ALGORITHM, Pass, seal_pass
from schema.settings import Settings
from service.app import make_app
from service.people import token_hash
from service.rights import RIGHTS, STAFF, OfficerRole, who_may
from tests.builders import ADDRESS, MASTER_KEY, published, secret
from tests.conftest import TEMPLATE, new_database
from tests.service.test_rooms import routes
from tests.town import Town
from tests.workers.processes import command

ROLES = sorted(STAFF)
CALLERS = ["nobody", "resident", *ROLES]
NIL = str(UUID(int=0))

Matrix = dict[str, dict[str, tuple[int, str]]]
"""Status and kind of problem, by route and caller."""


class Callers:
    """One officer for each role alone, and a resident with a pass."""

    def __init__(self, db: asyncpg.Connection, resident: str) -> None:
        self._db = db
        self._resident = resident
        self._officers: dict[str, UUID] = {}

    async def hire(self) -> None:
        """Make the officers."""
        place = await self._db.fetchval("insert into roll.municipality (name) values ('Hagaby') returning id")
        for role in ROLES:
            self._officers[role] = await self._db.fetchval(
                "insert into roll.officer (municipality_id, name, password_hash, roles) values ($1, $2, '', array[$2])"
                " returning id",
                place,
                role,
            )

    async def shows(self, caller: str) -> dict[str, str]:
        """What a caller shows; each time a session of its own, because some routes end it."""
        if caller == "nobody":
            return {}
        if caller == "resident":
            return {"Authorization": f"Bearer {self._resident}"}
        token = secrets.token_urlsafe(32)
        await self._db.execute(
            "insert into roll.officer_session (token_hash, officer_id, expires_at) values ($1, $2, 'infinity')",
            token_hash(token),
            self._officers[caller],
        )
        return {"Authorization": f"Bearer {token}"}


async def a_pass(db: asyncpg.Connection) -> str:
    """A good pass for casting, of this house."""
    signer = Signer(await secret(db, "passes"))
    assert [key.key_id for key in await published(db, "passes")] == [signer.key_id]
    round_id, tag = UUID(int=1), bytes(32).hex()
    return seal_pass(
        Pass(ADDRESS, "box", round_id, UUID(int=2), "approval", tag, ALGORITHM, signer.key_id, int(time.time()) + 900),
        signer,
    )


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The service in a process of its own, and a client of it."""
    port = free_port()
    with command(settings, "service", "--port", str(port)):
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            while True:
                try:
                    await client.get("/health/ready")
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
            yield client


async def ask_all(ground: Servers) -> Matrix:
    """Every route, asked by everybody with ids that lead nowhere, no query, and a body that nobody could read."""
    matrix: Matrix = {}
    async with new_database(ground, TEMPLATE) as url:
        settings = Settings(url, ground.redis_url, MASTER_KEY, ADDRESS, limits=False)
        db = await asyncpg.connect(url)
        callers = Callers(db, await a_pass(db))
        await callers.hire()
        async with running(settings) as client:
            for route in sorted(RIGHTS):
                method, template = route.split()
                path = template.replace("{level}/{place}", "0/000").replace("{place}", "000")
                path = re.sub(r"{\w+_id}", NIL, path).replace("{", "").replace("}", "")
                if RIGHTS[route] == "pass":  # which is looked at after the query
                    path += "?revision=1&alt=A+bench"
                content = None if method == "GET" else b"{"
                for caller in CALLERS:
                    answer = await client.request(method, path, headers=await callers.shows(caller), content=content)
                    kind = answer.headers.get("content-type", "")
                    problem = answer.json()["type"] if kind == "application/problem+json" else kind
                    matrix.setdefault(route, {})[caller] = answer.status_code, problem
        await db.close()
    return matrix


@pytest.fixture(scope="module")
def matrix(ground: Servers) -> Iterator[Matrix]:
    """What everybody got, asked once. ``python3 -m tests -k rights -s`` prints it."""
    found = asyncio.run(ask_all(ground))
    yield found
    sys.stdout.write(f"\n{printed(found)}\n")


def printed(found: Matrix) -> str:
    """The matrix as a table of statuses."""
    lines = ["".ljust(66) + "".join(f"{caller:<11}" for caller in CALLERS)]
    for route, row in found.items():
        lines.append(route.ljust(66) + "".join(f"{row[caller][0]:<11}" for caller in CALLERS))
    return "\n".join(lines)


def test_every_route_has_its_rights() -> None:
    """The table has every route of the service, and none that is not there."""
    assert routes(make_app(Settings("postgresql://nowhere", "redis://nowhere", MASTER_KEY, ADDRESS))) == set(RIGHTS)


def test_a_route_without_rights_is_for_nobody() -> None:
    """Whoever forgets to place a new route does not open it by that."""
    assert who_may("GET", "/new") == frozenset()


@pytest.mark.parametrize("route", sorted(RIGHTS))
def test_a_route_admits_whom_the_table_names(matrix: Matrix, route: str) -> None:
    """Everybody else is refused by the table itself: before the body, the query or the thing itself is looked at."""
    who = RIGHTS[route]
    row = matrix[route]
    unknown, other = (401, "/problems/not-signed-in"), (403, "/problems/role-missing")
    if who == "anyone":
        assert [caller for caller in CALLERS if row[caller][0] in {401, 403}] == []
    elif who == "pass":
        assert {caller: row[caller][0] for caller in CALLERS if caller != "resident"} == dict.fromkeys(
            ["nobody", *ROLES], 401
        )
    elif who == "form":
        assert [caller for caller in CALLERS if row[caller][0] < 400] == []
    else:
        allowed = STAFF if isinstance(who, str) else who
        assert {caller: row[caller] for caller in ("nobody", "resident")} == {"nobody": unknown, "resident": unknown}
        assert {role for role in ROLES if row[role] != other} == allowed
        assert [role for role in allowed if row[role][0] in {401, 403}] == []


async def test_a_route_nobody_placed_is_refused(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """A handler without a line in the table answers 403 to an admin as well."""
    token = await town.hire()
    monkeypatch.delitem(RIGHTS, "GET /officer/rounds")
    answer = await town.client.get("/officer/rounds", headers=town.badge(token))
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/not-allowed")
    monkeypatch.delitem(RIGHTS, "GET /api/rounds")
    assert (await town.client.get("/api/rounds")).status_code == 403


async def test_a_role_is_named_to_whoever_lacks_it(town: Town) -> None:
    """The sentence says who does this, and what one is."""
    elin = await town.hire("Elin")
    answer = await town.client.post("/api/rounds", headers=town.badge(elin), json={})
    assert "This is for officer, and you are reviewer here." in answer.json()["detail"]


async def test_several_roles_add_up(town: Town) -> None:
    """Who is reviewer and clerk may do what either may."""
    roles: tuple[OfficerRole, ...] = ("reviewer", "clerk")
    both = town.badge(await town.hire("Ingrid", roles=roles))
    for path in (f"/api/rounds/{NIL}/codes", f"/api/proposals/{NIL}/shortlisting"):
        assert (await town.client.post(path, headers=both)).status_code not in {401, 403}
    assert (await town.client.post("/api/rounds", headers=both)).status_code == 403
