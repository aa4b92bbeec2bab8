"""The register: read in pieces, compared, and applied as a whole or not at all."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from itertools import pairwise
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from httpx import Response
from hypothesis import given
from hypothesis import strategies as st

from schema.database import pool
from schema.errors import FaultyRegister, ImportOutdated, ImportSettled, Malformed, NotFound, Refusal
from schema.events import Event, RegisterImported
from schema.keys import person_ref
from service.room import Room
from service.sources.rows import (
    COLUMNS,
    PIECE,
    Batch,
    CsvRows,
    JsonRows,
    Reader,
    Row,
    read_names,
    read_rows,
)
from service.store import imports as store
from service.store import roll
from service.store.imports import Import
from service.verbs import imports as verbs
from service.verbs.imports import Desk
from tests.builders import waiting
from tests.town import REGISTER, Town

KEY = bytes(32)
REF = partial(person_ref, KEY)
HEAD = "identity,area\n"


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    """A file that comes in these parts."""
    for part in parts:
        yield part


async def read(reader: Reader, *parts: bytes) -> Batch:
    """All rows and faults of a file that comes in these parts."""
    whole = Batch()
    async for batch in read_rows(pieces(*parts), reader):
        whole.rows += batch.rows
        whole.faults += batch.faults
    return whole


def cut(body: bytes, places: list[int]) -> list[bytes]:
    """A file cut at these places."""
    at = [0, *sorted(place % (len(body) + 1) for place in places), len(body)]
    return [body[start:end] for start, end in pairwise(at)]


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    """Dagny's desk in Hagaby."""
    opened = await pool(database_url, "byalag_roll")
    room = Room(opened)
    async with room.enter() as db:
        municipality_id = await roll.municipality(db, "Hagaby")
    yield Desk(room, REF, municipality_id, "Dagny", lambda _: None)
    await opened.close()


async def stage(desk: Desk, text: str, **names: str) -> Import:
    """Stage a CSV file."""
    reader = CsvRows(read_names(f"{ours}={theirs}" for ours, theirs in names.items()))
    return await verbs.stage_import(desk, "a file", read_rows(pieces(text.encode()), reader))


async def imported(desk: Desk, text: str) -> Import:
    """Stage and apply a CSV file."""
    return await verbs.apply_import(desk, (await stage(desk, text)).id)


async def persons(db: asyncpg.Connection) -> dict[bytes, str]:
    """The area of each person on the register."""
    return {row["person_ref"]: row["area"] for row in await db.fetch("select * from roll.person")}


async def left_over(db: asyncpg.Connection) -> int:
    """Rows in the staging tables."""
    count: int = await db.fetchval(
        "select (select count(*) from roll.staged_person) + (select count(*) from roll.staged_contact)"
    )
    return count


def difference(done: Import) -> tuple[int | None, ...]:
    """Added, moved, left, changed, the same."""
    return (done.added, done.moved, done.left, done.changed, done.same)


# Reading


TEXTS = st.text(st.sampled_from('abÅ,;"\n\r\t 1é'), max_size=6)


@given(st.lists(st.lists(TEXTS, min_size=1, max_size=3), max_size=6), st.lists(st.integers(0, 300), max_size=8))
def test_rows_do_not_depend_on_where_a_file_is_cut(cells: list[list[str]], places: list[int]) -> None:
    """Any cutting, also within a sign, a quoted value or an end of line, gives the same rows and faults."""
    body = "\ufeffidentity,area\n" + "\n".join(",".join(row) for row in cells)
    once = asyncio.run(read(CsvRows({}), body.encode()))
    assert asyncio.run(read(CsvRows({}), *cut(body.encode(), places))) == once


@given(st.lists(st.sampled_from([b"{}", b'{"identity":"\xc3\x85","area":1}', b"[]", b"\xff", b""]), max_size=6),
       st.lists(st.integers(0, 200), max_size=8))  # fmt: skip
def test_json_lines_do_not_depend_on_it_either(lines: list[bytes], places: list[int]) -> None:
    """The same objects and faults wherever the pieces end."""
    body = b"\n".join(lines)
    once = asyncio.run(read(JsonRows({}), body))
    assert asyncio.run(read(JsonRows({}), *cut(body, places))) == once


def row(line: int, **said: str) -> Row:
    """A row that says this and nothing else."""
    return (line, tuple(said.get(column, "") for column in COLUMNS))


