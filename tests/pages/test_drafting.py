"""An officer drafts a round and its pots through pages alone."""

import json
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from service.pages.pots import CHOICES
from tests.pabulib import election
from tests.pages.visitor import Visit, Visitor
from tests.town import Town
from workers.tally.command import tally

ROUND = {
    "name": "Vår gata 2027",
    "about": "Hundred thousand for the yard.",
    "currency": "SEK",
    "voting_at": "2027-05-01T08:00",
    "closes_at": "2027-05-14T20:00",
    "areas": "North\nSouth\n",
    "sources": "register",
}
POT = {"name": "The yard", "money": "100 000", "style": "approval", "approval-max_choices": "3", "rule": "equal-shares"}


async def draft(dagny: Visitor, **changes: Any) -> Visit:
    """Fill in the form for a round."""
    await dagny.open("/officer/rounds/new")
    return await dagny.press("Draft the round", **ROUND | changes)


async def add_pot(dagny: Visitor, drafted: Visit, **changes: Any) -> Visit:
    """Fill in the form for a pot."""
    await dagny.open(f"{drafted.answer.url.path}/pots/new")
    return await dagny.press("Add the pot", **POT | changes)


async def stored(town: Town, seen: Visit) -> Any:
    """The round behind a page, as the API has it."""
    return await town.act("GET", f"/api/rounds/{seen.answer.url.path.split('/')[3]}/draft")


async def test_a_round_is_drafted(town: Town, dagny: Visitor) -> None:
    """What was typed is what the round has."""
    seen = await draft(dagny)
    assert (seen.status, seen.title) == (200, "Vår gata 2027")
    view = await stored(town, seen)
    assert (view["areas"], view["round"]["voting_at"]) == (["North", "South"], "2027-05-01T08:00:00Z")


async def test_a_round_says_whether_other_rules_are_compared(town: Town, dagny: Visitor) -> None:
    """Not unless that is ticked; the form comes with what was, and a faulty one keeps it."""
    assert (await stored(town, await draft(dagny)))["round"]["shows_what_if"] is False
    refused = await draft(dagny, shows_what_if="on", closes_at="2027-04-01T08:00")
    assert (refused.status, "on" in refused.checked()) == (400, True)
    seen = await dagny.press("Draft the round", closes_at=ROUND["closes_at"])
    assert (await stored(town, seen))["round"]["shows_what_if"] is True
    form = await dagny.open(f"{seen.answer.url.path}/draft")
    assert "on" in form.checked()


async def test_a_faulty_round_is_told_and_what_was_typed_is_kept(town: Town, dagny: Visitor) -> None:
    """Nothing is drafted, and nobody types it again."""
    seen = await draft(dagny, closes_at="2027-04-01T08:00")
    assert seen.status == 400
    assert "timeline" in seen.alert
    assert next(each["value"] for each in seen.page.all("input") if each["name"] == "name") == "Vår gata 2027"
    assert "no rounds yet" in (await dagny.open("/officer/rounds")).text


async def test_a_round_can_be_changed_and_keeps_its_pots(town: Town, dagny: Visitor) -> None:
    """The form comes with what the round is."""
    seen = await draft(dagny)
    await add_pot(dagny, seen)
    await dagny.open(f"{seen.answer.url.path}/draft")
    changed = await dagny.press("Save the round", name="Vår gård 2027")
    view = await stored(town, changed)
    assert (view["round"]["name"], [pot["name"] for pot in view["pots"]]) == ("Vår gård 2027", ["The yard"])


async def test_two_officers_at_once_do_not_overwrite_each_other(town: Town, dagny: Visitor) -> None:
    """The second one reads that it was changed meanwhile, and nothing of the first is lost."""
    seen = await draft(dagny)
    await dagny.open(f"{seen.answer.url.path}/draft")
    await add_pot(Visitor(town.client), seen)
    late = await dagny.press("Save the round", name="Other")
    assert late.status == 409
    assert (await stored(town, seen))["round"]["name"] == "Vår gata 2027"


async def test_a_pot_is_added_with_its_rule_and_limits(town: Town, dagny: Visitor) -> None:
    """Equal shares with completion, up to three projects, 100 000 kr."""
    seen = await draft(dagny)
    view = await stored(town, await add_pot(dagny, seen, areas="North", min_age="12"))
    (pot,) = view["pots"]
    assert pot["money"] == 100_000_00
    assert pot["style"] == {"style": "approval", "max_choices": 3, "min_choices": 0}
    assert (pot["rule"]["rule"], pot["rule"]["completion"]) == ("equal_shares", "votes")
    assert (pot["areas"], pot["min_age"]) == (["North"], 12)


