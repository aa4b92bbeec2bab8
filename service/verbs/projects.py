"""What officers put on a ballot: projects, until the round is frozen."""

from collections.abc import Mapping, Sequence
from typing import Annotated
from uuid import UUID

import msgspec

from schema.errors import Malformed, NotFound
from schema.faults import Fault
from schema.queries import Db
from schema.rules import GreedyByVotes
from schema.styles import Money
from service.house import House
from service.languages import Tongue, _
from service.reading import Line, Name, Prose
from service.store import projects, rounds, translations
from service.store.projects import Project
from service.store.roll import Officer
from service.store.rounds import Pot, Round
from service.store.translations import Translation
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


class Wording(msgspec.Struct, frozen=True):
    """A project's words in another language, as far as there are some."""

    title: Line | None = None
    about: Annotated[Prose, msgspec.Meta(min_length=1)] | None = None


Wordings = Mapping[str, Wording]
"""By language."""


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


async def view_wordings(house: House, view: PotView) -> dict[UUID, dict[str, Wording]]:
    """The words of a pot's projects in other languages, by project."""
    found: dict[UUID, dict[str, Wording]] = {project.id: {} for project in view.projects}
    async with house.box.enter() as db:
        for each in await translations.translations_of(db, list(found)):
            found[each.of_id][each.language] = Wording(each.title, each.about)
    return found


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
            raise Malformed(fault=Fault("the rule of this pot names projects by their numbers, so they keep them"))
        order = [each.id for each in view.projects]
        there = order.index(project_id) + step
        if 0 <= there < len(order):
            await projects.swap_places(db, project_id, order[there])


async def write_projects(
    house: House, officer: Officer, pot_id: UUID, drafts: Sequence[ProjectDraft], translated: Sequence[Wordings]
) -> None:
    """Change the projects that have these numbers and add the others, all of them or none. Others stay as they are.

    Those that are changed stay in their language. ``translated`` has the words of each draft in other languages; where
    there are none, those that it has stay.
    """
    async with house.box.write() as db:
        view = await _own_pot(db, officer, pot_id)
        known = {project.number: project for project in view.projects}
        there = await translations.translations_of(db, [project.id for project in view.projects])
        for draft, wordings in zip(drafts, translated, strict=True):
            await _known_place(db, view.round.id, draft)
            words = (draft.title, draft.about, draft.cost, draft.area)
            if before := known.get(draft.number or 0):
                project = await projects.update_project(db, before.id, *words, before.language) or before
            else:
                project = await projects.insert_project(db, view.round.id, pot_id, draft.number, *words, None, None)
            own = {each.language: each for each in there if each.of_id == project.id}
            for language, wording in wordings.items():
                _refuse_unfit(project, project.language or view.round.language, language, wording)
                await _write_wording(db, officer, project, language, wording, own.get(language))


def _refuse_unfit(project: Project, written_in: str, language: str, wording: Wording) -> None:
    """Raise Malformed for words that the original does not have."""
    if language == written_in:
        raise Malformed(fault=_("{title} is written in {language} already", title=project.title, language=language))
    if wording.about and not project.about:
        raise Malformed(fault=_("{title} has no description to be translated", title=project.title))


async def _write_wording(
    db: Db, officer: Officer, project: Project, language: str, wording: Wording, before: Translation | None
) -> None:
    """Add a translation, or change what is other in it: one with the same words is not looked at anew."""
    if before is None:
        words = (wording.title, wording.about)
        await translations.insert_translation(db, project.id, language, *words, None, officer.name)
        return
    words = (wording.title or before.title, wording.about or before.about)
    if words != (before.title, before.about):
        values = (project.id, language, *words, None, officer.name, before.revision)
        await translations.update_translation(db, *values)


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
