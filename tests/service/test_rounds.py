"""Rounds: phases by the database clock, what freezes, who may act, and what readers see."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from httpx import Response

from tests.town import Ground, Town, draft, moment, pot

HOUR = timedelta(hours=1)


async def test_a_draft_is_seen_by_its_officers_only(town: Town) -> None:
    """A draft does not exist for the public."""
    ground = await town.draw_round()
    assert (await town.client.get(f"/api/rounds/{ground.id}")).status_code == 404
    assert await ground.phase() == "draft"


async def test_a_rule_may_not_cap_categories_that_projects_cannot_have(town: Town) -> None:
    """Such a round could never be counted: it is refused while it is drafted."""
    await town.draw_round()
    rule = {"rule": "greedy_by_votes", "caps": [{"category": "Parks", "projects": 1}]}
    answer = await town.client.post("/api/rounds", json=draft(pots=[pot(rule=rule)]), headers=town.badge())
    assert answer.status_code == 400
    assert "the rule caps categories, and projects of a round have none" in answer.text


TIMELINES: dict[str, dict[str, Any]] = {
    "framing": {"proposing_at": moment(HOUR), "voting_at": moment(2 * HOUR)},
    "proposing": {"proposing_at": moment(-HOUR), "voting_at": moment(2 * HOUR)},
    "reviewing": {"reviewing_at": moment(-HOUR), "voting_at": moment(2 * HOUR)},
    "supporting": {"supporting_at": moment(-HOUR), "voting_at": moment(2 * HOUR)},
}


@pytest.mark.parametrize(("phase", "timeline"), TIMELINES.items(), ids=TIMELINES)
async def test_the_phase_follows_from_the_timeline(town: Town, phase: str, timeline: dict[str, Any]) -> None:
    """Nobody has to move an announced round along."""
    ground = await town.draw_round(**timeline)
    await ground.officer("POST", "announcement")
    assert await ground.phase() == phase


async def test_voting_does_not_open_before_the_round_is_scheduled(town: Town) -> None:
    """A round that nobody declared whole stays where it is, whatever its timeline says."""
    ground = await town.draw_round(reviewing_at=moment(-HOUR))
    await ground.officer("POST", "announcement")
    assert await ground.phase() == "reviewing"


async def test_a_round_past_its_end_is_counting_before_the_clock_noticed(town: Town) -> None:
    """The end comes by the database clock; the clock process only tells."""
    ground = await town.open_round(closes_at=moment(timedelta(seconds=2)))
    db = await asyncpg.connect(town.settings.database_url)
    await db.execute("select pg_sleep(2.1)")
    await db.close()
    assert await ground.phase() == "counting"


async def test_a_round_without_projects_is_not_scheduled(town: Town) -> None:
    """What is missing is named."""
    ground = await town.draw_round(projects=0)
    answer = await town.client.post(f"/api/rounds/{ground.id}/schedule", headers=town.badge())
    assert answer.json()["type"] == "/problems/not-whole"
    assert "has no project" in answer.json()["detail"]


async def test_a_rule_that_excludes_a_project_nobody_has_is_not_scheduled(town: Town) -> None:
    """With it the pot could be voted in, and never be counted; nothing is frozen."""
    rule = {"rule": "greedy_by_votes", "exclusive": [["1", "7"]]}
    ground = await town.draw_round(projects=2, pots=[pot(rule=rule)])
    answer = await town.client.post(f"/api/rounds/{ground.id}/schedule", headers=town.badge())
    assert "excludes the project 7, which is not on its ballot" in answer.json()["detail"]
    assert await ground.phase() == "draft"


async def test_a_round_without_voters_is_not_scheduled(town: Town) -> None:
    """A pot that nobody may vote in would be a trap."""
    ground = await town.draw_round(pots=[pot(areas=["South"])])
    answer = await town.client.post(f"/api/rounds/{ground.id}/schedule", headers=town.badge())
    assert "nobody on the roll may vote" in answer.json()["detail"]


async def test_a_round_with_an_old_roll_is_not_scheduled(town: Town) -> None:
    """The roll must have been built from the rules and the register that hold now."""
    ground = await town.draw_round()
    await town.import_register("identity,area\nSOMEBODY,North\n")
    answer = await town.client.post(f"/api/rounds/{ground.id}/schedule", headers=town.badge())
    assert answer.json()["type"] == "/problems/roll-not-ready"


FROZEN = ["add", "change", "remove", "redraft"]


@pytest.mark.parametrize("what", FROZEN)
async def test_a_scheduled_round_is_frozen(town: Town, what: str) -> None:
    """P9: rules, projects and costs do not change."""
    ground = await town.draw_round()
    view = await town.act("GET", f"/api/rounds/{ground.id}/draft")
    await ground.officer("POST", "schedule")
    project = {"pot_id": ground.pot, "title": "Late", "cost": 5}
    path = f"/api/projects/{view['projects'][0]['id']}"
    calls = {
        "add": ("POST", f"/api/rounds/{ground.id}/projects", project),
        "change": ("PUT", path, project),
        "remove": ("DELETE", path, None),
        "redraft": ("PUT", f"/api/rounds/{ground.id}?revision={view['round']['revision']}", draft()),
    }
    verb, address, body = calls[what]
    answer = await town.client.request(verb, address, json=body, headers=town.badge())
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/frozen")


FROZEN_SQL = {
    "a project": "update box.project set cost = cost + 1",
    "a rule": """update box.pot set rule = '{"rule": "equal_shares"}'""",
    "a style": """update box.pot set style = '{"style": "knapsack", "max_cost": 1}'""",
    "money": "update box.pot set money = money + 1",
    "the seed": "update box.round set lot_seed = 'mine'",
    "the timeline": "update box.round set closes_at = closes_at + interval '1 day'",
    "the freezing": "update box.round set scheduled_at = null",
    "the round": "delete from box.round",
}


@pytest.mark.parametrize("change", FROZEN_SQL.values(), ids=FROZEN_SQL)
async def test_the_database_itself_refuses_to_change_what_is_frozen(town: Town, change: str) -> None:
    """P9 holds against the database's owner, too, once voting has opened."""
    await town.open_round()
    db = await asyncpg.connect(town.settings.database_url)
    with pytest.raises(asyncpg.PostgresError, match="frozen") as refused:
        await db.execute(change)
    await db.close()
    assert refused.value.sqlstate == "BYFRZ"


