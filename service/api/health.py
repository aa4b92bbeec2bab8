"""Whether this process lives, and whether it can do its work."""

from typing import Any

import msgspec
from litestar import Response, Router, get

from schema.errors import Unavailable
from service.people import TheHouse
from service.problems import answers


class Health(msgspec.Struct, frozen=True):
    """``status`` is ok or unavailable."""

    status: str


@get("/live", tags=["health"], responses=answers())
async def live() -> Health:
    """The process answers."""
    return Health("ok")


@get("/ready", tags=["health"], responses=answers(Unavailable))
async def ready(house: TheHouse) -> Response[Health]:
    """The database answers in every room of this process. Redis is not asked: without it all is only later."""
    for room in house.rooms.values():
        async with room.enter() as db:
            await db.fetchval("select 1")
    return Response(Health("ok"))


router: Any = Router(path="/health", route_handlers=[live, ready])