async def test_a_quoted_value_may_go_over_lines() -> None:
    """A row is named by the line where it begins, and the next one is not lost."""
    found = await read(CsvRows({}), b'identity;area\r\n"A\nB";North\r\nC;"South; far"\r\n')
    assert found == Batch([row(2, identity="A\nB", area="North"), row(4, identity="C", area="South; far")])


async def test_a_broken_row_does_not_hide_the_next() -> None:
    """Each row that cannot be read is a fault of its line."""
    found = await read(CsvRows({}), b'identity,area\n"A"B,North\nC,North\nD\n\nE,South,1\n"F,North')
    assert found.rows == [row(3, identity="C", area="North")]
    assert [fault.line for fault in found.faults] == [2, 4, 6, 7]


async def test_columns_go_by_the_names_that_are_given() -> None:
    """Case and blanks around names do not matter, and columns that nobody asked for are passed over."""
    names = read_names(["identity=Personnummer", "area= stadsdel "])
    found = await read(CsvRows(names), b"Stadsdel,sk\xc3\xb6nt, PERSONNUMMER\nNorth,x,A\n")
    assert found.rows == [row(2, identity="A", area="North")]


@pytest.mark.parametrize(
    ("body", "names", "said"),
    [
        (b"", [], "lacks the column identity, area"),
        (b"id,area\n", [], "lacks the column identity"),
        (b"identity,area\n", ["phone=telefon"], "lacks the column telefon"),
        (b"identity,area,AREA\n", [], "the column area twice"),
        (b"identity,area\nA,\xff\n", [], "not UTF-8"),
        (b"identity,area\nA,N\x00\n", [], "a NUL"),
        (b'identity,area\nA,"North\n' + b"x" * 3 * PIECE, [], "line 2 is longer"),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused(body: bytes, names: list[str], said: str) -> None:
    """What is wrong with all of it is said in a sentence."""
    with pytest.raises(Malformed) as refusal:
        await read(CsvRows(read_names(names)), body)
    assert said in str(refusal.value.facts["fault"])


async def test_no_more_than_a_piece_and_a_row_is_held() -> None:
    """However long the file: each batch comes before more than a piece of the file was taken."""
    taken = 0

    async def long() -> AsyncIterator[bytes]:
        nonlocal taken
        yield b"identity,area\n"
        for _ in range(50):
            taken += PIECE
            yield b"A,North\n" * (PIECE // 8)

    rows = 0
    async for batch in read_rows(long(), CsvRows({})):
        rows += len(batch.rows)
        assert len(batch.rows) <= PIECE // 8 + 1
        assert rows * 8 >= taken - PIECE
    assert rows == 50 * (PIECE // 8)


# Faults


async def faults_of(desk: Desk, text: str) -> list[tuple[int, str]]:
    """The faults of a file, all of them, as they are kept."""
    with pytest.raises(FaultyRegister) as refusal:
        await stage(desk, text)
    import_id = UUID(str(refusal.value.facts["import_id"]))
    async with desk.roll.enter() as db:
        kept = await store.faults(db, import_id, 0, 100_000)
    assert len(kept) == refusal.value.facts["number"]
    return [(fault.line, str(fault.faults)) for fault in kept]


WRONG = {
    ",North,,,,,,": "the identity is empty or too long",
    "A,,,,,,,": "the area is empty or too long",
    "A,No\trth,,,,,,": "the area holds a sign that is no text",
    "A,North,1066,,,,,": "birth_year must be a number from 1890 to 2100",
    "A,North,1980,13,,,,": "birth_month must be a number from 1 to 12",
    "A,North,,,svenska,,,": "language must be a code of two or three letters, such as sv",
    "A,North,,,,owns,,": "relations may be lives, works, studies, rents, member, with a blank between two",
    "A,North,,,,,amina,": "the e-mail address is not one, such as amina@example.se",
    "A,North,,,,,,0701234567": "the telephone number is not one with its country, such as +46 70 123 45 67",
    ",,,,,,,x": "the identity is empty or too long; the area is empty or too long;"
    " the telephone number is not one with its country, such as +46 70 123 45 67",
}


@pytest.mark.parametrize(("line", "said"), WRONG.items(), ids=WRONG.values())
async def test_each_fault_is_named_by_its_line(desk: Desk, line: str, said: str) -> None:
    """All that is wrong with a row stands beside its line, and nothing of what it holds."""
    assert await faults_of(desk, f"{','.join(COLUMNS)}\n{line}\n") == [(2, said)]


async def test_one_identity_in_two_lines_is_a_fault(desk: Desk) -> None:
    """The later lines are named, with the first: an identity is the same in small letters and with blanks."""
    text = HEAD + "AMINA-1,North\nBJORN-2,North\namina-1 ,South\nAMINA-1,North\n"
    said = "the same identity as in line 2"
    assert await faults_of(desk, text) == [(4, said), (5, said)]


async def test_one_percent_of_wrong_rows_applies_nothing(desk: Desk, db: asyncpg.Connection) -> None:
    """Every wrong row is reported, the register stays, and nothing that was read is kept."""
    await imported(desk, REGISTER)
    lines = [f"V{number},{'' if number % 100 == 7 else 'North'}" for number in range(25_000)]
    found = await faults_of(desk, HEAD + "\n".join(lines))
    assert [line for line, _ in found] == [number + 2 for number in range(25_000) if number % 100 == 7]
    assert (len(await persons(db)), await left_over(db)) == (3, 0)


async def test_a_register_of_nobody_is_refused(desk: Desk, db: asyncpg.Connection) -> None:
    """An empty file would have everybody leave."""
    with pytest.raises(Refusal) as refusal:
        await stage(desk, HEAD)
    assert (refusal.value.code, await left_over(db)) == ("nobody-in-register", 0)


async def test_a_file_that_breaks_off_leaves_nothing(desk: Desk, db: asyncpg.Connection) -> None:
    """What was staged before the fault is forgotten, and the history says that it was given up."""
    lines = "".join(f"V{number},North\n" for number in range(30_000))
    with pytest.raises(Malformed):
        await verbs.stage_import(desk, "x", read_rows(pieces((HEAD + lines).encode(), b"\xff,\n"), CsvRows({})))
    assert await left_over(db) == 0
    assert (await verbs.view_register(desk)).imports[0].state == "discarded"


# What is kept, and what differs


async def test_a_person_is_kept_as_hashes_and_marks(desk: Desk, db: asyncpg.Connection) -> None:
    """Identity and addresses are hashed; relations are in one order, and a person without any lives there."""
    text = ",".join(COLUMNS) + "\n"
    text += 'AMINA-1,Å\\n,1985,3,SV,"works, lives works",Amina@Example.SE,+46 (0)70-123 45 67\nBJORN-2,North,,,,,,\n'
    await imported(desk, text.replace("(0)", ""))
    rows = await db.fetch("select * from roll.person order by area")
    assert [tuple(kept)[1:] for kept in rows] == [
        (REF("BJORN-2"), "North", None, None, None, ["lives"]),
        (REF("AMINA-1"), "Å\\n", 1985, 3, "sv", ["lives", "works"]),
    ]
    contacts = {kept["contact_ref"]: kept["person_ref"] for kept in await db.fetch("select * from roll.contact")}
    assert contacts == {REF("mail:amina@example.se"): REF("AMINA-1"), REF("phone:46701234567"): REF("AMINA-1")}


async def test_the_difference_is_counted_and_then_made(desk: Desk, db: asyncpg.Connection) -> None:
    """Added, moved, left, changed and the same are each person once; nothing changes before it is applied."""
    head = "identity,area,birth_year,email\n"
    await imported(desk, head + "A,North,1980,\nB,North,1980,\nC,North,1980,\nD,North,1980,d@x.se\nE,North,1980,\n")
    staged = await stage(desk, head + "A,South,1981,\nB,North,1981,\nD,North,1980,\nE,North,1980,\nF,North,,f@x.se\n")
    assert difference(staged) == (1, 1, 1, 2, 1)
    assert REF("C") in await persons(db)
    applied = await verbs.apply_import(desk, staged.id)
    assert (applied.version, applied.persons, await left_over(db)) == (2, 5, 0)
    assert await persons(db) == {REF("A"): "South"} | {REF(each): "North" for each in "BDEF"}
    assert [kept["person_ref"] for kept in await db.fetch("select * from roll.contact")] == [REF("F")]


async def imports(db: asyncpg.Connection) -> list[tuple[int, Event]]:
    """What tells of imports."""
    return [(number, event) for number, event in await waiting(db, "roll") if isinstance(event, RegisterImported)]


async def test_the_same_file_again_changes_nothing(desk: Desk, db: asyncpg.Connection) -> None:
    """No row is touched, the version stays, and nobody is told."""
    text = ",".join(COLUMNS) + "\nAMINA-1,North,1985,3,sv,works lives,a@x.se,+46701234567\nBJORN-2,North,,,,,,\n"
    first = await imported(desk, text)
    before = await db.fetch("select xmin, xmax, * from roll.person order by person_ref")
    told = await imports(db)
    again = await imported(desk, text)
    assert (first.version, again.version, difference(again)) == (1, 1, (0, 0, 0, 0, 2))
    assert await db.fetch("select xmin, xmax, * from roll.person order by person_ref") == before
    assert await imports(db) == told == [(told[0][0], RegisterImported(desk.municipality_id))]


async def test_another_municipality_is_not_touched(desk: Desk, db: asyncpg.Connection) -> None:
    """The same people may be on two registers."""
    async with desk.roll.enter() as connection:
        other = Desk(desk.roll, REF, await roll.municipality(connection, "Elsewhere"), "Elin", desk.ring)
    await imported(other, HEAD + "AMINA-1,West\n")
    await imported(desk, REGISTER)
    staged = await stage(desk, HEAD + "BJORN-2,North\n")
    with pytest.raises(NotFound):
        await verbs.apply_import(other, staged.id)
    await verbs.apply_import(desk, staged.id)
    assert await db.fetchval("select count(*) from roll.person where area = 'West'") == 1


# Who comes first


async def test_an_import_is_outdated_once_the_register_changed(desk: Desk, db: asyncpg.Connection) -> None:
    """What was compared with another register is refused, changes nothing, and is forgotten by the next import."""
    first, second = await stage(desk, REGISTER), await stage(desk, HEAD + "ELIN-4,West\n")
    await verbs.apply_import(desk, second.id)
    with pytest.raises(ImportOutdated):
        await verbs.apply_import(desk, first.id)
    assert await persons(db) == {REF("ELIN-4"): "West"}
    third = await stage(desk, REGISTER)
    assert (await verbs.view_import(desk, first.id)).state == "discarded"
    assert await left_over(db) == third.persons


async def test_two_imports_at_once_are_one_and_a_refusal(desk: Desk, db: asyncpg.Connection) -> None:
    """Both are read at the same time and applied at the same time: one holds, whole, and the other is outdated."""
    texts = [HEAD + "".join(f"{name}{number},{name}\n" for number in range(2_000)) for name in "NS"]
    staged = await asyncio.gather(*(stage(desk, text) for text in texts))
    done: list[Any] = await asyncio.gather(
        *(verbs.apply_import(desk, each.id) for each in staged), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in done) == ["Import", "ImportOutdated"]
    assert {area: list((await persons(db)).values()).count(area) for area in "NS"} in (
        {"N": 2000, "S": 0},
        {"N": 0, "S": 2000},
    )
    assert await db.fetchval("select version from roll.register") == 1


async def test_applying_twice_is_answered_twice(desk: Desk) -> None:
    """Whoever sends it again sees what was done, and nothing is done again."""
    staged = await stage(desk, REGISTER)
    both = await asyncio.gather(*(verbs.apply_import(desk, staged.id) for _ in range(2)))
    assert both[0] == both[1]


async def test_what_was_discarded_is_not_applied(desk: Desk, db: asyncpg.Connection) -> None:
    """Nothing that was read stays, and discarding again does no harm."""
    staged = await stage(desk, REGISTER)
    await verbs.discard_import(desk, staged.id)
    assert (await verbs.discard_import(desk, staged.id)).state == "discarded"
    with pytest.raises(ImportSettled):
        await verbs.apply_import(desk, staged.id)
    assert (await persons(db), await left_over(db)) == ({}, 0)


async def test_what_is_still_read_is_left_alone(desk: Desk, db: asyncpg.Connection) -> None:
    """Nobody settles an import, or starts another that would give it up, while its file still comes."""
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield REGISTER.encode()
        begun.set()
        await go_on.wait()
        yield b"ELIN-4,West,,\n"

    reading = asyncio.create_task(verbs.stage_import(desk, "slow", read_rows(slow(), CsvRows({}))))
    await begun.wait()
    (found,) = (await verbs.view_register(desk)).imports
    for settle in (verbs.apply_import, verbs.discard_import):
        with pytest.raises(ImportSettled) as refusal:
            await settle(desk, found.id)
        assert refusal.value.facts["state"] == "still being read"
    await stage(desk, HEAD + "A,North\n")
    go_on.set()
    assert ((await reading).state, await left_over(db)) == ("staged", 5)


async def test_who_gives_up_sending_leaves_nothing(desk: Desk, db: asyncpg.Connection) -> None:
    """A request that is cancelled in the middle of a file forgets what was read."""
    begun = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield (HEAD + "".join(f"V{number},North\n" for number in range(30_000))).encode()
        begun.set()
        await asyncio.Event().wait()

    reading = asyncio.create_task(verbs.stage_import(desk, "endless", read_rows(endless(), CsvRows({}))))
    await begun.wait()
    assert await left_over(db) > 0
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert (await left_over(db), (await verbs.view_register(desk)).imports[0].state) == (0, "discarded")


async def test_what_a_crash_took_does_not_leave_the_register(desk: Desk, db: asyncpg.Connection) -> None:
    """The staging tables are empty after a crash of the database: the import is outdated, and nobody leaves."""
    await imported(desk, REGISTER)
    staged = await stage(desk, REGISTER.replace("North", "West"))
    await db.execute("truncate roll.staged_person")
    with pytest.raises(ImportOutdated):
        await verbs.apply_import(desk, staged.id)
    assert len(await persons(db)) == 3


# Over HTTP


async def sent(town: Town, path: str, text: str, method: str = "POST") -> Response:
    """What is answered to an officer who sends a file."""
    headers = town.badge() | {"Content-Type": "text/csv"}
    return await town.client.request(method, path, content=text.encode(), headers=headers)


async def test_a_file_is_staged_and_applied_over_the_api(town: Town) -> None:
    """The difference is answered first; applied, it is the register."""
    await town.hire()
    text = REGISTER.replace("identity,area", "personnummer,stadsdel")
    path = "/api/register/imports?names=identity=personnummer&names=area=stadsdel"
    staged = (await sent(town, path, text)).json()
    assert (staged["state"], staged["added"], staged["version"]) == ("staged", 3, None)
    view = await town.act("GET", "/api/register/imports")
    assert (view["register"], view["imports"]) == (None, [staged])
    applied = await town.act("POST", f"/api/register/imports/{staged['id']}/application")
    assert (applied["state"], applied["version"], applied["settled_by"]) == ("applied", 1, "Dagny")
    view = await town.act("GET", "/api/register/imports")
    assert (view["register"]["persons"], view["imports"]) == (3, [applied])
    assert (await sent(town, f"/api/register/imports/{staged['id']}", "", "DELETE")).status_code == 409


async def test_all_faults_are_answered_as_csv(town: Town) -> None:
    """The problem names the first of them, and where all are."""
    await town.hire()
    answer = await sent(town, "/api/register/imports", HEAD + ",North\n" * 30)
    facts = answer.json()["facts"]
    assert (answer.status_code, facts["number"]) == (422, 30)
    assert facts["faults"].endswith("line 21: the identity is empty or too long; and 10 more")
    faults = await town.client.get(f"/api/register/imports/{facts['import_id']}/faults", headers=town.badge())
    assert faults.text.splitlines() == ["line,fault"] + [
        f'{line},"the identity is empty or too long"' for line in range(2, 32)
    ]


async def test_faults_are_said_to_who_reads_them(town: Town) -> None:
    """They are kept as messages with their facts, and said in Swedish to whoever reads that."""
    await town.hire()
    answer = await sent(town, "/api/register/imports", HEAD + "A,North\nA,North\n,\n")
    path = f"/api/register/imports/{answer.json()['facts']['import_id']}/faults"
    told = await town.client.get(path, headers=town.badge() | {"Accept-Language": "sv"})
    assert told.headers["content-language"] == "sv"
    assert told.text.splitlines()[1:] == [
        '3,"samma identitet som på rad 2"',
        '4,"identiteten är tom eller för lång; området är tomt eller för långt"',
    ]


async def test_another_municipalitys_import_is_not_found(town: Town) -> None:
    """Elin of Elsewhere sees nothing of Hagaby's imports, and settles none."""
    await town.hire()
    staged = (await sent(town, "/api/register/imports", REGISTER)).json()
    elin = town.badge(await town.hire("Elin", "Elsewhere", ["officer"]))
    path = f"/api/register/imports/{staged['id']}"
    for method, address in (
        ("GET", path),
        ("DELETE", path),
        ("POST", f"{path}/application"),
        ("GET", f"{path}/faults"),
    ):
        assert (await town.client.request(method, address, headers=elin)).status_code == 404
    assert (await town.act("GET", path))["state"] == "staged"
