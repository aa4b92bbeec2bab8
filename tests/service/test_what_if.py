"""What other rules would have made of it: shown as kept, and not before the outcome is."""

from typing import Any

import msgspec
import pytest
from httpx import Response

from schema.comparison import WhatIf
from tests.town import Ground, Town


@pytest.fixture
async def counted(town: Town) -> Ground:
    """A round in which Amina and Björn voted, closed and counted."""
    made = await town.open_round()
    await (await made.voter("AMINA-1")).cast(1, 2)
    await (await made.voter("BJORN-2")).cast(2)
    await made.count()
    return made


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
