"""Batches of letter codes: what is kept of them, what signs in and what does not, and what somebody is told."""

from io import BytesIO
from uuid import UUID

import asyncpg
import pypdf
import pytest
from httpx import Response

from schema.codes import plain_code
from service.store import codes as store
from tests.dumps import dump_postgres
from tests.pages.visitor import Visitor
from tests.town import PASSWORD, Ground, Town

PEOPLE = (
    "identity;name;address_1;address_2;language\nAMINA-1;Amina Åberg;Storgatan 1;123 45 Hagaby;sv\nBJORN-2;Björn;;;\n"
)


async def letters(town: Town, ground: Ground, people: str = PEOPLE, query: str = "") -> Response:
    """Ask for letters to the people of a file."""
    headers = town.badge() | {"Content-Type": "text/csv"}
    path = f"/api/rounds/{ground.id}/letters{query}"
    return await town.client.post(path, content=people.encode(), headers=headers)


async def code_list(town: Town, ground: Ground, count: int = 2, is_test: bool = False) -> Response:
    """Ask for codes that name nobody."""
    wanted = {"count": count, "is_test": is_test}
    return await town.client.post(f"/api/rounds/{ground.id}/code-batches", json=wanted, headers=town.badge())


def printed(answer: Response) -> list[str]:
    """The codes of the letters in a file, one from each page."""
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    pages = pypdf.PdfReader(BytesIO(answer.content)).pages
    return [code for page in pages for code in map(plain_code, page.extract_text().split()) if code]


async def try_code(town: Town, ground: Ground, code: str) -> Response:
    """Sign in with a code."""
    return await town.client.post(f"/api/rounds/{ground.id}/sign-in", json={"code": code})


async def batches(town: Town, ground: Ground) -> list[dict[str, object]]:
    """What was issued, as an officer sees it."""
    found: list[dict[str, object]] = await town.act("GET", f"/api/rounds/{ground.id}/code-batches")
    return found


async def void(town: Town, batch_id: object, reason: str = "Lost by the printer") -> Response:
    """Make a batch void."""
    path = f"/api/code-batches/{batch_id}/void"
    return await town.client.post(path, json={"reason": reason}, headers=town.badge())


@pytest.fixture
async def drawn(town: Town) -> Ground:
    """A round that is not scheduled, whose people have codes already: the first batch."""
    return await town.draw_round()


async def test_the_codes_of_letters_sign_in_and_earlier_ones_say_that_there_is_a_newer(
    town: Town, drawn: Ground
) -> None:
    """Amina and Björn get new letters; the codes of the old ones tell whom to ask."""
    codes = printed(await letters(town, drawn, query="?again=true"))
    assert [(await try_code(town, drawn, code)).status_code for code in codes] == [200, 200]
    old = await try_code(town, drawn, town.codes["AMINA-1"])
    assert (old.status_code, old.json()["type"]) == (401, "/problems/code-replaced")
    assert "ask Hagaby" in old.json()["detail"]
    assert (await try_code(town, drawn, town.codes["CARIM-3"])).status_code == 200


async def test_whoever_has_a_code_that_works_gets_no_second_one(town: Town, drawn: Ground) -> None:
    """Until the batch is void; then all of them get letters."""
    answer = await letters(town, drawn)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/bad-addressees")
    assert (await void(town, (await batches(town, drawn))[0]["id"])).status_code == 200
    assert len(printed(await letters(town, drawn))) == 2


async def test_codes_of_a_void_batch_say_whom_to_ask(town: Town, drawn: Ground) -> None:
    """They sign nobody in any more, and the batch says who made it void, and why."""
    (batch,) = await batches(town, drawn)
    answer = await void(town, batch["id"])
    assert (answer.json()["voided_by"], answer.json()["void_reason"]) == ("Dagny", "Lost by the printer")
    refused = await try_code(town, drawn, town.codes["AMINA-1"])
    assert (refused.status_code, refused.json()["type"]) == (401, "/problems/code-void")
    assert "Ask Hagaby" in refused.json()["detail"]


async def test_a_void_batch_stays_void(town: Town, drawn: Ground, db: asyncpg.Connection) -> None:
    """A second officer is told so, and the database lets nobody take it back."""
    (batch,) = await batches(town, drawn)
    await void(town, batch["id"])
    assert (await void(town, batch["id"])).json()["type"] == "/problems/batch-void"
    with pytest.raises(asyncpg.PostgresError, match="no longer changes"):
        await db.execute("update roll.code_batch set voided_at = null, voided_by = null, void_reason = null")


