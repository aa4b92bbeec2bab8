"""Who took part, by area, over HTTP."""

from typing import Any
from uuid import UUID

from litestar import Response, Router, get
from litestar.params import FromPath

from service.api.snapshots import READ
from service.caching import cached
from service.people import TheHouse
from service.reading import AnyRequest
from service.verbs import turnout as verbs
from service.verbs.turnout import TurnoutByArea


@get("/rounds/{round_id:uuid}/turnout-by-area", responses=READ, tags=["rounds"])
async def view_turnout_by_area(
    request: AnyRequest, house: TheHouse, round_id: FromPath[UUID]
) -> Response[TurnoutByArea]:
    """How many might vote and took part, area by area, once the outcome is published; small areas are put together.

    Whoever signed in or was marked at a booth took part. How many ballots were counted is said by the outcome.
    """
    return cached(request, await verbs.view_turnout_by_area(house, round_id))


@get("/rounds/{round_id:uuid}/turnout-by-area.csv", responses=READ, tags=["rounds"], media_type="text/csv")
async def view_table(request: AnyRequest, house: TheHouse, round_id: FromPath[UUID]) -> Response[str]:
    """The same for a spreadsheet."""
    return cached(request, verbs.turnout_csv(await verbs.view_turnout_by_area(house, round_id)), "text/csv")


router: Any = Router(path="", route_handlers=[view_turnout_by_area, view_table])
