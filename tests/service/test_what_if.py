"""What other rules would have made of it: shown as kept, and as the round or an officer decided, after the outcome."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest
from httpx import Response

from schema.comparison import WhatIf
from service.rights import OfficerRole
from tests.town import Ground, Town, draft

AUDITOR: tuple[OfficerRole, ...] = ("auditor",)


async def voted(town: Town, **changes: Any) -> Ground:
    """A round in which Amina and Björn voted, closed and counted."""
    made = await town.open_round(**changes)
    await (await made.voter("AMINA-1")).cast(1, 2)
    await (await made.voter("BJORN-2")).cast(2)
    await made.count()
    return made


@pytest.fixture
async def counted(town: Town) -> Ground:
    """A round that said before voting that the comparison comes with the outcome."""
    return await voted(town, shows_what_if=True)


@pytest.fixture
async def silent(town: Town) -> Ground:
    """A published round that said nothing of it; the comparison is made."""
    made = await voted(town)
    await town.work("compare")
    await made.publish()
    return made


async def show(ground: Ground, token: str | None = None) -> Response:
    """An officer shows the comparison."""
    path = f"/api/rounds/{ground.id}/what-if-publication"
    return await ground.town.client.post(path, headers=ground.town.badge(token))


async def what_if(counted: Ground, **headers: str) -> Response:
    """What anyone is shown."""
    return await counted.town.client.get(f"/api/pots/{counted.pot}/what-if", headers=headers)


def refusal(answer: Response) -> tuple[int, Any]:
    """Status and kind of a refusal."""
    return answer.status_code, answer.json()["type"].rpartition("/")[2]


async def test_nothing_is_shown_before_publication(counted: Ground) -> None:
    """P8: neither before the comparison is made nor while it lies there with an outcome that is not published."""
    before = await counted.town.client.get(f"/api/pots/{counted.pot}/snapshot")
    assert refusal(await what_if(counted)) == refusal(before)
    await counted.town.work("compare")
    assert refusal(await what_if(counted)) == refusal(before)


async def test_nothing_is_shown_before_it_is_made(counted: Ground) -> None:
    """The outcome is published without it, and the reader is told to wait."""
    await counted.publish()
    assert (await counted.town.client.get(f"/api/pots/{counted.pot}/snapshot")).status_code == 200
    assert refusal(await what_if(counted)) == (409, "not-counted")


async def test_it_is_shown_as_it_was_kept(counted: Ground) -> None:
    """The pot's own rule first, with the outcome of the snapshot."""
    await counted.town.work("compare")
    await counted.publish()
    answer = await what_if(counted)
    found = msgspec.json.decode(answer.content, type=WhatIf)
    snapshot = (await counted.town.client.get(f"/api/pots/{counted.pot}/snapshot")).json()
    assert answer.headers["content-type"].startswith("application/json")
    assert list(found.alternatives[0].funded) == snapshot["outcome"]["funded"]
    assert found.alternatives[0].represented == 2


async def test_it_is_not_shown_unless_somebody_said_so(silent: Ground) -> None:
    """A round draws no comparison with others by itself, and says who can decide otherwise."""
    assert refusal(await what_if(silent)) == (409, "not-shown")


async def test_an_auditor_waits_with_everybody_else(silent: Ground) -> None:
    """Nobody decides about a comparison that only some have read."""
    token = await silent.town.hire("Ingrid", "Hagaby", AUDITOR)
    assert refusal(await what_if(silent, **silent.town.badge(token))) == (409, "not-shown")


async def test_one_officer_shows_it_for_good(silent: Ground) -> None:
    """The answer says who did, and when; a second officer, or the same once more, finds what stands."""
    first = await show(silent)
    assert (first.status_code, first.json()["published_by"]) == (200, "Dagny")
    again = await show(silent, await silent.town.second())
    assert again.json() == first.json()
    assert (await what_if(silent)).status_code == 200


async def test_two_officers_at_once_show_it_once(silent: Ground, db: asyncpg.Connection) -> None:
    """Both are answered with what stands."""
    second = await silent.town.second()
    answers = await asyncio.gather(show(silent), show(silent, second))
    assert len({answer.text for answer in answers}) == 1
    assert await db.fetchval("select count(*) from box.what_if_publication") == 1


async def test_it_is_shown_after_the_outcome_only(town: Town, db: asyncpg.Connection) -> None:
    """Before that the database itself refuses it, whoever asks."""
    ground = await voted(town)
    answer = await show(ground)
    assert refusal(answer) == (409, "not-published")
    with pytest.raises(asyncpg.PostgresError, match="the outcome is not published"):
        await db.execute("insert into box.what_if_publication values ($1, 'Dagny')", UUID(ground.id))


async def test_nobody_takes_it_back(silent: Ground, db: asyncpg.Connection) -> None:
    """The table is append-only."""
    await show(silent)
    for statement in ("update box.what_if_publication set published_by = ''", "delete from box.what_if_publication"):
        with pytest.raises(asyncpg.PostgresError, match="append-only"):
            await db.execute(statement)


async def test_only_an_officer_of_the_municipality_shows_it(silent: Ground) -> None:
    """Neither an auditor nor somebody of another municipality."""
    auditor = await silent.town.hire("Ingrid", "Hagaby", AUDITOR)
    elsewhere = await silent.town.hire("Fredrik", "Elsewhere")
    assert [(await show(silent, token)).status_code for token in (auditor, elsewhere)] == [403, 403]
    assert refusal(await what_if(silent)) == (409, "not-shown")


async def test_that_it_was_shown_is_noted(silent: Ground) -> None:
    """With the officer and the round."""
    await show(silent)
    items = (await silent.town.act("GET", "/api/audit"))["items"]
    noted = [item for item in items if item["subject"] == "what_if_publication"]
    assert [(item["officer"], item["action"], item["round_id"]) for item in noted] == [
        ("Dagny", "publish_what_if", silent.id)
    ]


async def test_what_a_round_said_is_frozen_with_it(town: Town) -> None:
    """It is said before anybody voted, and everybody reads it."""
    ground = await town.open_round(shows_what_if=True)
    view = (await town.client.get(f"/api/rounds/{ground.id}")).json()
    assert view["round"]["shows_what_if"] is True
    sent = draft(shows_what_if=False)
    path = f"/api/rounds/{ground.id}?revision={view['round']['revision']}"
    answer = await town.client.put(path, json=sent, headers=town.badge())
    assert refusal(answer) == (409, "frozen")


async def test_whoever_has_it_is_not_sent_it_again(counted: Ground) -> None:
    """An ETag, as for the outcome."""
    await counted.town.work("compare")
    await counted.publish()
    tag = (await what_if(counted)).headers["ETag"]
    again = await what_if(counted, **{"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


async def test_the_document_tells_what_it_holds(town: Town) -> None:
    """OpenAPI names the shape, and every refusal with it."""
    document = (await town.client.get("/api/openapi.json")).json()
    operation = document["paths"]["/api/pots/{pot_id}/what-if"]["get"]
    assert operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].endswith("/WhatIf")
    assert set(operation["responses"]) >= {"200", "304", "404", "409", "503"}
