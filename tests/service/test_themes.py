"""Themes of a round, one of which a proposal carries, and where proposals are."""

from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from httpx import Response

from tests.pages.test_areas import MAP
from tests.pages.test_areas import send as send_map
from tests.people import owner
from tests.service.test_proposals import TEXT, send
from tests.town import Ground, Town, draft, moment

HOUR = timedelta(hours=1)
INSIDE = [1_195_000, 5_775_000]


async def round_with(town: Town, *themes: str) -> Ground:
    """A round that takes proposals about these themes."""
    times: dict[str, Any] = {"proposing_at": moment(-HOUR), "voting_at": moment(2 * HOUR)}
    ground = await town.draw_round(themes=list(themes), **times)
    await ground.officer("POST", "announcement")
    return ground


async def propose(ground: Ground, **more: Any) -> Response:
    """Amina proposes something."""
    return await send(ground, "AMINA-1", "POST", f"/api/rounds/{ground.id}/proposals", TEXT | more)


async def rewrite(ground: Ground, **changes: Any) -> Response:
    """An officer writes the round anew with these changes."""
    view = await ground.town.act("GET", f"/api/rounds/{ground.id}/draft")
    kept = {name: view["round"][name] for name in ("voting_at", "closes_at", "proposing_at", "supporting_at")}
    body = draft(**(kept | {"themes": view["themes"]} | changes))
    address = f"/api/rounds/{ground.id}?revision={view['round']['revision']}"
    return await ground.town.client.put(address, json=body, headers=ground.town.badge())


async def test_a_round_has_the_themes_that_its_officers_gave_it(town: Town) -> None:
    """By name."""
    ground = await round_with(town, "Traffic", "Play")
    assert (await town.client.get(f"/api/rounds/{ground.id}")).json()["themes"] == ["Play", "Traffic"]


@pytest.mark.parametrize("themes", [["Play", "Play"], ["x" * 41], [""], [f"Theme {at}" for at in range(13)]])
async def test_themes_that_nobody_could_tell_apart_are_refused(town: Town, themes: list[str]) -> None:
    """Two of one name, too long, empty, or too many."""
    await town.hire()
    answer = await town.client.post("/api/rounds", json=draft(themes=themes), headers=town.badge())
    assert answer.status_code == 400


async def test_a_proposal_carries_a_theme_of_its_round(town: Town) -> None:
    """Another one is refused by the table itself."""
    ground = await round_with(town, "Play")
    assert (await propose(ground, theme="Play")).json()["theme"] == "Play"
    refused = await propose(ground, theme="Sport")
    assert (refused.status_code, refused.json()["facts"]) == (404, {"what": "theme of that name in this round"})


async def test_themes_change_until_proposals_close(town: Town) -> None:
    """A theme that is taken away leaves its proposals without one; the others stay as they are."""
    ground = await round_with(town, "Play", "Traffic")
    play, traffic = [(await propose(ground, theme=theme)).json()["id"] for theme in ("Play", "Traffic")]
    answer = await rewrite(ground, themes=["Traffic", "Trees"])
    assert (answer.status_code, answer.json()["themes"]) == (200, ["Traffic", "Trees"])
    themes = {
        each: (await town.client.get(f"/api/proposals/{each}")).json()["proposal"]["theme"] for each in (play, traffic)
    }
    assert themes == {play: None, traffic: "Traffic"}


async def test_themes_stay_once_proposals_are_closed(town: Town) -> None:
    """The rest of the draft can still be saved with the themes as they were."""
    ground = await round_with(town, "Play")
    times = {"proposing_at": moment(-2 * HOUR), "supporting_at": moment(-HOUR)}
    assert (await rewrite(ground, **times)).status_code == 200
    refused = await rewrite(ground, themes=["Trees"])
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/proposals-closed")
    assert (await rewrite(ground, about="More about it.")).json()["themes"] == ["Play"]


async def test_the_database_itself_keeps_themes_once_proposals_are_closed(town: Town, db: asyncpg.Connection) -> None:
    """Whoever writes."""
    await round_with(town, "Play")
    await db.execute("update box.round set supporting_at = clock_timestamp() - interval '1 minute'")
    for change in ("delete from box.theme", "insert into box.theme (round_id, name) select id, 'Late' from box.round"):
        with pytest.raises(asyncpg.PostgresError, match="proposals are closed"):
            await db.execute(change)


async def test_a_round_like_another_has_its_themes(town: Town, db: asyncpg.Connection) -> None:
    """They are noted in the log like areas."""
    await round_with(town, "Play")
    noted = await db.fetch("select after from roll.audit where subject = 'theme'")
    assert len(noted) == 1


async def test_a_proposal_has_a_place_in_words_and_a_point(town: Town) -> None:
    """As its author gave them."""
    ground = await round_with(town)
    await send_map(town, MAP)
    made = (await propose(ground, place="By the school", point=INSIDE)).json()
    assert (made["place"], made["point"]) == ("By the school", INSIDE)


async def test_its_author_moves_a_proposal(town: Town) -> None:
    """Or takes the point away."""
    ground = await round_with(town)
    await send_map(town, MAP)
    made = (await propose(ground, point=INSIDE)).json()
    path = f"/api/proposals/{made['id']}?revision="
    east = [INSIDE[0] + 3, INSIDE[1]]
    assert (await send(ground, "AMINA-1", "PUT", f"{path}1", TEXT | {"point": east})).json()["point"] == east
    assert (await send(ground, "AMINA-1", "PUT", f"{path}2", TEXT)).json()["point"] is None


@pytest.mark.parametrize(("east", "north"), [(-1, 0), (0, -1), (100_000, 0), (0, 100_000)])
async def test_a_point_beside_the_map_is_refused(town: Town, east: int, north: int) -> None:
    """One step beyond an edge, or far away."""
    ground = await round_with(town)
    await send_map(town, MAP)
    refused = await propose(ground, point=[1_190_000 + east, 5_770_000 + north])
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/off-the-map")


async def test_where_there_is_no_map_there_is_no_point(town: Town) -> None:
    """Words can be given all the same."""
    ground = await round_with(town)
    assert (await propose(ground, point=INSIDE)).json()["type"] == "/problems/off-the-map"
    assert (await propose(ground, place="By the school")).status_code == 201


@pytest.mark.parametrize("point", [[1], [1, 2, 3], [18_000_001, 0], [0, 9_000_001], ["1", "2"], [1.5, 2]])
async def test_what_is_no_point_on_earth_is_refused(town: Town, point: list[Any]) -> None:
    """Longitude and latitude, whole, in hundred thousandths of a degree."""
    ground = await round_with(town)
    assert (await propose(ground, point=point)).status_code == 400


async def test_the_table_keeps_no_half_point(town: Town) -> None:
    """Two numbers or none."""
    ground = await round_with(town)
    await propose(ground)
    with pytest.raises(asyncpg.CheckViolationError):
        await owner(town, "update civic.proposal set point = array[1]")
