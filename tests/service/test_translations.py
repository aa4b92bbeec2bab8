"""Translations: officers write them beside the originals, and the database keeps what voters may have chosen by."""

import hashlib
from datetime import timedelta
from typing import Any, get_args
from uuid import UUID

import asyncpg
import pytest
from httpx import Response

from schema.database import connect
from service.languages import LANGUAGES, Tongue
from tests.builders import proposal, voting
from tests.service.test_deliveries import published, tell
from tests.town import Ground, Town, draft, moment

ARABIC: dict[str, Any] = {"title": "مشروع", "about": "وصف المشروع"}


async def drawn(town: Town, **changes: Any) -> Ground:
    """A draft whose projects have descriptions."""
    ground = await town.draw_round(2, about="What the street needs.", **changes)
    for project in (await ground.officer("GET", "draft"))["projects"]:
        words = {"pot_id": ground.pot, "title": project["title"], "cost": project["cost"], "about": "More of it."}
        await town.act("PUT", f"/api/projects/{project['id']}", json=words)
    return ground


async def project_of(ground: Ground, place: int = 0) -> str:
    """The id of a project."""
    found: str = (await ground.officer("GET", "draft"))["projects"][place]["id"]
    return found


async def original_of(ground: Ground, noun: str) -> str:
    """The id of the first text of this kind."""
    return next(str(each["of_id"]) for each in await ground.officer("GET", "originals") if each["noun"] == noun)


async def put(
    town: Town, noun: str, of_id: str, language: str = "ar", token: str | None = None, **words: Any
) -> Response:
    """Translate something."""
    path = f"/api/translations/{noun}/{of_id}/{language}"
    return await town.client.put(path, json=words, headers=town.badge(token))


async def remove(town: Town, noun: str, of_id: str, revision: int = 1) -> Response:
    """Remove the Arabic translation of something."""
    path = f"/api/translations/{noun}/{of_id}/ar"
    return await town.client.delete(path, params={"revision": revision}, headers=town.badge())


async def there(ground: Ground) -> list[dict[str, Any]]:
    """The translations that an officer sees of a round."""
    found: list[dict[str, Any]] = (await ground.officer("GET", "draft"))["translations"]
    return found


def test_what_is_taken_is_what_is_spoken() -> None:
    """The languages of the API are those of the pages."""
    assert set(get_args(Tongue)) == set(LANGUAGES)


async def test_a_round_says_what_it_is_written_in(town: Town) -> None:
    """What its officer says, else what the house speaks; an edit that says nothing leaves it."""
    await town.hire()
    said = await town.act("POST", "/api/rounds", json=draft(language="sv"))
    unsaid = await town.act("POST", "/api/rounds", json=draft())
    edited = await town.act("PUT", f"/api/rounds/{said['round']['id']}?revision=1", json=draft())
    assert [each["round"]["language"] for each in (said, unsaid, edited)] == ["sv", "en", "sv"]


async def test_a_language_without_pages_is_malformed(town: Town) -> None:
    """Nobody could read in it."""
    await town.hire()
    answer = await town.client.post("/api/rounds", json=draft(language="xx"), headers=town.badge())
    assert answer.status_code == 400


@pytest.mark.parametrize("noun", ["round", "pot", "project"])
async def test_every_noun_is_translated(town: Town, noun: str) -> None:
    """And everybody reads it with the round, as who wrote it and when."""
    ground = await drawn(town)
    of_id = {"round": ground.id, "pot": ground.pot, "project": await project_of(ground)}[noun]
    words = {"title": "اسم"} if noun == "pot" else ARABIC
    assert (await put(town, noun, of_id, **words)).status_code == 200
    await ground.officer("POST", "announcement")
    (seen,) = (await town.client.get(f"/api/rounds/{ground.id}")).json()["translations"]
    assert (seen["noun"], seen["of_id"], seen["language"], seen["title"]) == (noun, of_id, "ar", words["title"])
    assert (seen["translated_by"], seen["stale"], seen["corrected_at"], seen["revision"]) == ("Dagny", False, None, 1)


