"""The booth: nobody is counted twice, whether paper or online came first, and the clerk sees it at once."""

import asyncio
from typing import get_args

import asyncpg
import pytest
from httpx import Response

from schema.electorate import Obstacle
from service.verbs.booth import REASONS
from tests import builders
from tests.service.booths import Booth, open_booth
from tests.town import Town, crowd, pot

TIMES = 200


@pytest.fixture
async def booth(town: Town) -> Booth:
    """A booth in the library."""
    return await open_booth(await town.open_round())


def problem(answer: Response) -> str:
    """The kind of problem that an answer is."""
    kind: str = answer.json()["type"]
    return kind.rpartition("/")[2]


def test_every_reason_of_the_roll_has_words_for_a_clerk() -> None:
    """A clerk reads a sentence, and never a code."""
    assert set(REASONS) == set(get_args(Obstacle))


async def test_who_is_marked_does_not_cast(booth: Booth) -> None:
    """Marked first, online is refused in words that name the place, and nothing is in the box."""
    amina = await booth.ground.voter("AMINA-1")
    assert (await booth.mark("AMINA-1")).json() == {"pots": ["The big pot"]}
    refused = await amina.cast(1)
    assert (refused.status_code, problem(refused)) == (409, "on-paper")
    assert "at The library" in refused.json()["detail"]
    assert (await amina.ballot()).status_code == 404


async def test_who_has_a_ballot_is_not_marked(booth: Booth) -> None:
    """Online first, the clerk hears it at once; once the ballot is taken back the person can be given a paper."""
    amina = await booth.ground.voter("AMINA-1")
    await amina.cast(1)
    refused = await booth.mark("AMINA-1")
    assert (refused.status_code, problem(refused)) == (409, "has-ballot")
    await amina.withdraw(1)
    assert (await booth.mark("AMINA-1")).status_code == 201
    assert problem(await amina.cast(1, base=2)) == "on-paper"


async def test_a_receipt_is_still_sent_again_to_who_is_marked(booth: Booth) -> None:
    """P4: what was accepted before the mark is answered as it was."""
    amina = await booth.ground.voter("AMINA-1")
    first = await amina.cast(1, key="the-same-key")
    await amina.withdraw(1)
    await booth.mark("AMINA-1")
    again = await amina.cast(1, key="the-same-key")
    assert (again.status_code, again.json()) == (200, first.json())


async def test_nobody_is_marked_twice(booth: Booth) -> None:
    """Not at the same booth, nor at another, and the clerk hears where it was."""
    other = await open_booth(booth.ground, "Envelope 2", "The school", booth.tokens)
    await booth.mark("AMINA-1")
    for each in (booth, other):
        refused = await each.mark("AMINA-1")
        assert (refused.status_code, problem(refused)) == (409, "marked-before")
        assert "at The library" in refused.json()["detail"]


async def test_a_code_is_as_good_as_an_identity(booth: Booth) -> None:
    """Both lead to the same person, so that one of them after the other is refused."""
    code = booth.ground.town.codes["AMINA-1"]
    assert (await booth.mark(code, by="code")).status_code == 201
    assert problem(await booth.mark("amina-1")) == "marked-before"
    assert problem(await booth.mark("0000-0000-0000-0000", by="code")) == "wrong-code"
    assert problem(await booth.mark("no code at all", by="code")) == "wrong-code"


async def test_a_code_that_was_replaced_marks_nobody(booth: Booth) -> None:
    """An older letter may be in anybody's hands: it is worth no more at the booth than it is online."""
    town = booth.ground.town
    older = town.codes["AMINA-1"]
    await town.issue_codes(booth.ground.id, "identity\nAMINA-1\n")
    assert problem(await booth.mark(older, by="code")) == "wrong-code"
    assert (await booth.mark(town.codes["AMINA-1"], by="code")).status_code == 201


async def test_who_may_not_vote_is_not_marked(booth: Booth) -> None:
    """The clerk reads the reason that the roll has, of Carim and of somebody who is not on it."""
    refused = await booth.mark("CARIM-3")
    assert (refused.status_code, problem(refused)) == (422, "not-entitled")
    assert "too young" in refused.json()["detail"]
    assert "nobody like this" in (await booth.mark("DORIS-4")).json()["detail"]


