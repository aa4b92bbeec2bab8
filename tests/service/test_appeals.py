"""Appeals: from a refusal to a decision that is kept and read; against a ballot set aside, by no person."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from httpx import Response

from schema.keys import Keys
from tests.builders import MASTER_KEY, decision, tag
from tests.builders import House as Place
from tests.town import Ground, Town, moment

WORDS = "Jag fyller tolv i morgon."


async def refused(town: Town) -> tuple[Ground, dict[str, Any]]:
    """A draft whose roll refuses Carim, who is too young, and what he gets at his sign-in."""
    ground = await town.draw_round(voting_at=moment(timedelta(hours=1)))
    await ground.officer("POST", "announcement")
    return ground, await ground.sign_in("CARIM-3")


async def appeal(ground: Ground, **changes: Any) -> Response:
    """An appeal against the first pot's roll."""
    sent = {"words": WORDS, "language": "sv", "pot_id": ground.pot} | changes
    return await ground.town.client.post(f"/api/rounds/{ground.id}/appeals", json=sent)


async def read(ground: Ground, proof: str) -> Response:
    """What became of it."""
    return await ground.town.client.post(f"/api/rounds/{ground.id}/appeal-answers", json={"proof": proof})


async def answer(ground: Ground, appeal_id: str, granted: bool, words: str = "Så är det.") -> Response:
    """What an officer answers."""
    path = f"/api/rounds/{ground.id}/appeals/{appeal_id}/answer"
    sent = {"granted": granted, "answer": words}
    return await ground.town.client.post(path, json=sent, headers=ground.town.badge())


async def listed(ground: Ground) -> Any:
    """What officers see."""
    return await ground.town.act("GET", f"/api/rounds/{ground.id}/appeals")


async def test_from_refusal_to_decision(town: Town) -> None:
    """Carim is refused with a reason, appeals, is answered, and reads it: by number, and at his next sign-in."""
    ground, passes = await refused(town)
    assert passes["pots"][0]["reason"] == "too-young"
    made = await appeal(ground, slip=passes["slip"])
    assert made.status_code == 201, made.text
    (seen,) = (await listed(ground))["roll"]
    assert (seen["words"], seen["reason"], seen["known"], seen["state"]) == (WORDS, "too-young", True, "open")
    assert (await answer(ground, seen["id"], granted=False)).status_code == 200
    again = (await ground.sign_in("CARIM-3"))["slip"]
    for proof in (made.json()["receipt"], again):
        (told,) = (await read(ground, proof)).json()
        assert (told["state"], told["answer"], told["answered_by"]) == ("refused", "Så är det.", "Dagny")


async def test_whoever_cannot_sign_in_appeals_as_well(town: Town) -> None:
    """Without a slip; the number is the only way to the answer."""
    ground, _ = await refused(town)
    made = await appeal(ground, pot_id=None, words="Nya i huset: Diyar, port 4.")
    (seen,) = (await listed(ground))["roll"]
    assert (seen["known"], seen["pot"]) == (False, None)
    assert (await answer(ground, seen["id"], granted=True)).status_code == 200
    (told,) = (await read(ground, made.json()["receipt"].lower().replace("-", " "))).json()
    assert told["state"] == "granted"


async def test_an_appeal_is_made_once(town: Town) -> None:
    """About one pot by one person: the answer is what counts, and not how often somebody asks."""
    ground, passes = await refused(town)
    assert (await appeal(ground, slip=passes["slip"])).status_code == 201
    second = await appeal(ground, slip=(await ground.sign_in("CARIM-3"))["slip"])
    assert second.json()["type"] == "/problems/appealed"


async def test_an_answer_is_given_once(town: Town, db: asyncpg.Connection) -> None:
    """By the API, and by the database for whoever goes around it."""
    ground, passes = await refused(town)
    await appeal(ground, slip=passes["slip"])
    appeal_id = (await listed(ground))["roll"][0]["id"]
    await answer(ground, appeal_id, granted=False)
    assert (await answer(ground, appeal_id, granted=True)).json()["type"] == "/problems/answered"
    with pytest.raises(asyncpg.PostgresError, match="answered once"):
        await db.execute("update roll.appeal set answer = 'Nej.'")


