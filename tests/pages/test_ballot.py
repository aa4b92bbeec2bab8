"""The page of a ballot in every style: filling it in, looking at it once more, and never losing what was chosen."""

import gzip
from typing import Any

import pytest

from service.languages import LANGUAGES
from service.pages.shell import STATIC
from tests.pages.test_resident import at_ballot, expired, hidden
from tests.pages.visitor import Visit, Visitor, filled
from tests.service.test_styles import CUMULATIVE, RANKED, SCORED
from tests.town import Ground, Town, pot

KNAPSACK = {"style": "knapsack", "max_cost": 70_000}
APPROVAL = {"style": "approval", "max_choices": 3, "min_choices": 1}
MANY_POINTS = {"style": "scored", "max_score": 100}


async def opened(town: Town, style: dict[str, Any], **changes: Any) -> Ground:
    """A round with one pot of this style."""
    return await town.open_round(pots=[pot(style=style)], **changes)


async def write(visitor: Visitor, button: str, points: dict[int, str]) -> Visit:
    """Give points to projects and press a button."""
    assert visitor.seen is not None
    form, pressed = visitor.seen.form(button)
    fields, project = [], 0
    for name, value in filled(form):
        project = int(value) if name == "choices" else project
        fields.append((name, points.get(project, value) if name == "points" else value))
    return await visitor.send(pressed["formaction"] or form["action"], [*fields, (pressed["name"], pressed["value"])])


def given(visit: Visit) -> dict[int, int]:
    """The points on the page, by project."""
    numbers = [int(each["value"]) for each in visit.page.all("input") if each["name"] == "choices"]
    form, _ = visit.form("Cast my ballot")
    points = [int(value or 0) for name, value in filled(form) if name == "points"]
    return {number: each for number, each in zip(numbers, points, strict=True) if each}


def order(visit: Visit) -> list[int]:
    """The projects that stand in the form, in their order."""
    return [int(each["value"]) for each in visit.page.all("input") if each["name"] == "choices"]


def sums(visit: Visit) -> str:
    """What the page says of each limit."""
    return " | ".join(each.text for each in visit.page.all("p") if each["id"].startswith("gauge-")).replace("\xa0", " ")


async def as_kept(ground: Ground) -> tuple[list[int], list[int]]:
    """The choices and points of Amina's ballot."""
    ballot = (await (await ground.voter("AMINA-1")).ballot()).json()
    return ballot["choices"], ballot["points"]


@pytest.mark.parametrize("style", [CUMULATIVE, SCORED, MANY_POINTS], ids=["cumulative", "scored", "many points"])
async def test_points_are_given(town: Town, visitor: Visitor, style: dict[str, Any]) -> None:
    """From fields or lists beside the projects to the ballot as it is kept, and back onto the page."""
    ground = await opened(town, style)
    await at_ballot(visitor, ground)
    review = await write(visitor, "Cast my ballot", {1: "2", 4: "5"})
    assert "Project 1 2 points" in review.text.replace("\xa0", " ")
    assert (await visitor.press("Cast this ballot")).title == "Your ballot was accepted"
    assert await as_kept(ground) == ([1, 4], [2, 5])
    assert given(await visitor.press("Look at my ballot")) == {1: 2, 4: 5}


async def test_projects_are_put_in_order_by_buttons(town: Town, visitor: Visitor) -> None:
    """Chosen, moved up and down, and taken away; then cast in that order."""
    ground = await opened(town, RANKED)
    await at_ballot(visitor, ground)
    for number in (3, 1, 4):
        await visitor.press(f"Choose: Project {number}")
    assert order(await visitor.press("Up: Project 4")) == [3, 4, 1]
    assert order(await visitor.press("Down: Project 3")) == [4, 3, 1]
    assert order(await visitor.press("Take away: Project 1")) == [4, 3]
    review = await visitor.press("Cast my ballot")
    assert "1 4 Project 4" in review.text
    assert "2 3 Project 3" in review.text
    await visitor.press("Cast this ballot")
    assert (await as_kept(ground))[0] == [4, 3]
    assert order(await visitor.press("Look at my ballot")) == [4, 3]


