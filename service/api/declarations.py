"""Residents declare themselves over HTTP, with the slip of their sign-in."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Router, post
from litestar.params import FromPath

from schema.errors import (
    Malformed,
    NoDeclarations,
    NotFound,
    NotInPhase,
    OnRollAlready,
    PassExpired,
    TooFast,
    TooLarge,
    Unavailable,
    UnknownForm,
)
from service.openapi import json_body
from service.people import TheHouse
from service.problems import answers
from service.reading import AnyRequest, read_json
from service.verbs import declarations as verbs
from service.verbs.declarations import Declaration, Declared

_DECLARATION = msgspec.json.Decoder(Declaration)


@post(
    "/rounds/{round_id:uuid}/declarations",
    operation_class=json_body(Declaration),
    status_code=202,
    responses=answers(
        *(PassExpired, NotFound, NoDeclarations, NotInPhase, OnRollAlready),
        *(Malformed, TooLarge, UnknownForm, TooFast, Unavailable),
    ),
    tags=["sign-in"],
)
async def declare(request: AnyRequest, house: TheHouse, round_id: FromPath[UUID]) -> Declared:
    """Say where you live and when you were born, where a round takes one's word. Body: Declaration."""
    return await verbs.declare(house, round_id, await read_json(request, _DECLARATION))


router: Any = Router(path="", route_handlers=[declare])
