"""The register over HTTP: a file is staged and compared, and then applied or discarded."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Router, delete, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from schema.errors import (
    FaultyRegister,
    ImportOutdated,
    ImportSettled,
    Malformed,
    NobodyInRegister,
    NotAllowed,
    NotFound,
    NotSignedIn,
    TooLarge,
    Unavailable,
    UnknownForm,
)
from service.api.replies import OFFICER, hear
from service.languages import spoken
from service.openapi import csv_body
from service.people import TheHouse, TheOfficer
from service.problems import answers
from service.reading import REGISTER_LIMIT, AnyRequest, body_pieces
from service.sources.rows import CsvRows, Source, read_names, read_rows
from service.store.imports import Import
from service.verbs import imports as verbs
from service.verbs.imports import RegisterView, desk_of

ORIGIN = "sent over the API"

_LOOK = (NotSignedIn, NotAllowed, Malformed, Unavailable)
_FILE = (*_LOOK, TooLarge, UnknownForm, FaultyRegister, NobodyInRegister)
_ONE = (*_LOOK, NotFound)

Names = Annotated[
    list[str] | None,
    QueryParameter(description="what the file calls a column, like `area=stadsdel`; once for each that differs"),
]


def _source(request: AnyRequest, names: list[str] | None) -> Source:
    reader = CsvRows(read_names(names or ()))
    return read_rows(body_pieces(request, "text/csv", REGISTER_LIMIT), reader)


@post(
    "/register/imports",
    operation_class=csv_body(),
    responses=answers(*_FILE, ImportOutdated),
    security=OFFICER,
    tags=["register"],
    request_max_body_size=REGISTER_LIMIT,
)
async def stage_import(request: AnyRequest, house: TheHouse, officer: TheOfficer, names: Names = None) -> Import:
    """Compare a file with the register; nothing changes yet.

    Body: CSV with identity and area, and if wanted birth_year, birth_month, language, relations, email, phone.
    """
    return await verbs.stage_import(desk_of(house, officer), ORIGIN, _source(request, names))


@get("/register/imports", responses=answers(*_LOOK), security=OFFICER, tags=["register"])
async def list_imports(house: TheHouse, officer: TheOfficer) -> RegisterView:
    """The register that holds, and its newest imports."""
    return await verbs.view_register(desk_of(house, officer))


@get("/register/imports/{import_id:uuid}", responses=answers(*_ONE), security=OFFICER, tags=["register"])
async def view_import(house: TheHouse, officer: TheOfficer, import_id: FromPath[UUID]) -> Import:
    """What an import changes, or changed."""
    return await verbs.view_import(desk_of(house, officer), import_id)


@get(
    "/register/imports/{import_id:uuid}/faults",
    responses=answers(*_ONE),
    security=OFFICER,
    tags=["register"],
    media_type="text/csv",
)
async def list_faults(house: TheHouse, officer: TheOfficer, import_id: FromPath[UUID]) -> Stream:
    """Every line that is wrong, as CSV: line, fault. They are kept for thirty days."""
    desk = desk_of(house, officer)
    await verbs.view_import(desk, import_id)
    told = {"Cache-Control": "no-store", "Content-Language": spoken()}
    return Stream(verbs.all_faults(desk, import_id), media_type="text/csv", headers=told)


@post(
    "/register/imports/{import_id:uuid}/application",
    status_code=200,
    responses=answers(*_ONE, ImportOutdated, ImportSettled),
    security=OFFICER,
    tags=["register"],
)
async def apply_import(house: TheHouse, officer: TheOfficer, import_id: FromPath[UUID]) -> Import:
    """Make a staged import the register, all of it at once. Applied before, it is answered again."""
    return await verbs.apply_import(desk_of(house, officer), import_id)


@delete(
    "/register/imports/{import_id:uuid}",
    status_code=200,
    responses=answers(*_ONE, ImportSettled),
    security=OFFICER,
    tags=["register"],
)
async def discard_import(house: TheHouse, officer: TheOfficer, import_id: FromPath[UUID]) -> Import:
    """Give a staged import up."""
    return await verbs.discard_import(desk_of(house, officer), import_id)


router: Any = Router(
    path="",
    before_request=hear,
    route_handlers=[
        stage_import,
        list_imports,
        view_import,
        list_faults,
        apply_import,
        discard_import,
    ],
)
