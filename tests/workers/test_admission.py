"""Sources beside the register, what a rebuild changes, and who is let in once the roll is frozen; nobody is put out."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from schema.events import PersonAdmitted, RegisterImported, RoundDrafted
from schema.keys import person_ref, tag_of
from tests.builders import ADDRESS, IDENTITY, KEYS, House, close, draft, municipality, pot, register, tell, waiting
from tests.workers.test_roll import PEOPLE, reasons, tags
from workers.claim import drain
from workers.door import act
from workers.store import roll


@pytest.fixture
async def eken(db: asyncpg.Connection) -> UUID:
    """A municipality with a register of three."""
    made = await municipality(db)
    await register(db, made, *PEOPLE)
    return made


async def sourced(db: asyncpg.Connection, municipality_id: UUID, *sources: str, closes: float = 3600) -> UUID:
    """A draft whose people are found there."""
    round_id = await draft(db, municipality_id, closes=closes)
    await db.execute("update box.round set sources = $2 where id = $1", round_id, sources)
    return round_id


async def declare(db: asyncpg.Connection, municipality_id: UUID, name: str, area: str, year: int | None = 1990) -> None:
    """What somebody says of herself."""
    await db.execute(
        "insert into roll.declaration (municipality_id, person_ref, area, birth_year, relations)"
        " values ($1, $2, $3, $4, '{lives}') on conflict (municipality_id, person_ref) do update"
        " set area = excluded.area",
        municipality_id,
        person_ref(IDENTITY, name),
        area,
        year,
    )


async def admit(db: asyncpg.Connection, round_id: UUID, name: str, *pots: UUID) -> None:
    """Somebody waits to be let in: by what she declared, or by an appeal into these pots."""
    await db.execute(
        "insert into roll.admission (round_id, person_ref, pot_ids, cause) values ($1, $2, $3, $4)",
        round_id,
        person_ref(IDENTITY, name),
        list(pots) or None,
        "appeal" if pots else "declared",
    )


async def build(registrar: asyncpg.Connection, round_id: UUID) -> None:
    """Build a draft's roll."""
    await act(registrar, KEYS, ADDRESS, [(1, RoundDrafted(round_id))])


async def let_in(registrar: asyncpg.Connection, round_id: UUID) -> None:
    """Let in whoever waits."""
    await act(registrar, KEYS, ADDRESS, [(1, PersonAdmitted(round_id))])


async def frozen(db: asyncpg.Connection, round_id: UUID) -> None:
    """Schedule the round: voting is open."""
    assert await db.fetch("select box.schedule_round($1)", round_id) == []


async def tag(db: asyncpg.Connection, round_id: UUID, name: str) -> bytes:
    """Somebody's tag in the round."""
    wrapped = await db.fetchval("select wrapped from roll.round_key where round_id = $1", round_id)
    return tag_of(KEYS.open_round_key(round_id.bytes, wrapped), person_ref(IDENTITY, name))


async def builds(db: asyncpg.Connection) -> list[tuple[object, ...]]:
    """Every build: number, cause, versions, and what it changed over all pots."""
    rows = await db.fetch(
        "select number, cause, register_version, round_revision, sum(newly_entitled)::int,"
        " sum(no_longer_entitled)::int, sum(other_reason)::int"
        " from box.roll_build left join box.roll_change using (round_id, number)"
        " group by round_id, number order by 1"
    )
    return [tuple(row) for row in rows]


async def test_relations_and_both_ages(db: asyncpg.Connection, registrar: asyncpg.Connection, eken: UUID) -> None:
    """A pot can ask for people of an age from and to on a day of its own, and for who works there."""
    await db.execute("update roll.person set relations = '{works}' where birth_year = 1990")
    round_id = await draft(db, eken)
    on = datetime(2026, 5, 1, tzinfo=UTC).date()
    young = await pot(db, round_id, 1, name="Unga", min_age=6, max_age=40, age_on=on)
    working = await pot(db, round_id, 1, name="Arbete", relations=("works", "studies"))
    await build(registrar, round_id)
    assert await reasons(db, young) == {"Amina": "too-old", "Björn": None, "Carim": None}
    assert await reasons(db, working) == {"Amina": "other-relation", "Björn": None, "Carim": "other-relation"}


