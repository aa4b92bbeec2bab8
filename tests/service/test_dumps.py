"""What the dumps of the rooms hold, and what they must not: persons in one, choices in the other, neither in Redis."""

import re
from datetime import timedelta

import asyncpg
import msgspec
import pytest
from redis import Redis

from schema.keys import member_of, tag_of
from tests.dumps import RedisDump, dump_postgres, number_ways, ways, writings
from tests.town import Ground, Town, moment

CANARIES = ("CANARY-19850312-1234", "CANARY-19901107-5678")
CHOICES = (87654, 98765)
REGISTER = "identity,area,birth_year\n" + "".join(f"{canary},North,1985\n" for canary in CANARIES)
ROOMS = {"roll": ("roll",), "box": ("box", "civic", "post")}
AUDIT = re.compile(rb"^COPY roll\.audit .*?^\\\.$", re.MULTILINE | re.DOTALL)


class Dumps(msgspec.Struct, frozen=True):
    """The dumps of the two sides and of Redis, and the secrets that were at work when they were made."""

    roll: bytes
    box: bytes
    redis: bytes
    person_refs: list[bytes]
    tags: list[bytes]
    members: list[bytes]


async def dump_room(town: Town, room: str) -> bytes:
    """The dump of one side."""
    return await dump_postgres(town.settings.database_url, *(f"--schema={schema}" for schema in ROOMS[room]))


async def debate(town: Town) -> Ground:
    """A round in which each canary has put a proposal forward."""
    hour = timedelta(hours=1)
    ground = await town.draw_round(register=REGISTER, proposing_at=moment(-hour), voting_at=moment(hour))
    await ground.officer("POST", "announcement")
    words = {"title": "A slide", "about": "For the small ones.", "author_name": "A bird", "language": "en"}
    for canary in CANARIES:
        headers = {"Authorization": f"Bearer {(await ground.sign_in(canary))['civic']}"}
        sent = await town.client.post(f"/api/rounds/{ground.id}/proposals", json=words, headers=headers)
        assert sent.status_code == 201, sent.text
    return ground


async def election(town: Town) -> Ground:
    """A round in which each canary has cast several revisions with the canary choices."""
    ground = await town.draw_round(projects=1, register=None)
    for number in CHOICES:
        project = {"pot_id": ground.pot, "title": "A cage", "cost": 30_000, "number": number}
        await town.act("POST", f"/api/rounds/{ground.id}/projects", json=project)
    await ground.officer("POST", "schedule")
    for canary in CANARIES:
        voter = await ground.voter(canary)
        for base in range(6):  # so many that Redis hears of a caller
            answer = await voter.cast(*CHOICES[: 1 + base % 2], base=base)
            assert answer.status_code == 201, answer.text
    return ground


@pytest.fixture
async def dumps(town: Town, redis: Redis) -> Dumps:
    """Dumps from between cast and count, when all waits, and from after it, when all is done."""
    told = RedisDump(redis)
    grounds = [await debate(town), await election(town)]
    between = {room: await dump_room(town, room) for room in ROOMS}
    await grounds[1].outcome()
    after = {room: await dump_room(town, room) for room in ROOMS}
    refs = [town.ring.person_ref(canary) for canary in CANARIES]
    db = await asyncpg.connect(town.settings.database_url)
    keys = [
        town.keys.open_round_key(row["round_id"].bytes, row["wrapped"])
        for row in await db.fetch("select round_id, wrapped from roll.round_key")
    ]
    await db.close()
    return Dumps(
        roll=between["roll"] + after["roll"],
        box=between["box"] + after["box"],
        redis=told.read(),
        person_refs=refs,
        tags=[tag_of(key, ref) for key in keys for ref in refs],
        members=[member_of(key, ref) for key in keys for ref in refs],
    )


