"""Snapshots and comparisons, and what goes into them besides the ballots. They are only ever added."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import msgspec

from schema.queries import Db, many, one, queries, run
from schema.rules import Criterion, Rule, TieOrder
from schema.styles import Style

SQL = queries(__file__)


class Pot(msgspec.Struct, frozen=True):
    """A pot whose round was closed, with its round and that close. Money in minor units; days in UTC."""

    id: UUID
    name: str
    money: int
    style: Style
    rule: Rule
    criteria: tuple[Criterion, ...]
    round_id: UUID
    round: str
    municipality: str
    currency: str
    lot_seed: str
    rules_version: int
    ballots_floor: int
    opened_on: date
    closed_on: date
    close_number: int

    @property
    def ties(self) -> TieOrder:
        """The pot's order of ties with the round's lot."""
        return TieOrder(seed=self.lot_seed, criteria=self.criteria)


class Sealed(msgspec.Struct, frozen=True):
    """A snapshot and the inputs of its outcome, both as canonical JSON, and its ballots as a ``.pb`` file.

    ``input_hash`` is the SHA-256 (32 bytes) of the inputs; ``withheld`` whether the ballots are too few to be shown.
    """

    content: bytes
    inputs: bytes
    input_hash: bytes
    pb: bytes
    withheld: bool


class Kept(Sealed, frozen=True):
    """A snapshot that is kept, with its id."""

    id: UUID


class Project(msgspec.Struct, frozen=True):
    """A project as it stood on the ballot."""

    number: int
    title: str
    cost: int
    area: str | None = None


async def closed_pots(db: Db, round_id: UUID) -> list[Pot]:
    """The pots of a round that is closed; none for any other."""
    return await many(db, Pot, SQL.closed_pots, round_id)


async def counted_pot(db: Db, pot_id: UUID) -> Pot | None:
    """A pot that has a snapshot, with the close that the newest one counts; None for any other."""
    return await one(db, Pot, SQL.counted_pot, pot_id)


async def projects(db: Db, pot_id: UUID) -> list[Project]:
    """A pot's projects by number."""
    return await many(db, Project, SQL.projects, pot_id)


async def insert_snapshot(db: Db, pot: Pot, sealed: Sealed) -> bool:
    """Keep a snapshot and tell of it. One of the same close, rules and inputs stays, and the answer is False."""
    place = (pot.round_id, pot.id, pot.rules_version, pot.close_number)
    parts = (sealed.input_hash, sealed.inputs, sealed.content, sealed.pb, sealed.withheld)
    return await run(db, SQL.insert_snapshot, *place, *parts) == 1


async def newest(db: Db, pot_id: UUID) -> Kept | None:
    """The snapshot of a pot that was kept last, of its last counted close."""
    return await one(db, Kept, SQL.newest, pot_id)


async def insert_minutes(db: Db, round_id: UUID, snapshot_ids: Sequence[UUID], note: str, bundle: bytes) -> None:
    """Keep the signed minutes over these snapshots, with the bundle."""
    await run(db, SQL.insert_minutes, round_id, snapshot_ids, note, bundle)


async def insert_what_if(db: Db, snapshot_id: UUID, content: bytes) -> None:
    """Keep the comparison beside a snapshot; the first one stays as it is."""
    await run(db, SQL.insert_what_if, snapshot_id, content)


async def counted_pots(db: Db, round_id: UUID) -> list[UUID]:
    """The pots of a round that have a snapshot."""
    return [row["pot_id"] for row in await db.fetch(SQL.counted_pots, round_id)]


async def write_without_held(db: Db, snapshot_id: UUID, content: bytes | None) -> None:
    """Keep what a snapshot's outcome would be without the ballots that are held now; None when none is held."""
    if content is None:
        await run(db, SQL.delete_without_held, snapshot_id)
    else:
        await run(db, SQL.write_without_held, snapshot_id, content)