async def test_a_keyboard_goes_on_where_it_was(town: Town, visitor: Visitor) -> None:
    """After a move the button that was pressed has the focus, and at the end of the order the one that leads back."""
    ground = await opened(town, RANKED)
    await at_ballot(visitor, ground)

    async def focus(button: str) -> str:
        seen = await visitor.press(button)
        return next(each.text for each in seen.page.all("button") if "autofocus" in each.attributes)

    assert await focus("Choose: Project 2") == "Choose: Project 3"
    await visitor.press("Choose: Project 3")
    assert await focus("Choose: Project 4") == "Choose: Project 1"
    assert await focus("Up: Project 4") == "Up: Project 4"
    assert await focus("Up: Project 4") == "Down: Project 4"
    assert await focus("Take away: Project 4") == "Choose: Project 4"


@pytest.mark.parametrize(
    ("style", "choices", "points", "said"),
    [
        (APPROVAL, [], {}, "0 of 3 projects: 1 more needed | 0 kr together"),
        (APPROVAL, [1, 2], {}, "2 of 3 projects: 1 left | 600 kr together"),
        (APPROVAL, [1, 2, 3, 4], {}, "4 of 3 projects: 1 too many | 1 200 kr together"),
        (KNAPSACK, [1], {}, "300 kr of 700 kr: 400 kr left | Projects chosen: 1"),
        (KNAPSACK, [1, 2, 3], {}, "900 kr of 700 kr: 200 kr too much | Projects chosen: 3"),
        (RANKED, [2, 1], {}, "2 of 3 projects: 1 left | 600 kr together"),
        (CUMULATIVE, [], {1: "4", 2: "3"}, "7 of 10 points: 3 left | 2 of 3 projects: 1 left | 600 kr together"),
        (CUMULATIVE, [], {1: "8", 2: "8"}, "16 of 10 points: 6 too many | 2 of 3 projects: 1 left | 600 kr together"),
        (SCORED, [], {1: "4", 2: "5"}, "Projects chosen: 2 | 600 kr together"),
    ],
)
async def test_every_limit_says_how_far_it_is_used(
    town: Town, visitor: Visitor, style: dict[str, Any], choices: list[int], points: dict[int, str], said: str
) -> None:
    """In numbers and money, with a bar for each limit that there is."""
    ground = await opened(town, style)
    await at_ballot(visitor, ground)
    if style["style"] == "ranked":
        for number in choices:
            seen = await visitor.press(f"Choose: Project {number}")
    elif points:
        seen = await write(visitor, "Add up", points)
    else:
        seen = await visitor.press("Add up", ticks=choices)
    assert sums(seen) == said
    assert len(seen.page.all("meter")) == said.count(" of ")


@pytest.mark.parametrize(
    ("style", "points", "said"),
    [
        (CUMULATIVE, {1: "8", 2: "8"}, "16 points in all, 6 more than the 10"),
        (CUMULATIVE, {1: "1", 2: "1", 3: "1", 4: "1"}, "4 projects; at most 3"),
        (CUMULATIVE | {"min_choices": 2}, {1: "1"}, "at least 2 are needed"),
        (MANY_POINTS, {1: "101"}, "at most 100 are allowed for one project"),
        (MANY_POINTS, {1: "9", 2: "many"}, "Project 2"),
    ],
)
async def test_points_beyond_a_limit_are_refused(
    town: Town, visitor: Visitor, style: dict[str, Any], points: dict[int, str], said: str
) -> None:
    """Before anything is cast, by a sentence that names the limit; what was written stays in the form."""
    ground = await opened(town, style)
    await at_ballot(visitor, ground)
    refused = await write(visitor, "Cast my ballot", points)
    assert refused.status == 422
    assert said in refused.alert.replace("\xa0", " ")
    assert given(refused) == {number: int(each) for number, each in points.items() if each.isdecimal()}


