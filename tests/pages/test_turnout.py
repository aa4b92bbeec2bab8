"""The page of who took part, by area: figures in words, what is put together and why, and the way there and back."""

import pytest

from schema.settings import Settings
from service.pages.turnout import SHADES
from tests.builders import ADDRESS, MASTER_KEY
from tests.pages.test_areas import send
from tests.pages.visitor import Visit, Visitor
from tests.service.test_outlines import SQUARE, feature, file, moved
from tests.service.test_turnout import AREAS, came, opened, over, register
from tests.town import Ground, Town, open_town
from workers.turnout import FLOOR

BOX = "https://ballots.example.se"


@pytest.fixture
async def published(town: Town) -> Ground:
    """A round whose four areas are two lines."""
    return await over(town, await opened(town))


def plain(seen: Visit) -> str:
    """The words of a page, with every blank a plain one."""
    return seen.text.replace("\xa0", " ")


def links(seen: Visit) -> list[str]:
    """Where a page leads."""
    return [each["href"] for each in seen.page.all("a")]


async def test_every_line_has_its_figures_in_words(visitor: Visitor, published: Ground) -> None:
    """Drawings are beside them, for nobody who listens."""
    seen = await visitor.open(f"/rounds/{published.id}/turnout")
    assert seen.title == "Who took part, by area"
    (table,) = seen.page.all("table")
    rows = [[each.text for each in body.all("th", "td")] for body in table.all("tbody")]
    assert rows == [["South", "4 of 30", "13%"], ["Other areas, put together", "9 of 31", "29%"]]
    assert {each["aria-hidden"] for each in seen.page.all("svg")} == {"true"}
    assert "13 of 61 residents who could vote took part." in plain(seen)


async def test_it_says_that_taking_part_is_not_a_counted_ballot(visitor: Visitor, published: Ground) -> None:
    """Thirteen signed in, and two of them voted."""
    seen = await visitor.open(f"/rounds/{published.id}/turnout")
    assert "It does not mean that a ballot was counted" in plain(seen)
    assert f"/pots/{published.pot}/results" in links(seen)


async def test_it_says_which_areas_are_put_together_and_why(visitor: Visitor, published: Ground) -> None:
    """By name, with the limits that the worker keeps."""
    seen = await visitor.open(f"/rounds/{published.id}/turnout")
    assert f"every line is of at least {FLOOR} people, of whom at least three took part" in plain(seen)
    (together,) = [each for each in seen.page.all("ul") if each["class"] == "areas"]
    assert [each.text for each in together.all("li")] == ["East", "North", "West"]


async def test_where_nothing_is_together_nothing_is_said_of_it(town: Town, visitor: Visitor) -> None:
    """Two large areas, each by itself."""
    ground = await town.open_round(register=register(North=24, South=30), areas=["North", "South"])
    await came(town, ground, North=5, South=4)
    outlines = file(*(feature(name, [moved(SQUARE, at / 10)]) for at, name in enumerate(["North", "South"])))
    assert (await send(town, outlines)).status_code in {200, 303}
    seen = await visitor.open(f"/rounds/{(await over(town, ground)).id}/turnout")
    assert "The stronger the colour of an area" in plain(seen)
    assert "put together" not in plain(seen)


async def test_a_round_of_few_shows_no_figure(town: Town, visitor: Visitor) -> None:
    """It says why, and where counted ballots are."""
    ground = await town.open_round()
    await (await ground.voter("AMINA-1")).cast(1)
    seen = await visitor.open(f"/rounds/{(await over(town, ground)).id}/turnout")
    assert (seen.status, seen.page.all("table")) == (200, [])
    assert "any figure would tell of single people" in plain(seen)
    assert f"/api/rounds/{ground.id}/turnout-by-area.csv" not in links(seen)


async def test_before_publication_it_leads_back_to_the_round(town: Town, visitor: Visitor) -> None:
    """And no page leads to it."""
    ground = await opened(town)
    await ground.count()
    await town.work("roll")
    seen = await visitor.open(f"/rounds/{ground.id}/turnout")
    assert (seen.status, seen.title) == (409, "Not counted yet")
    assert f"/rounds/{ground.id}" in links(seen)
    assert f"/rounds/{ground.id}/turnout" not in links(await visitor.open(f"/rounds/{ground.id}"))


async def test_the_rounds_page_and_the_results_lead_to_it(visitor: Visitor, published: Ground) -> None:
    """Once each."""
    for path in (f"/rounds/{published.id}", f"/pots/{published.pot}/results"):
        assert links(await visitor.open(path)).count(f"/rounds/{published.id}/turnout") == 1


async def test_the_figures_can_be_taken_home_and_found_from_paper(visitor: Visitor, published: Ground) -> None:
    """As a file, whose whole address stands in print."""
    seen = await visitor.open(f"/rounds/{published.id}/turnout")
    assert f"/api/rounds/{published.id}/turnout-by-area.csv" in links(seen)
    (said,) = [each.text for each in seen.page.all("span") if each["class"] == "paper-only"]
    assert said == f"{ADDRESS}/api/rounds/{published.id}/turnout-by-area.csv"


async def test_the_map_shades_what_stands_alone(town: Town, visitor: Visitor) -> None:
    """The greatest share is the darkest; areas that are together have no shade of their own."""
    ground = await over(town, await opened(town))
    outlines = file(*(feature(name, [moved(SQUARE, at / 10)]) for at, name in enumerate(AREAS)))
    assert (await send(town, outlines)).status_code in {200, 303}
    seen = await visitor.open(f"/rounds/{ground.id}/turnout")
    (drawing,) = [each for each in seen.page.all("svg") if each["role"] == "img"]
    assert [each["class"] for each in drawing.all("path")] == [
        *["area together"] * 2,
        f"area shade-{SHADES}",
        "area together",
    ]
    assert [each.text for each in seen.page.all("ol")[-1].all("li")] == sorted(AREAS)
    assert "Areas without a colour are put together." in plain(seen)


async def test_a_name_is_text(town: Town, visitor: Visitor) -> None:
    """Whatever an area is called in the register."""
    name = "<b>Norr</b>"
    text = register(Norr=24, South=30).replace(",Norr,", f",{name},")
    ground = await town.open_round(register=text, areas=[name, "South"])
    await came(town, ground, Norr=5, South=4)
    seen = await visitor.open(f"/rounds/{(await over(town, ground)).id}/turnout")
    assert "<b>" not in seen.html
    assert name in seen.text


async def test_the_language_goes_along_from_one_room_to_the_other(database_url: str, redis_url: str) -> None:
    """The results are the box's and areas are the roll's: their links to each other name the language she chose."""
    settings = Settings(database_url, redis_url, MASTER_KEY, ADDRESS, separate_box_url=BOX)
    async with open_town(settings) as town:
        ground = await over(town, await opened(town))
        results, turnout = f"/pots/{ground.pot}/results", f"/rounds/{ground.id}/turnout"
        visitor = Visitor(town.client)
        assert f"{ADDRESS}{turnout}" in links(await visitor.open(results))
        assert f"{ADDRESS}{turnout}?lang=da" in links(await visitor.open(f"{results}?lang=da"))
        assert f"{BOX}{results}?lang=da" in links(await visitor.open(turnout))
