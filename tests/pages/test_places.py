"""Where proposals are and what they are about: pointed at without script, found by theme, shown on a map."""

from typing import Any

import pytest

from service.pages.maps import INSET, NEARER, SHOWN, area_at, drawn
from service.store.outlines import Outline
from tests.pages.test_areas import MAP
from tests.pages.test_areas import send as send_map
from tests.pages.test_pictures import WROTE
from tests.pages.test_resident import expired, hidden, in_phase, signed_in
from tests.pages.visitor import Fields, Visit, Visitor, filled
from tests.service.test_proposals import send
from tests.service.test_themes import propose, round_with
from tests.town import Ground, Town

SQUARE = ((0, 0), (1000, 0), (1000, 1000), (0, 1000), (0, 0))
HOLE = ((400, 400), (600, 400), (600, 600), (400, 600), (400, 400))
TWO = [Outline("North", (SQUARE, HOLE)), Outline("South", (tuple((x, y - 1000) for x, y in SQUARE),))]


async def writing(town: Town, visitor: Visitor, *themes: str) -> Ground:
    """Amina at the form for a proposal, in a round with a map."""
    ground = await round_with(town, *themes)
    await send_map(town, MAP)
    await signed_in(visitor, ground)
    await visitor.press("Write a proposal")
    return ground


async def point(visitor: Visitor, x: int, y: int, size: str = "small", **typed: str) -> Visit:
    """Press the map of a form: a browser sends where."""
    assert visitor.seen is not None
    form, _button = visitor.seen.form("Put it forward")
    image = next(each for each in form.all("input") if each["type"] == "image" and each["name"] == size)
    fields: Fields = [(name, typed.get(name, value)) for name, value in filled(form)]
    return await visitor.send(image["formaction"], [*fields, (f"{size}.x", str(x)), (f"{size}.y", str(y))])