async def test_the_roll_notes_that_they_took_part(booth: Booth, db: asyncpg.Connection) -> None:
    """By date only, among those who signed in; and not when the mark was refused."""
    await booth.mark("CARIM-3")
    assert await db.fetchval("select count(*) from roll.participation") == 0
    await booth.mark("AMINA-1")
    (row,) = await db.fetch("select refs, assisted from roll.participation")
    assert (row["refs"], row["assisted"]) == ([booth.ground.town.ring.person_ref("AMINA-1")], False)


async def test_marks_are_for_all_pots_or_none(town: Town, db: asyncpg.Connection) -> None:
    """A ballot online in one pot keeps that pot from being marked; the other one can be, by itself."""
    ground = await town.open_round(pots=[pot("North"), pot("South")])
    booth = await open_booth(ground)
    await (await ground.voter("AMINA-1")).cast(1)
    refused = await booth.mark("AMINA-1")
    assert (problem(refused), refused.json()["facts"]) == ("has-ballot", {"pot": "North"})
    assert await db.fetchval("select count(*) from box.paper_mark") == 0
    assert (await booth.mark("AMINA-1", ground.pots[1:])).json() == {"pots": ["South"]}


async def test_a_mark_can_be_taken_back(booth: Booth, db: asyncpg.Connection) -> None:
    """Then the person can vote online; why it was taken back stays, and whose it was does not."""
    amina = await booth.ground.voter("AMINA-1")
    await booth.mark("AMINA-1")
    assert (await booth.unmark("AMINA-1")).json() == {"pots": ["The big pot"]}
    assert (await amina.cast(1)).status_code == 201
    (row,) = await db.fetch("select * from box.paper_unmark")
    assert (row["clerk"], row["reason"]) == ("Dagny", "the wrong person")
    assert problem(await booth.unmark("AMINA-1")) == "not-marked"


async def test_a_mark_stays_when_the_paper_is_there(booth: Booth) -> None:
    """With as many sheets as marks none can be taken back: a person could vote online beside their paper."""
    await booth.mark("AMINA-1")
    await booth.key(1, 1)
    refused = await booth.unmark("AMINA-1")
    assert (refused.status_code, problem(refused)) == (409, "handed-in")


async def test_marks_end_with_voting(booth: Booth) -> None:
    """After the close nobody is marked, and no booth is opened."""
    await booth.ground.close()
    assert problem(await booth.mark("AMINA-1")) == "not-open"
    path = f"/api/rounds/{booth.ground.id}/paper-batches"
    sent = {"reference": "Late", "place": "Anywhere"}
    answer = await booth.ground.town.client.post(path, json=sent, headers=booth.ground.town.badge())
    assert problem(answer) == "not-open"


async def test_opening_and_closing_a_batch_is_in_the_audit_log(booth: Booth) -> None:
    """With who did it; of marks and sheets nothing is there, because it has times."""
    await booth.mark("AMINA-1")
    await booth.key_twice(1, 1)
    await booth.declare(1)
    await booth.close()
    town = booth.ground.town
    log = (await town.client.get("/api/audit", headers=town.badge())).json()["items"]
    acts = [(each["officer"], each["action"]) for each in log if each["subject"].startswith("paper")]
    assert acts == [("Dagny", "close_batch"), ("Dagny", "declare_totals"), ("Dagny", "open_batch")]


async def test_an_envelope_has_one_batch(booth: Booth) -> None:
    """A reference that is taken is refused, so that two clerks do not key one envelope into two batches."""
    path = f"/api/rounds/{booth.ground.id}/paper-batches"
    sent = {"reference": "Envelope 1", "place": "The school"}
    answer = await booth.ground.town.client.post(path, json=sent, headers=booth.ground.town.badge())
    assert problem(answer) == "name-taken"


