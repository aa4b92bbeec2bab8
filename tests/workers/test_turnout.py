"""Turnout by area: added up once, when voting has ended, and in lines that tell nobody's secret."""

from collections.abc import Iterator
from random import Random

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.events import RoundDrafted, VotingEnded
from schema.keys import person_ref
from tests.builders import ADDRESS, IDENTITY, KEYS, close, decision, draft, municipality, pot, register, waiting
from tests.builders import House as Eken
from workers.door import act
from workers.store.turnout import AreaCount, Line
from workers.turnout import FLOOR, LEAST, TOGETHER, lines_to_show

Counts = list[AreaCount]


def town(**areas: tuple[int, int]) -> Counts:
    """Areas with their electors, and how many of those took part."""
    return [AreaCount(name, electors, took_part) for name, (electors, took_part) in areas.items()]


@st.composite
def towns(draw: st.DrawFn) -> Counts:
    """Towns of up to seven areas, many of them near the limits."""
    made = []
    for name in "abcdefg"[: draw(st.integers(1, 7))]:
        electors = draw(st.one_of(st.integers(1, 3), st.integers(15, 30), st.integers(1, 80)))
        few = draw(st.integers(0, min(4, electors)))
        made.append(AreaCount(name, electors, draw(st.sampled_from([few, electors - few, electors // 2]))))
    return made


def moved(counts: Counts, one: str, other: str, persons: int) -> Counts | None:
    """The same town, but so many took part in one area instead of the other; None where there are not as many."""
    by_area = {each.area: each.took_part for each in counts}
    by_area[one] += persons
    by_area[other] -= persons
    made = [AreaCount(each.area, each.electors, by_area[each.area]) for each in counts]
    return made if all(0 <= each.took_part <= each.electors for each in made) else None


def alike(counts: Counts, area: str) -> Iterator[Counts]:
    """Towns with the same lines in which another number of this area's people took part."""
    shown = lines_to_show(counts)
    (line,) = [line for line in shown if area in line.areas]
    for other in set(line.areas) - {area}:
        for persons in (1, -1, 2, -2, 3, -3):
            there = moved(counts, area, other, persons)
            if there and lines_to_show(there) == shown:
                yield there


def test_large_areas_stand_alone() -> None:
    """Nothing is put together where every area has people enough of both kinds."""
    counts = town(north=(40, 12), south=(20, 3), west=(300, 297))
    assert {line.areas for line in lines_to_show(counts)} == {("north",), ("south",), ("west",)}


@pytest.mark.parametrize("small", [(FLOOR - 1, 9), (30, 0), (30, LEAST - 1), (30, 30), (30, 30 - LEAST + 1)])
def test_the_smallest_go_with_what_cannot_stand_alone(small: tuple[int, int]) -> None:
    """Too few people, hardly anybody who took part, hardly anybody who did not: as many of the smallest as it takes."""
    counts = town(small=small, next=(31, 9), third=(32, 9), fourth=(200, 60), fifth=(300, 60))
    together = Line(("next", "small", "third"), small[0] + 63, small[1] + 18)
    assert lines_to_show(counts) == [Line(("fourth",), 200, 60), Line(("fifth",), 300, 60), together]


def test_a_large_area_that_tells_takes_the_smaller_ones_along() -> None:
    """They go by size alone: which of them it was that could not stand alone is not said."""
    counts = town(a=(20, 9), b=(30, 9), c=(40, 9), quiet=(90, 1), large=(500, 60))
    assert lines_to_show(counts) == [Line(("large",), 500, 60), Line(("a", "b", "c", "quiet"), 180, 28)]


def test_two_small_areas_are_not_enough() -> None:
    """Whoever knows her own area would take it away from the sum, and read the other one."""
    counts = town(hut=(1, 1), hamlet=(25, 9), village=(60, 20), large=(500, 60))
    assert lines_to_show(counts)[-1].areas == ("hamlet", "hut", "village")


@pytest.mark.parametrize(
    "counts",
    [
        [],
        town(only=(FLOOR - 1, 8)),
        town(one=(40, 0), two=(40, LEAST - 1)),
        town(one=(40, 40), two=(40, 40 - LEAST + 1)),
    ],
)
def test_a_whole_round_that_would_tell_has_no_line(counts: Counts) -> None:
    """So few people, or all or none of whom took part, are not shown even together."""
    assert lines_to_show(counts) == []


@given(towns())
def test_every_line_is_of_many(counts: Counts) -> None:
    """At least as many electors as the floor says, some of whom took part, and some did not."""
    for line in lines_to_show(counts):
        assert line.electors >= FLOOR
        assert LEAST <= line.took_part <= line.electors - LEAST


@given(towns())
def test_each_area_is_in_one_line(counts: Counts) -> None:
    """The lines add up to the round, so a total beside them says nothing more; or there is none."""
    lines = lines_to_show(counts)
    if lines:
        assert sorted(area for line in lines for area in line.areas) == [each.area for each in counts]
        assert sum(line.electors for line in lines) == sum(each.electors for each in counts)
        assert sum(line.took_part for line in lines) == sum(each.took_part for each in counts)
        (together,) = [line.areas for line in lines if len(line.areas) > 1] or [()]
        assert len(together) in {0, len(counts)} or len(together) >= TOGETHER


@given(towns())
def test_no_number_that_is_put_together_can_be_worked_out(counts: Counts) -> None:
    """By nobody who knows the total, every area's electors, and this law: there is another town with the same lines."""
    for line in lines_to_show(counts):
        if len(line.areas) > 1:
            assert [area for area in line.areas if not any(alike(counts, area))] == []


@given(towns(), st.randoms(use_true_random=False))
def test_the_order_of_areas_does_not_matter(counts: Counts, chance: Random) -> None:
    """They come as the database lists them."""
    mixed = list(counts)
    chance.shuffle(mixed)
    assert lines_to_show(mixed) == lines_to_show(counts)


# In the database


PEOPLE = [
    *((f"N{number}", "Norr", 1980, 1) for number in range(24)),
    *((f"S{number}", "Söder", 1980, 1) for number in range(30)),
]


@pytest.fixture
async def eken(db: asyncpg.Connection, registrar: asyncpg.Connection) -> Eken:
    """A round that is open, with 24 electors in the north, 30 in the south, and a child who may not vote."""
    made = await municipality(db)
    await register(db, made, *PEOPLE, ("Carim", "Norr", 2020, 1))
    round_id = await draft(db, made)
    pot_id = await pot(db, round_id, 100_00, min_age=12)
    await pot(db, round_id, 100_00, name="Söder", areas=("Söder",), min_age=12)
    await act(registrar, KEYS, ADDRESS, [(1, RoundDrafted(round_id))])
    assert await db.fetch("select box.schedule_round($1)", round_id) == []
    return Eken(made, round_id, pot_id)


async def come(db: asyncpg.Connection, house: Eken, *names: str) -> None:
    """These sign in."""
    refs = [(house.round_id, person_ref(IDENTITY, name)) for name in names]
    await db.executemany("select roll.note_participation($1, $2)", refs)


async def end(db: asyncpg.Connection, registrar: asyncpg.Connection, house: Eken) -> None:
    """Voting ends, and who took part is added up."""
    await close(db, house)
    ended = [pair for pair in await waiting(db, "roll") if isinstance(pair[1], VotingEnded)]
    await act(registrar, KEYS, ADDRESS, ended)


async def lines(db: asyncpg.Connection, house: Eken) -> list[tuple[list[str], int, int]]:
    """What is kept."""
    rows = await db.fetch(
        "select areas, electors, took_part from roll.turnout_line where round_id = $1 order by areas", house.round_id
    )
    return [tuple(row) for row in rows]


async def test_heads_are_counted_once_for_all_pots(
    db: asyncpg.Connection, registrar: asyncpg.Connection, eken: Eken
) -> None:
    """Whoever may vote in two pots is one elector; who may vote in none and looked in is nobody here."""
    await come(db, eken, "N1", "N2", "N3", "N4", "S1", "S2", "S3", "Carim")
    await end(db, registrar, eken)
    assert await lines(db, eken) == [(["Norr"], 24, 4), (["Söder"], 30, 3)]


async def test_told_twice_is_once(db: asyncpg.Connection, registrar: asyncpg.Connection, eken: Eken) -> None:
    """Who comes to look after the close changes nothing, however often the event is told."""
    await come(db, eken, "N1", "N2", "N3", "S1", "S2", "S3")
    await end(db, registrar, eken)
    before = await lines(db, eken)
    await come(db, eken, "N4", "S4")
    await act(registrar, KEYS, ADDRESS, [(9, VotingEnded(eken.round_id))])
    assert await lines(db, eken) == before


async def test_who_came_on_a_later_day_came_to_look(
    db: asyncpg.Connection, registrar: asyncpg.Connection, eken: Eken
) -> None:
    """A worker that was away for days counts nobody who signed in after the day of the close."""
    await come(db, eken, "N1", "N2", "N3", "S1", "S2", "S3")
    await db.execute("update roll.participation set taken_part_on = taken_part_on - 1")
    await close(db, eken)
    await come(db, eken, "N4", "S4")
    today = "(select closed_at at time zone 'UTC' from box.close)::date"
    await db.execute(f"update roll.participation set taken_part_on = taken_part_on + 1 where taken_part_on >= {today}")
    await act(registrar, KEYS, ADDRESS, [(9, VotingEnded(eken.round_id))])
    assert await lines(db, eken) == [(["Norr"], 24, 3), (["Söder"], 30, 3)]


async def test_nothing_is_added_up_while_voting_is_open(
    db: asyncpg.Connection, registrar: asyncpg.Connection, eken: Eken
) -> None:
    """The database shows whoever adds up no row, whatever event says so."""
    await come(db, eken, "N1", "N2", "N3", "S1", "S2", "S3")
    await act(registrar, KEYS, ADDRESS, [(9, VotingEnded(eken.round_id))])
    assert await db.fetchval("select count(*) from roll.turnout") == 0
    assert await registrar.fetch("select * from roll.turnout_by_area($1)", eken.round_id) == []


async def test_a_round_that_may_not_be_shown_is_added_up_without_a_line(
    db: asyncpg.Connection, registrar: asyncpg.Connection, eken: Eken
) -> None:
    """So nobody waits for it, and nobody counts it again."""
    await come(db, eken, "N1", "S1")
    await end(db, registrar, eken)
    assert await db.fetchval("select count(*) from roll.turnout where round_id = $1", eken.round_id) == 1
    assert await lines(db, eken) == []


@pytest.mark.parametrize("took_part", [LEAST - 1, FLOOR - LEAST + 1])
async def test_the_table_refuses_a_line_that_tells(db: asyncpg.Connection, eken: Eken, took_part: int) -> None:
    """Whatever a worker thinks."""
    await close(db, eken)
    await db.execute("insert into roll.turnout values ($1, 1)", eken.round_id)
    insert = "insert into roll.turnout_line values ($1, 1, '{Norr}', $2, $3)"
    with pytest.raises(asyncpg.CheckViolationError, match="turnout_line_tells_nobody"):
        await db.execute(insert, eken.round_id, FLOOR, took_part)
    with pytest.raises(asyncpg.CheckViolationError, match="turnout_line_of_many"):
        await db.execute(insert, eken.round_id, FLOOR - 1, 9)


async def test_what_is_kept_is_kept(db: asyncpg.Connection, registrar: asyncpg.Connection, eken: Eken) -> None:
    """Nobody changes it, not even the owner."""
    await come(db, eken, "N1", "N2", "N3", "S1", "S2", "S3")
    await end(db, registrar, eken)
    for statement in ("update roll.turnout_line set took_part = 9", "delete from roll.turnout"):
        with pytest.raises(asyncpg.PostgresError, match="append-only"):
            await db.execute(statement)


async def test_a_close_that_does_not_stand_is_not_added_up(
    db: asyncpg.Connection, registrar: asyncpg.Connection, eken: Eken
) -> None:
    """A reopened round is added up at its new close; what is told of the first one meanwhile finds nothing."""
    await come(db, eken, "N1", "N2", "N3", "S1", "S2", "S3")
    await close(db, eken)
    closes = await db.fetchval("select (now() + interval '1 hour')::text")
    reopened = await decision(db, eken.round_id, "reopen", closes_at=closes)
    assert await db.fetchval("select box.retime_round($1, $2)", eken.round_id, reopened) == "done"
    await act(registrar, KEYS, ADDRESS, [(9, VotingEnded(eken.round_id))])
    assert await db.fetchval("select count(*) from roll.turnout") == 0
    await come(db, eken, "N4")
    await end(db, registrar, eken)
    assert await db.fetchval("select array_agg(close_number) from roll.turnout") == [2]
    assert await lines(db, eken) == [(["Norr"], 24, 4), (["Söder"], 30, 3)]