STYLES: list[tuple[dict[str, str], dict[str, Any]]] = [
    ({"style": "knapsack", "knapsack-max_cost": "50 000"}, {"max_cost": 50_000_00}),
    (
        {"style": "cumulative", "cumulative-max_points": "10", "cumulative-max_points_per_project": "5"},
        {"max_points": 10},
    ),
    ({"style": "ranked", "ranked-max_choices": "4"}, {"max_choices": 4}),
    ({"style": "scored", "scored-max_score": "5"}, {"max_score": 5}),
]


@pytest.mark.parametrize(("typed", "has"), STYLES, ids=[typed["style"] for typed, _ in STYLES])
async def test_every_style_can_be_set_up(
    town: Town, dagny: Visitor, typed: dict[str, str], has: dict[str, Any]
) -> None:
    """Limits of other styles, left over in the form, are not asked for."""
    view = await stored(town, await add_pot(dagny, await draft(dagny), **typed))
    assert view["pots"][0]["style"].items() >= ({"style": typed["style"]} | has).items()


async def test_a_pot_is_changed_in_its_form(town: Town, dagny: Visitor) -> None:
    """The form comes with what the pot is, so that only what is typed changes."""
    seen = await add_pot(dagny, await draft(dagny))
    pot = (await stored(town, seen))["pots"][0]
    await dagny.open(f"{seen.answer.url.path}/pots/{pot['id']}")
    after = (await stored(town, await dagny.press("Save the pot", money="120 000")))["pots"][0]
    assert after == pot | {"money": 120_000_00}


async def test_a_rule_that_another_program_set_stays(town: Town, dagny: Visitor) -> None:
    """The form has no words for each setting, and keeps what it does not know."""
    await dagny.open("/officer/rounds")
    rule = {"rule": "equal_shares", "utility": "cardinality", "step": 500, "completion": "phragmen"}
    ground = await town.draw_round(
        pots=[{"name": "P", "money": 100, "style": {"style": "scored", "max_score": 5}, "rule": rule}]
    )
    await dagny.open(f"/officer/rounds/{ground.id}/pots/{ground.pot}")
    seen = await dagny.press("Save the pot", money="2")
    assert (await stored(town, seen))["pots"][0]["rule"].items() >= rule.items()


async def test_a_pot_is_removed(town: Town, dagny: Visitor) -> None:
    """With its projects, as its page says."""
    seen = await add_pot(dagny, await draft(dagny))
    pot = (await stored(town, seen))["pots"][0]
    await dagny.open(f"{seen.answer.url.path}/pots/{pot['id']}")
    assert (await stored(town, await dagny.press("Remove the pot")))["pots"] == []


@pytest.mark.parametrize("changes", [{"money": "much"}, {"style": ""}, {"rule": ""}, {"approval-max_choices": ""}])
async def test_a_faulty_pot_is_told_and_what_was_typed_is_kept(
    town: Town, dagny: Visitor, changes: dict[str, str]
) -> None:
    """Nothing is added."""
    drafted = await draft(dagny)
    seen = await add_pot(dagny, drafted, **changes)
    assert seen.status == 400
    assert seen.alert
    assert (await stored(town, drafted))["pots"] == []


async def test_a_frozen_round_is_told_so(town: Town, dagny: Visitor) -> None:
    """Whoever has the form open from before reads why it cannot be saved."""
    ground = await town.draw_round()
    await dagny.open(f"/officer/rounds/{ground.id}/pots/{ground.pot}")
    await ground.officer("POST", "schedule")
    assert (await dagny.press("Save the pot", money="1")).status == 409


@pytest.mark.parametrize("name", CHOICES)
def test_what_a_rule_makes_of_the_example_is_what_our_own_count_makes(name: str) -> None:
    """The figures beside the rules are counted, not claimed."""
    choice = CHOICES[name]
    rule = msgspec.json.encode(choice.rule).decode()
    file = str(election("Poland_Czestochowa_2024_Polnoc"))
    found = json.loads(CliRunner().invoke(tally, ["--json", "--compare", "--rule", rule, file]).stdout)
    reached = found["compare"]["alternatives"][0]["represented"] / found["compare"]["voters"]
    assert (len(found["funded"]), f"{100 * reached:.1f}") == (choice.funded, choice.reached)
