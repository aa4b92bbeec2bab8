"""The officers' page of where areas lie: a GeoJSON file in, a map to look at."""

from typing import Any

from litestar import get, post

from schema.errors import Malformed, TooLarge, UnknownForm
from service.house import House
from service.pages.forms import read_file_form
from service.pages.maps import drawn
from service.pages.shell import Page, officer_form, see_other
from service.people import TheHouse, TheOfficer
from service.reading import AnyRequest
from service.store.roll import Officer
from service.verbs import outlines as verbs
from service.verbs.outlines import LIMIT

_MENDABLE = (Malformed, TooLarge, UnknownForm)


@get("/areas")
async def view_areas(house: TheHouse, officer: TheOfficer) -> Page:
    """The map of all areas, and a form for a newer one."""
    return await _areas_page(house, officer)


@post("/areas", request_max_body_size=LIMIT)
async def replace_areas(request: AnyRequest, house: TheHouse, officer: TheOfficer) -> Page:
    """Draw the areas of a file from now on."""
    field = ""
    try:
        file, fields = await read_file_form(request, "file", LIMIT)
        field = fields.text("name_field").strip() or "name"
        await verbs.replace_outlines(house, officer, await file.read(), field)
    except _MENDABLE as refusal:
        return await _areas_page(house, officer, field, refusal)
    return see_other("/officer/areas")


async def _areas_page(
    house: House, officer: Officer, field: str = "", refusal: Malformed | TooLarge | UnknownForm | None = None
) -> Page:
    return officer_form(
        "officer_areas.html",
        refusal,
        "",
        officer=officer,
        map=drawn(await verbs.view_outlines(house, officer.municipality_id)),
        name_field=field or "name",
    )


handlers: list[Any] = [view_areas, replace_areas]