def test_what_is_pressed_in_the_middle_is_the_middle() -> None:
    """On a telephone and at a desk, whatever the size of the picture."""
    found = drawn(TWO)
    assert found is not None
    for size in SHOWN:
        width, height = found.shown(size)
        pressed = found.pressed(size, width // 2, height // 2, None)
        assert pressed is not None
        assert abs(pressed[0] - 500) <= 4
        assert abs(pressed[1] - 0) <= 4


def test_a_map_is_nearer_around_a_point() -> None:
    """A step of a finger is a quarter of what it was, and the edges of the map stay its edges."""
    found = drawn(TWO)
    assert found is not None
    near, far = (found.pressed("small", 100, 200, at) for at in ((500, 0), None))
    next_near, next_far = (found.pressed("small", 110, 200, at) for at in ((500, 0), None))
    assert near and far and next_near and next_far  # noqa: PT018 - for the type checker; they are compared below
    assert next_near[0] - near[0] == pytest.approx((next_far[0] - far[0]) / NEARER, abs=2)
    assert found.pressed("small", 0, 0, (0, 1000)) == (0, 1000)


def test_a_press_on_the_small_whole_map_points_at_the_whole() -> None:
    """It lies in the corner that is farthest from the point, and hides nothing that cannot be pointed at."""
    found = drawn(TWO)
    assert found is not None
    width, height = found.shown("small")
    west, north = found.frame.west, found.frame.north
    aside, above = round(width * (1 - INSET / 2)), round(height * (1 - INSET / 2))
    whole = found.pressed("small", width // 2, height // 2, None)
    middle = found.pressed("small", aside, above, (west, north))
    assert whole is not None
    assert middle == pytest.approx(whole, abs=20)
    assert found.pressed("small", 0, 0, (found.frame.east, found.frame.south)) == (west, north)


def test_beside_the_picture_there_is_nothing() -> None:
    """No browser sends that."""
    found = drawn(TWO)
    assert found is not None
    width, height = found.shown("large")
    assert found.pressed("large", width + 1, 5, None) is None
    assert found.pressed("large", 5, height + 1, None) is None


@pytest.mark.parametrize(
    ("where", "area"), [((100, 100), "North"), ((500, 500), None), ((100, -100), "South"), ((2000, 0), None)]
)
def test_a_point_lies_in_an_area_or_in_none(where: tuple[int, int], area: str | None) -> None:
    """A hole is not in it."""
    assert area_at(TWO, where) == area


async def test_pointing_marks_the_point_and_keeps_what_was_written(town: Town, visitor: Visitor) -> None:
    """The area in which it lies is chosen with it, and the proposal has it."""
    ground = await writing(town, visitor)
    seen = await point(visitor, 40, 40, title="Bänkar", place="Vid ån")
    assert "The point is marked, in North." in seen.text
    assert 'value="Bänkar"' in seen.html
    assert 'value="Vid ån"' in seen.html
    sent = await visitor.press("Put it forward", **WROTE)
    assert sent.status == 201
    (made,) = (await town.client.get(f"/api/rounds/{ground.id}/proposals")).json()["items"]
    assert made["area"] == "North"
    assert 1_190_000 <= made["point"][0] <= 1_200_000


async def test_pointing_again_is_nearer_and_moves_the_point(town: Town, visitor: Visitor) -> None:
    """And another area comes with it, unless somebody chose one."""
    await writing(town, visitor)
    first = hidden(await point(visitor, 200, 40), "point")
    second = hidden(await point(visitor, 150, 40), "point")
    assert first != second
    assert hidden(await visitor.press("Take the point away"), "point") == ""


async def test_an_area_that_was_chosen_stays(town: Town, visitor: Visitor) -> None:
    """Whoever writes knows better than the map."""
    await writing(town, visitor)
    seen = await point(visitor, 40, 40, area="South")
    chosen = [each["value"] for each in seen.page.all("option") if "selected" in each.attributes]
    assert "South" in chosen


async def test_a_key_on_the_map_marks_nothing(town: Town, visitor: Visitor) -> None:
    """A browser sends the corner then; the area and words say it as well."""
    await writing(town, visitor)
    seen = await point(visitor, 0, 0, title="Bänkar")
    assert hidden(seen, "point") == ""
    assert "the area and the place in words are enough" in seen.text
    assert 'value="Bänkar"' in seen.html


@pytest.mark.parametrize(("x", "y"), [(289, 10), (10, 999)])
async def test_beside_the_map_is_refused_and_what_was_written_kept(
    town: Town, visitor: Visitor, x: int, y: int
) -> None:
    """In a sentence."""
    await writing(town, visitor)
    seen = await point(visitor, x, y, title="Bänkar")
    assert (seen.status, "Point inside the map" in seen.alert) == (422, True)
    assert 'value="Bänkar"' in seen.html


async def test_a_forged_point_is_refused(town: Town, visitor: Visitor) -> None:
    """One that lies elsewhere, and one that is none."""
    await writing(town, visitor)
    seen = await visitor.press("Put it forward", point="1,1", **WROTE)
    assert (seen.status, "Point inside the map" in seen.alert) == (422, True)
    assert (await visitor.press("Put it forward", point="here")).status == 400


async def test_a_point_is_kept_when_the_sign_in_ends(town: Town, visitor: Visitor) -> None:
    """With theme, place and all that was written."""
    await writing(town, visitor, "Play")
    form = await point(visitor, 40, 40)
    old = expired(town, hidden(form, "pass"), "civic")
    await visitor.press("Put it forward", theme="Play", place="Vid ån", token=old, **WROTE)
    back = await visitor.press("Go on", code=town.codes["AMINA-1"])
    assert hidden(back, "point") == hidden(form, "point")
    assert 'value="Vid ån"' in back.html
    assert "Play" in [each["value"] for each in back.page.all("option") if "selected" in each.attributes]


async def test_the_map_is_a_picture(town: Town, visitor: Visitor) -> None:
    """Of the areas, and of the part around a point; beside the map there is none."""
    ground = await writing(town, visitor)
    whole = await town.client.get(f"/rounds/{ground.id}/map.svg")
    assert (whole.status_code, whole.headers["content-type"]) == (200, "image/svg+xml")
    assert whole.text.count("<path") == 2
    near = await town.client.get(f"/rounds/{ground.id}/map.svg?near=1195000,5775000")
    assert near.text.count("<circle") == 1
    assert (whole.text.count("<use"), near.text.count("<use")) == (0, 1)
    assert near.text.partition("viewBox=")[2][:40] != whole.text.partition("viewBox=")[2][:40]
    assert (await town.client.get(f"/rounds/{ground.id}/map.svg?near=1,1")).status_code == 422
    assert (await town.client.get(f"/rounds/{ground.id}/map.svg?near=x")).status_code == 400


async def test_a_round_without_a_map_loses_nothing(town: Town, visitor: Visitor) -> None:
    """The form has area and words, the pages have no empty picture, and the map's address says that there is none."""
    ground = await in_phase(town, "proposing")
    await signed_in(visitor, ground)
    form = await visitor.press("Write a proposal")
    assert not [each for each in form.page.all("input") if each["type"] == "image"]
    assert (await visitor.press("Put it forward", place="Vid ån", **WROTE)).status == 201
    seen = await visitor.open(f"/rounds/{ground.id}/proposals")
    assert "Vid ån" in seen.text
    assert not seen.page.all("svg")
    assert (await town.client.get(f"/rounds/{ground.id}/map.svg")).status_code == 404


async def test_the_list_has_a_map_of_its_places(town: Town, visitor: Visitor) -> None:
    """Each leads to its proposal by its title, and those that are not sought are not on it."""
    ground = await writing(town, visitor)
    made = [
        (await propose(ground, title=title, point=[1_195_000 + at, 5_775_000])).json()["id"]
        for at, title in enumerate(("A slide", "A swing"))
    ]
    await propose(ground, title="Nowhere")
    links = marks(await visitor.open(f"/rounds/{ground.id}/proposals"))
    assert links == {"A slide": f"/proposals/{made[0]}", "A swing": f"/proposals/{made[1]}"}
    assert set(marks(await visitor.open(f"/rounds/{ground.id}/proposals?q=swing"))) == {"A swing"}


def marks(seen: Visit) -> dict[str, str]:
    """What the map on a page leads to."""
    (drawing,) = seen.page.all("svg")
    return {each["aria-label"]: each["href"] for each in drawing.all("a")}


async def test_a_proposal_shows_its_place(town: Town, visitor: Visitor) -> None:
    """On the map and in words; a hidden one is on no map."""
    ground = await writing(town, visitor)
    made = (await propose(ground, place="By the school", point=[1_195_000, 5_775_000])).json()["id"]
    seen = await visitor.open(f"/proposals/{made}")
    assert len([each for each in seen.page.all("circle") if each["class"] == "mark"]) == 1
    assert "By the school" in seen.text
    await send(ground, "AMINA-1", "DELETE", f"/api/proposals/{made}")
    assert not (await visitor.open(f"/rounds/{ground.id}/proposals")).page.all("svg")


async def test_proposals_are_found_by_theme(town: Town, visitor: Visitor) -> None:
    """Beside words and area; each shows its own."""
    ground = await writing(town, visitor, "Play", "Traffic")
    await propose(ground, title="A slide", theme="Play")
    await propose(ground, title="A crossing", theme="Traffic")
    await visitor.open(f"/rounds/{ground.id}/proposals")
    seen = await visitor.press("Search", theme="Play")
    assert ("A slide" in seen.text, "A crossing" in seen.text) == (True, False)
    assert [each.text for each in seen.page.all("article")[0].all("span") if each["class"] == "tag"] == ["Play"]
    nothing = await visitor.press("Search", theme="Traffic", q="slide")
    assert "No proposal is like this" in nothing.text


async def test_a_proposal_is_written_with_a_theme(town: Town, visitor: Visitor) -> None:
    """Chosen from those of the round, and shown as a tag."""
    await writing(town, visitor, "Play")
    sent = await visitor.press("Put it forward", theme="Play", **WROTE)
    link = next(each["href"] for each in sent.page.all("a") if each.text == "Bänkar")
    assert "Play" in (await visitor.open(link)).text


async def test_a_theme_that_went_meanwhile_is_told(town: Town, visitor: Visitor) -> None:
    """What was written is kept."""
    await writing(town, visitor, "Play")
    seen = await visitor.press("Put it forward", theme="Gone", **WROTE)
    assert (seen.status, "theme of that name" in seen.alert) == (404, True)
    assert 'value="Bänkar"' in seen.html


async def test_where_a_round_has_no_themes_nothing_is_said_of_them(town: Town, visitor: Visitor) -> None:
    """Neither in the form nor in the list."""
    ground = await writing(town, visitor)
    assert visitor.seen is not None
    for seen in (visitor.seen, await visitor.open(f"/rounds/{ground.id}/proposals")):
        assert "heme" not in seen.text


async def test_an_officer_gives_a_round_themes(town: Town, dagny: Visitor) -> None:
    """One on each line of the draft; once proposals are closed the form says so and keeps what was typed."""
    ground = await in_phase(town, "proposing")
    await dagny.open(f"/officer/rounds/{ground.id}/draft")
    await dagny.press("Save the round", themes="Play\n\nTraffic\n")
    assert (await town.client.get(f"/api/rounds/{ground.id}")).json()["themes"] == ["Play", "Traffic"]
    late: dict[str, Any] = {"reviewing_at": "2020-01-02T00:00", "proposing_at": "2020-01-01T00:00"}
    await dagny.open(f"/officer/rounds/{ground.id}/draft")
    await dagny.press("Save the round", **late)
    await dagny.open(f"/officer/rounds/{ground.id}/draft")
    seen = await dagny.press("Save the round", themes="Trees")
    assert (seen.status, "until its proposals close" in seen.alert) == (409, True)
    assert "Trees" in seen.html
