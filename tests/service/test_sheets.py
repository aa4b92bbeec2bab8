"""Sheets: keyed twice, by two clerks who do not see each other's; a batch that adds up becomes ballots."""

import asyncpg
import pyrage
import pytest

from schema.bundle import unpack
from schema.openings import unlock
from tests import verify_bundle
from tests.service.booths import Booth, open_booth
from tests.service.test_booth import problem
from tests.town import Town, pot
from workers.audit import Known, audit
from workers.audit_openings import audit_openings


@pytest.fixture
async def booth(town: Town) -> Booth:
    """A booth at which Amina and Björn were given papers."""
    opened = await open_booth(await town.open_round())
    for person in ("AMINA-1", "BJORN-2"):
        assert (await opened.mark(person)).status_code == 201
    return opened


async def state(db: asyncpg.Connection, number: int = 1) -> str:
    """What a sheet is now."""
    found: str = await db.fetchval("select state from box.paper_sheet where number = $1", number)
    return found


async def test_two_clerks_who_read_the_same_settle_a_sheet(booth: Booth, db: asyncpg.Connection) -> None:
    """In whatever order they type the numbers; a third entry is not needed, and refused."""
    assert (await booth.key(1, 2, 1)).json() == {"number": 1, "state": "keyed"}
    assert (await booth.key(1, 1, 2, clerk="Gunnar")).json() == {"number": 1, "state": "agreed"}
    refused = await booth.key(1, 3, clerk="Fatima")
    assert (refused.status_code, problem(refused)) == (409, "sheet-settled")
    assert await state(db) == "agreed"


async def test_one_clerk_cannot_key_both(booth: Booth, db: asyncpg.Connection) -> None:
    """However often Dagny keys the same, the sheet waits for somebody else; and it cannot be closed."""
    for _ in range(3):
        assert (await booth.key(1, 1)).json()["state"] == "keyed"
    await booth.declare(1)
    refused = await booth.close()
    assert (refused.status_code, problem(refused)) == (409, "batch-not-whole")
    assert "only one clerk has keyed sheet 1" in refused.json()["detail"]
    assert await db.fetchval("select count(*) from box.paper_entry") == 3


async def test_a_batch_says_what_it_lacks_to_who_reads_it(booth: Booth) -> None:
    """To a clerk who reads Swedish in Swedish; the database answers codes and numbers."""
    await booth.key(1, 1)
    headers = booth.ground.town.badge(booth.tokens["Dagny"]) | {"Accept-Language": "sv"}
    view = (await booth.ground.town.client.get(f"/api/paper-batches/{booth.id}", headers=headers)).json()
    assert view["lacks"][0] == "i ”The big pot” har bara en röstmottagare matat in sedel 1"


async def test_what_two_read_differently_is_held_back(booth: Booth, db: asyncpg.Connection) -> None:
    """Until either keys again and they read the same; all entries stay."""
    await booth.key(1, 1)
    assert (await booth.key(1, 2, clerk="Gunnar")).json()["state"] == "differs"
    await booth.declare(1)
    assert "two clerks read sheet 1 differently" in (await booth.close()).json()["detail"]
    assert (await booth.key(1, 3)).json()["state"] == "differs"
    assert (await booth.key(1, 2)).json()["state"] == "agreed"
    assert await db.fetchval("select count(*) from box.paper_entry") == 4
    assert (await booth.close()).status_code == 200
    assert await db.fetchval("select choices from box.ballot") == [2]


async def test_a_third_officer_decides_what_differs(booth: Booth) -> None:
    """Who keyed it does not; who did not sees both readings, and may find that neither is right."""
    await booth.key(1, 1)
    await booth.key(1, 2, clerk="Gunnar")
    assert problem(await booth.decide(1, 1, clerk="Dagny")) == "own-sheet"
    assert (await booth.send("GET", "/differences", clerk="Dagny")).json() == []
    (seen,) = (await booth.send("GET", "/differences", clerk="Fatima")).json()
    assert [(entry["clerk"], entry["choices"]) for entry in seen["entries"]] == [("Dagny", [1]), ("Gunnar", [2])]
    assert (await booth.decide(1, 3)).json()["state"] == "agreed"


async def test_a_clerk_keys_and_an_officer_decides(booth: Booth) -> None:
    """Gunnar, who is a clerk and nothing else, neither sees what differs nor decides it, nor closes the batch."""
    for verb, what in (("GET", "/differences"), ("POST", "/decisions"), ("POST", "/close")):
        refused = await booth.send(verb, what, {}, "Gunnar")
        assert (refused.status_code, problem(refused)) == (403, "role-missing")
    assert (await booth.key(1, 1, clerk="Gunnar")).status_code == 201


