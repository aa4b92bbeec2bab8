"""Who has the dumps of both rooms and no key tries to join them by order and time. The tests know the truth.

A thousand persons sign in and cast through the store, and each cast comes a few other persons later than its sign-in.
The attacker lays persons and tags on one line each and guesses that a person's tag lies a certain lag after her own
place. The lag that fits best is a gift, and of so many one fits a few persons by chance. A person's place is all that
differs: she knows it from the order of rows, or of the last changes of rows, in dumps; or from the database's files,
by transactions or by the write-ahead log. All happens on one day, and the minutes of ballots say less than their order.
"""

import os
import random
import re
from bisect import bisect
from collections.abc import Iterator, Sequence

import asyncpg
import click
import msgspec
import pytest

from schema.database import Role, connect
from schema.keys import person_ref, tag_of
from service.store import ballots, roll
from service.store import codes as issued
from service.store.ballots import Cast
from tests import builders
from tests.builders import IDENTITY, KEYS, House
from tests.dumps import dump_rows

VOTERS = 1000
PAUSE = 8
"""Other persons, on average, who sign in between somebody's sign-in and her cast."""

LAGS = range(-60, 61)
BOUND = 0.02
HASH = re.compile(r"\\x([0-9a-f]{64})")
OLD = "public.row_by_row"


class Town(msgspec.Struct, frozen=True):
    """What happened, and the key to it: ``tag_of`` each person, persons in the order of their sign-ins."""

    house: House
    tag_of: dict[bytes, bytes]
    arrivals: list[bytes]
    wal_from: int


@pytest.fixture
async def voted(database_url: str, db: asyncpg.Connection) -> Town:
    """A round in which a thousand persons signed in and voted within one day."""
    house = await builders.voting(db)
    key = KEYS.open_round_key(house.round_id.bytes, await db.fetchval("select wrapped from roll.round_key"))
    refs = [person_ref(IDENTITY, f"V{number}") for number in range(VOTERS)]
    codes = [KEYS.code_hash(f"V{number}") for number in range(VOTERS)]
    tags = {ref: tag_of(key, ref) for ref in refs}
    batch = await issued.insert_batch(db, house.round_id, "register", False, "Dagny")
    await issued.write_codes(db, batch, refs, codes)
    # The attacker begins to read the log here, and what nobody has read yet is written into it once more when read.
    await db.execute("vacuum roll.code")
    await db.execute("select pg_create_physical_replication_slot('attacker', true, true)")
    wal_from = await db.fetchval("select (pg_current_wal_insert_lsn() - '0/0')::bigint")
    arrivals: list[bytes] = []

    async def sign_in(own: asyncpg.Connection, number: int) -> None:
        signed_in = await roll.sign_in(own, house.round_id, codes[number])
        assert signed_in is not None
        arrivals.append(signed_in.person_ref)

    async def cast(own: asyncpg.Connection, number: int) -> None:
        sent = Cast(house.pot_id, tags[refs[number]], os.urandom(8).hex(), 0, (1,), (), os.urandom(32), os.urandom(32))
        (answer,) = await ballots.cast_ballots(own, house.round_id, [sent])
        assert answer.status == "accepted"

    chance = random.Random(19)
    acts: dict[Role, list[tuple[float, int]]] = {
        "byalag_roll": [(number, number) for number in range(VOTERS)],
        "byalag_box": [(number + 1 + chance.expovariate(1 / PAUSE), number) for number in range(VOTERS)],
    }
    # One connection for each room and one act at a time: more of them would blur the order of rows.
    rooms = {role: await connect(database_url, role) for role in acts}
    for own in rooms.values():
        await own.execute("set synchronous_commit to off")
    for _, role, number in sorted((at, role, number) for role, planned in acts.items() for at, number in planned):
        await (sign_in if role == "byalag_roll" else cast)(rooms[role], number)
    for own in rooms.values():
        await own.close()
    return Town(house, tags, arrivals, wal_from)


async def dumped_sheets(url: str, table: str) -> list[list[bytes]]:
    """The persons of each row of a dump, in its order."""
    return [[bytes.fromhex(ref) for ref in HASH.findall(" ".join(row))] for row in await dump_rows(url, table)]


async def dumped_tags(url: str) -> list[bytes]:
    """Tags in the order in which a dump first names them."""
    rows = await dump_rows(url, "box.ballot")
    return list(dict.fromkeys(bytes.fromhex(row[3].removeprefix("\\\\x")) for row in rows))


def by_order(sheets: Sequence[Sequence[bytes]]) -> dict[bytes, float]:
    """Persons lie as they are listed."""
    return {ref: place for place, ref in enumerate(ref for sheet in sheets for ref in sheet)}


