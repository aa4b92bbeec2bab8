"""Proposals and supports: by residents of the round, in their phases, each an event."""

from datetime import timedelta
from typing import Any

import asyncpg
from httpx import Response

from tests.town import Ground, Town, moment

HOUR = timedelta(hours=1)
TEXT = {"title": "A slide", "about": "For the small ones.", "author_name": "Amina", "language": "en"}


async def proposing(town: Town) -> Ground:
    """A round that takes proposals."""
    ground = await town.draw_round(proposing_at=moment(-HOUR), voting_at=moment(2 * HOUR))
    await ground.officer("POST", "announcement")
    return ground


async def supporting(town: Town) -> tuple[Ground, str]:
    """A round that takes supports, and Amina's proposal in it."""
    ground = await proposing(town)
    proposal = (await send(ground, "AMINA-1", "POST", f"/api/rounds/{ground.id}/proposals", TEXT)).json()
    db = await asyncpg.connect(town.settings.database_url)
    await db.execute("update box.round set supporting_at = clock_timestamp() - interval '1 minute'")
    await db.close()
    return ground, f"/api/proposals/{proposal['id']}"


async def send(ground: Ground, who: str, verb: str, path: str, body: Any = None) -> Response:
    """A request with somebody's pass for the debate."""
    passes = await ground.sign_in(who)
    headers = {"Authorization": f"Bearer {passes['civic']}"}
    return await ground.town.client.request(verb, path, json=body, headers=headers)


async def test_a_proposal_is_taken_while_the_round_takes_them(town: Town) -> None:
    """Amina puts a proposal forward, and everybody reads it."""
    ground = await proposing(town)
    answer = await send(ground, "AMINA-1", "POST", f"/api/rounds/{ground.id}/proposals", TEXT)
    assert answer.status_code == 201
    listed = (await town.client.get(f"/api/rounds/{ground.id}/proposals")).json()["items"]
    assert [row["title"] for row in listed] == ["A slide"]


async def test_a_proposal_shows_nothing_of_its_author_but_the_chosen_name(town: Town) -> None:
    """The pseudonym stays inside."""
    ground = await proposing(town)
    answer = await send(ground, "AMINA-1", "POST", f"/api/rounds/{ground.id}/proposals", TEXT)
    assert "author" not in answer.json()


async def test_a_proposal_at_the_wrong_time_is_refused(town: Town) -> None:
    """The phase is the database's word."""
    ground, _ = await supporting(town)
    answer = await send(ground, "AMINA-1", "POST", f"/api/rounds/{ground.id}/proposals", TEXT)
    assert answer.json()["facts"] == {"phase": "supporting", "needed": "proposing"}


async def test_its_author_changes_a_proposal(town: Town) -> None:
    """An edit is a new revision."""
    ground = await proposing(town)
    made = (await send(ground, "AMINA-1", "POST", f"/api/rounds/{ground.id}/proposals", TEXT)).json()
    path = f"/api/proposals/{made['id']}?revision=1"
    edited = await send(ground, "AMINA-1", "PUT", path, TEXT | {"title": "Two slides"})
    assert (edited.json()["title"], edited.json()["revision"]) == ("Two slides", 2)


async def test_nobody_else_changes_a_proposal(town: Town) -> None:
    """Björn may not edit what Amina wrote."""
    ground = await proposing(town)
    made = (await send(ground, "AMINA-1", "POST", f"/api/rounds/{ground.id}/proposals", TEXT)).json()
    answer = await send(ground, "BJORN-2", "PUT", f"/api/proposals/{made['id']}?revision=1", TEXT)
    assert answer.json()["type"] == "/problems/not-yours"


async def test_an_edit_of_an_older_revision_is_refused(town: Town) -> None:
    """What was written on another phone is not overwritten."""
    ground = await proposing(town)
    made = (await send(ground, "AMINA-1", "POST", f"/api/rounds/{ground.id}/proposals", TEXT)).json()
    path = f"/api/proposals/{made['id']}?revision=1"
    await send(ground, "AMINA-1", "PUT", path, TEXT)
    answer = await send(ground, "AMINA-1", "PUT", path, TEXT)
    assert (answer.json()["type"], answer.json()["facts"]) == ("/problems/changed", {"revision": 2})


async def test_a_withdrawn_proposal_is_listed_no_more(town: Town) -> None:
    """Its author takes it back, and twice is once."""
    ground = await proposing(town)
    made = (await send(ground, "AMINA-1", "POST", f"/api/rounds/{ground.id}/proposals", TEXT)).json()
    path = f"/api/proposals/{made['id']}"
    answers = [await send(ground, "AMINA-1", "DELETE", path) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [204, 204]
    assert (await town.client.get(f"/api/rounds/{ground.id}/proposals")).json()["items"] == []


async def test_a_withdrawn_proposal_has_no_words_and_no_name(town: Town) -> None:
    """What is left says that it was there: neither its text nor a translation of it."""
    ground = await proposing(town)
    made = (
        await send(ground, "AMINA-1", "POST", f"/api/rounds/{ground.id}/proposals", TEXT | {"place": "By me"})
    ).json()
    words = {"title": "En rutschkana", "about": "För de små."}
    await town.act("PUT", f"/api/translations/proposal/{made['id']}/sv", json=words)
    await send(ground, "AMINA-1", "DELETE", f"/api/proposals/{made['id']}")
    left = (await town.client.get(f"/api/proposals/{made['id']}")).json()
    gone = {name: left["proposal"][name] for name in ("title", "about", "author_name", "place")}
    assert gone == {"title": "", "about": "", "author_name": "", "place": None}
    assert (left["proposal"]["state"], left["translations"]) == ("withdrawn", [])


async def test_one_person_supports_a_proposal_once(town: Town) -> None:
    """However often it is sent."""
    ground, path = await supporting(town)
    for who in ("AMINA-1", "BJORN-2", "BJORN-2"):
        assert (await send(ground, who, "PUT", f"{path}/support")).status_code == 204
    await town.work("civic")
    assert (await town.client.get(path)).json()["proposal"]["supports"] == 2


async def test_a_support_can_be_taken_back(town: Town) -> None:
    """Taking it back twice is taking it back once."""
    ground, path = await supporting(town)
    await send(ground, "BJORN-2", "PUT", f"{path}/support")
    for _ in range(2):
        assert (await send(ground, "BJORN-2", "DELETE", f"{path}/support")).status_code == 204
    await town.work("civic")
    assert (await town.client.get(path)).json()["proposal"]["supports"] == 0


async def test_what_happened_to_a_proposal_is_told_in_order(town: Town) -> None:
    """Each step is an event, noted by a worker."""
    ground, path = await supporting(town)
    await send(ground, "BJORN-2", "PUT", f"{path}/support")
    await town.act("POST", f"{path}/shortlisting", json={"pot_id": ground.pot, "cost": 10})
    await town.work("civic")
    activity = (await town.client.get(path)).json()["activity"]
    assert [row["what"] for row in activity] == ["submitted", "supported", "shortlisted"]


async def test_a_shortlisted_proposal_is_a_project_with_a_cost(town: Town) -> None:
    """Dagny admits it to the ballot, once."""
    ground, path = await supporting(town)
    project = await town.act("POST", f"{path}/shortlisting", json={"pot_id": ground.pot, "cost": 12_300})
    assert (project["title"], project["cost"], project["number"]) == ("A slide", 12_300, 5)
    again = await town.client.post(f"{path}/shortlisting", json={"pot_id": ground.pot, "cost": 1}, headers=town.badge())
    assert again.json()["type"] == "/problems/settled"
