"""Rounds, pots and areas, as the box keeps them."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from schema.electorate import Relation, Source
from schema.queries import Db, many, one, queries, run, run_many
from schema.rules import Criterion, Rule
from schema.styles import Style

SQL = queries(__file__)


class Round(msgspec.Struct, frozen=True):
    """A round with its phase at this moment. Times are UTC; the phase is the database's word.

    ``language`` is what its name and description are written in, and all else that does not say otherwise.
    """

    id: UUID
    municipality_id: UUID
    municipality: str
    name: str
    about: str
    language: str
    currency: str
    proposing_at: datetime | None
    reviewing_at: datetime | None
    supporting_at: datetime | None
    voting_at: datetime
    closes_at: datetime
    ballots_floor: int
    lot_seed: str
    appeal_days: int
    shows_what_if: bool
    sources: tuple[Source, ...]
    revision: int
    announced_at: datetime | None
    scheduled_at: datetime | None
    closed_at: datetime | None
    published_at: datetime | None
    phase: str


class Pot(msgspec.Struct, frozen=True):
    """A sum of money (minor units) with its style, rule, order of ties and electorate (``schema/electorate.py``)."""

    id: UUID
    round_id: UUID
    position: int
    name: str
    money: int
    style: Style
    rule: Rule
    ties: tuple[Criterion, ...]
    areas: tuple[str, ...]
    min_age: int | None
    max_age: int | None
    age_on: date
    relations: tuple[Relation, ...]


class Shortcoming(msgspec.Struct, frozen=True):
    """What a round lacks to be scheduled: a key, roll, pot, project, elector, time or stranger.

    A stranger is a project that a rule names and no ballot has: ``project`` says which.
    """

    kind: str
    pot_id: UUID | None = None
    project: str = ""


class AppealEnd(msgspec.Struct, frozen=True):
    """Until when the outcome can be appealed against, null before publication; and whether that is over."""

    ends_at: datetime | None
    is_over: bool


class Municipality(msgspec.Struct, frozen=True):
    """Whose rounds they are, by the name in the newest one."""

    id: UUID
    name: str


async def round_page(db: Db, after: UUID | None, size: int, municipality_id: UUID | None) -> list[Round]:
    """Announced rounds, newest first, after the one named; all, or those of one municipality."""
    return await many(db, Round, SQL.round_page, after, size, municipality_id)


async def municipalities(db: Db) -> list[Municipality]:
    """Every municipality with an announced round, by name."""
    return await many(db, Municipality, SQL.municipalities)


async def rounds_of_municipality(db: Db, municipality_id: UUID) -> list[Round]:
    """A municipality's rounds for its officers, drafts as well, newest first."""
    return await many(db, Round, SQL.rounds_of_municipality, municipality_id)


async def round_by_id(db: Db, round_id: UUID) -> Round | None:
    """The round with its phase."""
    return await one(db, Round, SQL.round_by_id, round_id)


async def pots(db: Db, round_id: UUID) -> list[Pot]:
    """The round's pots in their order."""
    return await many(db, Pot, SQL.pots, round_id)


async def pot_by_id(db: Db, pot_id: UUID) -> Pot | None:
    """One pot."""
    return await one(db, Pot, SQL.pot_by_id, pot_id)


async def areas(db: Db, round_id: UUID) -> list[str]:
    """Names of the round's areas."""
    return [row["name"] for row in await db.fetch(SQL.areas, round_id)]


async def insert_round(db: Db, *values: object) -> None:
    """A new draft; the values in the order of the query."""
    await run(db, SQL.insert_round, *values)


async def update_round(db: Db, *values: object) -> bool:
    """Change a draft of the revision given; False when it has another by now."""
    return await run(db, SQL.update_round, *values) == 1


async def appeal_end(db: Db, round_id: UUID) -> AppealEnd:
    """When the time for appeals ends."""
    found = await one(db, AppealEnd, SQL.appeal_end, round_id)
    assert found is not None
    return found


async def change_settings(db: Db, round_id: UUID, ballots_floor: int, appeal_days: int) -> bool:
    """Give a round these numbers, as far as the database lets them change. True when it has another revision by that.

    The round is locked as a cast locks it, so that it does not close meanwhile.
    """
    await db.fetchval(SQL.lock_round, round_id)
    return bool(await db.fetchval(SQL.change_settings, round_id, ballots_floor, appeal_days))


async def write_areas(db: Db, round_id: UUID, names: list[str]) -> None:
    """Make these the round's areas."""
    await run(db, SQL.delete_areas, round_id, names)
    await run(db, SQL.insert_areas, round_id, names)


async def themes(db: Db, round_id: UUID) -> list[str]:
    """Names of the round's themes."""
    return [row["name"] for row in await db.fetch(SQL.themes, round_id)]


async def write_themes(db: Db, round_id: UUID, names: list[str]) -> None:
    """Make these the round's themes; those that stay are not touched."""
    await run(db, SQL.delete_themes, round_id, names)
    await run(db, SQL.insert_themes, round_id, names)


async def write_pots(db: Db, round_id: UUID, names: list[str], rows: Sequence[tuple[object, ...]]) -> None:
    """Make these the round's pots; a pot that keeps its name keeps its projects."""
    await run(db, SQL.delete_pots, round_id, names)
    await run_many(db, SQL.write_pot, rows)


async def announce_round(db: Db, round_id: UUID) -> bool:
    """Show a draft to everybody; False when it was announced before."""
    return await run(db, SQL.announce_round, round_id) == 1


async def shortcomings(db: Db, round_id: UUID) -> list[Shortcoming]:
    """What the box would refuse to schedule a round for, now."""
    return await many(db, Shortcoming, SQL.shortcomings, round_id)


async def schedule_round(db: Db, round_id: UUID) -> list[Shortcoming]:
    """Freeze a whole round; what is missing when it is not whole."""
    return await many(db, Shortcoming, SQL.schedule_round, round_id)


async def unschedule_round(db: Db, round_id: UUID) -> bool:
    """Thaw a round before voting opens."""
    return await run(db, SQL.unschedule_round, round_id) == 1