async def test_another_municipality_sees_no_batch(booth: Booth) -> None:
    """A batch belongs to the municipality of its round, in every act on it."""
    booth.tokens["Stranger"] = await booth.ground.town.hire("Stranger", "Elsewhere")
    entry = {"pot_id": booth.ground.pot, "number": 1}
    for verb, what, body in (
        ("GET", "", None),
        ("GET", "/differences", None),
        ("POST", "/marks", {"person": "AMINA-1"}),
        ("POST", "/unmarkings", {"person": "AMINA-1", "pots": [booth.ground.pot], "reason": "none"}),
        ("POST", "/entries", entry),
        ("PUT", "/totals", {"totals": []}),
        ("POST", "/close", None),
    ):
        assert (await booth.send(verb, what, body, "Stranger")).status_code == 403, what


async def test_who_votes_on_paper_counts_as_having_voted(booth: Booth) -> None:
    """Turnout has them once, also when an earlier ballot online was taken back, and after their paper is a ballot."""
    path = f"/api/rounds/{booth.ground.id}/turnout"
    amina, bjorn = [await booth.ground.voter(who) for who in ("AMINA-1", "BJORN-2")]
    await amina.cast(1)
    await amina.withdraw(1)
    await bjorn.cast(2)
    await booth.mark("AMINA-1")
    expected = [{"pot_id": booth.ground.pot, "electors": 2, "voters": 2, "on_paper": 1}]
    assert (await booth.ground.town.client.get(path)).json() == expected
    await booth.key_twice(1, 1)
    await booth.declare(1)
    assert (await booth.close()).status_code == 200
    assert (await booth.ground.town.client.get(path)).json() == expected


async def test_both_at_once(crowded_town: Town, db: asyncpg.Connection) -> None:
    """P2: the same person online and at the booth at the same moment, two hundred times: one of the two, each time."""
    ground = await crowded_town.open_round(register=crowd(TIMES))
    booth = await open_booth(ground)
    voters = [await ground.voter(f"V{number}") for number in range(TIMES)]

    async def race(number: int) -> tuple[int, int]:
        cast, mark = asyncio.ensure_future(voters[number].cast(1)), asyncio.ensure_future(booth.mark(f"V{number}"))
        return (await cast).status_code, (await mark).status_code

    done = []
    for start in range(0, TIMES, 10):
        done += await asyncio.gather(*(race(number) for number in range(start, start + 10)))
    assert set(done) <= {(201, 409), (409, 201)}
    assert await db.fetchval("select count(*) from box.ballot") == done.count((201, 409))
    assert await db.fetchval("select count(*) from box.paper_mark") == done.count((409, 201))
    assert not await db.fetchval("select count(*) from box.ballot join box.paper_mark using (round_id, pot_id, tag)")


@pytest.mark.parametrize("first", ["cast", "mark"])
async def test_whoever_comes_second_waits_and_sees(db: asyncpg.Connection, database_url: str, first: str) -> None:
    """P2: a mark waits for a cast that is not committed yet, and a cast for a mark; then it is refused."""
    house = await builders.voting(db)
    batch = await db.fetchval(
        "insert into box.paper_batch (round_id, reference, place, opened_by) values ($1, 'E', 'L', 'Dagny')"
        " returning id",
        house.round_id,
    )
    other = await asyncpg.connect(database_url)

    async def act(what: str, own: asyncpg.Connection) -> str:
        asked = (house.round_id, batch, builders.tag("Amina"), [house.pot_id])
        if what == "mark":
            status: str = await own.fetchval("select status from box.mark_paper($1, $2, $3, $4)", *asked)
            return status
        return await builders.cast_answer(own, house, "Amina", 1)

    second = {"cast": "mark", "mark": "cast"}[first]
    transaction = db.transaction()
    await transaction.start()
    assert await act(first, db) in {"accepted", "marked"}
    waiting = asyncio.create_task(act(second, other))
    done, _ = await asyncio.wait([waiting], timeout=0.3)
    assert not done
    await transaction.commit()
    assert await waiting == {"mark": "has_ballot", "cast": "on_paper"}[second]
    await other.close()
