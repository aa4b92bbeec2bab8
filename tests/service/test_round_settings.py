"""What of a scheduled round may still change: more of what was promised, and nothing else. The database holds to it."""

import asyncio
from typing import Any

import asyncpg
import pytest
from httpx import Response

from tests.town import Ground, Town

PROMISED: dict[str, Any] = {"ballots_floor": 100, "appeal_days": 14}


async def change(ground: Ground, token: str | None = None, **settings: int) -> Response:
    """An officer gives a round other settings."""
    path, sent = f"/api/rounds/{ground.id}/settings", PROMISED | settings
    return await ground.town.client.put(path, json=sent, headers=ground.town.badge(token))


async def test_a_draft_takes_any_and_its_roll_is_built_again(town: Town) -> None:
    """Lower ones as well; whoever has the draft open from before is told that it changed."""
    ground = await town.draw_round(**PROMISED)
    before = (await ground.officer("GET", "draft"))["round"]["revision"]
    answer = await change(ground, ballots_floor=0, appeal_days=0)
    assert answer.status_code == 200, answer.text
    after = answer.json()["round"]
    assert (after["ballots_floor"], after["appeal_days"], after["revision"]) == (0, 0, before + 1)
    await town.work("roll")
    assert (await ground.officer("POST", "schedule"))["round"]["scheduled_at"]


@pytest.mark.parametrize("setting", PROMISED)
async def test_a_scheduled_round_takes_more_and_not_less(town: Town, setting: str) -> None:
    """What residents rely on is never taken back; the revision stays, which the ballots were cast under."""
    ground = await town.open_round(**PROMISED)
    before = (await ground.officer("GET", "draft"))["round"]["revision"]
    raised = await change(ground, **{setting: PROMISED[setting] + 1})
    assert raised.status_code == 200, raised.text
    assert (raised.json()["round"][setting], raised.json()["round"]["revision"]) == (PROMISED[setting] + 1, before)
    lowered = await change(ground, **{setting: PROMISED[setting] - 1})
    assert (lowered.status_code, lowered.json()["type"]) == (409, "/problems/only-higher")


async def test_saying_what_is_set_changes_nothing(town: Town, db: asyncpg.Connection) -> None:
    """And leaves no line in the log of changes."""
    ground = await town.open_round(**PROMISED)
    before = await db.fetchval("select count(*) from roll.audit")
    assert (await change(ground)).status_code == 200
    assert await db.fetchval("select count(*) from roll.audit") == before


async def test_the_floor_stands_from_the_close_on(town: Town) -> None:
    """What was counted is shown as it was promised; the days can become more until they are over."""
    ground = await town.open_round(**PROMISED)
    await ground.close()
    late = await change(ground, ballots_floor=101)
    assert (late.status_code, late.json()["type"]) == (409, "/problems/too-late-to-raise")
    assert (await change(ground, appeal_days=15)).status_code == 200


async def test_the_days_stand_when_they_are_over(town: Town, db: asyncpg.Connection) -> None:
    """Nobody opens a time for appeals again that had ended, after which keys and ballots may be gone."""
    ground = await town.open_round(ballots_floor=0, appeal_days=14)
    await (await ground.voter("AMINA-1")).cast(1)
    await ground.outcome()
    assert (await change(ground, ballots_floor=0, appeal_days=15)).status_code == 200
    await db.execute("set session_replication_role = replica")
    await db.execute("update box.publication set published_at = published_at - interval '16 days'")
    late = await change(ground, ballots_floor=0, appeal_days=16)
    assert (late.status_code, late.json()["type"]) == (409, "/problems/too-late-to-raise")


async def test_another_municipality_changes_nothing(town: Town) -> None:
    """A round is its own."""
    ground = await town.open_round(**PROMISED)
    stranger = await town.hire("Egil", "Brf Linden")
    assert (await change(ground, stranger, appeal_days=20)).status_code == 403


@pytest.mark.parametrize(
    "change",
    ["ballots_floor = ballots_floor - 1", "appeal_days = appeal_days - 1", "ballots_floor = 500, name = 'Other'"],
)
async def test_the_database_lets_nothing_less_pass(town: Town, db: asyncpg.Connection, change: str) -> None:
    """Whatever a service that was taken over may ask for."""
    ground = await town.open_round(**PROMISED)
    with pytest.raises(asyncpg.PostgresError) as refused:
        await db.execute(f"update box.round set {change} where id = $1", ground.id)
    assert refused.value.sqlstate in {"BYRAI", "BYFRZ"}


async def test_two_who_raise_at_once_leave_the_higher(crowded_town: Town) -> None:
    """Whoever comes second with less is refused, whichever that is."""
    ground = await crowded_town.open_round(**PROMISED)
    answers = await asyncio.gather(*(change(ground, appeal_days=days) for days in (20, 30, 40)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert (await ground.officer("GET", "draft"))["round"]["appeal_days"] == 40