@pytest.mark.parametrize("noun", ["area", "theme"])
async def test_names_that_others_refer_to_are_translated(town: Town, noun: str) -> None:
    """Their ids stand among the originals; they have a name and nothing else."""
    ground = await drawn(town, areas=["North"], themes=["Play"])
    assert (await put(town, noun, await original_of(ground, noun), title="اسم")).status_code == 200
    assert [(each["noun"], each["title"]) for each in await there(ground)] == [(noun, "اسم")]
    assert (await put(town, noun, await original_of(ground, noun), "da", about="Mere")).status_code == 400


async def test_what_can_be_translated_is_listed(town: Town) -> None:
    """Every text of the round, with what it is written in and its fingerprint."""
    ground = await drawn(town, areas=["North"], themes=["Play"], language="sv")
    found = await ground.officer("GET", "originals")
    assert [each["noun"] for each in found] == ["area", "pot", "project", "project", "round", "theme"]
    assert {each["language"] for each in found} == {"sv"}
    assert found[0]["fingerprint"] == hashlib.sha256(b"North\n").hexdigest()


async def test_an_area_that_goes_takes_its_translations_along(town: Town) -> None:
    """And one that stays keeps them."""
    ground = await drawn(town, areas=["North", "South"])
    for area in [each for each in await ground.officer("GET", "originals") if each["noun"] == "area"]:
        await put(town, "area", area["of_id"], title=f"{area['title']} بالعربية")
    await town.act("PUT", f"/api/rounds/{ground.id}?revision=1", json=draft(areas=["South"]))
    assert [each["title"] for each in await there(ground)] == ["South بالعربية"]


async def test_what_was_told_is_translated(town: Town) -> None:
    """Of a delivery its words."""
    ground = await published(town)
    told = (await tell(ground)).json()["id"]
    assert (await put(town, "delivery", told, about="تم الحفر.")).json()["about"] == "تم الحفر."
    assert [each["noun"] for each in await there(ground)] == ["delivery"]


async def test_a_proposal_is_translated_in_its_room(town: Town) -> None:
    """It is read with its proposal, and lies with the debate."""
    ground = await drawn(town, proposing_at=moment(), voting_at=moment(timedelta(days=1)))
    await ground.officer("POST", "announcement")
    db = await asyncpg.connect(town.settings.database_url)
    made = str(await proposal(db, UUID(ground.id)))
    assert (await put(town, "proposal", made, **ARABIC)).status_code == 200
    seen = (await town.client.get(f"/api/proposals/{made}")).json()["translations"]
    assert [each["title"] for each in seen] == [ARABIC["title"]]
    counts = [await db.fetchval(f"select count(*) from {room}.translation") for room in ("civic", "box")]
    await db.close()
    assert counts == [1, 0]


async def test_a_shortlisted_proposal_brings_its_translations(town: Town) -> None:
    """Onto the ballot, with the language that it was written in."""
    ground = await drawn(town, proposing_at=moment(), voting_at=moment(timedelta(days=1)), language="da")
    await ground.officer("POST", "announcement")
    db = await asyncpg.connect(town.settings.database_url)
    made = str(await proposal(db, UUID(ground.id)))
    language = await db.fetchval("select language from civic.proposal where id = $1", UUID(made))
    await db.close()
    await put(town, "proposal", made, **ARABIC)
    into = {"pot_id": ground.pot, "cost": 1000}
    project = await town.act("POST", f"/api/proposals/{made}/shortlisting", json=into)
    assert (project["language"], language) == (language, "sv")
    (seen,) = await there(ground)
    assert (seen["noun"], seen["of_id"], seen["title"], seen["stale"]) == ("project", project["id"], "مشروع", False)


