"""Pages and problem details in their reader's language: what they say of it, and what a browser keeps."""

import msgspec
import pytest

from schema.settings import Settings, SettingsError
from service.app import make_app
from service.languages import LANGUAGES
from tests.builders import ADDRESS, MASTER_KEY
from tests.pages.visitor import HTML
from tests.town import Town, open_town

pytestmark = pytest.mark.usefixtures("swedish")

NOWHERE = "/api/rounds/3f2504e0-4f89-11d3-9a0c-0305e82c3301"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_page_says_which_language_it_is_in(town: Town, language: str) -> None:
    """In its headers, and where screen readers look; and from which side it is read."""
    answer = await town.client.get("/", headers=HTML | {"Accept-Language": language})
    assert answer.headers["content-language"] == language
    assert f'<html lang="{language}" dir="{LANGUAGES[language].direction}">' in answer.text


async def test_caches_are_told_what_the_language_hangs_on(town: Town) -> None:
    """On pages, and on refusals as pages."""
    for path in ("/", "/problems/nothing"):
        answer = await town.client.get(path, headers=HTML)
        assert answer.headers["vary"] == "Accept-Language, Cookie"


async def test_a_language_is_kept_only_for_who_asks_for_it(town: Town) -> None:
    """A browser's own wish leaves no cookie, nor does one for what the house does not speak."""
    for path in ("/", "/?lang=tlh"):
        answer = await town.client.get(path, headers=HTML | {"Accept-Language": "sv"})
        assert "set-cookie" not in answer.headers
    asked = await town.client.get("/?lang=da", headers=HTML | {"Accept-Language": "sv"})
    assert (asked.headers["content-language"], "language=da" in asked.headers["set-cookie"]) == ("da", True)
    assert "HttpOnly" in asked.headers["set-cookie"]


async def test_what_was_asked_for_stays(town: Town) -> None:
    """The next page is in it as well, whatever the browser says."""
    await town.client.get("/?lang=fi", headers=HTML)
    assert (await town.client.get("/", headers=HTML | {"Accept-Language": "sv"})).headers["content-language"] == "fi"


async def test_each_language_has_its_own_tag(town: Town) -> None:
    """Nobody is told that they have a page already which they have in another language."""
    first = await town.client.get("/", headers=HTML | {"Accept-Language": "sv"})
    again = {"If-None-Match": first.headers["etag"]}
    same = await town.client.get("/", headers=HTML | again | {"Accept-Language": "sv"})
    other = await town.client.get("/", headers=HTML | again | {"Accept-Language": "ar"})
    assert (same.status_code, other.status_code) == (304, 200)
    assert other.headers["etag"] != first.headers["etag"]


async def test_a_house_has_a_language_of_its_own(database_url: str, redis_url: str) -> None:
    """For browsers that ask for none we speak."""
    async with open_town(Settings(database_url, redis_url, MASTER_KEY, ADDRESS, language="sv")) as town:
        answer = await town.client.get("/", headers=HTML | {"Accept-Language": "tlh"})
        assert answer.headers["content-language"] == "sv"


async def test_problem_details_are_in_the_language_of_who_asks(town: Town) -> None:
    """Title and sentence are; type, facts and their names are for programs, and stay."""
    answer = await town.client.get(NOWHERE, headers={"Accept-Language": "sv-SE, en;q=0.5"})
    problem = answer.json()
    assert (answer.headers["content-language"], problem["title"]) == ("sv", "Finns inte")
    assert problem["detail"].startswith("Här finns omgången inte.")
    assert (problem["type"], problem["facts"]) == ("/problems/not-found", {"what": "round"})
    assert (await town.client.get(NOWHERE)).json()["title"] == "Not found"


async def test_a_problem_page_is_in_the_language_of_who_reads_it(town: Town) -> None:
    """So is the page of its kind."""
    swedish = HTML | {"Accept-Language": "sv"}
    assert "Här finns omgången inte." in (await town.client.get(NOWHERE.removeprefix("/api"), headers=swedish)).text
    assert "<h1>Finns inte</h1>" in (await town.client.get("/problems/not-found", headers=swedish)).text


async def test_a_fault_is_said_in_the_language_of_who_made_it(town: Town) -> None:
    """The fact itself stays English."""
    headers = {"Accept-Language": "sv", "Content-Type": "application/json"}
    problem = (await town.client.post("/api/officer/sessions", content=b"{", headers=headers)).json()
    assert problem["facts"] == {"fault": "it is not JSON"}
    assert problem["detail"] == "Det som kom går inte att läsa: det är inte JSON."


def test_a_house_speaks_a_language_that_pages_are_written_in(settings: Settings) -> None:
    """A slip in the setting is told at the start, and not by every page."""
    with pytest.raises(SettingsError, match="BYALAG_LANGUAGE must be one of sv, en, da"):
        make_app(msgspec.structs.replace(settings, language="se"))
