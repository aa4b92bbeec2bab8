"""The one door: tell it twice, in any order, and nothing changes."""

from collections.abc import Sequence
from pathlib import Path
from typing import get_args
from uuid import UUID

import asyncpg
import pytest

from schema.database import connect
from schema.events import (
    ActNoted,
    ArgumentHidden,
    ArgumentReopened,
    ArgumentWithdrawn,
    ArgumentWritten,
    AuditorNamed,
    BallotsAccepted,
    BallotsCast,
    BallotsHeld,
    BallotsVoided,
    CodesVoided,
    Event,
    HeadSigned,
    PersonAdmitted,
    PotCounted,
    ProposalDeclined,
    ProposalEdited,
    ProposalHidden,
    ProposalPictured,
    ProposalReopened,
    ProposalShortlisted,
    ProposalSubmitted,
    ProposalSupported,
    ProposalUnpictured,
    ProposalUnsupported,
    ProposalWithdrawn,
    RegisterImported,
    RoundClosed,
    RoundDrafted,
    RoundPublished,
    RoundScheduled,
    VotingEnded,
)
from tests.builders import ADDRESS, KEYS, argument, cast, close, draft, hold, pot, proposal, register, tag, voting
from workers.door import act
from workers.lanes import ROLES

EFFECTS = (
    "roll.entry",
    "box.elector",
    "roll.head_count",
    "roll.turnout",
    "box.roll_change",
    "box.verdict",
    "box.leaf",
    "box.tile",
    "box.checkpoint",
    "roll.audit_leaf",
    "box.audit_tile",
    "box.audit_checkpoint",
    "box.head_delivery",
    "box.snapshot",
    "box.minutes",
    "box.what_if",
    "box.without_held",
    "civic.activity",
    "civic.standing",
)


async def effects(db: asyncpg.Connection) -> dict[str, list[tuple[object, ...]]]:
    """Every row that workers write, without the time at which a roll was built."""
    tables = {table: f"select t::text from {table} t order by 1" for table in EFFECTS}
    tables["roll.roll"] = (
        "select round_id, register_version, round_revision, persons, entitled from roll.roll order by 1"
    )
    tables["box.roll_build"] = "select round_id, number, cause, persons, entitled from box.roll_build order by 1, 2"
    return {table: [tuple(row) for row in await db.fetch(query)] for table, query in tables.items()}


async def stage(db: asyncpg.Connection) -> list[Event]:
    """One event of every kind, with all that they speak of."""
    house = await voting(db)
    await register(db, house.municipality_id, ("Amina", "Norr", 1980, 3), ("Carim", "Norr", 2020, 1))
    drafted = await draft(db, house.municipality_id, name="Nästa år")
    await pot(db, drafted, 100_00, min_age=16)
    ballot = await cast(db, house, "Amina", 1, 2)
    await hold(db, house, "Amina")
    await close(db, house)
    ours = await proposal(db, drafted)
    said = await argument(db, ours, "Björn")
    await db.execute("insert into civic.support values ($1, $2)", ours, tag("Björn"))
    return [
        RegisterImported(house.municipality_id),
        RoundDrafted(drafted),
        PersonAdmitted(drafted),
        VotingEnded(house.round_id),
        CodesVoided(drafted),
        ActNoted(house.municipality_id),
        RoundScheduled(house.round_id),
        BallotsCast(house.round_id, (ballot,)),
        BallotsAccepted(house.round_id, (ballot,)),
        HeadSigned(house.round_id),
        RoundClosed(house.round_id),
        RoundPublished(house.round_id),
        AuditorNamed(house.round_id),
        PotCounted(house.pot_id),
        BallotsHeld(house.round_id),
        BallotsVoided(house.round_id),
        ProposalSubmitted(ours),
        ProposalEdited(ours),
        ProposalWithdrawn(ours),
        ProposalPictured(ours),
        ProposalUnpictured(ours),
        ProposalShortlisted(ours),
        ProposalDeclined(ours),
        ProposalHidden(ours),
        ProposalReopened(ours),
        ProposalSupported(ours),
        ProposalUnsupported(ours),
        ArgumentWritten(ours, said),
        ArgumentWithdrawn(ours, said),
        ArgumentHidden(ours, said),
        ArgumentReopened(ours, said),
    ]


async def tell_all(url: str, batch: Sequence[tuple[int, Event]], heads: Path) -> None:
    """Tell events one by one, each under the role of its lane; heads go to a folder."""
    for number, event in batch:
        db = await connect(url, ROLES[event.lane])
        await act(db, KEYS, ADDRESS, [(number, event)], heads)
        await db.close()


async def test_stage_is_whole(db: asyncpg.Connection) -> None:
    """The stage of these tests has an event of every kind there is."""
    assert {type(event) for event in await stage(db)} == set(get_args(Event))


async def test_each_leaves_a_trace(db: asyncpg.Connection, database_url: str, tmp_path: Path) -> None:
    """After one event of every kind, no table that workers write is empty."""
    await tell_all(database_url, list(enumerate(await stage(db))), tmp_path)
    assert [table for table, rows in (await effects(db)).items() if not rows] == []


@pytest.mark.parametrize("place", range(len(get_args(Event))))
async def test_twice_is_once(db: asyncpg.Connection, database_url: str, place: int, tmp_path: Path) -> None:
    """Each event, told a second time after all of them, changes nothing."""
    batch = list(enumerate(await stage(db)))
    await tell_all(database_url, batch, tmp_path)
    before = await effects(db)
    await tell_all(database_url, [batch[place]], tmp_path)
    assert await effects(db) == before


async def test_a_batch_is_its_events(db: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    """Many events of one kind in one batch do what they do one by one."""
    house = await voting(db)
    ballots: list[UUID] = []
    for base in range(20):
        ballots += [await cast(db, house, "Amina", base % 3 + 1, base=base)]
    await act(
        worker,
        KEYS,
        ADDRESS,
        [(at, BallotsCast(house.round_id, (ballot,))) for at, ballot in enumerate(ballots)],
    )
    assert await db.fetchval("select count(*) from box.verdict where reason is null") == 20