async def test_scheduling_can_be_taken_back_before_voting_opens(town: Town) -> None:
    """A mistake found in time can be mended."""
    ground = await town.open_round(voting_at=moment(HOUR), reviewing_at=moment(-HOUR))
    await ground.officer("DELETE", "schedule")
    project = {"pot_id": ground.pot, "title": "In time", "cost": 5}
    await town.act("POST", f"/api/rounds/{ground.id}/projects", json=project)


async def rescheduled(ground: Ground, opens: timedelta) -> Response:
    """A scheduling is taken back, and the round is scheduled again with another time for voting to open."""
    await ground.officer("DELETE", "schedule")
    view = await ground.officer("GET", "draft")
    address, changed = f"/api/rounds/{ground.id}?revision={view['round']['revision']}", draft(voting_at=moment(opens))
    await ground.town.act("PUT", address, json=changed)
    await ground.town.work("roll")
    return await ground.town.client.post(f"/api/rounds/{ground.id}/schedule", headers=ground.town.badge())


@pytest.mark.parametrize("earlier", [-HOUR, HOUR], ids=["now", "somewhat earlier"])
async def test_one_officer_opens_no_round_earlier_than_was_announced(town: Town, earlier: timedelta) -> None:
    """Not by taking the scheduling back and scheduling again: the refusal says when, and that it takes two."""
    opens = datetime.now(UTC) + 2 * HOUR
    ground = await town.open_round(voting_at=opens.isoformat())
    answer = await rescheduled(ground, earlier)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/opens-earlier")
    assert answer.json()["facts"]["announced"] == f"{opens:%Y-%m-%dT%H:%M}:00Z"
    assert await ground.phase() == "framing"


async def test_one_officer_opens_a_round_later_than_was_announced(town: Town) -> None:
    """That takes nothing from anybody; and the later time is what was announced then."""
    ground = await town.open_round(voting_at=moment(HOUR))
    assert (await rescheduled(ground, 3 * HOUR)).is_success
    assert (await rescheduled(ground, 2 * HOUR)).status_code == 409


async def test_nobody_forgets_by_hand_what_was_announced(town: Town, db: asyncpg.Connection) -> None:
    """Not even the database's owner, nor while the round is a draft again."""
    ground = await town.open_round(voting_at=moment(HOUR))
    await ground.officer("DELETE", "schedule")
    await db.execute("update box.round set opening_announced_at = null")
    with pytest.raises(asyncpg.PostgresError) as refused:
        await db.execute("update box.round set voting_at = clock_timestamp(), scheduled_at = clock_timestamp()")
    assert refused.value.sqlstate == "BYEAR"


async def test_an_officer_who_saw_an_older_draft_is_told(town: Town) -> None:
    """Two officers do not overwrite each other."""
    ground = await town.draw_round()
    path = f"/api/rounds/{ground.id}?revision=1"
    await town.act("PUT", path, json=draft())
    again = await town.client.put(path, json=draft(), headers=town.badge())
    assert (again.status_code, again.json()["facts"]) == (409, {"revision": 2})


async def test_a_pot_that_keeps_its_name_keeps_its_projects(town: Town) -> None:
    """Editing the draft loses nothing."""
    ground = await town.draw_round(projects=3)
    view = await town.act("PUT", f"/api/rounds/{ground.id}?revision=1", json=draft(pots=[pot("New"), pot()]))
    assert [row["pot_id"] for row in view["projects"]] == [ground.pot] * 3