async def test_too_many_places_are_refused(town: Town, visitor: Visitor) -> None:
    """They can be chosen, so that one can be put in the place of another; they are not cast."""
    ground = await opened(town, RANKED | {"max_choices": 1})
    await at_ballot(visitor, ground)
    await visitor.press("Choose: Project 2")
    await visitor.press("Choose: Project 1")
    refused = await visitor.press("Cast my ballot")
    assert (refused.status, order(refused)) == (422, [2, 1])
    assert "at most 1" in refused.alert


async def test_a_ballot_is_looked_at_before_it_is_cast(town: Town, visitor: Visitor) -> None:
    """With numbers, costs, sums and what is left; until it is cast there is no ballot, and it can be changed."""
    ground = await opened(town, KNAPSACK)
    await at_ballot(visitor, ground)
    review = await visitor.press("Cast my ballot", ticks=[2, 3])
    assert "2 Project 2 300 kr 3 Project 3 300 kr 600 kr of 700 kr: 100 kr left" in review.text.replace("\xa0", " ")
    assert (await (await ground.voter("AMINA-1")).ballot()).status_code == 404
    changed = await visitor.press("Change it")
    assert changed.checked() == ["2", "3"]
    await visitor.cast(ticks=[3])
    assert await as_kept(ground) == ([3], [])


async def test_a_blank_ballot_is_said_to_be_one(town: Town, visitor: Visitor) -> None:
    """Before it is cast."""
    ground = await opened(town, KNAPSACK)
    await at_ballot(visitor, ground)
    assert "this is a blank ballot" in (await visitor.press("Cast my ballot")).text
    assert (await visitor.press("Cast this ballot")).title == "Your ballot was accepted"


async def test_points_survive_signing_in_again(town: Town, visitor: Visitor) -> None:
    """Whose pass ended while she looked at her ballot types her code, and finds the points where they were."""
    ground = await opened(town, CUMULATIVE)
    await at_ballot(visitor, ground)
    review = await write(visitor, "Cast my ballot", {1: "2", 4: "5"})
    asked = await visitor.press("Cast this ballot", token=expired(town, hidden(review, "pass")))
    assert asked.title == "Sign in with your code"
    assert given(await visitor.press("Go on", code=town.codes["AMINA-1"])) == {1: 2, 4: 5}


async def test_places_survive_signing_in_again(town: Town, visitor: Visitor) -> None:
    """In the order that they had."""
    ground = await opened(town, RANKED)
    ballot = await at_ballot(visitor, ground)
    await visitor.press("Choose: Project 4")
    await visitor.press("Choose: Project 2")
    await visitor.press("Up: Project 2", token=expired(town, hidden(ballot, "pass")))
    assert order(await visitor.press("Go on", code=town.codes["AMINA-1"])) == [4, 2]


@pytest.mark.parametrize("button", ["Cast my ballot", "Easier to read", LANGUAGES["sv"].name])
async def test_points_survive_every_button(town: Town, visitor: Visitor, button: str) -> None:
    """The look at the ballot and back, larger type, another language."""
    ground = await opened(town, CUMULATIVE)
    await at_ballot(visitor, ground)
    seen = await write(visitor, button, {1: "2", 4: "5"})
    if button == "Cast my ballot":
        seen = await visitor.press("Change it")
    points = [int(value or 0) for form in seen.page.all("form") for name, value in filled(form) if name == "points"]
    assert points == [2, 0, 0, 5]


async def test_the_ballot_speaks_the_language_that_is_pressed(town: Town, visitor: Visitor) -> None:
    """With a button for each on the page itself, and no link that would lead away from the choices."""
    ground = await opened(town, KNAPSACK)
    await at_ballot(visitor, ground)
    for code, language in LANGUAGES.items():
        seen = await visitor.press(language.name, ticks=[2])
        html = seen.page.all("html")[0]
        assert (html["lang"], html["dir"], seen.checked()) == (code, language.direction, ["2"])
        assert not [each for each in seen.page.all("a") if "lang=" in each["href"]]


