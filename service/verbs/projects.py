"""What officers put on a ballot: projects, until the round is frozen."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import msgspec

from schema.errors import Malformed, NotFound
from schema.queries import Db
from schema.rules import GreedyByVotes
from schema.styles import Money
from service.house import House
from service.languages import Tongue
from service.reading import Line, Name, Prose
from service.store import projects, rounds
from service.store.projects import Project
from service.store.roll import Officer
from service.store.rounds import Pot, Round
from service.verbs.rounds import known_area, own_round


class ProjectDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A project as an officer writes it. ``cost`` in minor units; ``number`` is what voters see on the ballot.

    ``language`` is what it is written in, if that is not the round's.
    """

    pot_id: UUID
    title: Line
    cost: Money
    about: Prose = ""
    area: Name | None = None
    number: Annotated[int, msgspec.Meta(ge=1, le=100_000)] | None = None
    language: Tongue | None = None


class PotView(msgspec.Struct, frozen=True):
    """A pot with its round, the areas of that, and its projects in their order."""

    round: Round
    pot: Pot
    areas: list[str]
    projects: list[Project]

    @property
    def ordered_by_rule(self) -> bool:
        """Whether the rule names projects by number: then another order would be another rule."""
        return isinstance(self.pot.rule, GreedyByVotes) and bool(self.pot.rule.exclusive)


async def view_pot(house: House, officer: Officer, pot_id: UUID) -> PotView:
    """A pot of the officer's municipality, drafts as well."""
    async with house.box.enter() as db:
        return await _own_pot(db, officer, pot_id)


async def view_project(house: House, officer: Officer, project_id: UUID) -> tuple[Project, PotView]:
    """A project of the officer's municipality and its pot."""
    async with house.box.enter() as db:
        project = await own_project(db, officer, project_id)
        return project, await _own_pot(db, officer, project.pot_id)


async def add_project(house: House, officer: Officer, round_id: UUID, draft: ProjectDraft) -> Project:
    """Put a project on a pot's ballot."""
    async with house.box.write() as db:
        await own_round(db, officer, round_id)
        await _known_place(db, round_id, draft)
        words = (draft.title, draft.about, draft.cost, draft.area)
        return await projects.insert_project(db, round_id, draft.pot_id, draft.number, *words, None, draft.language)


async def edit_project(house: House, officer: Officer, project_id: UUID, draft: ProjectDraft) -> Project:
    """Change a project's words and cost. Its pot and number stay."""
    async with house.box.write() as db:
        project = await own_project(db, officer, project_id)
        await _known_place(db, project.round_id, draft)
        words = (draft.title, draft.about, draft.cost, draft.area, draft.language)
        changed = await projects.update_project(db, project_id, *words)
    if changed is None:
        raise NotFound(what="project")
    return changed


async def remove_project(house: House, officer: Officer, project_id: UUID) -> None:
    """Take a project off the ballot."""
    async with house.box.write() as db:
        await own_project(db, officer, project_id)
        await projects.delete_project(db, project_id)


async def move_project(house: House, officer: Officer, project_id: UUID, step: int) -> None:
    """Let a project change places with the one before (-1) or after it (1); at the end nothing happens."""
    async with house.box.write() as db:
        project = await own_project(db, officer, project_id)
        view = await _own_pot(db, officer, project.pot_id)
        if view.ordered_by_rule:
            raise Malformed(fault="the rule of this pot names projects by their numbers, so they keep them")
        order = [each.id for each in view.projects]
        there = order.index(project_id) + step
        if 0 <= there < len(order):
            await projects.swap_places(db, project_id, order[there])


async def write_projects(house: House, officer: Officer, pot_id: UUID, drafts: Sequence[ProjectDraft]) -> None:
    """Change the projects that have these numbers and add the others, all of them or none. Others stay as they are."""
    async with house.box.write() as db:
        view = await _own_pot(db, officer, pot_id)
        known = {project.number: project.id for project in view.projects}
        for draft in drafts:
            await _known_place(db, view.round.id, draft)
            words = (draft.title, draft.about, draft.cost, draft.area)
            if draft.number in known:
                await projects.update_project(db, known[draft.number], *words, draft.language)
            else:
                await projects.insert_project(db, view.round.id, pot_id, draft.number, *words, None, draft.language)


async def _own_pot(db: Db, officer: Officer, pot_id: UUID) -> PotView:
    pot = await rounds.pot_by_id(db, pot_id)
    if pot is None:
        raise NotFound(what="pot")
    found = await own_round(db, officer, pot.round_id)
    return PotView(found, pot, await rounds.areas(db, found.id), await projects.projects_of_pot(db, pot_id))


async def own_project(db: Db, officer: Officer, project_id: UUID) -> Project:
    """The project, when its round belongs to the officer's municipality."""
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
