"""The debate: arguments by residents, answers by the author and the municipality, moderators and reports."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from httpx import Response

from service.rights import OfficerRole
from tests.service.test_proposals import TEXT, proposing, send, supporting
from tests.service.test_reviews import HIDE, WHY, review
from tests.town import Ground, Town

SAID = {"side": "for", "words": "The small ones have nothing here.", "author_name": "Björn", "language": "en"}
ANSWER = {"words": "Three metres.", "author_name": "Amina", "language": "en"}
OFFICIAL = {"words": "The park is ours, so it can be done.", "language": "en"}
HIDDEN = {"state": "hidden", "ground": "hate"}
SHOWN = {"state": "reopened", "reason": "It is harsh and no more."}
MODERATOR: tuple[OfficerRole, ...] = ("moderator",)


async def debated(town: Town) -> tuple[Ground, str]:
    """A round that takes proposals, and the address of Amina's."""
    ground = await proposing(town)
    made = await send(ground, "AMINA-1", "POST", f"/api/rounds/{ground.id}/proposals", TEXT)
    return ground, f"/api/proposals/{made.json()['id']}"


async def argue(ground: Ground, path: str, who: str = "BJORN-2", key: str | None = None, **changes: Any) -> Response:
    """Somebody says something about a proposal, or answers."""
    passes = await ground.sign_in(who)
    headers = {"Authorization": f"Bearer {passes['civic']}", "Idempotency-Key": key or uuid4().hex}
    there, body = (path, ANSWER) if path.endswith("/answers") else (f"{path}/arguments", SAID)
    return await ground.town.client.post(there, json=body | changes, headers=headers)


async def listed(town: Town, path: str) -> list[dict[str, Any]]:
    """What everybody reads of a debate."""
    answer = await town.client.get(f"{path}/arguments")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def decide(town: Town, argument_id: str, body: dict[str, Any], token: str | None = None) -> Response:
    """What a moderator decides."""
    return await town.client.post(f"/api/arguments/{argument_id}/review", json=body, headers=town.badge(token))


async def test_everybody_reads_an_argument_under_the_name_that_was_chosen(town: Town) -> None:
    """And nothing else of who wrote it."""
    ground, path = await debated(town)
    made = await argue(ground, path)
    assert made.status_code == 201, made.text
    (row,) = await listed(town, path)
    assert (row["side"], row["words"], row["author_name"], row["by"]) == ("for", SAID["words"], "Björn", "resident")
    assert "author" not in row


async def test_the_newest_is_the_last(town: Town) -> None:
    """Arguments stand in the order in which they came."""
    ground, path = await debated(town)
    for words in ("One.", "Two.", "Three."):
        await argue(ground, path, words=words)
    assert [row["words"] for row in await listed(town, path)] == ["One.", "Two.", "Three."]


async def test_a_list_of_arguments_has_pages(town: Town, db: asyncpg.Connection) -> None:
    """After the last of the page before comes the next."""
    ground, path = await debated(town)
    for words in ("One.", "Two."):
        await argue(ground, path, words=words)
    first = (await listed(town, path))[0]["id"]
    rest = (await town.client.get(f"{path}/arguments", params={"after": first})).json()["items"]
    assert [row["words"] for row in rest] == ["Two."]


@pytest.mark.parametrize("phase", ["supporting", "voting"])
async def test_proposals_are_argued_about_until_voting_opens(town: Town, phase: str, db: asyncpg.Connection) -> None:
    """While neighbours support, but not while ballots are cast."""
    ground, path = await supporting(town)
    if phase == "voting":
        await db.execute("update box.round set voting_at = now() - interval '1 s', scheduled_at = now()")
    answer = await argue(ground, path)
    assert answer.status_code == (201 if phase == "supporting" else 409), answer.text
    if phase == "voting":
        assert answer.json()["facts"]["phase"] == "voting"


@pytest.mark.parametrize("body", [WHY, HIDE])
async def test_what_takes_no_further_part_is_not_argued_about(town: Town, body: dict[str, Any]) -> None:
    """A proposal that was declined or hidden."""
    ground, path = await debated(town)
    await review(town, path, body)
    assert (await argue(ground, path)).json()["facts"] == {"state": body["state"]}


