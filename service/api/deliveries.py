"""What becomes of funded projects, over HTTP: everybody reads it, officers tell it."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, Router, get, post
from litestar.params import FromPath

from schema.errors import (
    Malformed,
    NotAllowed,
    NotCounted,
    NotFound,
    NotFunded,
    NotSignedIn,
    TooLarge,
    Unavailable,
    UnknownForm,
)
from service.api.replies import OFFICER
from service.caching import NOT_MODIFIED, cached
from service.openapi import json_body
from service.people import TheHouse, TheOfficer
from service.problems import answers
from service.reading import AnyRequest, read_json
from service.store.deliveries import Delivery
from service.verbs import deliveries as verbs
from service.verbs.deliveries import DeliveryDraft, Following

_DRAFT = msgspec.json.Decoder(DeliveryDraft)


@get(
    "/rounds/{round_id:uuid}/deliveries",
    responses=answers(NotFound, Malformed, NotCounted, Unavailable) | NOT_MODIFIED,
    tags=["deliveries"],
)
async def follow_round(request: AnyRequest, house: TheHouse, round_id: FromPath[UUID]) -> Response[Following]:
    """What became of a round's funded projects, as it was told, the newest first."""
    return cached(request, await verbs.follow_round(house, round_id))


@post(
    "/projects/{project_id:uuid}/deliveries",
    operation_class=json_body(DeliveryDraft),
    responses=answers(NotSignedIn, NotAllowed, NotFound, NotFunded, Malformed, TooLarge, UnknownForm, Unavailable),
    security=OFFICER,
    tags=["deliveries"],
)
async def tell_delivery(
    request: AnyRequest, house: TheHouse, officer: TheOfficer, project_id: FromPath[UUID]
) -> Delivery:
    """Tell what becomes of a funded project; it stays, and is followed by what is told later. Body: DeliveryDraft."""
    return await verbs.tell_delivery(house, officer, project_id, await read_json(request, _DRAFT))


router: Any = Router(path="", route_handlers=[follow_round, tell_delivery])