async def test_an_officer_from_elsewhere_sees_and_voids_nothing(town: Town, drawn: Ground) -> None:
    """A batch belongs to the municipality of its round."""
    (batch,) = await batches(town, drawn)
    elsewhere = town.badge(await town.hire("Fredrik", "Elsewhere"))
    path = f"/api/code-batches/{batch['id']}/void"
    assert (await town.client.post(path, json={"reason": "mine"}, headers=elsewhere)).status_code == 403
    path = f"/api/rounds/{drawn.id}/code-batches"
    assert (await town.client.get(path, headers=elsewhere)).status_code == 403
    assert (await town.client.post(path, json={"count": 1}, headers=elsewhere)).status_code == 403


async def test_a_test_code_shows_the_ballot_and_cannot_cast(town: Town, drawn: Ground, db: asyncpg.Connection) -> None:
    """It gives no pass, notes nobody as taking part, and the real code of the same person goes on working."""
    await drawn.officer("POST", "announcement")
    (code, _) = printed(await letters(town, drawn, query="?is_test=true"))
    answer = await try_code(town, drawn, code)
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/code-of-test")
    visitor = Visitor(town.client)
    await visitor.open(f"/rounds/{drawn.id}/sign-in")
    seen = await visitor.press("Go on", code=code)
    assert (seen.status, seen.title) == (200, "A test")
    assert "Project 1" in seen.text
    assert "<form" not in seen.html.partition("<main")[2].partition("</main>")[0]
    assert await db.fetchval("select count(*) from roll.participation") == 0
    assert await db.fetchval("select count(*) from roll.bearer") == 0
    assert (await try_code(town, drawn, town.codes["AMINA-1"])).status_code == 200


async def test_a_list_makes_bearers_and_the_roll_hears_of_it(town: Town, drawn: Ground, db: asyncpg.Connection) -> None:
    """One person for each code, of whom nothing is known; the roll is told to be built anew."""
    codes = printed(await code_list(town, drawn, 3))
    assert await db.fetchval("select count(*) from roll.bearer where round_id = $1", UUID(drawn.id)) == 3
    assert "RoundDrafted" in await db.fetchval("select string_agg(event, '') from post.outbox where lane = 'roll'")
    assert [(await try_code(town, drawn, code)).status_code for code in codes] == [200] * 3


async def after_sign_ins(town: Town, db: asyncpg.Connection) -> None:
    """Ten seconds later, the roll's worker does what waits."""
    await db.execute(
        "update post.outbox set event = (event::jsonb || '{\"due_at\": null}')::text where event like '%CodesVoided%'"
    )
    await town.work("roll")


async def test_void_codes_are_no_electors_of_the_outcome(town: Town, db: asyncpg.Connection) -> None:
    """Of two lists of two, one is made void after one of its people voted: three could have voted, and one did."""
    ground = await town.draw_round(sources=["codes"])
    voter, _ = printed(await code_list(town, ground))
    await code_list(town, ground)
    await town.work("roll")
    await ground.officer("POST", "schedule")
    passes = (await try_code(town, ground, voter)).json()
    (first, _second) = [batch for batch in await batches(town, ground) if batch["kind"] == "list"]
    assert (await void(town, first["id"])).status_code == 200
    assert "due_at" in await db.fetchval("select event from post.outbox where event like '%CodesVoided%'")
    await after_sign_ins(town, db)
    sent = {"choices": [1], "base_revision": 0}
    headers = {"Authorization": f"Bearer {passes['pots'][0]['token']}", "Idempotency-Key": "a" * 32}
    assert (await town.client.post(f"/api/pots/{ground.pot}/ballots", json=sent, headers=headers)).status_code == 201
    sums = (await ground.outcome())["sums"]
    assert (sums["electors"], sums["counted"], sums["refused"]) == (3, 1, {})


async def test_void_letters_put_nobody_off(town: Town, drawn: Ground, db: asyncpg.Connection) -> None:
    """Who is on the register can have another letter."""
    (batch,) = await batches(town, drawn)
    await void(town, batch["id"])
    assert await db.fetchval("select count(*) from post.outbox where event like '%CodesVoided%'") == 0


