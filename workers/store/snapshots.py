"""Snapshots and comparisons, and what goes into them besides the ballots. They are only ever added."""

from datetime import date
from uuid import UUID

import msgspec

from schema.queries import Db, many, one, queries, run
from schema.rules import Criterion, Rule, TieOrder
from schema.styles import Style

SQL = queries(__file__)


class Pot(msgspec.Struct, frozen=True):
    """A pot whose round was closed, with its round. Money in minor units; days in UTC."""

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
    opened_on: date
    closed_on: date

    @property
    def ties(self) -> TieOrder:
        """The pot's order of ties with the round's lot."""
        return TieOrder(seed=self.lot_seed, criteria=self.criteria)


class Project(msgspec.Struct, frozen=True):
    """A project as it stood on the ballot."""

    number: int
    title: str
    cost: int
    area: str | None = None


async def closed_pots(db: Db, round_id: UUID) -> list[Pot]:
    """The pots of a round that was closed; none for any other."""
    return await many(db, Pot, SQL.closed_pots, round_id)


async def counted_pot(db: Db, pot_id: UUID) -> Pot | None:
    """A pot that has a snapshot; None for any other."""
    return await one(db, Pot, SQL.counted_pot, pot_id)


async def projects(db: Db, pot_id: UUID) -> list[Project]:
    """A pot's projects by number."""
    return await many(db, Project, SQL.projects, pot_id)


async def insert_snapshot(db: Db, pot: Pot, input_hash: bytes, content: bytes, pb: bytes) -> None:
    """Keep a snapshot and tell of it; one of the same inputs stays as it is, and nobody is told again."""
    await run(db, SQL.insert_snapshot, pot.round_id, pot.id, input_hash, content, pb)


async def insert_what_if(db: Db, pot_id: UUID, content: bytes) -> None:
    """Keep a pot's comparison; the first one stays as it is."""
    await run(db, SQL.insert_what_if, pot_id, content)