async def test_the_dumps_are_of_what_happened(dumps: Dumps) -> None:
    """Each dump holds what belongs in it, so that what is missing from it is missing for a reason."""
    assert all("hex of plain" in ways(dumps.roll, ref) for ref in dumps.person_refs)
    assert {tag for tag in dumps.tags if ways(dumps.box, tag)} >= set(dumps.tags[-len(CANARIES) :])
    assert {member for member in dumps.members if ways(dumps.box, member)} >= set(dumps.members[: len(CANARIES)])
    assert all("decimal" in number_ways(dumps.box, number) for number in CHOICES)
    assert b"byalag-limit:" in dumps.redis
    assert b"byalag-judge" in dumps.redis


async def test_no_dump_holds_an_identity(dumps: Dumps) -> None:
    """P7: not in any writing, and not as a hash that could be run backwards."""
    names = [name.encode() for canary in CANARIES for name in (canary, canary.replace("-", ""))]
    assert [ways(dump, name) for dump in (dumps.roll, dumps.box, dumps.redis) for name in names] == [[]] * 12


async def test_persons_and_choices_lie_apart(dumps: Dumps) -> None:
    """P7: no person_ref in the box, no tag, member or choice in the roll.

    The audit log has the numbers that officers gave to projects, and neither voters nor their ballots.
    """
    assert [ways(dumps.box, ref) for ref in dumps.person_refs] == [[]] * 2
    assert [ways(dumps.roll, pseudonym) for pseudonym in (*dumps.tags, *dumps.members)] == [[]] * 8
    beside_audit, noted = AUDIT.subn(b"", dumps.roll)
    assert noted == 2
    assert [number_ways(beside_audit, number) for number in CHOICES] == [[]] * 2


async def test_redis_knows_neither(dumps: Dumps) -> None:
    """P7: Redis holds no person_ref, tag or member, and no choice."""
    names = (*dumps.person_refs, *dumps.tags, *dumps.members)
    assert [ways(dumps.redis, name) for name in names] == [[]] * 10
    assert [number_ways(dumps.redis, number) for number in CHOICES] == [[]] * 2


@pytest.mark.parametrize("schema", ["roll", "box", "civic", "post"])
async def test_the_search_finds_what_was_planted_in_a_room(town: Town, db: asyncpg.Connection, schema: str) -> None:
    """Whatever way a secret is written in any table, the dump has it and the search sees it."""
    secret = CANARIES[0].encode()
    await db.execute(f"create table {schema}.planted (leaked bytea, number integer, numbers integer[])")
    await db.executemany(
        f"insert into {schema}.planted (leaked) values ($1)", [(written,) for written in _unwrapped(secret).values()]
    )
    await db.execute(f"insert into {schema}.planted (number, numbers) values ($1, $2)", CHOICES[0], CHOICES)
    room = next(name for name, schemas in ROOMS.items() if schema in schemas)
    dump = await dump_room(town, room)
    assert set(ways(dump, secret)) >= {f"hex of {name}" for name in _unwrapped(secret)}
    assert [number_ways(dump, number) for number in CHOICES] == [["decimal"], ["decimal"]]


async def test_the_search_finds_text_that_was_planted(town: Town, db: asyncpg.Connection) -> None:
    """Text is seen as text, whatever its capitals and whatever stands around it."""
    await db.execute("insert into roll.municipality (name) values ($1)", f"of {CANARIES[0].lower()}!")
    assert "plain" in ways(await dump_room(town, "roll"), CANARIES[0].encode())


async def test_the_search_finds_what_was_planted_in_redis(redis: Redis) -> None:
    """Also in what was deleted again: the append-only file remembers."""
    told = RedisDump(redis)
    secret = CANARIES[0].encode()
    for name, written in writings(secret).items():
        redis.hset("planted", name, written)
    redis.lpush("numbers", CHOICES[0].to_bytes(4, "big"), str(CHOICES[1]))
    assert set(ways(told.read(), secret)) == set(writings(secret))
    redis.delete("planted", "numbers")
    assert set(ways(told.read(), secret)) == set(writings(secret))
    assert [bool(number_ways(told.read(), number)) for number in CHOICES] == [True, True]


def _unwrapped(secret: bytes) -> dict[str, bytes]:
    return {name: written for name, written in writings(secret).items() if not name.startswith("hex of")}
