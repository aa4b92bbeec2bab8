"""The fraud desk over HTTP."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Router, get, post
from litestar.params import FromPath

from schema.errors import LineGone, Malformed, NotAllowed, NotFound, NotSignedIn, TooLarge, Unavailable, UnknownForm
from service.api.replies import OFFICER
from service.openapi import json_body
from service.people import TheHouse, TheOfficer
from service.problems import answers
from service.reading import AnyRequest, read_json
from service.verbs import desk as verbs
from service.verbs.desk import Desk, QuarantineDraft

_DRAFT = msgspec.json.Decoder(QuarantineDraft)


@get(
    "/rounds/{round_id:uuid}/desk",
    responses=answers(NotSignedIn, NotAllowed, NotFound, Malformed, Unavailable),
    security=OFFICER,
    tags=["desk"],
)
async def view_desk(house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> Desk:
    """What looks unusual in a round, in numbers, and what was set aside for it."""
    return await verbs.view_desk(house, officer, round_id)


@post(
    "/rounds/{round_id:uuid}/quarantines",
    operation_class=json_body(QuarantineDraft),
    responses=answers(NotSignedIn, NotAllowed, NotFound, LineGone, Malformed, TooLarge, UnknownForm, Unavailable),
    security=OFFICER,
    tags=["desk"],
)
async def quarantine_line(request: AnyRequest, house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> Desk:
    """Set the ballots behind a line of the report aside; two officers release or void them. Body: QuarantineDraft."""
    return await verbs.quarantine_line(house, officer, round_id, await read_json(request, _DRAFT))


router: Any = Router(path="", route_handlers=[view_desk, quarantine_line])
