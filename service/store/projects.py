"""Projects, as the box keeps them: what stands on the ballots."""

from uuid import UUID

import msgspec

from schema.queries import Db, many, one, queries, run

SQL = queries(__file__)


class Project(msgspec.Struct, frozen=True):
    """What stands on a ballot: its number there and its cost (minor units).

    ``language`` is what it is written in, where that is not the round's.
    """

    id: UUID
    round_id: UUID
    pot_id: UUID
    number: int
    title: str
    about: str
    cost: int
    area: str | None
    proposal_id: UUID | None
    language: str | None


async def projects(db: Db, round_id: UUID) -> list[Project]:
    """All projects of a round, by pot and number."""
    return await many(db, Project, SQL.projects, round_id)


async def projects_of_pot(db: Db, pot_id: UUID) -> list[Project]:
    """A pot's projects by number."""
    return await many(db, Project, SQL.projects_of_pot, pot_id)


async def insert_project(db: Db, *values: object) -> Project:
    """A new project; without a number it gets the next one of its pot."""
    project = await one(db, Project, SQL.insert_project, *values)
    assert project is not None
    return project


async def update_project(db: Db, *values: object) -> Project | None:
    """Change a project that is not frozen."""
    return await one(db, Project, SQL.update_project, *values)


async def swap_places(db: Db, project_id: UUID, other_id: UUID) -> None:
    """Give each of two projects of a ballot that is not frozen the number of the other one."""
    await run(db, SQL.swap_places, project_id, other_id)


async def project_by_id(db: Db, project_id: UUID) -> Project | None:
    """One project."""
    return await one(db, Project, SQL.project_by_id, project_id)


async def delete_project(db: Db, project_id: UUID) -> bool:
    """Take a project off a ballot that is not frozen."""
    return await run(db, SQL.delete_project, project_id) == 1
