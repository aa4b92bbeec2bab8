"""What becomes of funded projects: told by officers after publication, kept, and read by everybody."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest
from httpx import Response

from schema.database import connect
from schema.outcome import FundedInPart
from tests.builders import voting
from tests.pages.outcomes import snapshot
from tests.pages.test_results import publish
from tests.town import Ground, Town

TOLD: dict[str, Any] = {"state": "under-way", "says": "Grunden är grävd.", "spent": 12_000, "expected_on": "2027-05-01"}
FUNDED, UNFUNDED = 0, 3
"""Places of projects: the pot pays for three of four."""


async def published(town: Town, **changes: Any) -> Ground:
    """A round whose outcome funds three projects of four; Amina and Björn chose those."""
    ground = await town.open_round(**changes)
    for who in ("AMINA-1", "BJORN-2"):
        await (await ground.voter(who)).cast(1, 2, 3)
    await ground.outcome()
    return ground


async def projects(ground: Ground) -> list[str]:
    """The ids of a round's projects by number."""
    return [each["id"] for each in (await ground.officer("GET", "draft"))["projects"]]


async def tell(ground: Ground, place: int = FUNDED, token: str | None = None, **changes: Any) -> Response:
    """Tell of a project."""
    path = f"/api/projects/{(await projects(ground))[place]}/deliveries"
    return await ground.town.client.post(path, json=TOLD | changes, headers=ground.town.badge(token))


async def read(ground: Ground) -> Response:
    """What everybody reads."""
    return await ground.town.client.get(f"/api/rounds/{ground.id}/deliveries")


async def test_every_funded_project_is_followed_and_no_other(town: Town) -> None:
    """In the order of the ballot, with what each got, before anything is told."""
    ground = await published(town)
    (pot,) = (await read(ground)).json()["pots"]
    assert [(each["number"], each["got"], each["deliveries"]) for each in pot["projects"]] == [
        (number, 30_000, []) for number in (1, 2, 3)
    ]


async def test_what_is_told_is_read_by_everybody(town: Town) -> None:
    """With who told it."""
    ground = await published(town)
    assert (await tell(ground)).status_code == 201
    (told,) = (await read(ground)).json()["pots"][0]["projects"][0]["deliveries"]
    assert {name: told[name] for name in TOLD} == TOLD
    assert told["told_by"] == "Dagny"


async def test_the_newest_comes_first_and_the_older_stays(town: Town) -> None:
    """Nothing that was told is changed by what is told later."""
    ground = await published(town)
    await tell(ground)
    await tell(ground, state="done", says="Klart.")
    told = (await read(ground)).json()["pots"][0]["projects"][0]["deliveries"]
    assert [each["says"] for each in told] == ["Klart.", TOLD["says"]]


async def test_of_a_project_without_money_nothing_is_told(town: Town) -> None:
    """The outcome gives it nothing."""
    ground = await published(town)
    refused = await tell(ground, UNFUNDED)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/not-funded")


async def test_before_publication_nothing_is_told(town: Town) -> None:
    """P8: a counted outcome that is not published says nothing of what is funded."""
    ground = await town.open_round()
    await (await ground.voter("AMINA-1")).cast(1)
    await ground.count()
    assert [(await tell(ground, place)).json()["type"] for place in (0, 1)] == ["/problems/not-funded"] * 2
    assert (await read(ground)).json()["type"] == "/problems/not-counted"


async def test_only_the_own_municipality_tells(town: Town) -> None:
    """An officer of another one may not."""
    ground = await published(town)
    stranger = await town.hire("Sixten", "Granby")
    assert (await tell(ground, token=stranger)).json()["type"] == "/problems/not-allowed"


@pytest.mark.parametrize(
    "change",
    [{"state": "lost"}, {"says": ""}, {"says": "x" * 2001}, {"spent": -1}, {"spent": 10**16}, {"expected_on": "May"}],
    ids=str,
)
async def test_what_cannot_be_is_malformed(town: Town, change: dict[str, Any]) -> None:
    """Each field has its limits."""
    ground = await town.open_round()
    assert (await tell(ground, **change)).status_code == 400


async def test_an_act_of_telling_is_in_the_audit_log(town: Town) -> None:
    """Who told what of which round."""
    ground = await published(town)
    await tell(ground)
    log = await town.act("GET", "/api/audit", params={"round_id": ground.id})
    entry = log["items"][0]
    assert (entry["subject"], entry["officer"], entry["action"]) == ("delivery", "Dagny", "tell_delivery")


async def insert(db: asyncpg.Connection, round_id: UUID, number: int, state: str = "planned") -> None:
    """Write a delivery without asking the service."""
    await db.execute(
        "insert into box.delivery (round_id, project_id, state, says, told_by)"
        " select round_id, id, $3, 'Så är det.', 'Dagny' from box.project where round_id = $1 and number = $2",
        round_id,
        number,
        state,
    )


async def test_the_database_knows_what_is_funded(db: asyncpg.Connection, database_url: str) -> None:
    """Wholly or in part, by the outcome that is published: nothing else gets a row, whoever writes."""
    house = await voting(db)
    in_part = FundedInPart(project="2", votes=1, score=1, cost=300_00, left=100_00)
    box = await connect(database_url, "byalag_box")
    with pytest.raises(asyncpg.PostgresError) as early:
        await insert(box, house.round_id, 1)
    outcome = snapshot(
        (in_part,), round_id=house.round_id, pot_id=house.pot_id, funded=("1",), spent=500_00, partly="2"
    )
    await publish(db, house, outcome)
    await insert(box, house.round_id, 1)
    await insert(box, house.round_id, 2)
    with pytest.raises(asyncpg.PostgresError) as unfunded:
        await insert(box, house.round_id, 3)
    assert (early.value.sqlstate, unfunded.value.sqlstate) == ("BYFUN", "BYFUN")
    await box.close()


async def test_what_was_told_stays(town: Town, db: asyncpg.Connection) -> None:
    """Not even the database's owner changes or removes a row."""
    ground = await published(town)
    await tell(ground)
    for change in ("update box.delivery set says = 'Nej.'", "delete from box.delivery"):
        with pytest.raises(asyncpg.PostgresError) as refused:
            await db.execute(change)
        assert refused.value.sqlstate == "BYAPP"