async def test_officers_of_another_municipality_may_not_act(town: Town) -> None:
    """A round belongs to one municipality."""
    ground = await town.open_round()
    stranger = await town.hire("Egil", "Elsewhere")
    answer = await town.client.delete(f"/api/rounds/{ground.id}/schedule", headers=town.badge(stranger))
    assert answer.json()["type"] == "/problems/not-allowed"


async def test_closing_twice_leaves_one_close_event(town: Town) -> None:
    """What was decided is carried out once, however often it is confirmed."""
    ground = await town.open_round()
    act = await ground.close()
    closed = (await town.act("GET", f"/api/rounds/{ground.id}/draft"))["round"]["closed_at"]
    assert (await town.confirm(act["id"])).json() == act
    assert (await town.act("GET", f"/api/rounds/{ground.id}/draft"))["round"]["closed_at"] == closed


async def test_nothing_is_published_before_it_is_counted(town: Town) -> None:
    """Publishing shows a snapshot or refuses."""
    ground = await town.open_round()
    sent = {"act": {"kind": "publish"}, "reason": "We are in a hurry."}
    answer = await town.client.post(f"/api/rounds/{ground.id}/acts", json=sent, headers=town.badge())
    assert answer.json()["type"] == "/problems/not-counted"


async def test_a_counted_round_shows_nothing_before_publication(town: Town) -> None:
    """P8: the outcome leaves when the officers publish it."""
    ground = await town.open_round()
    await (await ground.voter("AMINA-1")).cast(1)
    await ground.count()
    answer = await town.client.get(f"/api/pots/{ground.pot}/snapshot.pb")
    assert answer.json()["type"] == "/problems/not-counted"


async def test_turnout_tells_how_many_and_never_how(town: Town) -> None:
    """While voting is open everybody may see how many took part."""
    ground = await town.open_round()
    await (await ground.voter("AMINA-1")).cast(1)
    turnout = (await town.client.get(f"/api/rounds/{ground.id}/turnout")).json()
    assert turnout == [{"pot_id": ground.pot, "electors": 2, "voters": 1, "on_paper": 0}]


async def test_turnout_counts_those_who_have_a_ballot_now(town: Town) -> None:
    """Who took theirs back is not among the voters, and is again with the next ballot."""
    ground = await town.open_round()
    await (await ground.voter("BJORN-2")).cast(2)
    amina = await ground.voter("AMINA-1")
    voters = []
    for doing in (amina.cast(1), amina.withdraw(1), amina.cast(base=2), amina.withdraw(3)):
        assert (await doing).status_code == 201
        voters += [row["voters"] for row in (await town.client.get(f"/api/rounds/{ground.id}/turnout")).json()]
    assert voters == [2, 1, 2, 1]


async def test_a_reader_who_has_it_already_gets_304(town: Town) -> None:
    """Reads carry an ETag."""
    ground = await town.open_round()
    first = await town.client.get(f"/api/rounds/{ground.id}")
    again = await town.client.get(f"/api/rounds/{ground.id}", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_pages_of_rounds_meet_without_gap_or_overlap(town: Town) -> None:
    """Keyset paging: the next page begins after the last one shown."""
    db = await asyncpg.connect(town.settings.database_url)
    made = await db.fetch(
        "insert into box.round (municipality_id, municipality, name, currency, voting_at, closes_at, lot_seed,"
        " drafted_at, announced_at) select gen_random_uuid(), 'Hagaby', 'Round ' || number, 'SEK', now(),"
        " now() + interval '1 day', 'seed', now() - (number / 2) * interval '1 hour', now()"
        " from generate_series(1, 103) number returning id"
    )
    await db.close()
    first = (await town.client.get("/api/rounds")).json()
    second = (await town.client.get("/api/rounds", params={"after": first["next"]})).json()
    listed = [row["id"] for row in first["items"] + second["items"]]
    assert len(listed) == len(set(listed))
    assert set(listed) == {str(row["id"]) for row in made}


async def test_an_ended_session_opens_nothing(town: Town) -> None:
    """Signing out ends the session on the server."""
    token = await town.hire()
    await town.client.delete("/api/officer/sessions", headers=town.badge(token))
    answer = await town.client.post("/api/rounds", json=draft(), headers=town.badge(token))
    assert answer.json()["type"] == "/problems/not-signed-in"


async def test_a_wrong_password_is_refused(town: Town) -> None:
    """Whether the name exists is not told."""
    await town.hire()
    known = await town.client.post("/api/officer/sessions", json={"name": "Dagny", "password": "x"})
    unknown = await town.client.post("/api/officer/sessions", json={"name": "Nobody", "password": "x"})
    assert known.json() == unknown.json()
    assert known.json()["type"] == "/problems/wrong-password"