async def test_a_changed_original_makes_a_translation_stale(town: Town) -> None:
    """Until somebody has looked at it again, or the original is what it was."""
    ground = await drawn(town)
    project = await project_of(ground)
    await put(town, "project", project, **ARABIC)
    words = {"pot_id": ground.pot, "title": "Another", "cost": 30_000, "about": "More of it."}
    stale = []
    await town.act("PUT", f"/api/projects/{project}", json=words)
    stale += [each["stale"] for each in await there(ground)]
    await put(town, "project", project, **ARABIC, revision=1)
    stale += [each["stale"] for each in await there(ground)]
    assert stale == [True, False]


async def test_a_translation_of_what_was_seen_is_stale_at_once(town: Town) -> None:
    """Whoever translated the words before says so with their fingerprint."""
    ground = await drawn(town)
    before = hashlib.sha256(b"Our street 2026\nWhat the street needs.").hexdigest()
    now = await put(town, "round", ground.id, "ar", **ARABIC, original=before)
    old = await put(town, "round", ground.id, "so", **ARABIC, original="ab" * 32)
    assert [now.json()["stale"], old.json()["stale"]] == [False, True]


async def test_two_who_translate_at_once_do_not_overwrite_each_other(town: Town) -> None:
    """The second is told which revision there is; the same for a removal."""
    ground = await drawn(town)
    await put(town, "round", ground.id, **ARABIC)
    again = await put(town, "round", ground.id, **ARABIC)
    late = await put(town, "round", ground.id, **ARABIC, revision=7)
    gone = await remove(town, "round", ground.id, 7)
    for refused in (again, late, gone):
        assert (refused.json()["type"], refused.json()["facts"]) == ("/problems/changed", {"revision": 1})


async def test_before_voting_a_translation_can_be_removed(town: Town) -> None:
    """Nobody has chosen by it."""
    ground = await drawn(town)
    await put(town, "round", ground.id, **ARABIC)
    assert (await remove(town, "round", ground.id)).status_code == 204
    assert await there(ground) == []


async def test_before_voting_other_words_are_no_correction(town: Town) -> None:
    """They are work in progress."""
    ground = await drawn(town)
    await put(town, "round", ground.id, **ARABIC)
    changed = await put(town, "round", ground.id, title="آخر", revision=1)
    assert (changed.json()["corrected_at"], changed.json()["about"]) == (None, None)


async def test_while_voting_is_open_what_is_missing_can_be_added(town: Town) -> None:
    """To a text that has none, and to one that lacks its description; neither is a correction."""
    ground = await drawn(town)
    await ground.officer("POST", "schedule")
    project = await project_of(ground)
    added = await put(town, "project", project, title=ARABIC["title"])
    more = await put(town, "project", project, **ARABIC, revision=1)
    assert [added.json()["corrected_at"], more.json()["corrected_at"]] == [None, None]


async def test_while_voting_is_open_other_words_are_a_correction(town: Town) -> None:
    """It has its time, and keeps it when the same words are saved once more."""
    ground = await drawn(town)
    project = await project_of(ground)
    await put(town, "project", project, **ARABIC)
    await ground.officer("POST", "schedule")
    corrected = (await put(town, "project", project, title="آخر", about="وصف", revision=1)).json()
    again = (await put(town, "project", project, title="آخر", about="وصف", revision=2)).json()
    assert corrected["corrected_at"] is not None
    assert again["corrected_at"] == corrected["corrected_at"]


async def test_while_voting_is_open_nothing_goes_away(town: Town) -> None:
    """Neither the whole translation nor one of its texts."""
    ground = await drawn(town)
    project = await project_of(ground)
    await put(town, "project", project, **ARABIC)
    await ground.officer("POST", "schedule")
    for refused in (
        await remove(town, "project", project),
        await put(town, "project", project, title="آخر", revision=1),
    ):
        assert (refused.status_code, refused.json()["type"]) == (409, "/problems/translation-stands")
    assert [each["about"] for each in await there(ground)] == [ARABIC["about"]]