async def test_the_debate_about_a_hidden_proposal_is_hidden(town: Town) -> None:
    """Nobody reads the arguments for what nobody reads; of one that was withdrawn they stay."""
    ground, path = await debated(town)
    await argue(ground, path)
    await send(ground, "AMINA-1", "DELETE", path)
    assert len(await listed(town, path)) == 1
    await review(town, path, HIDE)
    assert (await town.client.get(f"{path}/arguments")).json()["type"] == "/problems/hidden"


async def test_a_resident_has_three_arguments_for_a_proposal(town: Town) -> None:
    """The fourth is refused, until one of them is taken back."""
    ground, path = await debated(town)
    made = [await argue(ground, path, words=f"{number}.") for number in range(3)]
    refused = await argue(ground, path, words="Four.")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/too-many-arguments")
    assert (await send(ground, "BJORN-2", "DELETE", f"/api/arguments/{made[0].json()['id']}")).status_code == 204
    assert (await argue(ground, path, words="Four.")).status_code == 201


async def test_a_crowd_of_requests_comes_to_three(town: Town) -> None:
    """However many come at once: the places are the table's."""
    ground, path = await debated(town)
    answers = await asyncio.gather(*(argue(ground, path, words=f"{number}.") for number in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [409] * 5
    assert len(await listed(town, path)) == 3


async def test_the_same_request_at_once_is_one_argument(town: Town) -> None:
    """A double tap sends one key twice, and both get the same argument."""
    ground, path = await debated(town)
    answers = await asyncio.gather(*(argue(ground, path, key="a-double-tap") for _ in range(4)))
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(await listed(town, path)) == 1


async def test_a_key_does_not_come_back_with_other_words(town: Town) -> None:
    """Nothing is replaced by it."""
    ground, path = await debated(town)
    await argue(ground, path, key="a-double-tap")
    again = await argue(ground, path, key="a-double-tap", words="Something else.")
    assert again.json()["type"] == "/problems/key-reused"


async def test_a_late_retry_does_not_bring_back_what_was_taken_back(town: Town) -> None:
    """The row remembers its key and none of its words."""
    ground, path = await debated(town)
    made = (await argue(ground, path, key="a-double-tap")).json()["id"]
    await send(ground, "BJORN-2", "DELETE", f"/api/arguments/{made}")
    again = (await argue(ground, path, key="a-double-tap")).json()
    assert (again["id"], again["state"], again["words"], again["author_name"]) == (made, "withdrawn", None, None)
    assert await listed(town, path) == []


async def test_taking_back_twice_is_once(town: Town) -> None:
    """And only one's own is taken back."""
    ground, path = await debated(town)
    made = (await argue(ground, path)).json()["id"]
    other = await send(ground, "AMINA-1", "DELETE", f"/api/arguments/{made}")
    assert other.json()["type"] == "/problems/not-yours"
    for _ in range(2):
        assert (await send(ground, "BJORN-2", "DELETE", f"/api/arguments/{made}")).status_code == 204


@pytest.mark.parametrize("changes", [{"words": " \n"}, {"words": "x" * 1501}, {"side": "answer"}, {"author_name": ""}])
async def test_a_strange_argument_is_refused(town: Town, changes: dict[str, str]) -> None:
    """Empty, too long, on no side, of nobody."""
    ground, path = await debated(town)
    assert (await argue(ground, path, **changes)).status_code == 400


async def test_an_argument_needs_its_key(town: Town) -> None:
    """So that nothing that is sent again stands twice."""
    ground, path = await debated(town)
    refused = await send(ground, "BJORN-2", "POST", f"{path}/arguments", SAID)
    assert refused.json()["type"] == "/problems/no-key"


async def test_the_author_answers(town: Town) -> None:
    """The answer stands below the argument, marked as the author's, however many she gives to others."""
    ground, path = await debated(town)
    for number in range(3):
        made = (await argue(ground, path, side="question", words=f"How high? {number}")).json()["id"]
        answered = await argue(ground, f"/api/arguments/{made}/answers", "AMINA-1")
        assert answered.status_code == 201, answered.text
    assert [[each["by"] for each in row["answers"]] for row in await listed(town, path)] == [["author"]] * 3


async def test_nobody_else_answers_for_the_author(town: Town) -> None:
    """The table would not take it either."""
    ground, path = await debated(town)
    made = (await argue(ground, path)).json()["id"]
    assert (await argue(ground, f"/api/arguments/{made}/answers")).json()["type"] == "/problems/not-yours"


async def test_an_argument_is_answered_once(town: Town) -> None:
    """Until the answer is taken back; the same request again is the same answer, and an answer is not answered."""
    ground, path = await debated(town)
    made = (await argue(ground, path)).json()["id"]
    there = f"/api/arguments/{made}/answers"
    first = await argue(ground, there, "AMINA-1", "a-double-tap")
    assert (await argue(ground, there, "AMINA-1", "a-double-tap")).json() == first.json()
    assert (await argue(ground, there, "AMINA-1")).json()["type"] == "/problems/has-answer"
    below = f"/api/arguments/{first.json()['id']}/answers"
    assert (await argue(ground, below, "AMINA-1")).status_code == 404
    await send(ground, "AMINA-1", "DELETE", f"/api/arguments/{first.json()['id']}")
    assert (await argue(ground, there, "AMINA-1")).status_code == 201


async def test_an_officer_answers_as_the_municipality(town: Town) -> None:
    """Shown as such with the officer's name, once, noted, and taken back by any officer who may answer."""
    ground, path = await debated(town)
    made = (await argue(ground, path)).json()["id"]
    there = f"/api/arguments/{made}/official-answer"
    answers = [await town.client.post(there, json=OFFICIAL, headers=town.badge()) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    (row,) = await listed(town, path)
    assert [(each["by"], each["author_name"]) for each in row["answers"]] == [("municipality", "Dagny")]
    other = await town.client.post(there, json=OFFICIAL | {"words": "No."}, headers=town.badge())
    assert other.json()["type"] == "/problems/has-answer"
    elin = town.badge(await town.hire("Elin"))
    assert (await town.client.delete(there, headers=elin)).status_code == 204
    assert (await listed(town, path))[0]["answers"] == []
    log = (await town.act("GET", "/api/audit", params={"round_id": ground.id}))["items"]
    assert [each["officer"] for each in log if each["subject"] == "argument"] == ["Elin", "Dagny"]


async def test_of_a_hidden_argument_the_ground_is_read(town: Town) -> None:
    """In its place, and neither words nor name; taken back, it is what it was."""
    ground, path = await debated(town)
    made = (await argue(ground, path)).json()["id"]
    assert (await decide(town, made, HIDDEN)).status_code == 200
    (row,) = await listed(town, path)
    assert (row["state"], row["ground"], row["words"], row["author_name"]) == ("hidden", "hate", None, None)
    assert (await decide(town, made, SHOWN)).status_code == 200
    (row,) = await listed(town, path)
    assert (row["state"], row["ground"], row["words"]) == ("standing", None, SAID["words"])


async def test_a_hidden_argument_keeps_its_place(town: Town) -> None:
    """Its author cannot take it back to write the next."""
    ground, path = await debated(town)
    made = [(await argue(ground, path, words=f"{number}.")).json()["id"] for number in range(3)]
    await decide(town, made[0], HIDDEN)
    refused = await send(ground, "BJORN-2", "DELETE", f"/api/arguments/{made[0]}")
    assert (refused.json()["type"], refused.json()["facts"]) == ("/problems/argument-settled", {"state": "hidden"})
    assert (await argue(ground, path)).json()["type"] == "/problems/too-many-arguments"


@pytest.mark.parametrize(
    "body",
    [
        {"state": "hidden"},
        {"state": "hidden", "ground": "other"},
        {"state": "hidden", "ground": "not-a-proposal"},
        {"state": "reopened"},
        {"state": "reopened", "ground": "hate", "reason": "No."},
    ],
)
async def test_a_decision_says_why(town: Town, body: dict[str, Any]) -> None:
    """Without a ground, a reason where one is needed, or with one that is none, nothing is decided."""
    ground, path = await debated(town)
    made = (await argue(ground, path)).json()["id"]
    assert (await decide(town, made, body)).status_code == 400


async def test_what_is_decided_is_not_decided_again(town: Town) -> None:
    """A second moderator is told so, and only moderators of the municipality decide."""
    ground, path = await debated(town)
    made = (await argue(ground, path)).json()["id"]
    assert (await decide(town, made, SHOWN)).json()["type"] == "/problems/argument-settled"
    elin, stranger = await town.hire("Elin"), await town.hire("Egil", "Elsewhere", MODERATOR)
    assert (await decide(town, made, HIDDEN, elin)).json()["type"] == "/problems/role-missing"
    assert (await decide(town, made, HIDDEN, stranger)).json()["type"] == "/problems/not-allowed"
    answers = await asyncio.gather(*(decide(town, made, HIDDEN) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


async def test_each_decision_is_noted_and_nothing_that_residents_write(town: Town) -> None:
    """The log of changes has who decided; what happened to the proposal has every step."""
    ground, path = await debated(town)
    made = (await argue(ground, path)).json()["id"]
    for body in (HIDDEN, SHOWN):
        await decide(town, made, body)
    await send(ground, "BJORN-2", "DELETE", f"/api/arguments/{made}")
    log = (await town.act("GET", "/api/audit", params={"round_id": ground.id}))["items"]
    assert [each["after"]["state"] for each in log if each["subject"] == "argument_review"] == ["reopened", "hidden"]
    assert not [each for each in log if each["subject"] == "argument"]
    await town.work("civic")
    steps = [row["what"] for row in (await town.client.get(path)).json()["activity"]]
    assert steps[1:] == [f"argument-{what}" for what in ("written", "hidden", "reopened", "withdrawn")]


async def test_reports_hide_nothing(town: Town, db: asyncpg.Connection) -> None:
    """They are counted without a person and without a time, and up to a bound."""
    ground, path = await debated(town)
    made = (await argue(ground, path)).json()["id"]
    for there in (path, f"/api/arguments/{made}"):
        for _ in range(3):
            assert (await town.client.post(f"{there}/reports", json={"ground": "hate"})).status_code == 204
    assert (await listed(town, path))[0]["state"] == "standing"
    assert [row["reports"] for row in await db.fetch("select reports from civic.report")] == [3, 3]
    await db.execute("update civic.report set reports = 99")
    assert (await town.client.post(f"{path}/reports", json={"ground": "hate"})).status_code == 204
    assert {row["reports"] for row in await db.fetch("select reports from civic.report")} == {99}


async def test_what_is_hidden_or_nowhere_is_not_reported(town: Town) -> None:
    """It was decided about already."""
    ground, path = await debated(town)
    made = (await argue(ground, path)).json()["id"]
    await decide(town, made, HIDDEN)
    there = await town.client.post(f"/api/arguments/{made}/reports", json={"ground": "hate"})
    assert there.json()["type"] == "/problems/argument-settled"
    nowhere = await town.client.post(f"/api/arguments/{uuid4()}/reports", json={"ground": "hate"})
    assert nowhere.status_code == 404


BROKEN = [
    ("update civic.argument set state = 'hidden'", "argument_hidden_by_review"),
    ("update civic.argument set state = 'withdrawn', place = null", "argument_withdrawn_has_no_words"),
    ("update civic.argument set place = 4", "argument_three_places"),
    ("update civic.argument set place = null", "argument_takes_a_place"),
    ("update civic.argument set author = null, idempotency_key = null", "argument_of_municipality_answers"),
    (
        "insert into civic.argument (proposal_id, round_id, side, author, author_name, words, language,"
        " idempotency_key, answers) select proposal_id, round_id, 'answer', author, 'B', 'x', 'en', 'other-key', id"
        " from civic.argument",
        "argument_answered_by_author",
    ),
]


@pytest.mark.parametrize(("change", "constraint"), BROKEN, ids=[constraint for _, constraint in BROKEN])
async def test_the_table_refuses_what_must_not_be(
    town: Town, db: asyncpg.Connection, change: str, constraint: str
) -> None:
    """Hidden without a decision, taken back with words, in a fourth place, as the author and not by her."""
    ground, path = await debated(town)
    await argue(ground, path)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match=constraint):
        await db.execute(change)