async def test_the_easier_page_stays_until_it_is_left(town: Town, visitor: Visitor) -> None:
    """Over adding up, the look at the ballot, signing in again, the receipt, and another look."""
    ground = await opened(town, KNAPSACK)
    ballot = await at_ballot(visitor, ground)

    def is_easy(seen: Visit) -> bool:
        return any("easy" in each["class"].split() for each in seen.page.all("div"))

    assert not is_easy(ballot)
    assert is_easy(await visitor.press("Easier to read", ticks=[2]))
    token = expired(town, hidden(ballot, "pass"))
    await visitor.press("Add up", token=token)
    assert is_easy(await visitor.press("Go on", code=town.codes["AMINA-1"]))
    assert is_easy(await visitor.press("Cast my ballot"))
    assert is_easy(await visitor.press("Cast this ballot"))
    assert is_easy(await visitor.press("Look at my ballot"))
    usual = await visitor.press("Back to the usual page")
    assert (is_easy(usual), usual.checked()) == (False, ["2"])


async def test_only_a_page_that_names_a_script_runs_one(town: Town, visitor: Visitor) -> None:
    """And their policy lets them run what comes from the house itself, and nothing else."""
    ground = await opened(town, KNAPSACK)
    seen = await at_ballot(visitor, ground)
    (script,) = seen.page.all("script")
    assert script["src"].startswith("/static/ballot.js?v=")
    answer = await town.client.get(script["src"])
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "script-src 'self'" in seen.headers["content-security-policy"]
    assert "script-src" not in (await visitor.open(f"/rounds/{ground.id}/sign-in")).headers["content-security-policy"]


async def test_what_a_browser_keeps_is_for_one_voter(town: Town, visitor: Visitor) -> None:
    """The page names whose choices it keeps, the same for all her windows; the next voter's page names another."""
    ground = await opened(town, KNAPSACK)
    whose = [
        (await at_ballot(visitor, ground, who)).form("Cast my ballot")[0]["data-whose"]
        for who in ("AMINA-1", "AMINA-1", "BJORN-2")
    ]
    assert whose[0] == whose[1] != whose[2]


@pytest.mark.parametrize("button", ["Cast this ballot", "Take my ballot back"])
async def test_the_receipt_forgets_what_the_browser_kept(town: Town, visitor: Visitor, button: str) -> None:
    """It names the pot to the script."""
    ground = await opened(town, KNAPSACK)
    await at_ballot(visitor, ground)
    seen = await visitor.cast(ticks=[1])
    if button == "Take my ballot back":
        await visitor.press("Look at my ballot")
        seen = await visitor.press(button)
    assert [each["data-forget"] for each in seen.page.walk() if each["data-forget"]] == [ground.pot]


@pytest.mark.parametrize("style", [KNAPSACK, CUMULATIVE, RANKED], ids=["knapsack", "cumulative", "ranked"])
async def test_a_long_ballot_is_light(town: Town, visitor: Visitor, style: dict[str, Any]) -> None:
    """A hundred projects with their descriptions: at most 60 kB; style sheet and script together under 25 kB."""
    ground = await town.draw_round(projects=0, pots=[pot(style=style)])
    for number in range(100):
        words = [f"{(number * 7919 + at * 104729) % 9973:x}" for at in range(60)]
        project = {"pot_id": ground.pot, "title": f"Bänkar {' '.join(words[:5])}", "about": " ".join(words)}
        await town.act("POST", f"/api/rounds/{ground.id}/projects", json=project | {"cost": 30_000 + number})
    await ground.officer("POST", "schedule")
    seen = await at_ballot(visitor, ground)
    assert len(seen.page.all("details")) == 100
    assert len(gzip.compress(seen.html.encode())) <= 60_000
    assert sum(len(gzip.compress(STATIC[name])) for name in ("byalag.css", "ballot.js")) < 25_000