async def test_declared_residents(db: asyncpg.Connection, registrar: asyncpg.Connection, eken: UUID) -> None:
    """Rules hold for who declares herself as for anybody; of who is on the register, the register's word holds."""
    round_id = await sourced(db, eken, "register", "declared")
    pot_id = await pot(db, round_id, 1, areas=("Norr",))
    await declare(db, eken, "Dagny", "Norr")
    await declare(db, eken, "Björn", "Norr")
    await build(registrar, round_id)
    assert await reasons(db, pot_id) == {"Amina": None, "Björn": "other-area", "Carim": None, "Dagny": None}


async def test_a_source_that_is_not_named_is_not_read(
    db: asyncpg.Connection, registrar: asyncpg.Connection, eken: UUID
) -> None:
    """Declarations and codes mean nothing to a round that finds its people on the register alone."""
    round_id = await draft(db, eken)
    pot_id = await pot(db, round_id, 1)
    await declare(db, eken, "Dagny", "Norr")
    await db.execute("insert into roll.bearer values ($1, $2)", round_id, bytes(32))
    await build(registrar, round_id)
    assert set(await reasons(db, pot_id)) == {"Amina", "Björn", "Carim"}


async def test_a_code_is_all_that_is_asked(db: asyncpg.Connection, registrar: asyncpg.Connection) -> None:
    """Who holds a code may vote in every pot, and such a round needs no register."""
    round_id = await sourced(db, await municipality(db), "codes")
    pots = [await pot(db, round_id, 1, name=name, areas=("Norr",), min_age=18) for name in ("Ett", "Två")]
    await db.execute("insert into roll.bearer values ($1, $2)", round_id, bytes(32))
    await build(registrar, round_id)
    assert [len(await tags(db, pot_id)) for pot_id in pots] == [1, 1]
    assert await db.fetchval("select register_version from roll.roll") == 0


async def test_a_rebuild_says_what_it_changed(
    db: asyncpg.Connection, registrar: asyncpg.Connection, eken: UUID
) -> None:
    """Newly entitled, no longer entitled, another reason: kept with what the roll was built from."""
    round_id = await draft(db, eken)
    await pot(db, round_id, 1, areas=("Norr",), min_age=16)
    await build(registrar, round_id)
    await register(db, eken, ("Amina", "Söder", 1980, 3), ("Björn", "Norr", 1990, None), ("Carim", "Söder", 2020, 1))
    await act(registrar, KEYS, ADDRESS, [(2, RegisterImported(eken))])
    assert await builds(db) == [(1, "sources", 1, 1, 1, 0, 0), (2, "sources", 2, 1, 1, 1, 1)]


async def test_what_stays_the_same_is_not_touched(
    db: asyncpg.Connection, registrar: asyncpg.Connection, eken: UUID
) -> None:
    """After a register that changed one person, every other entry is the same row as before."""
    round_id = await draft(db, eken)
    await pot(db, round_id, 1, min_age=16)
    await build(registrar, round_id)
    rows = "select person_ref, xmin::text from roll.entry"
    before = {tuple(row) for row in await db.fetch(rows)}
    await register(db, eken, *PEOPLE[:2], ("Carim", "Norr", 1999, 1))
    await act(registrar, KEYS, ADDRESS, [(2, RegisterImported(eken))])
    assert len(before & {tuple(row) for row in await db.fetch(rows)}) == 2


async def test_heads_are_counted_by_area(db: asyncpg.Connection, registrar: asyncpg.Connection, eken: UUID) -> None:
    """The roll keeps how many persons of each area have which reason."""
    round_id = await draft(db, eken)
    await pot(db, round_id, 1, min_age=16)
    await build(registrar, round_id)
    rows = await db.fetch("select area, reason, persons from roll.head_count order by 1, 2 nulls first")
    assert [tuple(row) for row in rows] == [("Norr", None, 1), ("Norr", "too-young", 1), ("Söder", None, 1)]


