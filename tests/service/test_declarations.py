"""A resident whom no register has declares herself, is let in with others, and votes; nobody votes twice by it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from httpx import Response

from service.store.roll import Entry
from service.verbs.appeals import grant_appeal, slip_for
from service.verbs.sign_in import issue_passes
from tests.builders import decision
from tests.town import Ground, Town, pot

DECLARED = ["register", "declared"]


def proof(ground: Ground, contact: str = "mail:elsa@example.org", round_id: str | None = None) -> str:
    """The slip of a sign-in."""
    house = ground.town.client.app.state.house
    return slip_for(house, UUID(round_id or ground.id), house.ring.person_ref(contact))


async def send(ground: Ground, token: str, **changes: Any) -> Response:
    """Declare."""
    body = {"slip": token, "area": "North", "birth_year": 1970} | changes
    return await ground.town.client.post(f"/api/rounds/{ground.id}/declarations", json=body)


async def gathered(town: Town) -> None:
    """Five minutes later: whoever waits is let in."""
    db = await asyncpg.connect(town.settings.database_url)
    await db.execute(
        "update post.outbox set waiting_since = now(), event = (event::jsonb || '{\"due_at\": null}')::text"
        " where event like '%PersonAdmitted%'"
    )
    await db.close()
    await town.work("roll")


async def reasons(ground: Ground, contact: str = "mail:elsa@example.org") -> list[tuple[str, str | None]]:
    """What the roll says of somebody, pot by pot."""
    path = f"/api/rounds/{ground.id}/roll/test"
    tree = await ground.town.act("POST", path, json={"identity": contact})
    return [(each["on_roll"], each["reason"]) for each in tree["pots"]]


async def test_declared_and_let_in_while_voting_is_open(town: Town) -> None:
    """What she declares is taken at once, judged by the frozen rules with others of these minutes, and stands."""
    ground = await town.open_round(sources=DECLARED, pots=[pot(), pot("South only", areas=["South"])])
    answer = await send(ground, proof(ground))
    assert answer.status_code == 202
    wait = datetime.fromisoformat(answer.json()["on_roll_at"]) - datetime.now(UTC)
    assert timedelta() < wait <= timedelta(minutes=5)
    await town.work("roll")
    assert await reasons(ground) == [("missing", None), ("missing", None)]
    await gathered(town)
    assert await reasons(ground) == [("entitled", None), ("refused", "other-area")]


async def test_her_ballot_counts(town: Town) -> None:
    """Signed in once more, she gets a pass, casts, and is counted among the voters."""
    ground = await town.open_round(sources=DECLARED)
    await send(ground, proof(ground))
    await gathered(town)
    house = town.client.app.state.house
    ref = house.ring.person_ref("mail:elsa@example.org")
    db = await asyncpg.connect(town.settings.database_url)
    wrapped = await db.fetchval("select wrapped from roll.round_key where round_id = $1", ground.id)
    await db.close()
    key = town.keys.open_round_key(UUID(ground.id).bytes, wrapped)
    entry = (await ground.sign_in("AMINA-1"))["pots"][0]
    voter = await ground.voter("AMINA-1")
    passes = issue_passes(
        house, UUID(ground.id), ref, key, [Entry(UUID(entry["pot_id"]), entry["pot"], "approval", None)]
    )
    voter.token = passes.pots[0].token or ""
    assert (await voter.cast(1)).status_code == 201
    outcome = await ground.outcome()
    assert outcome["sums"]["counted"] == 1


async def test_said_anew_before_scheduling(town: Town) -> None:
    """Until the round is scheduled she can correct herself, and the last word holds."""
    ground = await town.draw_round(sources=DECLARED, pots=[pot(areas=["North"])])
    await ground.officer("POST", "announcement")
    for area in ("South", "North", "South"):
        assert (await send(ground, proof(ground), area=area)).status_code == 202
        await gathered(town)
        assert await reasons(ground) == [("entitled", None) if area == "North" else ("refused", "other-area")]


async def test_said_once_after_scheduling(town: Town) -> None:
    """A frozen roll that asked her once is not asked again: she would vote in every area's pot."""
    ground = await town.open_round(sources=DECLARED)
    await send(ground, proof(ground))
    await gathered(town)
    answer = await send(ground, proof(ground), area="South")
    assert answer.json()["type"] == "/problems/on-roll-already"


async def test_the_register_knows_better(town: Town) -> None:
    """Somebody on the register declares nothing, whatever she would like to say."""
    ground = await town.open_round(sources=DECLARED)
    answer = await send(ground, proof(ground, "AMINA-1"), area="South")
    assert answer.json()["type"] == "/problems/on-roll-already"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"area": "Atlantis"}, "not-found"),
        ({"area": " "}, "malformed"),
        ({"birth_year": 1700}, "malformed"),
        ({"relations": []}, "malformed"),
        ({"relations": ["owns"]}, "malformed"),
        ({"name": "Elsa"}, "malformed"),
    ],
)
async def test_what_cannot_be_declared(town: Town, changes: dict[str, Any], problem: str) -> None:
    """An area that the round does not have, a year nobody was born in, and what was not asked for."""
    ground = await town.open_round(sources=DECLARED)
    assert (await send(ground, proof(ground), **changes)).json()["type"] == f"/problems/{problem}"


