"""An officer's page of a pot's projects: change, remove, order, and send them as a file."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from schema.errors import NotFound, Refusal
from service.house import House
from service.languages import _, marked
from service.pages import words
from service.pages.forms import Fields, decode_form, read_form, read_upload, shaped
from service.pages.project_files import COLUMNS, LIMIT, Sheet, read, written
from service.pages.shell import HEADERS, Page, officer_form, officer_page, see_other
from service.people import TheHouse, TheOfficer
from service.reading import AnyRequest, read_body
from service.store.roll import Officer
from service.verbs import projects as verbs
from service.verbs.projects import PotView, ProjectDraft, Wording, Wordings

DONE = {
    "added": marked("The project is on the ballot."),
    "saved": marked("The project is changed."),
    "removed": marked("The project is off the ballot."),
    "moved": marked("The order is changed."),
    "file": marked("All rows of the file are on the ballot."),
}
"""What the page says after an act, by the name in its address."""

STATES = {"new": marked("new"), "changed": marked("changed"), "same": marked("the same")}
"""What a row of a file would do."""

_STEPS = {"up": -1, "down": 1}
_WIRE_LIMIT = 8 * LIMIT
"""Bytes of a form that holds a file, of which a form writes a letter as six."""


@get("/pots/{pot_id:uuid}/projects")
async def view_projects(
    house: TheHouse, officer: TheOfficer, pot_id: FromPath[UUID], done: FromQuery[str] = ""
) -> Page:
    """The projects of a pot."""
    return await _page(house, officer, pot_id, said=DONE.get(done))


async def _page(
    house: House,
    officer: Officer,
    pot_id: UUID,
    *,
    said: str | None = None,
    refusal: Refusal | None = None,
    typed: Fields | None = None,
) -> Page:
    view = await verbs.view_pot(house, officer, pot_id)
    return officer_form(
        "officer_projects.html",
        refusal,
        view.round.currency,
        officer=officer,
        view=view,
        columns=COLUMNS,
        said=_(said) if said else None,
        typed=typed or Fields({}),
    )


@get(["/pots/{pot_id:uuid}/projects/file", "/pots/{pot_id:uuid}/projects/rows"])
async def lead_to_projects(officer: TheOfficer, pot_id: FromPath[UUID]) -> Page:
    """Who reads a preview again is led back to the projects."""
    return see_other(f"/officer/pots/{pot_id}/projects")


@post("/pots/{pot_id:uuid}/projects")
async def add_project(request: AnyRequest, house: TheHouse, officer: TheOfficer, pot_id: FromPath[UUID]) -> Page:
    """Put a project on the ballot, with the next number."""
    fields = await read_form(request)
    try:
        view = await verbs.view_pot(house, officer, pot_id)
        await verbs.add_project(house, officer, view.round.id, _sent(fields, view))
    except Refusal as refusal:
        return await _page(house, officer, pot_id, refusal=refusal, typed=fields)
    return see_other(f"/officer/pots/{pot_id}/projects?done=added")


def _sent(fields: Fields, view: PotView) -> ProjectDraft:
    language = fields.text("language") or None
    sent = {"title": fields.text("title"), "about": fields.text("about"), "area": fields.text("area") or None}
    sent |= {"language": None if language == view.round.language else language}
    return shaped(
        sent | {"pot_id": view.pot.id, "cost": words.read_money(fields.text("cost"), marked("the cost"))}, ProjectDraft
    )


@get("/projects/{project_id:uuid}")
async def view_project(house: TheHouse, officer: TheOfficer, project_id: FromPath[UUID]) -> Page:
    """The form of one project."""
    project, view = await verbs.view_project(house, officer, project_id)
    texts = {"title": project.title, "cost": words.money_field(project.cost), "about": project.about}
    texts |= {"area": project.area or "", "language": project.language or ""}
    return _project_page(officer, project_id, view, Fields({name: [text] for name, text in texts.items()}))


def _project_page(
    officer: Officer, project_id: UUID, view: PotView, typed: Fields, refusal: Refusal | None = None
) -> Page:
    return officer_form(
        "officer_project.html",
        refusal,
        view.round.currency,
        officer=officer,
        view=view,
        project=next(each for each in view.projects if each.id == project_id),
        typed=typed,
    )


@post("/projects/{project_id:uuid}")
async def save_project(request: AnyRequest, house: TheHouse, officer: TheOfficer, project_id: FromPath[UUID]) -> Page:
    """Change a project."""
    fields = await read_form(request)
    project, view = await verbs.view_project(house, officer, project_id)
    try:
        await verbs.edit_project(house, officer, project_id, _sent(fields, view))
    except Refusal as refusal:
        return _project_page(officer, project_id, view, fields, refusal)
    return see_other(f"/officer/pots/{project.pot_id}/projects?done=saved")


@get("/projects/{project_id:uuid}/{act:str}")
async def lead_to_project(officer: TheOfficer, project_id: FromPath[UUID]) -> Page:
    """Who reads again what was told instead of doing an act is led back to the project."""
    return see_other(f"/officer/projects/{project_id}")


@post("/projects/{project_id:uuid}/{act:str}")
async def act_on_project(house: TheHouse, officer: TheOfficer, project_id: FromPath[UUID], act: FromPath[str]) -> Page:
    """Remove a project, or move it up or down."""
    if act not in {"removal", *_STEPS}:
        raise NotFound(what="page")
    project, _view = await verbs.view_project(house, officer, project_id)
    try:
        if act in _STEPS:
            await verbs.move_project(house, officer, project_id, _STEPS[act])
        else:
            await verbs.remove_project(house, officer, project_id)
    except Refusal as refusal:
        return await _page(house, officer, project.pot_id, refusal=refusal)
    done = "moved" if act in _STEPS else "removed"
    return see_other(f"/officer/pots/{project.pot_id}/projects?done={done}")


@get("/pots/{pot_id:uuid}/projects.csv")
async def download_projects(house: TheHouse, officer: TheOfficer, pot_id: FromPath[UUID]) -> Page:
    """The projects as a file; its first sign tells spreadsheets that it is UTF-8."""
    view = await verbs.view_pot(house, officer, pot_id)
    told = {**HEADERS, "Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="projects.csv"'}
    wordings = await verbs.view_wordings(house, view)
    text = written(view.projects, [wordings[project.id] for project in view.projects])
    return Response("\ufeff" + text, media_type="text/csv; charset=utf-8", headers=told)


@post("/pots/{pot_id:uuid}/projects/file", request_max_body_size=2 * LIMIT)
async def preview_file(request: AnyRequest, house: TheHouse, officer: TheOfficer, pot_id: FromPath[UUID]) -> Page:
    """Show what a file would change, or what is wrong in it; nothing is changed yet."""
    view = await verbs.view_pot(house, officer, pot_id)
    try:
        sheet = read(await read_upload(request, "file", LIMIT), pot_id, view.areas)
    except Refusal as refusal:
        return await _page(house, officer, pot_id, refusal=refusal)
    return await _preview(house, officer, view, sheet)


async def _preview(house: House, officer: Officer, view: PotView, sheet: Sheet) -> Page:
    """What each row would do, and the rows themselves, to be sent again."""
    there = await verbs.view_wordings(house, view)
    rows = zip(sheet.drafts, sheet.translated, strict=True)
    return officer_page(
        "officer_projects_file.html",
        400 if sheet.faults else 200,
        officer=officer,
        view=view,
        faults=sheet.faults,
        rows=[(_state(view, draft, wordings, there), draft) for draft, wordings in rows],
        states=STATES,
        file=written(sheet.drafts, sheet.translated),
    )


def _state(view: PotView, draft: ProjectDraft, wordings: Wordings, written_there: Mapping[UUID, Wordings]) -> str:
    there = next((each for each in view.projects if each.number == draft.number), None)
    if there is None:
        return "new"
    unchanged = (there.title, there.about, there.cost, there.area) == (draft.title, draft.about, draft.cost, draft.area)
    for code, each in wordings.items():
        before = written_there[there.id].get(code, Wording())
        unchanged &= (each.title or before.title, each.about or before.about) == (before.title, before.about)
    return "same" if unchanged else "changed"


@post("/pots/{pot_id:uuid}/projects/rows", request_max_body_size=_WIRE_LIMIT)
async def apply_file(request: AnyRequest, house: TheHouse, officer: TheOfficer, pot_id: FromPath[UUID]) -> Page:
    """Do what was shown, all of it or nothing."""
    view = await verbs.view_pot(house, officer, pot_id)
    form = decode_form(await read_body(request, "application/x-www-form-urlencoded", _WIRE_LIMIT))
    try:
        sheet = read(form.text("file").encode(), pot_id, view.areas)
        if sheet.faults or not sheet.rows:
            return await _preview(house, officer, view, sheet)
        await verbs.write_projects(house, officer, pot_id, sheet.drafts, sheet.translated)
    except Refusal as refusal:
        return await _page(house, officer, pot_id, refusal=refusal)
    return see_other(f"/officer/pots/{pot_id}/projects?done=file")


handlers: list[Any] = [
    view_projects,
    lead_to_projects,
    add_project,
    view_project,
    save_project,
    lead_to_project,
    act_on_project,
    download_projects,
    preview_file,
    apply_file,
]