async def test_a_page_is_not_the_end(
    db: asyncpg.Connection, registrar: asyncpg.Connection, eken: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Persons go through page by page, and nobody is lost between two of them."""
    monkeypatch.setattr("workers.store.roll.PAGE", 2)
    await register(db, eken, *((f"V{number}", "Norr", 1980, 1) for number in range(7)))
    round_id = await draft(db, eken)
    pot_id = await pot(db, round_id, 1)
    await build(registrar, round_id)
    found = await tags(db, pot_id)
    assert found == sorted(found)
    assert len(found) == 7


async def test_declared_while_voting_is_open(db: asyncpg.Connection, registrar: asyncpg.Connection, eken: UUID) -> None:
    """Somebody who declares herself late is let in by the rules that were frozen, once, however often it is told."""
    round_id = await sourced(db, eken, "register", "declared")
    north, south = [await pot(db, round_id, 1, name=name, areas=(name,)) for name in ("Norr", "Söder")]
    await build(registrar, round_id)
    await frozen(db, round_id)
    await declare(db, eken, "Dagny", "Norr")
    await admit(db, round_id, "Dagny")
    for _ in range(2):
        await let_in(registrar, round_id)
    assert (await reasons(db, north))["Dagny"] is None
    assert (await reasons(db, south))["Dagny"] == "other-area"
    assert await tag(db, round_id, "Dagny") in await tags(db, north)
    assert [row[:2] for row in await builds(db)] == [(1, "sources"), (2, "admissions")]


async def test_a_second_declaration_opens_no_second_pot(
    db: asyncpg.Connection, registrar: asyncpg.Connection, eken: UUID
) -> None:
    """What somebody declared first was asked once: saying something else later changes nothing on a frozen roll."""
    round_id = await sourced(db, eken, "register", "declared")
    south = [await pot(db, round_id, 1, name=name, areas=(name,)) for name in ("Norr", "Söder")][1]
    await build(registrar, round_id)
    await frozen(db, round_id)
    await admit(db, round_id, "Dagny")
    for area in ("Norr", "Söder"):
        await declare(db, eken, "Dagny", area)
        await let_in(registrar, round_id)
    assert (await reasons(db, south))["Dagny"] == "other-area"


async def test_a_granted_appeal(db: asyncpg.Connection, registrar: asyncpg.Connection, eken: UUID) -> None:
    """An appeal lets into its pots somebody whom the rules refuse, or whom nobody knew, and leaves all others be."""
    round_id = await draft(db, eken)
    north = await pot(db, round_id, 1, name="Norr", areas=("Norr",), min_age=16)
    everywhere = await pot(db, round_id, 1, name="Alla")
    await build(registrar, round_id)
    await frozen(db, round_id)
    await admit(db, round_id, "Björn", north)
    await admit(db, round_id, "Dagny", north)
    await let_in(registrar, round_id)
    assert await reasons(db, north) == {"Amina": None, "Björn": None, "Carim": "too-young", "Dagny": None}
    assert await reasons(db, everywhere) == dict.fromkeys(("Amina", "Björn", "Carim"))


async def test_an_appeal_outlives_a_rebuild(db: asyncpg.Connection, registrar: asyncpg.Connection, eken: UUID) -> None:
    """Granted while the round is a draft, it holds whatever register comes afterwards."""
    round_id = await draft(db, eken)
    pot_id = await pot(db, round_id, 1, areas=("Norr",))
    await build(registrar, round_id)
    await admit(db, round_id, "Björn", pot_id)
    await let_in(registrar, round_id)
    await register(db, eken, ("Amina", "Norr", 1980, 3))
    await act(registrar, KEYS, ADDRESS, [(2, RegisterImported(eken))])
    assert await reasons(db, pot_id) == {"Amina": None, "Björn": None}


async def test_nobody_is_put_out(db: asyncpg.Connection, registrar: asyncpg.Connection, eken: UUID) -> None:
    """A register that lost Amina after scheduling takes nothing from her when somebody else is let in."""
    round_id = await draft(db, eken)
    pot_id = await pot(db, round_id, 1)
    await build(registrar, round_id)
    await frozen(db, round_id)
    before = await tags(db, pot_id)
    await register(db, eken, ("Elin", "Norr", 1980, 3))
    await admit(db, round_id, "Dagny", pot_id)
    await let_in(registrar, round_id)
    assert set(before) < set(await tags(db, pot_id))


async def test_nobody_is_let_in_after_the_close(
    db: asyncpg.Connection, registrar: asyncpg.Connection, eken: UUID
) -> None:
    """Once voting is over the roll is what it was, and the event is done with."""
    round_id = await draft(db, eken)
    pot_id = await pot(db, round_id, 1)
    await build(registrar, round_id)
    await frozen(db, round_id)
    await close(db, House(eken, round_id, pot_id))
    before = await tags(db, pot_id), await reasons(db, pot_id), await builds(db)
    await admit(db, round_id, "Dagny", pot_id)
    await let_in(registrar, round_id)
    assert (await tags(db, pot_id), await reasons(db, pot_id), await builds(db)) == before


async def test_the_late_do_not_come_last(db: asyncpg.Connection, registrar: asyncpg.Connection, eken: UUID) -> None:
    """P7: after each admission electors lie by tag, and those let in by person_ref, whoever came when."""
    await register(db, eken, *((f"V{number}", "Norr", 1980, 1) for number in range(20)))
    round_id = await sourced(db, eken, "register", "declared")
    pot_id = await pot(db, round_id, 1)
    await build(registrar, round_id)
    await frozen(db, round_id)
    late = [f"Late{number}" for number in range(6)]
    for name in late:
        await declare(db, eken, name, "Norr")
        await admit(db, round_id, name)
        await let_in(registrar, round_id)
    found = await tags(db, pot_id)
    assert found == sorted(found)
    assert len(found) == 26
    refs = {person_ref(IDENTITY, name) for name in late}
    for table in ("roll.entry", "roll.admission", "roll.declaration"):
        rows = [row[0] for row in await db.fetch(f"select person_ref from {table} order by ctid")]
        assert [ref for ref in rows if ref in refs] == sorted(refs)


async def test_a_mark_at_a_booth_stays(db: asyncpg.Connection, registrar: asyncpg.Connection, eken: UUID) -> None:
    """Somebody is let in while another one of the pot is marked as voting on paper: both keep what they have."""
    round_id = await draft(db, eken)
    pot_id = await pot(db, round_id, 1, name="Norr", areas=("Norr",), min_age=16)
    await build(registrar, round_id)
    await frozen(db, round_id)
    amina = await tag(db, round_id, "Amina")
    await db.execute(
        "with booth as (insert into box.paper_batch (round_id, reference, place, opened_by)"
        " values ($1, 'Envelope 1', 'The library', 'Gunnar') returning id)"
        " insert into box.paper_mark (round_id, pot_id, tag, batch_id) select $1, $2, $3, id from booth",
        *(round_id, pot_id, amina),
    )
    await admit(db, round_id, "Björn", pot_id)
    await let_in(registrar, round_id)
    assert (await reasons(db, pot_id))["Björn"] is None
    assert [row["tag"] for row in await db.fetch("select tag from box.paper_mark")] == [amina]


async def test_an_admission_leaves_a_date(db: asyncpg.Connection, registrar: asyncpg.Connection, eken: UUID) -> None:
    """P7: no time of the day at which somebody was let in is kept, nor of when the roll changed by it."""
    round_id = await draft(db, eken)
    pot_id = await pot(db, round_id, 1)
    await build(registrar, round_id)
    built_at = await db.fetchval("select built_at from roll.roll")
    await admit(db, round_id, "Dagny", pot_id)
    await let_in(registrar, round_id)
    assert await db.fetchval("select built_at from roll.roll") == built_at
    noted = await db.fetchval("select built_at from box.roll_build where cause = 'admissions'")
    assert noted == noted.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    written = await db.fetch("select row_to_json(a)::text as row from roll.admission a")
    assert not any(re.search(r"\d:\d\d", row["row"]) for row in written)


async def test_admissions_gather(db: asyncpg.Connection, registrar: asyncpg.Connection, eken: UUID) -> None:
    """An event that is not due waits untouched, and one that is due lets in everybody who waits by then."""
    round_id = await draft(db, eken)
    pot_id = await pot(db, round_id, 1)
    await build(registrar, round_id)
    await admit(db, round_id, "Dagny", pot_id)
    now = datetime.now(UTC)
    soon = PersonAdmitted(round_id, now + timedelta(minutes=5))
    await tell(db, soon)
    await drain(registrar, "roll", lambda db, batch: act(db, KEYS, ADDRESS, batch), 5.0)
    assert [event for _, event in await waiting(db, "roll")] == [soon]
    assert "Dagny" not in await reasons(db, pot_id)
    await tell(db, PersonAdmitted(round_id, now - timedelta(seconds=1)))
    await drain(registrar, "roll", lambda db, batch: act(db, KEYS, ADDRESS, batch), 5.0)
    assert [event for _, event in await waiting(db, "roll")] == [soon]
    assert (await reasons(db, pot_id))["Dagny"] is None


async def test_a_close_between_takes_it_back(
    db: asyncpg.Connection, registrar: asyncpg.Connection, eken: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A round that closes while somebody is being let in closes at once, and lets nobody in."""
    round_id = await draft(db, eken)
    pot_id = await pot(db, round_id, 1)
    await build(registrar, round_id)
    await frozen(db, round_id)
    await admit(db, round_id, "Dagny", pot_id)
    write_roll = roll.write_roll

    async def closing(*values: Any) -> None:
        await write_roll(*values)
        await close(db, House(eken, round_id, pot_id))

    monkeypatch.setattr(roll, "write_roll", closing)
    await let_in(registrar, round_id)
    assert "Dagny" not in await reasons(db, pot_id)
    assert len(await tags(db, pot_id)) == 3