async def test_once_a_round_is_scheduled_no_list_is_issued_but_a_test(town: Town, drawn: Ground) -> None:
    """The roll is frozen, and who asks is told what can be done instead. Taken back, a list can be issued again."""
    await drawn.officer("POST", "announcement")
    later = await town.draw_round(register=None, voting_at="2100-01-01T00:00:00Z", closes_at="2100-02-01T00:00:00Z")
    await later.officer("POST", "schedule")
    late = await code_list(town, later)
    assert (late.status_code, late.json()["type"]) == (409, "/problems/codes-too-late")
    assert len(printed(await code_list(town, later, is_test=True))) == 2
    assert len(printed(await letters(town, later, query="?again=true"))) == 2
    await later.officer("DELETE", "schedule")
    assert len(printed(await code_list(town, later))) == 2


async def test_the_database_refuses_a_bearer_of_a_scheduled_round(
    town: Town, drawn: Ground, db: asyncpg.Connection
) -> None:
    """Whoever schedules at the same moment cannot leave holders of codes without a place on the roll."""
    await drawn.officer("POST", "schedule")
    with pytest.raises(asyncpg.PostgresError, match="the round is frozen"):
        await store.insert_bearers(db, UUID(drawn.id), [bytes(32)])


async def test_of_codes_and_people_the_database_holds_hashes_only(town: Town, drawn: Ground, database_url: str) -> None:
    """P7: no code, no name, no address and no identity is in any table."""
    codes = printed(await letters(town, drawn, query="?again=true"))
    secrets = [*codes, *town.codes.values(), "Åberg", "Storgatan", "AMINA-1"]
    dumped = (await dump_postgres(database_url)).decode()
    assert [secret for secret in secrets if secret in dumped or secret.replace("-", "") in dumped] == []


FAULTS = {
    "identity,language\nAMINA-1,tlh\n": "line 2: there are no letters in this language",
    "identity,name\n,Amina\n": "line 2: the identity is empty",
    f"identity,name\nAMINA-1,{'A' * 81}\n": "line 2: the name or the address is too long",
    "identity,name\nAMINA-1,A\x07B\n": "line 2: it holds a sign that is no text",
    "identity\nNOBODY-9\n": "1 of 1 identities are not in the register",
    "identity\n" + "AMINA-1\n" * 501: "at most 500 letters",
}


@pytest.mark.parametrize(("people", "said"), FAULTS.items(), ids=list(FAULTS.values()))
async def test_a_file_with_faults_issues_nothing(town: Town, drawn: Ground, people: str, said: str) -> None:
    """The sentence says where the fault is, and everybody's code is as it was."""
    answer = await letters(town, drawn, people, "?again=true")
    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert len(await batches(town, drawn)) == 1


async def test_officers_see_what_was_issued_and_void_it_on_a_page(town: Town, drawn: Ground) -> None:
    """The page lists batches; a reason is needed, and what was typed is kept."""
    dagny = Visitor(town.client)
    await dagny.open("/officer")
    await dagny.press("Sign in", name="Dagny", password=PASSWORD)
    seen = await dagny.open(f"/officer/rounds/{drawn.id}/letters")
    assert "3 codes" in seen.text.replace("\u00a0", " ")
    wrong = await dagny.press("Make a list", count="501")
    assert (wrong.status, "501" in wrong.html) == (400, True)
    (batch,) = await batches(town, drawn)
    done = await dagny.send(
        f"/officer/rounds/{drawn.id}/void-codes", [("batch", str(batch["id"])), ("reason", "Lost by the printer")]
    )
    assert "sign nobody in any more" in done.text
    assert "Lost by the printer" in done.text


async def test_a_list_comes_from_the_page_as_a_download(town: Town, drawn: Ground) -> None:
    """A PDF that nobody keeps."""
    dagny = Visitor(town.client)
    await dagny.open("/officer")
    await dagny.press("Sign in", name="Dagny", password=PASSWORD)
    answer = await town.client.post(
        f"/officer/rounds/{drawn.id}/code-list",
        data={"count": "2", "language": "sv"},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert answer.content.startswith(b"%PDF")
    assert answer.headers["content-disposition"] == 'attachment; filename="letters.pdf"'
    assert answer.headers["cache-control"] == "no-store"
