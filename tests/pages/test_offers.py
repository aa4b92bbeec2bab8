"""Officers' pages offer nobody what the table of rights refuses: no button, no link."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest

from service.pages.words import DEBATE_QUEUES, QUEUES
from service.rights import RIGHTS, STAFF, OfficerRole, may
from tests.builders import argument, proposal
from tests.pages.test_house import addresses
from tests.pages.visitor import Visit, Visitor
from tests.service.booths import open_booth
from tests.service.test_auditors import RECIPIENT
from tests.service.test_reviews import HIDE
from tests.town import PASSWORD, Town, draft


def route(method: str, address: str) -> str:
    """The row of the table of rights for an address; the most literal one, as the router takes it."""
    parts = address.partition("?")[0].partition("#")[0].strip("/").split("/")
    fitting = []
    for name in RIGHTS:
        verb, _, template = name.partition(" ")
        pieces = template.strip("/").split("/")
        if verb == method and len(pieces) == len(parts):
            matches = [piece.startswith("{") or piece == part for piece, part in zip(pieces, parts, strict=True)]
            if all(matches):
                fitting.append(([piece.startswith("{") for piece in pieces], name))
    assert fitting, f"{method} {address} is no route"
    return min(fitting)[1]


def offered(seen: Visit) -> list[str]:
    """Every route of officers that a page leads or sends to."""
    links = [route("GET", each["href"]) for each in seen.page.all("a") if each["href"].startswith("/officer")]
    forms = [
        route(form["method"].upper() or "GET", form["action"])
        for form in seen.page.all("form")
        if form["action"].startswith("/officer")
    ]
    return links + forms


async def world(town: Town) -> list[dict[str, Any]]:
    """Rounds in several phases, with what officers' pages are about."""
    await town.hire("Dagny")
    drafted = await town.act("POST", "/api/rounds", json=draft())
    opened = await town.open_round()
    await reviewed(town, drafted["round"]["id"])
    await town.act("POST", "/api/head-webhooks", json={"address": "https://observers.example/heads"})
    auditor = {"name": "Ansgar", "recipient": RECIPIENT}
    await town.act("POST", f"/api/rounds/{drafted['round']['id']}/auditors", json=auditor)
    batch = await open_booth(await town.open_round(register=None))
    imported = (await town.act("GET", "/api/register/imports"))["imports"][0]["id"]
    project = (await town.act("GET", f"/api/rounds/{opened.id}/draft"))["projects"][0]["id"]
    rest = {"batch_id": batch.id, "import_id": imported, "project_id": project, "act": "announce"}
    rest |= {"provider": "hall", "link": "nobodys"}
    return [
        {"round_id": opened.id, "pot_id": opened.pot, **rest},
        {"round_id": drafted["round"]["id"], "pot_id": drafted["pots"][0]["id"], **rest},
    ]


async def reviewed(town: Town, round_id: str) -> None:
    """Proposals that wait, are declined and are hidden, one argument that was reported and one that is hidden."""
    db = await asyncpg.connect(town.settings.database_url)
    made = [await proposal(db, UUID(round_id)) for _ in range(3)]
    said = [await argument(db, made[0], who) for who in ("Amina", "Björn")]
    await db.execute(
        "insert into civic.report (round_id, argument_id, ground) values ($1, $2, 'hate')", round_id, said[0]
    )
    await db.close()
    await town.act("POST", f"/api/arguments/{said[1]}/review", json={"state": "hidden", "ground": "hate"})
    for proposal_id, body in zip(made, ({"state": "declined", "reason": "No."}, HIDE), strict=False):
        await town.act("POST", f"/api/proposals/{proposal_id}/review", json=body)


@pytest.mark.parametrize("role", sorted(STAFF))
async def test_nobody_is_offered_what_is_refused(town: Town, visitor: Visitor, role: OfficerRole) -> None:
    """Every officer's page that this role may open, in every phase at hand."""
    known = await world(town)
    await town.hire("Ingrid", "Hagaby", (role,))
    await visitor.open("/officer")
    await visitor.press("Sign in", name="Ingrid", password=PASSWORD)
    roles: frozenset[OfficerRole] = frozenset({role})
    wrong = {}
    queues = {f"/officer/rounds/{{round_id}}/proposals?queue={state}" for state in QUEUES}
    queues |= {f"/officer/rounds/{{round_id}}/arguments?queue={state}" for state in DEBATE_QUEUES}
    for path in sorted(addresses(town.client.app) | queues):
        template = path.partition("?")[0]
        if not template.startswith("/officer/") or not may(roles, f"GET {template}"):
            continue
        for facts in known:
            seen = await visitor.open(path.format(**facts))
            if refused := [each for each in offered(seen) if not may(roles, each)]:
                wrong[path] = sorted(set(refused))
    assert not wrong, "\n".join(f"{path}: {routes}" for path, routes in wrong.items())