async def test_nothing_is_decided_before_two_have_keyed(booth: Booth, db: asyncpg.Connection) -> None:
    """Neither a sheet that one clerk has keyed nor one that nobody has: a decision replaces no second clerk."""
    await booth.key(1, 1)
    for number in (1, 2):
        assert problem(await booth.decide(number, 1)) == "not-found"
    assert await db.fetchval("select count(*) from box.paper_entry") == 1


async def test_the_second_clerk_does_not_see_the_first_ones(booth: Booth) -> None:
    """No answer to a clerk who has still to key tells what was read, not even to somebody who will not."""
    await booth.key(1, 3)
    for clerk in ("Dagny", "Fatima"):
        assert (await booth.send("GET", "/differences", clerk=clerk)).json() == []
    for clerk in ("Dagny", "Gunnar", "Fatima"):
        assert '"choices"' not in (await booth.send("GET", "", clerk=clerk)).text


async def test_a_sheet_is_checked_as_a_ballot_online(booth: Booth) -> None:
    """What breaks a limit is refused; it is void, and the clerk says why."""
    for choices, kind in (((1, 2, 3, 4), "too-many"), ((9,), "unknown-project"), ((1, 1), "chosen-twice")):
        assert problem(await booth.key(1, *choices)) == kind
    assert (await booth.key(1, void="too-many")).json()["state"] == "keyed"
    assert (await booth.key(1, void="unclear", clerk="Gunnar")).json()["state"] == "differs"
    assert (await booth.key(1, void="unclear")).json()["state"] == "void"


async def test_a_blank_sheet_is_a_blank_ballot(booth: Booth) -> None:
    """Where one may choose nothing online one may on paper: it is no reason to be void."""
    assert problem(await booth.key(1, void="blank")) == "blank-is-ballot"
    await booth.key_twice(1)


async def test_a_blank_sheet_is_void_where_a_choice_is_needed(town: Town) -> None:
    """A style with a least number of choices takes no blank ballot."""
    style = {"style": "approval", "max_choices": 2, "min_choices": 1}
    booth = await open_booth(await town.open_round(pots=[pot(style=style)]))
    await booth.mark("AMINA-1")
    assert problem(await booth.key(1)) == "too-few"
    await booth.key_twice(1, void="blank")


async def test_points_are_keyed_beside_their_projects(town: Town, db: asyncpg.Connection) -> None:
    """As they stand on the paper, and stored in the one form of all ballots."""
    style = {"style": "cumulative", "max_points": 5, "max_points_per_project": 3}
    booth = await open_booth(await town.open_round(pots=[pot(style=style)]))
    await booth.mark("AMINA-1")
    assert problem(await booth.key(1, 2, 1, points=[3, 3])) == "too-many-points"
    await booth.key_twice(1, 2, 1, points=[3, 2])
    await booth.declare(1)
    await booth.close()
    (row,) = await db.fetch("select choices, points from box.ballot")
    assert (row["choices"], row["points"]) == ([1, 2], [2, 3])


async def test_no_more_sheets_than_marks(booth: Booth) -> None:
    """A sheet too many is not counted away: the batch stays open, and says the numbers."""
    for number in (1, 2, 3):
        await booth.key_twice(number, 1)
    await booth.declare(3)
    refused = await booth.close()
    assert "there are more sheets (3) than people who are marked (2)" in refused.json()["detail"]


async def test_fewer_sheets_than_marks_are_enough(booth: Booth, db: asyncpg.Connection) -> None:
    """Somebody left without handing in; they are not counted."""
    await booth.key_twice(1, 1)
    await booth.declare(1)
    assert (await booth.close()).json()["lacks"] == []
    assert await db.fetchval("select count(*) from box.ballot") == 1


async def test_what_was_counted_by_hand_is_what_was_keyed(booth: Booth) -> None:
    """A sheet that was forgotten, or keyed twice, is found before the batch is closed."""
    await booth.key_twice(1, 1)
    await booth.declare(2)
    assert (
        "there are not as many sheets keyed (1) as were counted by hand (2)" in (await booth.close()).json()["detail"]
    )
    await booth.key_twice(2, void="identifying-mark")
    assert (await booth.close()).status_code == 200


async def test_a_sheet_that_is_none_is_removed_by_a_third(booth: Booth, db: asyncpg.Connection) -> None:
    """Keyed under two numbers, it would keep the batch open for ever; two who keyed it cannot take it away."""
    await booth.key_twice(1, 1)
    await booth.key_twice(2, 1)
    await booth.declare(1)
    assert (await booth.key(2, void="no-sheet")).status_code == 400
    assert problem(await booth.decide(2, void="no-sheet", clerk="Dagny")) == "own-sheet"
    assert problem(await booth.decide(2, void="unclear")) == "sheet-settled"
    assert (await booth.decide(2, void="no-sheet")).json()["state"] == "void"
    assert (await booth.close()).status_code == 200
    assert await db.fetchval("select count(*) from box.ballot") == 1