async def test_the_database_dates_a_correction_by_itself(db: asyncpg.Connection, database_url: str) -> None:
    """As the service's role nobody can write the time, take a row away or hide that words were changed."""
    house = await voting(db)
    box = await connect(database_url, "byalag_box")
    await box.execute(
        "insert into box.translation (round_id, pot_id, language, title, original, translated_by)"
        " values ($1, $2, 'ar', 'a', sha256('x'), 'Dagny')",
        house.round_id,
        house.pot_id,
    )
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await box.execute("update box.translation set corrected_at = null")
    with pytest.raises(asyncpg.PostgresError, match="the translation stands"):
        await box.execute("delete from box.translation")
    await box.execute("update box.translation set title = 'b'")
    assert await box.fetchval("select corrected_at is not null from box.translation")
    await box.close()


@pytest.mark.parametrize(
    ("noun", "language", "words"),
    [
        ("round", "en", ARABIC),
        ("pot", "ar", ARABIC),
        ("round", "ar", {}),
        ("round", "xx", ARABIC),
        ("round", "ar", {"title": ""}),
        ("round", "ar", {"title": "x" * 201}),
        ("round", "ar", {"title": "a", "original": "short"}),
        ("round", "ar", {"title": "a", "revision": -1}),
        ("street", "ar", ARABIC),
    ],
    ids=str,
)
async def test_what_translates_nothing_is_malformed(
    town: Town, noun: str, language: str, words: dict[str, Any]
) -> None:
    """Words that the original does not have, its own language, and what is no text."""
    ground = await drawn(town)
    of_id = ground.pot if noun == "pot" else ground.id
    assert (await put(town, noun, of_id, language, **words)).status_code == 400


async def test_nothing_is_translated_that_is_not_there(town: Town) -> None:
    """An id of another noun leads nowhere."""
    ground = await drawn(town)
    for noun in ("round", "project", "delivery", "proposal"):
        assert (await put(town, noun, ground.pot, title="a")).status_code == 404


async def test_only_the_own_municipality_translates(town: Town) -> None:
    """An officer of another one may not."""
    ground = await drawn(town)
    stranger = await town.hire("Sixten", "Granby")
    assert (await put(town, "round", ground.id, token=stranger, **ARABIC)).json()["type"] == "/problems/not-allowed"


async def test_every_change_is_in_the_audit_log(town: Town) -> None:
    """Who gave which words, and which were there before."""
    ground = await drawn(town)
    await put(town, "round", ground.id, **ARABIC)
    await put(town, "round", ground.id, title="آخر", about=ARABIC["about"], revision=1)
    await remove(town, "round", ground.id, 2)
    log = (await town.act("GET", "/api/audit", params={"round_id": ground.id}))["items"][:3]
    assert [(each["subject"], each["officer"], each["action"]) for each in log] == [
        ("translation", "Dagny", "delete_translation"),
        *[("translation", "Dagny", "put_translation")] * 2,
    ]
    assert (log[1]["before"]["title"], log[1]["after"]["title"]) == (ARABIC["title"], "آخر")


async def test_translations_change_nothing_that_is_counted(town: Town) -> None:
    """Two rounds that differ in nothing else have the same names and inputs in their outcomes."""
    hashes, names = set(), set()
    for translated in (False, True):
        ground = await town.draw_round(2)
        if translated:
            await put(town, "pot", ground.pot, title="اسم")
            await put(town, "project", await project_of(ground), title="مشروع")
        await ground.officer("POST", "schedule")
        await (await ground.voter("AMINA-1")).cast(1)
        outcome = await ground.outcome()
        names.add((outcome["round"], outcome["pot"], *(each["title"] for each in outcome["projects"])))
        hashes.add(outcome["input_hash"])
    assert names == {("Our street 2026", "The big pot", "Project 1", "Project 2")}
    assert len(hashes) == 1
