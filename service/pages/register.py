"""The register's pages: a file is compared with what holds, its difference is looked at, then it is applied or not."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath
from litestar.response import Stream

from schema.errors import FaultyRegister, Malformed, Refusal
from service.house import House
from service.languages import _, marked
from service.pages import words
from service.pages.forms import Fields, read_file_form, read_form
from service.pages.shell import HEADERS, Page, officer_form, see_other
from service.people import TheHouse, TheOfficer
from service.reading import REGISTER_LIMIT, AnyRequest
from service.sources.rows import COLUMNS, NEEDED, CsvRows, read_names, read_rows
from service.store.roll import Officer
from service.verbs import imports as verbs
from service.verbs.imports import Desk, desk_of

AT_ONCE = 1024 * 1024
"""Bytes of an uploaded file that are read together; what is longer than that lies in a file without a name."""


@get("/register")
async def view_register(house: TheHouse, officer: TheOfficer) -> Page:
    """The register that holds, a form for a newer one, and what was imported before."""
    return await _register_page(house, officer)


async def _register_page(
    house: House, officer: Officer, fields: Fields | None = None, refusal: Refusal | None = None
) -> Page:
    desk = desk_of(house, officer)
    view = await verbs.view_register(desk)
    faulty = UUID(str(refusal.facts["import_id"])) if isinstance(refusal, FaultyRegister) else None
    return officer_form(
        "officer_register.html",
        refusal,
        "",
        officer=officer,
        register=view.register,
        imports=view.imports,
        waiting=[each for each in view.imports if each.state == "staged"],
        columns=[(column, column in NEEDED, fields.text(column) if fields else "") for column in COLUMNS],
        states=words.IMPORT_STATES,
        faulty=faulty,
        faults=await verbs.first_faults(desk, faulty) if faulty else [],
    )


@post("/register", request_max_body_size=REGISTER_LIMIT)
async def stage_import(request: AnyRequest, house: TheHouse, officer: TheOfficer) -> Page:
    """Compare a file with the register, and lead to the difference."""
    fields: Fields | None = None
    try:
        file, fields = await read_file_form(request, "file", REGISTER_LIMIT)
        staged = await _stage(desk_of(house, officer), file, fields)
    except Refusal as refusal:
        return await _register_page(house, officer, fields, refusal)
    return see_other(f"/officer/register/imports/{staged}")


async def _stage(desk: Desk, file: UploadFile, fields: Fields) -> UUID:
    names = read_names(f"{column}={name}" for column in COLUMNS if (name := fields.text(column).strip()))
    try:
        return (await verbs.stage_import(desk, file.filename, read_rows(_pieces(file), CsvRows(names)))).id
    finally:
        await file.close()


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(AT_ONCE):
        yield piece


@get("/register/imports/{import_id:uuid}")
async def view_import(house: TheHouse, officer: TheOfficer, import_id: FromPath[UUID]) -> Page:
    """What an import changes, or changed."""
    return await _import_page(house, officer, import_id)


async def _import_page(house: House, officer: Officer, import_id: UUID, refusal: Refusal | None = None) -> Page:
    desk = desk_of(house, officer)
    found = await verbs.view_import(desk, import_id)
    return officer_form(
        "officer_import.html",
        refusal,
        "",
        officer=officer,
        found=found,
        state=_(words.IMPORT_STATES[found.state]),
        faults=await verbs.first_faults(desk, import_id) if found.state == "faulty" else [],
    )


@post("/register/imports/{import_id:uuid}")
async def settle_import(request: AnyRequest, house: TheHouse, officer: TheOfficer, import_id: FromPath[UUID]) -> Page:
    """Apply a staged import, or discard it."""
    desk = desk_of(house, officer)
    act = (await read_form(request)).text("act")
    try:
        match act:
            case "apply":
                await verbs.apply_import(desk, import_id)
            case "discard":
                await verbs.discard_import(desk, import_id)
            case _:
                raise Malformed(fault=marked("the form says neither apply nor discard"))
    except Refusal as refusal:
        return await _import_page(house, officer, import_id, refusal)
    return see_other(f"/officer/register/imports/{import_id}")


@get("/register/imports/{import_id:uuid}/faults")
async def list_faults(house: TheHouse, officer: TheOfficer, import_id: FromPath[UUID]) -> Response[Any]:
    """Every line that is wrong, as a file."""
    desk = desk_of(house, officer)
    await verbs.view_import(desk, import_id)
    told = {**HEADERS, "Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="faults.csv"'}
    return Stream(verbs.all_faults(desk, import_id), media_type="text/csv; charset=utf-8", headers=told)


handlers: list[Any] = [view_register, stage_import, view_import, settle_import, list_faults]
