"""Where the areas of a municipality lie, over HTTP: a GeoJSON file in, outlines out."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Response, Router, get, put
from litestar.params import FromPath, QueryParameter

from schema.errors import Malformed, NotAllowed, NotFound, NotSignedIn, TooLarge, Unavailable, UnknownForm
from service.api.replies import OFFICER
from service.caching import NOT_MODIFIED, cached
from service.openapi import bytes_body
from service.people import TheHouse, TheOfficer
from service.problems import answers
from service.reading import AnyRequest, read_body
from service.store.outlines import Outline
from service.verbs import outlines as verbs
from service.verbs.outlines import LIMIT

GEOJSON = "application/geo+json"

READ = answers(NotFound, Malformed, Unavailable) | NOT_MODIFIED
WRITE = answers(NotSignedIn, NotAllowed, Malformed, TooLarge, UnknownForm, Unavailable)

NameField = Annotated[str, QueryParameter(min_length=1, max_length=100, description="the property with an area's name")]


@get("/municipalities/{municipality_id:uuid}/outlines", responses=READ, tags=["rounds"])
async def list_outlines(
    request: AnyRequest, house: TheHouse, municipality_id: FromPath[UUID]
) -> Response[list[Outline]]:
    """The areas of a municipality: rings of points, in hundred thousandths of a degree east and north."""
    return cached(request, await verbs.view_outlines(house, municipality_id))


@put(
    "/outlines",
    operation_class=bytes_body(GEOJSON),
    responses=WRITE,
    security=OFFICER,
    tags=["rounds"],
    request_max_body_size=LIMIT,
)
async def replace_outlines(
    request: AnyRequest, house: TheHouse, officer: TheOfficer, name_field: NameField = "name"
) -> list[Outline]:
    """Draw the areas of the officer's municipality anew. Body: a GeoJSON file; areas that it does not name go."""
    return await verbs.replace_outlines(house, officer, await read_body(request, GEOJSON, LIMIT), name_field)


router: Any = Router(path="", route_handlers=[list_outlines, replace_outlines])