async def test_a_closed_batch_does_not_change(booth: Booth, db: asyncpg.Connection) -> None:
    """No mark, no entry, no total, and it is not closed a second time: nothing enters the box twice."""
    await booth.key_twice(1, 1)
    await booth.declare(1)
    await booth.close()
    for answer in (
        await booth.close(),
        await booth.key(2, 1),
        await booth.declare(2),
        await booth.mark("AMINA-1"),
        await booth.unmark("AMINA-1"),
    ):
        assert (answer.status_code, problem(answer)) == (409, "batch-closed")
    assert await db.fetchval("select count(*) from box.ballot") == 1


async def test_the_database_closes_no_batch_that_is_not_whole(booth: Booth, db: asyncpg.Connection) -> None:
    """Whoever writes to it, a batch with a sheet that one clerk keyed stays open."""
    await booth.key(1, 1)
    with pytest.raises(asyncpg.PostgresError, match="not whole"):
        await db.execute("update box.paper_batch set closed_by = 'x', closed_at = now()")
    with pytest.raises(asyncpg.PostgresError, match="append-only"):
        await db.execute("update box.paper_entry set choices = '{2}'")
    with pytest.raises(asyncpg.PostgresError, match="append-only"):
        await db.execute("delete from box.paper_entry")


async def test_no_row_joins_a_mark_and_a_ballot(booth: Booth, db: asyncpg.Connection) -> None:
    """P7: a paper's ballot is under a pseudonym of nobody, and nothing but the batch is in both."""
    await booth.key_twice(1, 1)
    await booth.key_twice(2, 2)
    await booth.declare(2)
    await booth.close()
    marked = {row["tag"] for row in await db.fetch("select tag from box.paper_mark")}
    cast = {row["tag"] for row in await db.fetch("select tag from box.ballot")}
    assert (len(marked), len(cast), marked & cast) == (2, 2, set())
    columns = await db.fetch(
        "select column_name from information_schema.columns"
        " where table_schema = 'box' and table_name = 'paper_mark' order by 1"
    )
    assert [row[0] for row in columns] == ["batch_id", "pot_id", "round_id", "tag"]


async def test_papers_are_counted_and_anybody_can_check_it(town: Town) -> None:
    """Keyed after voting has closed: the count waits for the batch, and two programs and an auditor agree with it."""
    ground = await town.open_round()
    booth = await open_booth(ground)
    await (await ground.voter("AMINA-1")).cast(1)
    await booth.mark("BJORN-2")
    await ground.count()
    assert await counted(town, ground.pot) is False
    await booth.key_twice(1, 2, 3)
    await booth.declare(1)
    assert (await booth.close()).status_code == 200
    await town.work("judge", "sequence", "count")
    identity = await _auditor(town, ground.id)
    await ground.publish()
    await town.work("count")
    told = (await town.client.get(f"/api/pots/{ground.pot}/snapshot")).json()
    assert [project["supporters"] for project in told["projects"]] == [1, 1, 1, 0]
    assert (told["sums"]["counted"], told["sums"]["electors"], told["sums"]["refused"]) == (2, 2, {})
    assert told["sums"]["channels"] == {"online": 1, "paper": 1}
    packed = (await town.client.get(f"/api/rounds/{ground.id}/bundle")).content
    assert [finding.sentence for finding in audit(unpack(packed), Known()) if not finding.holds] == []
    assert [sentence for holds, sentence in verify_bundle.check(packed, [], []) if not holds] == []
    (named,) = (await town.client.get(f"/api/rounds/{ground.id}/auditors")).json()
    locked = await town.client.get(f"/api/rounds/{ground.id}/auditors/{named['id']}/openings", headers=town.badge())
    findings = audit_openings(unpack(packed), unlock(locked.content, identity))
    assert [finding.sentence for finding in findings if not finding.holds] == []


async def counted(town: Town, pot_id: str) -> bool:
    """Whether a pot has its outcome."""
    db = await asyncpg.connect(town.settings.database_url)
    found: bool = await db.fetchval("select exists (select from box.snapshot where pot_id = $1)", pot_id)
    await db.close()
    return found


async def _auditor(town: Town, round_id: str) -> str:
    """Elin may check every ballot; her secret key of age."""
    identity = pyrage.x25519.Identity.generate()
    named = {"name": "Elin", "recipient": str(identity.to_public())}
    await town.act("POST", f"/api/rounds/{round_id}/auditors", json=named)
    return str(identity)


async def test_what_was_cast_online_after_the_close_does_not_count(town: Town) -> None:
    """P3: while papers are still keyed nothing comes in online."""
    ground = await town.open_round()
    booth = await open_booth(ground)
    amina = await ground.voter("AMINA-1")
    await booth.mark("BJORN-2")
    await ground.close()
    await booth.key_twice(1, 2)
    assert problem(await amina.cast(1)) == "not-open"
    await booth.declare(1)
    assert (await booth.close()).status_code == 200
    assert problem(await amina.cast(1)) == "not-open"
