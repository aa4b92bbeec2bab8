"""What officers put on a ballot: projects, until the round is frozen."""

from typing import Annotated
from uuid import UUID

import msgspec

from schema.errors import NotFound
from schema.queries import Db
from schema.styles import Money
from service.house import House
from service.reading import Line, Name, Prose
from service.store import projects, rounds
from service.store.projects import Project
from service.store.roll import Officer
from service.verbs.rounds import known_area, own_round


class ProjectDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A project as an officer writes it. ``cost`` in minor units; ``number`` is what voters see on the ballot."""

    pot_id: UUID
    title: Line
    cost: Money
    about: Prose = ""
    area: Name | None = None
    number: Annotated[int, msgspec.Meta(ge=1, le=100_000)] | None = None


async def add_project(house: House, officer: Officer, round_id: UUID, draft: ProjectDraft) -> Project:
    """Put a project on a pot's ballot."""
    async with house.box.write() as db:
        await own_round(db, officer, round_id)
        await _known_place(db, round_id, draft)
        words = (draft.title, draft.about, draft.cost, draft.area)
        return await projects.insert_project(db, round_id, draft.pot_id, draft.number, *words, None)


async def edit_project(house: House, officer: Officer, project_id: UUID, draft: ProjectDraft) -> Project:
    """Change a project's words and cost. Its pot and number stay."""
    async with house.box.write() as db:
        project = await _own_project(db, officer, project_id)
        await _known_place(db, project.round_id, draft)
        changed = await projects.update_project(db, project_id, draft.title, draft.about, draft.cost, draft.area)
    if changed is None:
        raise NotFound(what="project")
    return changed


async def remove_project(house: House, officer: Officer, project_id: UUID) -> None:
    """Take a project off the ballot."""
    async with house.box.write() as db:
        await _own_project(db, officer, project_id)
        await projects.delete_project(db, project_id)


async def _own_project(db: Db, officer: Officer, project_id: UUID) -> Project:
    project = await projects.project_by_id(db, project_id)
    if project is None:
        raise NotFound(what="project")
    await own_round(db, officer, project.round_id)
    return project


async def _known_place(db: Db, round_id: UUID, draft: ProjectDraft) -> None:
    pot = await rounds.pot_by_id(db, draft.pot_id)
    if pot is None or pot.round_id != round_id:
        raise NotFound(what="pot")
    await known_area(db, round_id, draft.area)