async def test_one_officer_admits_nobody_to_a_frozen_roll(town: Town, db: asyncpg.Connection) -> None:
    """Not by the API, and not by the database; two officers do."""
    ground, passes = await refused(town)
    await ground.officer("POST", "schedule")
    await appeal(ground, slip=passes["slip"])
    appeal_id = (await listed(ground))["roll"][0]["id"]
    alone = await answer(ground, appeal_id, granted=True)
    assert (alone.status_code, alone.json()["facts"]) == (409, {"kind": "admit"})
    grant = "update roll.appeal set state = 'granted', answer = 'x', answered_by = 'x', answered_on = now()"
    with pytest.raises(asyncpg.PostgresError, match="two officers"):
        await db.execute(grant)
    here = Place(UUID(int=0), UUID(ground.id), UUID(ground.pot))
    for kind, details in (("admit", str(uuid4())), ("release", appeal_id)):
        with pytest.raises(asyncpg.PostgresError):
            await db.execute(f"{grant}, decision_id = $1", await decision(db, here.round_id, kind, appeal_id=details))
    await db.execute(f"{grant}, decision_id = $1", await decision(db, here.round_id, "admit", appeal_id=appeal_id))


async def test_a_wrong_number_leads_nowhere(town: Town) -> None:
    """Nor does the number of another round's appeal, nor a slip that was for another round or is made up."""
    ground, passes = await refused(town)
    made = await appeal(ground, slip=passes["slip"])
    other = await town.draw_round(register=None)
    await other.officer("POST", "announcement")
    for place, proof in ((ground, "0000-0000-0000-0000"), (other, made.json()["receipt"]), (ground, "no slip")):
        assert (await read(place, proof)).json()["type"] == "/problems/wrong-receipt"
    assert (await read(other, passes["slip"])).json()["type"] == "/problems/wrong-receipt"
    assert (await appeal(other, slip=passes["slip"], pot_id=other.pot)).json()["type"] == "/problems/wrong-receipt"


async def test_a_slip_ends(town: Town) -> None:
    """After a quarter of an hour, as a pass does."""
    ground, _ = await refused(town)
    old = Keys(MASTER_KEY).seal_slip(UUID(ground.id).bytes, bytes(32), 1_700_000_000)
    assert (await appeal(ground, slip=old)).json()["type"] == "/problems/wrong-receipt"


async def test_a_slip_names_nobody(town: Town) -> None:
    """Two of one person have nothing in common, and none holds the person_ref in any writing."""
    ground, passes = await refused(town)
    again = await ground.sign_in("CARIM-3")
    assert passes["slip"] != again["slip"]
    assert town.ring.person_ref("CARIM-3").hex() not in passes["slip"]


async def test_officers_of_elsewhere_read_and_answer_nothing(town: Town) -> None:
    """An appeal is for the officers of its municipality."""
    ground, passes = await refused(town)
    await appeal(ground, slip=passes["slip"])
    appeal_id = (await listed(ground))["roll"][0]["id"]
    await town.hire("Stranger", "Elsewhere")
    town.officer_token = await town.sign_in("Stranger")
    seen = await town.client.get(f"/api/rounds/{ground.id}/appeals", headers=town.badge())
    assert (seen.status_code, (await answer(ground, appeal_id, granted=False)).status_code) == (403, 403)


async def held(town: Town, db: asyncpg.Connection) -> tuple[Ground, Any]:
    """An open round in which Amina's ballot is set aside, with four strangers'."""
    ground = await town.open_round()
    amina = await ground.voter("AMINA-1")
    assert (await amina.cast(1)).status_code == 201
    made = await db.fetchval(
        "insert into box.quarantine (round_id, sign, voters, reason, made_by)"
        " values ($1, 'network', 5, 'One network.', 'Dagny') returning id",
        UUID(ground.id),
    )
    tags = [amina.tag, *(tag(name) for name in "ABCD")]
    await db.executemany("insert into box.quarantined values ($1, $2)", [(made, each) for each in tags])
    return ground, amina


async def ask_back(ground: Ground, voter: Any, ground_for: str = "shared-network") -> Response:
    """Somebody asks for her ballot back."""
    headers = {"Authorization": f"Bearer {voter.token}"}
    path = f"/api/pots/{ground.pot}/appeals"
    return await ground.town.client.post(path, json={"ground": ground_for}, headers=headers)


async def test_a_voter_asks_for_her_ballot_back(town: Town, db: asyncpg.Connection) -> None:
    """By her pass and a ground; an officer sees no tag, answers, and she reads it beside her ballot."""
    ground, amina = await held(town, db)
    assert (await ask_back(ground, amina)).status_code == 201
    (seen,) = (await listed(ground))["ballots"]
    assert set(seen) == {"id", "ground", "appealed_on", "state", "answer", "answered_by", "answered_on"}
    assert (await ask_back(ground, amina)).json()["type"] == "/problems/appealed"
    assert (await answer(ground, seen["id"], granted=False, words="Vi väntar.")).status_code == 200
    told = (await amina.ballot()).json()["appeal"]
    assert told == {"ground": "shared-network", "state": "refused", "answer": "Vi väntar."}