async def test_only_where_the_round_takes_declarations(town: Town) -> None:
    """A round that finds its people on the register says so."""
    ground = await town.open_round()
    assert (await send(ground, proof(ground))).json()["type"] == "/problems/no-declarations"


async def test_not_after_the_close(town: Town) -> None:
    """Once voting is over nobody is let in."""
    ground = await town.open_round(sources=DECLARED)
    await ground.close()
    assert (await send(ground, proof(ground))).json()["type"] == "/problems/not-in-phase"


async def test_a_draft_is_nobodys(town: Town) -> None:
    """A round that is not announced does not exist for residents."""
    ground = await town.draw_round(sources=DECLARED)
    assert (await send(ground, proof(ground))).json()["type"] == "/problems/not-found"


async def test_slips(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was made up or altered, one for another round, and one that has ended open nothing."""
    ground = await town.open_round(sources=DECLARED)
    other = await town.open_round(sources=DECLARED, register=None)
    good = proof(ground)
    altered = good[:-6] + ("A" if good[-6] != "A" else "B") + good[-5:]
    for token in ("x", "AAAA", altered, proof(other, round_id=other.id)):
        assert (await send(ground, token)).json()["type"] == "/problems/pass-expired"
    monkeypatch.setattr("service.verbs.appeals.LIFETIME", -1000)
    assert (await send(ground, proof(ground))).json()["type"] == "/problems/pass-expired"


async def test_too_often(town: Town) -> None:
    """Somebody who declares herself without end is told to wait."""
    ground = await town.open_round(sources=DECLARED)
    token = proof(ground)
    kinds = {(await send(ground, token)).status_code for _ in range(11)}
    assert kinds == {202, 429}


async def test_nobody_on_the_roll_yet(town: Town) -> None:
    """A round for those who declare themselves can be scheduled before the first of them came."""
    await town.hire()
    ground = await town.draw_round(sources=["declared"])
    await ground.officer("POST", "schedule")
    assert await ground.phase() == "voting"
    assert (await send(ground, proof(ground))).status_code == 202
    await gathered(town)
    assert await reasons(ground) == [("entitled", None)]


async def test_what_was_declared_goes_with_the_last_round(town: Town) -> None:
    """When a round is deleted, so are its admissions, and the declarations that no other round let anybody in by."""
    ground = await town.open_round(sources=DECLARED)
    other = await town.open_round(sources=DECLARED, register=None)
    for each, contacts in ((ground, ("mail:a", "mail:b")), (other, ("mail:b",))):
        for contact in contacts:
            await send(each, proof(each, contact))
    db = await asyncpg.connect(town.settings.database_url)
    made = await decision(db, UUID(ground.id), "delete-ballots")
    await db.execute("insert into box.deletion (round_id, decision_id, ballots) values ($1, $2, 0)", ground.id, made)
    await db.execute("select roll.delete_round($1)", ground.id)
    left = await db.fetch("select person_ref from roll.declaration")
    assert [row["person_ref"] for row in left] == [town.ring.person_ref("mail:b")]
    assert await db.fetchval("select count(*) from roll.admission") == 1
    await db.close()


async def test_a_granted_appeal_lets_in(town: Town) -> None:
    """Carim appeals with the slip of his sign-in; granted before the round is frozen, he is let in with the others."""
    ground = await town.draw_round()
    await ground.officer("POST", "announcement")
    slip = (await ground.sign_in("CARIM-3"))["slip"]
    sent = {"words": "I was born in 2002.", "pot_id": ground.pot, "slip": slip}
    await town.client.post(f"/api/rounds/{ground.id}/appeals", json=sent)
    (appeal,) = (await ground.officer("GET", "appeals"))["roll"]
    answer = {"granted": True, "answer": "You are right."}
    await town.act("POST", f"/api/rounds/{ground.id}/appeals/{appeal['id']}/answer", json=answer)
    assert await reasons(ground, "CARIM-3") == [("refused", "too-young")]
    await gathered(town)
    assert await reasons(ground, "CARIM-3") == [("entitled", None)]


async def test_two_officers_admit_to_a_frozen_roll(town: Town) -> None:
    """Once the roll is frozen their decision does, and who appealed votes while voting is open."""
    ground = await town.open_round()
    slip = (await ground.sign_in("CARIM-3"))["slip"]
    sent = {"words": "I was born in 2002.", "pot_id": ground.pot, "slip": slip}
    await town.client.post(f"/api/rounds/{ground.id}/appeals", json=sent)
    (appeal,) = (await ground.officer("GET", "appeals"))["roll"]
    db = await asyncpg.connect(town.settings.database_url)
    made = await decision(db, UUID(ground.id), "admit", appeal_id=appeal["id"])
    await db.close()
    with town.client.portal() as portal:
        assert portal.call(grant_appeal, town.client.app.state.house, made)
    await gathered(town)
    assert await reasons(ground, "CARIM-3") == [("entitled", None)]
    assert (await (await ground.voter("CARIM-3")).cast(1)).status_code == 201
