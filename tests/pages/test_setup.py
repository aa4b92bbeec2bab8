"""An officer sets a round up: the steps before it can be scheduled, and another round like it."""

from datetime import timedelta
from typing import Any

from tests.pages.visitor import Visit, Visitor
from tests.town import Town, draft, moment, pot

FAR: dict[str, Any] = {"voting_at": "2031-05-01T08:00", "closes_at": "2031-05-15T20:00"}


def steps(page: Visit) -> list[str]:
    """The steps as they are read."""
    lists = [each for each in page.page.all("ol") if each["class"] == "checks"]
    return [item.text for each in lists for item in each.all("li")]


async def test_the_steps_of_a_draft_stand_in_order(town: Town, dagny: Visitor) -> None:
    """Each is done or missing, and leads to where it is done."""
    view = await town.act("POST", "/api/rounds", json=draft())
    page = await dagny.open(f"/officer/rounds/{view['round']['id']}")
    assert steps(page) == [
        "done a pot",
        "missing a project in the pot “The big pot”",
        "missing a roll built from the newest register and rules",
        "missing somebody who may vote in the pot “The big pot”",
        "done a voting time that is not over",
    ]
    link = next(each for each in page.page.all("a") if each.text.startswith("a project in"))
    assert link["href"] == f"/officer/pots/{view['pots'][0]['id']}/projects"


async def test_what_is_missing_is_what_scheduling_refuses(town: Town, dagny: Visitor) -> None:
    """A voting time that is over, and a project that a rule names and nobody can choose, are steps as well."""
    rule = {"rule": "greedy_by_votes", "exclusive": [["1", "9"]]}
    past: dict[str, Any] = {"voting_at": moment(timedelta(days=-9)), "closes_at": moment(timedelta(days=-2))}
    ground = await town.draw_round(pots=[pot(rule=rule)], **past)
    page = await dagny.open(f"/officer/rounds/{ground.id}")
    missing = [step for step in steps(page) if step.startswith("missing")]
    assert missing == [
        "missing the project 9 in the pot “The big pot”, which its rule excludes",
        "missing a voting time that is not over",
    ]
    refused = await dagny.send(f"/officer/rounds/{ground.id}/schedule", [])
    assert "voting would already be over" in refused.alert
    assert "excludes the project 9" in refused.alert


async def test_a_whole_round_has_all_steps_done(town: Town, dagny: Visitor) -> None:
    """Then the button that schedules is there."""
    ground = await town.draw_round()
    page = await dagny.open(f"/officer/rounds/{ground.id}")
    assert all(step.startswith("done") for step in steps(page))
    assert "Schedule the round" in page.buttons


async def test_an_officer_sets_the_times_of_a_draft(town: Town, dagny: Visitor) -> None:
    """Everything else of the round stays, its projects too; ages count on the new day."""
    ground = await town.draw_round()
    await dagny.open(f"/officer/rounds/{ground.id}/draft")
    page = await dagny.press("Save the round", proposing_at="2031-03-01T08:00", **FAR)
    assert "The round is saved." in page.text
    view = await town.act("GET", f"/api/rounds/{ground.id}/draft")
    assert view["round"]["closes_at"] == "2031-05-15T20:00:00Z"
    assert view["round"]["lot_seed"] == "a seed for tests"
    assert view["pots"][0]["age_on"] == "2031-05-01"
    assert len(view["projects"]) == 4


async def test_a_round_is_drafted_like_another_one(town: Town, dagny: Visitor) -> None:
    """Pots, styles and rules are copied; projects, excluded projects, steps, seed and announcement are not."""
    rule = {"rule": "greedy_by_votes", "exclusive": [["1", "2"]]}
    ground = await town.draw_round(
        pots=[pot(rule=rule), pot("Parks", areas=["North"], style={"style": "knapsack", "max_cost": 50_000})],
        about="For all.",
        proposing_at=moment(timedelta(days=-3)),
        ballots_floor=17,
        shows_what_if=True,
    )
    shown = await dagny.open(f"/officer/rounds/{ground.id}")
    assert "Draft a new round like this one" in shown.text
    await dagny.open(f"/officer/rounds/{ground.id}/copy")
    page = await dagny.press("Draft the round", name="Our street 2031", **FAR)
    assert (page.title, "The new round is drafted." in page.text) == ("Our street 2031", True)
    new = await town.act("GET", f"/api/rounds/{dagny.at.rpartition('/')[2].partition('?')[0]}/draft")
    old = await town.act("GET", f"/api/rounds/{ground.id}/draft")
    assert [(each["name"], each["style"], each["areas"], each["age_on"]) for each in new["pots"]] == [
        (each["name"], each["style"], each["areas"], "2031-05-01") for each in old["pots"]
    ]
    assert new["pots"][0]["rule"].get("exclusive", []) == []
    assert (new["projects"], new["areas"], new["round"]["phase"]) == ([], old["areas"], "draft")
    assert (new["round"]["about"], new["round"]["ballots_floor"], new["round"]["proposing_at"]) == (
        "For all.",
        17,
        None,
    )
    assert new["round"]["shows_what_if"] is True
    assert new["round"]["lot_seed"] != old["round"]["lot_seed"]


async def test_a_copy_without_a_name_is_refused_in_the_form(town: Town, dagny: Visitor) -> None:
    """No round is drafted."""
    ground = await town.draw_round()
    await dagny.open(f"/officer/rounds/{ground.id}/copy")
    page = await dagny.press("Draft the round", name=" ", **FAR)
    assert (page.status, "the name" in page.alert) == (400, True)
