"""Officers see who may vote and why not, area by area and for one person, and nobody else does."""

import json
from typing import Any

import asyncpg
import pytest
import structlog

from tests.town import REGISTER, Ground, Town, pot

YOUNG = pot("For the young", areas=["North"], min_age=12, max_age=38, age_on="2026-06-01", relations=["lives", "works"])


async def drawn(town: Town, **changes: Any) -> Ground:
    """A draft with a pot for all and one for the young of the north."""
    return await town.draw_round(pots=[pot(), YOUNG], **changes)


async def asked(ground: Ground, identity: str, **more: Any) -> Any:
    """The tree of reasons of one person."""
    path = f"/api/rounds/{ground.id}/roll/test"
    answer = await ground.town.client.post(path, json={"identity": identity}, headers=ground.town.badge(), **more)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_rules_come_back_as_they_were_drafted(town: Town) -> None:
    """Ages, day, relations and sources are part of the round; without a day it is the one on which voting opens."""
    ground = await drawn(town, sources=["register", "codes"], voting_at="2026-11-20T23:30:00-02:00")
    view = await town.act("GET", f"/api/rounds/{ground.id}/draft")
    assert view["round"]["sources"] == ["register", "codes"]
    rules = [[row[name] for name in ("min_age", "max_age", "age_on", "relations")] for row in view["pots"]]
    assert rules == [[12, None, "2026-11-21", []], [12, 38, "2026-06-01", ["lives", "works"]]]


async def test_the_tree_names_each_condition(town: Town) -> None:
    """Amina is too old for the young: the tree says what was asked, what is known, and which condition failed."""
    tree = await asked(await drawn(town), "amina-1")
    assert tree["source"] == "register"
    everybody, young = tree["pots"]
    assert (everybody["on_roll"], everybody["outcome"]) == ("entitled", "entitled")
    assert (young["on_roll"], young["reason"], young["outcome"]) == ("refused", "too-old", "too-old")
    assert [(each["condition"], each["asked"], each["known"], each["held"]) for each in young["conditions"]] == [
        ("area", ["North"], ["North"], True),
        ("min-age", 12, 41, True),
        ("max-age", 38, 41, False),
        ("relation", ["lives", "works"], ["lives"], True),
    ]


async def test_a_stranger_is_not_known(town: Town) -> None:
    """Of somebody whom no source has, there is nothing to ask."""
    tree = await asked(await drawn(town), "NOBODY-9")
    assert tree["source"] is None
    assert {(each["on_roll"], each["outcome"]) for each in tree["pots"]} == {("missing", "not-known")}


async def test_the_roll_and_the_rules_are_told_apart(town: Town) -> None:
    """After scheduling the roll stays as it is; the test says what it holds, and what the new register would say."""
    ground = await town.open_round()
    await town.import_register(REGISTER.replace("1985", "2020"))
    await town.work("roll")
    tree = await asked(ground, "AMINA-1")
    assert [(each["on_roll"], each["outcome"]) for each in tree["pots"]] == [("entitled", "too-young")]


async def test_heads_by_area_and_what_changed(town: Town) -> None:
    """Before opening, officers see how many of each area may vote or why not, and what the last register changed."""
    ground = await drawn(town)
    await town.import_register(REGISTER.replace("BJORN-2,North", "BJORN-2,South"))
    await town.work("roll")
    view = await ground.officer("GET", "roll")
    young = [row for row in view["areas"] if row["pot_id"] == ground.pots[1]]
    assert [(row["area"], row["reason"], row["persons"]) for row in young] == [
        ("North", "too-old", 1),
        ("South", "other-area", 2),
    ]
    last, first = view["builds"]
    assert (last["register_version"], first["register_version"]) == (2, 1)
    changes = {row["pot_id"]: (row["newly_entitled"], row["no_longer_entitled"]) for row in last["changes"]}
    assert changes == {ground.pots[0]: (0, 0), ground.pots[1]: (0, 1)}


async def test_an_officer_elsewhere_learns_nothing(town: Town) -> None:
    """Neither the heads nor a person of a round of another municipality."""
    ground = await drawn(town)
    stranger = town.badge(await town.hire("Egil", "Elsewhere"))
    answers = [
        await town.client.get(f"/api/rounds/{ground.id}/roll", headers=stranger),
        await town.client.post(f"/api/rounds/{ground.id}/roll/test", json={"identity": "AMINA-1"}, headers=stranger),
        await town.client.post(f"/api/rounds/{ground.id}/roll/test", json={"identity": "AMINA-1"}),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 401]


async def test_the_identity_is_not_logged(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """Whom an officer asks about stands in no line of the log."""
    ground = await drawn(town)
    with structlog.testing.capture_logs() as lines:
        await asked(ground, "AMINA-1")
    assert "AMINA-1" not in json.dumps(lines, default=str) + capsys.readouterr().err


async def test_ages_that_nobody_has_are_refused(town: Town) -> None:
    """A pot cannot ask for 30 or older and 20 or younger; what was sent can be mended and sent again."""
    await town.hire()
    body = {"name": "R", "currency": "SEK", "voting_at": "2026-12-01T00:00:00Z", "closes_at": "2026-12-02T00:00:00Z"}
    sent = body | {"pots": [pot(min_age=30, max_age=20)]}
    answer = await town.client.post("/api/rounds", json=sent, headers=town.badge())
    assert (answer.status_code, "the least age of a pot" in answer.json()["detail"]) == (400, True)


async def test_a_code_list_must_be_on_the_roll(town: Town) -> None:
    """Codes that came after the roll was built make it old: nobody is frozen out by scheduling a moment too early."""
    ground = await drawn(town, sources=["register", "codes"])
    db = await asyncpg.connect(town.settings.database_url)
    await db.execute("insert into roll.bearer values ($1, $2)", ground.id, bytes(32))
    await db.close()
    answer = await town.client.post(f"/api/rounds/{ground.id}/schedule", headers=town.badge())
    assert answer.json()["type"] == "/problems/roll-not-ready"
