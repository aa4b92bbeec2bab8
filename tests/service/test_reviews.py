"""Reviews: proposals are declined, hidden and reopened, by whose office it is, with a reason."""

from typing import Any

import asyncpg
import pytest
from httpx import Response

from service.rights import OfficerRole
from tests.service.test_proposals import TEXT, proposing, send, supporting
from tests.town import Ground, Town

WHY = {"state": "declined", "reason": "The bank of the river is not ours."}
HIDE = {"state": "hidden", "ground": "personal-data"}
BACK = {"state": "reopened", "reason": "It can be done after all."}

REVIEWER: tuple[OfficerRole, ...] = ("reviewer",)
MODERATOR: tuple[OfficerRole, ...] = ("moderator",)


async def put_forward(town: Town) -> tuple[Ground, str]:
    """Amina's proposal in a round that takes them, and its address."""
    ground = await proposing(town)
    made = await send(ground, "AMINA-1", "POST", f"/api/rounds/{ground.id}/proposals", TEXT)
    return ground, f"/api/proposals/{made.json()['id']}"


async def review(town: Town, path: str, body: dict[str, Any], token: str | None = None) -> Response:
    """What an officer decides about a proposal."""
    return await town.client.post(f"{path}/review", json=body, headers=town.badge(token))


async def listed(ground: Ground) -> list[dict[str, Any]]:
    """A round's proposals as everybody reads them."""
    items: list[dict[str, Any]] = (await ground.town.client.get(f"/api/rounds/{ground.id}/proposals")).json()["items"]
    return items


async def test_a_declined_proposal_says_why_and_who_decided(town: Town) -> None:
    """Everybody reads it, in the list as well."""
    ground, path = await put_forward(town)
    answer = await review(town, path, WHY)
    assert answer.status_code == 200, answer.text
    (row,) = await listed(ground)
    assert (row["state"], row["reason"], row["reviewed_by"]) == ("declined", WHY["reason"], "Dagny")


async def test_a_hidden_proposal_is_in_no_list(town: Town) -> None:
    """Nor is it found by its address, and the answer has none of its words."""
    ground, path = await put_forward(town)
    assert (await review(town, path, HIDE)).status_code == 200
    assert await listed(ground) == []
    gone = await town.client.get(path)
    assert (gone.status_code, gone.json()["type"]) == (410, "/problems/hidden")
    assert gone.json()["facts"] == {"ground": "personal-data"}
    assert TEXT["title"] not in gone.text


async def test_a_hidden_proposal_keeps_its_text(town: Town) -> None:
    """Reopened, it is what it was."""
    ground, path = await put_forward(town)
    await review(town, path, HIDE)
    assert (await review(town, path, BACK)).json()["state"] == "submitted"
    assert [row["about"] for row in await listed(ground)] == [TEXT["about"]]


async def test_a_declined_proposal_that_was_hidden_is_declined_again(town: Town) -> None:
    """Taking back that it is hidden takes back nothing else."""
    _ground, path = await put_forward(town)
    await review(town, path, WHY)
    await review(town, path, HIDE)
    back = (await review(town, path, BACK)).json()
    assert (back["state"], back["reason"], back["ground"]) == ("declined", WHY["reason"], None)


@pytest.mark.parametrize(("first", "then"), [(WHY, WHY), (HIDE, HIDE), (HIDE, WHY), (None, BACK)])
async def test_what_is_settled_is_not_decided_again(
    town: Town, first: dict[str, Any] | None, then: dict[str, Any]
) -> None:
    """A second decision is refused with the state in which the proposal is."""
    _ground, path = await put_forward(town)
    state = (await review(town, path, first)).json()["state"] if first else "submitted"
    answer = await review(town, path, then)
    assert (answer.status_code, answer.json()["facts"]) == (409, {"state": state})


@pytest.mark.parametrize(
    "body",
    [
        {"state": "declined"},
        {"state": "declined", "reason": " "},
        {"state": "declined", "reason": "No.", "ground": "hate"},
        {"state": "hidden"},
        {"state": "hidden", "ground": "other"},
        {"state": "hidden", "ground": "dull", "reason": "No."},
        {"state": "reopened"},
        {"state": "shortlisted", "reason": "Yes."},
    ],
)
async def test_a_decision_says_why(town: Town, body: dict[str, Any]) -> None:
    """Without a reason, or with a ground that is none, nothing is decided."""
    ground, path = await put_forward(town)
    assert (await review(town, path, body)).status_code == 400
    assert [row["state"] for row in await listed(ground)] == ["submitted"]


async def test_each_role_decides_its_own(town: Town) -> None:
    """A reviewer hides nothing, a moderator declines nothing, and neither takes back what the other decided."""
    _ground, path = await put_forward(town)
    elin = await town.hire("Elin", roles=REVIEWER)
    ivar = await town.hire("Ivar", roles=MODERATOR)
    assert (await review(town, path, HIDE, elin)).json()["type"] == "/problems/role-missing"
    assert (await review(town, path, WHY, ivar)).json()["type"] == "/problems/role-missing"
    assert (await review(town, path, WHY, elin)).status_code == 200
    assert (await review(town, path, BACK, ivar)).json()["type"] == "/problems/role-missing"
    assert (await review(town, path, HIDE, ivar)).status_code == 200
    assert (await review(town, path, BACK, elin)).json()["type"] == "/problems/role-missing"


async def test_nobody_elsewhere_decides(town: Town) -> None:
    """A proposal belongs to its municipality."""
    _ground, path = await put_forward(town)
    stranger = await town.hire("Elin", "Elsewhere", REVIEWER)
    assert (await review(town, path, WHY, stranger)).json()["type"] == "/problems/not-allowed"


@pytest.mark.parametrize("body", [WHY, HIDE])
async def test_what_is_declined_or_hidden_is_not_supported(town: Town, body: dict[str, Any]) -> None:
    """Nor put on the ballot."""
    ground, path = await supporting(town)
    await review(town, path, body)
    refused = await send(ground, "BJORN-2", "PUT", f"{path}/support")
    assert refused.json()["facts"] == {"state": body["state"]}
    sent = {"pot_id": ground.pot, "cost": 10}
    refused = await town.client.post(f"{path}/shortlisting", json=sent, headers=town.badge())
    assert refused.json()["facts"] == {"state": body["state"]}


async def test_each_decision_is_noted(town: Town) -> None:
    """In the log of changes with its reason, and among what happened to the proposal."""
    ground, path = await put_forward(town)
    for body in (WHY, HIDE, BACK, BACK):
        await review(town, path, body)
    await town.work("civic")
    activity = (await town.client.get(path)).json()["activity"]
    assert [row["what"] for row in activity] == ["submitted", "declined", "hidden", "reopened", "reopened"]
    log = (await town.act("GET", "/api/audit", params={"round_id": ground.id}))["items"]
    noted = [each for each in log if each["subject"] == "review"]
    assert [each["after"]["state"] for each in noted] == ["reopened", "reopened", "hidden", "declined"]
    assert {each["officer"] for each in noted} == {"Dagny"}


async def test_nothing_is_hidden_without_a_decision(town: Town) -> None:
    """The table refuses a state that no review gave."""
    await put_forward(town)
    db = await asyncpg.connect(town.settings.database_url)
    with pytest.raises(asyncpg.CheckViolationError, match="proposal_decided_by_review"):
        await db.execute("update civic.proposal set state = 'hidden'")
    await db.close()