async def test_one_officer_gives_no_ballot_back(town: Town, db: asyncpg.Connection) -> None:
    """Not by the API, and not by the database; two officers do, and their reason is the answer."""
    ground, amina = await held(town, db)
    await ask_back(ground, amina)
    appeal_id = (await listed(ground))["ballots"][0]["id"]
    alone = await answer(ground, appeal_id, granted=True)
    assert (alone.status_code, alone.json()["facts"]) == (409, {"kind": "release"})
    grant = "update box.appeal set state = 'granted', answer = 'x', answered_by = 'x', answered_on = now()"
    with pytest.raises(asyncpg.PostgresError):
        await db.execute(grant)
    here = Place(UUID(int=0), UUID(ground.id), UUID(ground.pot))
    with pytest.raises(asyncpg.PostgresError):
        await db.execute(f"{grant}, decision_id = $1", await decision(db, here.round_id, "void", appeal_id=appeal_id))


async def test_whose_ballot_is_not_set_aside_has_nothing_to_ask(town: Town, db: asyncpg.Connection) -> None:
    """With a sentence that says so."""
    ground, _ = await held(town, db)
    bjorn = await ground.voter("BJORN-2")
    assert (await ask_back(ground, bjorn)).json()["type"] == "/problems/nothing-to-appeal"


async def test_no_words_stand_beside_a_tag(town: Town, db: asyncpg.Connection) -> None:
    """P7: what a voter could write might say who she is; the box has no room for it, and the roll has no tag."""
    ground, amina = await held(town, db)
    headers = {"Authorization": f"Bearer {amina.token}"}
    sent = {"ground": "was-helped", "words": "I am Amina"}
    refused_ = await town.client.post(f"/api/pots/{ground.pot}/appeals", json=sent, headers=headers)
    assert refused_.status_code == 400
    columns = await db.fetch(
        "select column_name from information_schema.columns where table_schema = 'roll' and table_name = 'appeal'"
    )
    assert "tag" not in {row["column_name"] for row in columns}


async def test_two_officers_grant(town: Town, db: asyncpg.Connection) -> None:
    """An appeal of each kind, by an act; what they gave as their reason is the answer."""
    ground, amina = await held(town, db)
    await ask_back(ground, amina)
    await appeal(ground, slip=(await ground.sign_in("CARIM-3"))["slip"])
    known = await listed(ground)
    await ground.decide("release", appeal_id=known["ballots"][0]["id"])
    await ground.decide("admit", appeal_id=known["roll"][0]["id"])
    after = await listed(ground)
    for answered in (after["ballots"][0], after["roll"][0]):
        assert answered["state"] == "granted"
        assert answered["answered_by"].startswith("Dagny, ")
        assert answered["answer"]


async def test_a_granted_appeal_lets_in(town: Town, db: asyncpg.Connection) -> None:
    """Into the frozen roll, by two officers: at his next sign-in Carim has a pass, and his ballot counts."""
    ground = await town.open_round()
    slip = (await ground.sign_in("CARIM-3"))["slip"]
    await appeal(ground, slip=slip)
    await ground.decide("admit", appeal_id=(await listed(ground))["roll"][0]["id"])
    await db.execute(
        "update post.outbox set waiting_since = now(), event = (event::jsonb || '{\"due_at\": null}')::text"
        " where lane = 'roll'"
    )
    await town.work("roll")
    carim = await ground.voter("CARIM-3")
    assert (await carim.cast(1)).status_code == 201
    await town.work("judge")
    assert (await carim.ballot()).json()["reason"] is None


async def test_nobody_is_admitted_when_voting_is_over(town: Town) -> None:
    """It would be granted in vain, so it cannot even be asked for; the appeal can still be answered."""
    ground = await town.open_round()
    await appeal(ground, slip=(await ground.sign_in("CARIM-3"))["slip"])
    appeal_id = (await listed(ground))["roll"][0]["id"]
    await ground.close()
    act = {"act": {"kind": "admit", "appeal_id": appeal_id}, "reason": "So."}
    asked = await town.client.post(f"/api/rounds/{ground.id}/acts", json=act, headers=town.badge())
    assert asked.json()["type"] == "/problems/not-in-phase"
    assert (await answer(ground, appeal_id, granted=False)).status_code == 200
