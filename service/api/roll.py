"""A round's roll over HTTP, for its officers."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Router, get, post
from litestar.params import FromPath

from schema.errors import Malformed, NotAllowed, NotFound, NotSignedIn, TooLarge, Unavailable, UnknownForm
from service.api.replies import OFFICER
from service.api.rounds import ACT
from service.openapi import json_body
from service.people import TheHouse, TheOfficer
from service.problems import answers
from service.reading import AnyRequest, read_json
from service.verbs import roll as verbs
from service.verbs.roll import PersonReasons, RollView, Sought

_SOUGHT = msgspec.json.Decoder(Sought)


@get("/rounds/{round_id:uuid}/roll", responses=ACT, security=OFFICER, tags=["register"])
async def view_roll(house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> RollView:
    """How many may vote in which pot, or why not, by area; whether the roll is up to date, and what changed."""
    return await verbs.view_roll(house, officer, round_id)


@post(
    "/rounds/{round_id:uuid}/roll/test",
    operation_class=json_body(Sought),
    status_code=200,
    responses=answers(NotSignedIn, NotAllowed, NotFound, Malformed, TooLarge, UnknownForm, Unavailable),
    security=OFFICER,
    tags=["register"],
)
async def test_person(
    request: AnyRequest, house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]
) -> PersonReasons:
    """May this person vote, and why or why not. The identity is not kept. Body: Sought."""
    return await verbs.test_person(house, officer, round_id, await read_json(request, _SOUGHT))


router: Any = Router(path="", route_handlers=[view_roll, test_person])