def by_last_change(sheets: Sequence[Sequence[bytes]]) -> dict[bytes, float]:
    """The last row was changed last, and each one before it as long ago as chance would have it among so many rows."""
    places: dict[bytes, float] = {}
    place = float(sum(map(len, sheets)))
    for later, sheet in enumerate(reversed(sheets)):
        place -= len(sheets) / (len(sheets) - later) if max(map(len, sheets)) > 1 else 1
        places |= dict.fromkeys(sheet, place)
    return places


def hits(places: dict[bytes, float], tags: Sequence[bytes], truth: dict[bytes, bytes]) -> float:
    """The share of persons whose tag is guessed, at the best lag."""
    line = [tags.index(truth[ref]) - round(place) for ref, place in places.items()]
    return max(line.count(lag) for lag in LAGS) / len(truth)


async def by_transactions(db: asyncpg.Connection) -> dict[bytes, float]:
    """A person lies where the transaction lies that last changed her sheet, among those that cast."""
    casts = [row[0] for row in await db.fetch("select xmin::text::bigint from box.ballot order by 1")]
    changed = await db.fetch("select xmin::text::bigint as at, refs from roll.participation")
    return {ref: bisect(casts, row["at"]) for row in changed for ref in row["refs"]}


async def by_log(db: asyncpg.Connection, town: Town) -> dict[bytes, float]:
    """A person lies where the write-ahead log first names her, among the first namings of tags."""
    size = await db.fetchval("select setting::bigint from pg_settings where name = 'wal_segment_size'")
    now = await db.fetchval("select (pg_switch_wal() - '0/0')::bigint")
    log = b"".join(
        [
            await db.fetchval("select pg_read_binary_file('pg_wal/' || pg_walfile_name('0/0'::pg_lsn + $1))", at)
            for at in range(town.wal_from - town.wal_from % size + 1, now + 1, size)
        ]
    )[town.wal_from % size :]
    persons = _first(rb"\x90\0\0\0", log, set(town.tag_of))  # in an array a value of 32 bytes follows its length
    casts = sorted(_first(rb"\x43", log, set(town.tag_of.values())).values())
    return {ref: bisect(casts, at) for ref, at in persons.items()}


def _first(head: bytes, log: bytes, names: set[bytes]) -> dict[bytes, int]:
    found: dict[bytes, int] = {}
    for match in re.finditer(b"%b(?=(.{32}))" % head, log, re.DOTALL):
        if match[1] in names:
            found.setdefault(match[1], match.start())
    return found


def table(figures: dict[str, float]) -> Iterator[str]:
    """Lines for people."""
    yield f"\n{VOTERS} voters on one day; whose ballot is whose?"
    yield f"{'attacker':<58}{'guessing':>9}{'attack':>9}{'beats by':>9}"
    for name, share in figures.items():
        yield f"{name:<58}{1 / VOTERS:>9.4f}{share:>9.4f}{share - 1 / VOTERS:>9.4f}"


async def test_dumps_cannot_be_joined_by_order(
    database_url: str, db: asyncpg.Connection, voted: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    """P7: both dumps together beat guessing by less than two in a hundred; of a row per sign-in they tell far more."""
    tags = await dumped_tags(database_url)
    sheets = await dumped_sheets(database_url, "roll.participation")
    assert sorted(ref for sheet in sheets for ref in sheet) == sorted(voted.tag_of)
    await db.execute(f"create table {OLD} (round_id uuid, person_ref bytea, taken_part_on date)")
    await db.executemany(
        f"insert into {OLD} values ($1, $2, current_date)", [(voted.house.round_id, ref) for ref in voted.arrivals]
    )
    rows = await dumped_sheets(database_url, OLD)
    dumps = {
        f"{layout}: {name}": hits(place(listed), tags, voted.tag_of)
        for layout, listed in (("dump of sheets", sheets), ("dump of a row per sign-in", rows))
        for name, place in (("order", by_order), ("last change", by_last_change))
    }
    by_chance = by_order([random.Random(23).sample(voted.arrivals, VOTERS)])
    others = {
        "no dump: persons in any order": hits(by_chance, tags, voted.tag_of),
        "files, sheets: transactions": hits(await by_transactions(db), tags, voted.tag_of),
        "files, sheets: write-ahead log": hits(await by_log(db, voted), tags, voted.tag_of),
    }
    with capsys.disabled():
        click.echo("\n".join(table(dumps | others)))
    beaten = {name: share - 1 / VOTERS for name, share in dumps.items()}
    assert all(by < BOUND for name, by in beaten.items() if name.startswith("dump of sheets"))
    assert all(by > 2 * BOUND for name, by in beaten.items() if name.startswith("dump of a row"))
